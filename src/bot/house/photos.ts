/** Photos of labels, as flows ask for them (flows/ports.ts LabelPort). */
import { randomUUID } from 'node:crypto';
import type { Update } from 'grammy/types';
import type { LabelPort, PhotoReading } from '../../flows/ports.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { LabelReader } from '../../label/reader.ts';
import type { Values } from '../../store/store.ts';
import type { Room } from './room.ts';

/** Longest a photo is looked at that nobody waits for, ms. */
const QUICK_MS = 4_000;

/** A picture for a question is stored until it is answered, at most this long, ms. */
const PICTURE_MS = 10 * 60_000;

interface PhotosOptions {
  blobs: Values<string>;
  reader: Pick<LabelReader, 'read'>;
  download(fileId: string, signal: AbortSignal): Promise<Result<Uint8Array, string>>;
  /** For photos in memory, from the first byte of the download on. */
  room: Room;
}

export interface Photos extends LabelPort {
  /** Sees every update first: a new photo ends the reading of the one before it in its chat, also while that is fetched. */
  arrived(chatId: number, update: Update): void;
}

export function createPhotos({ blobs, reader, download, room }: PhotosOptions): Photos {
  const running = new Map<number, AbortController>();
  const albums = new Map<number, string>();

  /** Stores a picture and returns its key; null when the store does not answer. */
  async function keep(bytes: Uint8Array): Promise<string | null> {
    const picture = `label:${randomUUID()}`;
    const kept = await blobs.set(picture, Buffer.from(bytes).toString('base64'), PICTURE_MS);
    return kept.ok ? picture : null;
  }

  async function read(
    fileId: string,
    controller: AbortController,
    { quick = false, onPrint }: NonNullable<Parameters<LabelPort['read']>[2]>,
  ): Promise<PhotoReading | 'store-unavailable'> {
    // The time for a photo is its own: none of it goes by in the line.
    const timer = quick ? setTimeout(() => controller.abort(), QUICK_MS) : undefined;
    try {
      const start = performance.now();
      const file = await download(fileId, controller.signal);
      controller.signal.throwIfAborted();
      if (!file.ok)
        return { kind: 'rejected', reason: file.failure === 'too-large' ? 'too-large' : 'download-failed' };
      const reading = await reader.read(file.value, {
        signal: controller.signal,
        spentMs: performance.now() - start,
        ...(onPrint ? { onPrint } : {}),
      });
      if (quick && 'picture' in reading) return { ...reading, picture: '' };
      if (reading.kind === 'several') {
        const picture = await keep(reading.picture);
        return picture === null ? 'store-unavailable' : { ...reading, picture };
      }
      if (reading.kind !== 'printed') return reading;
      if (reading.picture === null) return { ...reading, picture: null };
      const picture = await keep(reading.picture);
      return picture === null ? 'store-unavailable' : { ...reading, picture };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async read(chatId, fileId, how = {}) {
      const controller = new AbortController();
      running.set(chatId, controller);
      try {
        const reading = await room.take(() => read(fileId, controller, how), controller.signal);
        if (reading === 'full') return ok({ kind: 'rejected', reason: 'busy' });
        return reading === 'store-unavailable' ? fail(reading) : ok(reading);
      } catch (error) {
        if (!controller.signal.aborted) throw error;
        return ok({ kind: 'rejected', reason: 'superseded' });
      } finally {
        if (running.get(chatId) === controller) running.delete(chatId);
      }
    },
    async forget(picture) {
      const gone = await blobs.delete(picture);
      return gone.ok ? ok(undefined) : fail('store-unavailable');
    },
    arrived(chatId, { message }) {
      if (!message?.photo && !message?.document) return;
      const album = message.media_group_id;
      // The photos of one album come together, and only its first is read.
      const isSameAlbum = album !== undefined && albums.get(chatId) === album;
      if (album === undefined) albums.delete(chatId);
      else albums.set(chatId, album);
      if (!isSameAlbum) running.get(chatId)?.abort();
    },
  };
}
