import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { bomb } from '../integration/label/photos.ts';
import { type Fortress, openFortress, Tally } from './fortress.ts';

const SVG =
  '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1/x"/><text>&x;</text></svg>';

describe('a file under a false flag', () => {
  let fortress: Fortress;
  let ann: SimUser;
  const tally = new Tally();
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
  });
  afterAll(async () => {
    tally.print('input');
    await fortress.close();
  });

  const jpeg = () =>
    sharp({ create: { width: 64, height: 64, channels: 3, background: 'white' } })
      .jpeg()
      .toBuffer();
  const attacks: [string, () => Promise<Buffer> | Buffer, string][] = [
    ['a picture that unpacks to 400 megapixels', () => bomb(20_000), 'image/png'],
    ['a picture that unpacks to 9 megapixels of nothing', () => bomb(3_000), 'image/png'],
    ['an SVG with an external entity', () => Buffer.from(SVG), 'image/jpeg'],
    ['an SVG behind a JPEG’s first bytes', () => Buffer.from(`\xff\xd8\xff${SVG}`, 'latin1'), 'image/jpeg'],
    [
      'a JPEG with a page of HTML behind it',
      async () => joined(await jpeg(), '<script>x</script>'),
      'image/jpeg',
    ],
    ['a JPEG with an archive behind it', async () => joined(await jpeg(), 'PK\x03\x04evil'), 'image/jpeg'],
    ['a GIF that is a script too', () => Buffer.from('GIF89a/*\x01\0*/=1;alert(1)', 'latin1'), 'image/png'],
    [
      'a PDF that says it is a photo',
      () => Buffer.from('%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>'),
      'image/jpeg',
    ],
    ['a compressed stream of zeros', () => deflateRawSync(Buffer.alloc(50_000_000)), 'image/webp'],
    [
      'HEIF with an absurd box',
      () => Buffer.from('\0\0\0\x18ftypheic\xff\xff\xff\xff', 'latin1'),
      'image/heic',
    ],
    ['nothing at all', () => Buffer.alloc(1), 'image/jpeg'],
  ];

  it.each(attacks)('is answered and costs nobody anything: %s', async (_, make, mime) => {
    const sent = await ann.sendDocument(await make(), 'label.jpg', mime);
    const answer = await ann.waitFor(({ id, buttons }) => id > sent.id && buttons.length > 0, {
      timeoutMs: 30_000,
    });
    expect(tally.count(!/Serial number|root:|script/.test(answer.text))).toBe(true);
    await ann.send('/language');
    await ann.waitFor(/Language/);
  });

  it.each([
    ['an SVG', 'image/svg+xml', Buffer.from(SVG)],
    ['a program', 'application/x-msdownload', Buffer.from('MZ')],
    ['an archive', 'application/zip', Buffer.from('PK\x03\x04')],
  ])('is not even fetched when it is no photo: %s', async (_, mime, bytes) => {
    const before = fortress.api.calls.filter(({ method }) => method === 'getFile').length;
    await ann.sendDocument(bytes, 'x', mime);
    await ann.waitFor(/only photos/);
    const after = fortress.api.calls.filter(({ method }) => method === 'getFile').length;
    expect(tally.count(after === before)).toBe(true);
  });

  it('is no reason to stop: everything was refused', () => {
    expect(tally.tried).toBe(attacks.length + 3);
    expect(tally.refused).toBe(tally.tried);
  });
});

function joined(photo: Buffer, tail: string): Buffer {
  return Buffer.concat([photo, Buffer.from(tail, 'latin1')]);
}
