import { createHash } from 'node:crypto';
import type { CaseDesk } from '../../cases/desk.ts';
import type { HouseFailure, Kept, NotesPort } from '../../flows/ports.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { PhotoRejection } from '../../label/reading.ts';
import type { Values } from '../../store/store.ts';
import type { Room } from './room.ts';
import { FILE_MS } from './times.ts';

/** Largest photo kept with a case, bytes: what Telegram makes of a photo is far below, a file may be anything. */
const MAX_NOTE_BYTES = 5 * 1024 * 1024;

export interface NotesOptions {
  /** Bytes by key, in base64. */
  blobs: Values<string>;
  cases: Pick<CaseDesk, 'apply'>;
  /** Downloads a file of Telegram's. */
  download(fileId: string, maxBytes: number): Promise<Result<Uint8Array, string>>;
  /** The picture of a photo and nothing of what else is in its file (label/reader.ts). */
  copy(photo: Uint8Array): Promise<Result<Uint8Array, PhotoRejection>>;
  /** For photos in memory, from the first byte of the download on. */
  room: Room;
  /** Milliseconds. */
  clock: () => number;
}

/** What technicians keep with their cases: photos and texts, stored as bytes under the case's name. */
export function createNotes({ blobs, cases, download, copy, room, clock }: NotesOptions): NotesPort {
  /** The key is made of what is kept, so that a step repeated after a crash keeps it once. */
  async function keep(
    caseId: string,
    kind: 'photo' | 'text',
    name: string,
    bytes: Uint8Array,
  ): Promise<Result<Kept, HouseFailure>> {
    const blob = `note:${caseId}:${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
    const stored = await blobs.set(blob, Buffer.from(bytes).toString('base64'));
    if (!stored.ok) return fail('store-unavailable');
    const noted = await cases.apply(caseId, { type: 'noted', note: { kind, blob, at: clock() } });
    if (!noted.ok) return fail('store-unavailable');
    if (noted.value.refused === null) return ok('kept');
    const gone = await blobs.delete(blob);
    return gone.ok ? ok('too-many') : fail('store-unavailable');
  }

  return {
    async photo(caseId, fileId) {
      const kept = await room.take<Result<Kept, HouseFailure>>(async () => {
        const file = await download(fileId, MAX_NOTE_BYTES);
        if (!file.ok) return ok(file.failure === 'too-large' ? 'too-large' : 'download-failed');
        const picture = await copy(file.value);
        return picture.ok ? keep(caseId, 'photo', fileId, picture.value) : ok(notKept(picture.failure));
      });
      return kept === 'full' ? ok('not-now') : kept;
    },

    text: (caseId, text) => keep(caseId, 'text', text, Buffer.from(text)),

    async file(blob, content) {
      const stored = await blobs.set(blob, Buffer.from(content).toString('base64'), FILE_MS);
      return stored.ok ? ok(null) : fail('store-unavailable');
    },
  };
}

function notKept(why: PhotoRejection): Kept {
  switch (why) {
    case 'too-large':
    case 'too-many-pixels':
      return 'too-large';
    case 'not-an-image':
    case 'heif':
      return 'not-a-photo';
    default:
      return 'not-now';
  }
}
