import { createHash, randomBytes } from 'node:crypto';
import type { Document, PhotoSize } from 'grammy/types';
import sharp from 'sharp';
import { badRequest } from './refusal.ts';

/** Largest file `getFile` hands out, bytes (Bot API, getFile). */
export const MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024;
/** Largest photo a bot may upload, bytes (Bot API, sendPhoto). */
const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
/** What the sandbox keeps in memory; the oldest files go first. */
const MAX_STORED_BYTES = 256 * 1024 * 1024;

/** Boxes into which Telegram scales a photo, pixels; the largest is what a phone uploads. */
const PHOTO_BOXES = [90, 320, 800, 1280] as const;
const JPEG_QUALITY = 85;

export interface StoredFile {
  readonly id: string;
  readonly uniqueId: string;
  /** Path in `/file/bot<token>/<path>`. */
  readonly path: string;
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** Bytes of everything sent in either direction, in memory and bounded. */
export class Files {
  readonly #byId = new Map<string, StoredFile>();
  readonly #byPath = new Map<string, StoredFile>();
  /** All sizes of a photo by the id of any of them: sending one size again sends the photo. */
  readonly #photos = new Map<string, PhotoSize[]>();
  readonly #documents = new Map<string, Document>();
  #storedBytes = 0;
  #count = 0;

  /**
   * Stores a photo as Telegram does: turned upright, JPEG, in several sizes of at most 1280 pixels, never larger than
   * the original. Smallest first.
   * @throws Refusal when the bytes are no picture, too many or too oblong
   */
  async addPhoto(bytes: Uint8Array): Promise<PhotoSize[]> {
    if (bytes.length > MAX_PHOTO_BYTES) {
      throw badRequest(
        `file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${MAX_PHOTO_BYTES} bytes`,
      );
    }
    const picture = sharp(bytes, { limitInputPixels: 100_000_000 });
    const size = await picture.metadata().catch(() => undefined);
    if (!size) throw badRequest('IMAGE_PROCESS_FAILED');
    const [longer, shorter] = [Math.max(size.width, size.height), Math.min(size.width, size.height)];
    if (longer + shorter > 10_000 || longer > 20 * shorter) throw badRequest('PHOTO_INVALID_DIMENSIONS');
    const boxes = [...PHOTO_BOXES.filter((box) => box < longer), longer].slice(0, PHOTO_BOXES.length);
    const sizes: PhotoSize[] = [];
    for (const box of boxes) {
      const scaled = await picture
        .clone()
        .rotate()
        .resize({ width: box, height: box, fit: 'inside' })
        .flatten({ background: 'white' })
        .jpeg({ quality: JPEG_QUALITY })
        .toBuffer({ resolveWithObject: true })
        .catch(() => undefined);
      if (!scaled) throw badRequest('IMAGE_PROCESS_FAILED');
      const file = this.#store('photos', 'photo.jpg', 'image/jpeg', scaled.data);
      const { width, height } = scaled.info;
      sizes.push({
        file_id: file.id,
        file_unique_id: file.uniqueId,
        width,
        height,
        file_size: scaled.data.length,
      });
    }
    for (const { file_id } of sizes) this.#photos.set(file_id, sizes);
    return sizes;
  }

  /** Stores a file as it is. `kind` is the folder of its path, such as `documents` or `voice`. */
  addFile(bytes: Uint8Array, name: string, mime: string, kind = 'documents'): Document {
    const file = this.#store(kind, name, mime, bytes);
    const document: Document = {
      file_id: file.id,
      file_unique_id: file.uniqueId,
      file_name: name,
      mime_type: mime,
      file_size: bytes.length,
    };
    this.#documents.set(file.id, document);
    return document;
  }

  photo(id: string): PhotoSize[] | undefined {
    return this.#photos.get(id);
  }

  document(id: string): Document | undefined {
    return this.#documents.get(id);
  }

  get(id: string): StoredFile | undefined {
    return this.#byId.get(id);
  }

  atPath(path: string): StoredFile | undefined {
    return this.#byPath.get(path);
  }

  #store(kind: string, name: string, mime: string, bytes: Uint8Array): StoredFile {
    const id = `AgAC${randomBytes(42).toString('base64url')}`;
    const uniqueId = `AQAD${createHash('sha256').update(bytes).digest('base64url').slice(0, 12)}`;
    const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
    const path = `${kind}/file_${this.#count++}${extension}`;
    const file = { id, uniqueId, path, name, mime, bytes };
    this.#byId.set(id, file);
    this.#byPath.set(path, file);
    this.#storedBytes += bytes.length;
    this.#dropOldest();
    return file;
  }

  #dropOldest(): void {
    for (const file of this.#byId.values()) {
      if (this.#storedBytes <= MAX_STORED_BYTES) return;
      this.#byId.delete(file.id);
      this.#byPath.delete(file.path);
      this.#photos.delete(file.id);
      this.#documents.delete(file.id);
      this.#storedBytes -= file.bytes.length;
    }
  }
}
