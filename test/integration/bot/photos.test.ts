import type { Update } from 'grammy/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOBS } from '../../../src/bot/house/blobs.ts';
import { createPhotos } from '../../../src/bot/house/photos.ts';
import { createRoom } from '../../../src/bot/house/room.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { createLabelReader } from '../../../src/label/reader.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { CODE, label, qr, table } from '../label/photos.ts';

const photo = await (
  await table([
    { code: await qr(label()), left: 100 },
    { code: await qr(label('AE3000063')), left: 600 },
  ])
)
  .jpeg()
  .toBuffer();

describe('a photo of several labels', () => {
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

  it('leaves a picture of their places in the store until it is answered, and nothing of the codes', async () => {
    const blobs = store.values(BLOBS);
    const photos = createPhotos({ blobs, reader, download: async () => ok(photo), room: createRoom(1) });
    const reading = await photos.read(1, 'file');
    if (!reading.ok || reading.value.kind !== 'several') throw new Error(JSON.stringify(reading));
    expect(JSON.stringify(reading)).not.toContain(CODE);
    const { picture } = reading.value;
    const kept = await blobs.get(picture);
    const again = await reader.read(Buffer.from((kept.ok && kept.value) || '', 'base64'));
    expect(again).toMatchObject({ kind: 'unreadable' });
    expect(await photos.forget(picture)).toEqual(ok(undefined));
    expect(await blobs.get(picture)).toEqual(ok(undefined));
  });

  it('is not read when a newer one comes while Telegram is still giving it', async () => {
    const newer = { update_id: 1, message: { photo: [] } } as unknown as Update;
    for (const given of [ok(photo), fail('unreachable')]) {
      const photos = createPhotos({
        blobs: store.values(BLOBS),
        reader,
        download: async () => {
          photos.arrived(1, newer);
          return given;
        },
        room: createRoom(1),
      });
      expect(await photos.read(1, 'file')).toEqual(ok({ kind: 'rejected', reason: 'superseded' }));
    }
  });
});

describe('photos of many chats at once', () => {
  it('are fetched only as far as they have room, wait for it, and none is refused that may wait', async () => {
    const folder = await temporaryFolder();
    const store = await openTestStore(folder.path);
    let held = 0;
    let most = 0;
    let give: () => void = () => undefined;
    const given = new Promise<void>((resolve) => {
      give = resolve;
    });
    const photos = createPhotos({
      blobs: store.values(BLOBS),
      reader: { read: async () => ({ kind: 'unreadable', tip: null }) } as never,
      download: async () => {
        held += 1;
        most = Math.max(most, held);
        await given;
        held -= 1;
        return ok(photo);
      },
      room: createRoom(4, 16),
    });
    const chats = Array.from({ length: 22 }, (_, chat) => photos.read(chat, 'file'));
    // Chat 19 sends another before its turn.
    photos.arrived(19, { update_id: 1, message: { photo: [] } } as unknown as Update);
    give();
    const readings = (await Promise.all(chats)).map((reading) => reading.ok && reading.value);
    expect(most).toBe(4);
    expect(readings.slice(0, 19)).toEqual(Array(19).fill({ kind: 'unreadable', tip: null }));
    const refused = ['superseded', 'busy', 'busy'].map((reason) => ({ kind: 'rejected', reason }));
    expect(readings.slice(19)).toEqual(refused);
    expect(await photos.read(1, 'file')).toEqual(ok({ kind: 'unreadable', tip: null }));
    await store.close();
    await folder.remove();
  });
});
