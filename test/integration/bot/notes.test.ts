import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { BLOBS } from '../../../src/bot/house/blobs.ts';
import { createNotes } from '../../../src/bot/house/notes.ts';
import { createRoom } from '../../../src/bot/house/room.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { ok } from '../../../src/kernel/result.ts';
import { createLabelReader } from '../../../src/label/reader.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { label, one, qr } from '../label/photos.ts';

describe('a photo added to a case', () => {
  const reader = createLabelReader({ workers: 1, text: false, second: false, answerMs: 600_000 });
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: Store;
  beforeAll(async () => {
    folder = await temporaryFolder();
    store = await openTestStore(folder.path);
  });
  afterAll(async () => {
    await reader.close();
    await store.close();
    await folder.remove();
  });

  /** Adds a file to a new case. Answers with what became of it and the bytes that were kept. */
  async function add(file: Uint8Array) {
    const cases = createCaseDesk(store, createAudit(store, Date.now), Date.now);
    const blobs = store.values(BLOBS);
    const notes = createNotes({
      blobs,
      cases,
      download: async () => ok(file),
      copy: reader.copy,
      room: createRoom(1),
      clock: Date.now,
    });
    const opened = await cases.open(1);
    if (!opened.ok) throw new Error('no case');
    const kept = await notes.photo(opened.value.id, 'file');
    const found = await cases.get(opened.value.id);
    const blob = found.ok ? found.value?.notes.at(-1)?.blob : undefined;
    const bytes = blob === undefined ? ok(undefined) : await blobs.get(blob);
    return { kept, bytes: Buffer.from((bytes.ok && bytes.value) || '', 'base64') };
  }

  it('keeps the picture and nothing of what the camera wrote beside it', async () => {
    const photo = (await one(await qr(label())))
      .withExif({
        IFD0: { Artist: 'MARKED-NAME', Model: 'MARKED-PHONE' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '53/1 54/1 0/1' },
      })
      .withMetadata({ orientation: 6 })
      .jpeg();
    const file = Buffer.concat([await photo.toBuffer(), Buffer.from('PK MARKED-FILE')]);
    const before = await sharp(file).metadata();
    const { kept, bytes } = await add(file);
    expect(kept).toEqual(ok('kept'));
    expect(file.toString('latin1')).toContain('MARKED-NAME');
    expect(bytes.toString('latin1')).not.toContain('MARKED');
    const { exif, xmp, icc, iptc, orientation, width, height } = await sharp(bytes).metadata();
    expect([exif, xmp, icc, iptc, orientation]).toEqual(Array(5).fill(undefined));
    // Turned as the camera was held, and still readable.
    expect([width, height]).toEqual([before.height, before.width]);
    expect(await reader.read(bytes)).toMatchObject({ kind: 'label', facts: { shortSerial: 'J50000062' } });
  });

  it.each([
    ['text', Buffer.from('MZ not a picture')],
    ['a JPEG file cut short', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
  ])('is not kept when it is %s', async (_, file) => {
    expect(await add(file)).toEqual({ kept: ok('not-a-photo'), bytes: Buffer.alloc(0) });
  });
});
