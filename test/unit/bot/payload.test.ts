import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { FormData, Response } from 'undici';
import { describe, expect, it } from 'vitest';
import { type Blobs, encodePayload } from '../../../src/bot/telegram/payload.ts';
import { fail, ok } from '../../../src/kernel/result.ts';

const stored = new Map([['picture:1', new Uint8Array([1, 2, 3])]]);
const blobs: Blobs = { get: async (key) => ok(stored.get(key)) };

/** Reads an encoded form the way a server does. */
async function formOf(payload: object) {
  const encoded = await encodePayload(payload, blobs);
  if (!encoded.ok) throw new Error(encoded.failure);
  const { body } = encoded.value;
  const large = typeof body === 'object' && 'read' in body;
  const response = new Response(large ? await buffer(body.read()) : body, {
    headers: { 'content-type': encoded.value.contentType },
  });
  const form = await response.formData();
  if (!(form instanceof FormData)) throw new Error('not a form');
  return form;
}

async function fileIn(form: FormData, field: string) {
  const file = form.get(field);
  if (file === null || typeof file === 'string') throw new Error(`${field} is not a file`);
  return { name: file.name, bytes: [...new Uint8Array(await file.arrayBuffer())] };
}

describe('the body of a call', () => {
  it('is JSON without uploads, and leaves out what is null', async () => {
    const encoded = await encodePayload(
      { chat_id: 1, text: 'a', reply_markup: null, x: { y: null, z: 0 } },
      blobs,
    );
    expect(encoded).toEqual(
      ok({
        contentType: 'application/json',
        body: '{"chat_id":1,"text":"a","x":{"z":0}}',
        hasUploads: false,
      }),
    );
  });

  it('carries a referenced photo in the field of its own name', async () => {
    const form = await formOf({ chat_id: 7, photo: { blob: 'picture:1' }, caption: 'one\ntwo "three"' });
    expect(await fileIn(form, 'photo')).toEqual({ name: 'photo.jpg', bytes: [1, 2, 3] });
    expect(form.get('chat_id')).toBe('7');
    expect(form.get('caption')).toBe('one\ntwo "three"');
  });

  it('carries buffers and streams with their file names', async () => {
    const form = await formOf({
      document: { source: Buffer.from([9]), filename: 'a "b"\r\nc.txt' },
      thumbnail: { source: Readable.from([Buffer.from([1]), Buffer.from([2])]) },
    });
    expect((await fileIn(form, 'document')).bytes).toEqual([9]);
    expect(await fileIn(form, 'thumbnail')).toEqual({ name: 'thumbnail.jpg', bytes: [1, 2] });
  });

  it('attaches files inside media by name', async () => {
    const media = { type: 'photo', media: { blob: 'picture:1', filename: 'code.png' }, caption: 'x' };
    const form = await formOf({ chat_id: 1, message_id: 2, media });
    const sent = JSON.parse(String(form.get('media'))) as { media: string };
    const [scheme, name] = sent.media.split('://');
    expect(scheme).toBe('attach');
    expect(sent).toMatchObject({ type: 'photo', caption: 'x' });
    expect(await fileIn(form, String(name))).toEqual({ name: 'code.png', bytes: [1, 2, 3] });
  });

  it('attaches every file of an album', async () => {
    const item = (key: string) => ({ type: 'photo', media: { blob: key } });
    const form = await formOf({ chat_id: 1, media: [item('picture:1'), item('picture:1')] });
    const sent = JSON.parse(String(form.get('media'))) as { media: string }[];
    for (const { media } of sent) {
      expect((await fileIn(form, media.replace('attach://', ''))).bytes).toEqual([1, 2, 3]);
    }
    expect(new Set(sent.map(({ media }) => media)).size).toBe(2);
  });

  it('says why bytes cannot be had', async () => {
    expect(await encodePayload({ photo: { blob: 'gone' } }, blobs)).toEqual(fail('missing'));
    const broken: Blobs = { get: async () => fail('down') };
    expect(await encodePayload({ photo: { blob: 'x' } }, broken)).toEqual(fail('unreadable'));
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from([1]);
        throw new Error('disk');
      })(),
    );
    expect(await encodePayload({ photo: { source: failing } }, blobs)).toEqual(fail('unreadable'));
    const huge = new Uint8Array(50 * 1024 * 1024 + 1);
    expect(await encodePayload({ photo: { source: huge } }, blobs)).toEqual(fail('too-large'));
  });

  it('keeps any text and any file name intact', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string(), async (caption, filename) => {
        const form = await formOf({ caption, document: { blob: 'picture:1', filename } });
        expect(form.get('caption')).toBe(caption);
        expect((await fileIn(form, 'document')).bytes).toEqual([1, 2, 3]);
      }),
      { numRuns: 60 },
    );
  });
});
