/**
 * The body of a Bot API call. Most are JSON; one that carries bytes becomes multipart/form-data. Bytes stand in a
 * payload as `{ source, filename? }` (telegraf's InputFile) or as `{ blob, filename? }`, a reference to stored bytes
 * that is looked up just before sending, so that a recorded conversation stays small.
 */
import { randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Bytes that are read while they are sent, since they are too many to hold. `read` begins anew each time. */
export interface LargeBytes {
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}

/** Where bytes behind a reference come from. */
export interface Blobs {
  get(key: string): Promise<Result<Uint8Array | LargeBytes | undefined, unknown>>;
}

/** Bytes in a payload: given, streamed or by reference. */
export type Upload =
  | { readonly source: Uint8Array | NodeJS.ReadableStream; readonly filename?: string }
  | { readonly blob: string; readonly filename?: string };

export interface EncodedPayload {
  contentType: string;
  body: string | Buffer | LargeBytes;
  hasUploads: boolean;
}

/** `missing`: nothing is stored under the reference (any more). `unreadable`: the store failed. */
export type UploadFailure = 'missing' | 'unreadable' | 'too-large';

/** Largest upload the Bot API takes, bytes (https://core.telegram.org/bots/api#sending-files). */
const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;
const EXTENSIONS: Readonly<Record<string, string>> = { photo: 'jpg', thumbnail: 'jpg' };

interface Part {
  /** Name of the form field. */
  name: string;
  upload: Upload;
}

/**
 * Encodes the parameters of one call. A file in a parameter of its own keeps the parameter's name; one deeper inside
 * (`media.media`) is attached by name, as the Bot API documents both.
 */
export async function encodePayload(
  payload: object,
  blobs: Blobs,
): Promise<Result<EncodedPayload, UploadFailure>> {
  const parts: Part[] = [];
  const json = JSON.stringify(payload, function (this: unknown, field, value: unknown) {
    if (value === null) return undefined;
    // A name cut inside a letter, or sent so on purpose: Telegram refuses the whole message for it.
    if (typeof value === 'string') return value.replace(/\p{Cs}/gu, '\ufffd');
    if (!isUpload(value)) return value;
    const name = this === payload ? field : `file${parts.length}`;
    parts.push({ name, upload: value });
    return `attach://${name}`;
  });
  if (parts.length === 0) {
    return ok({ contentType: 'application/json', body: json, hasUploads: false });
  }

  const form = new Form();
  for (const [name, value] of Object.entries(JSON.parse(json) as Record<string, unknown>)) {
    if (parts.some((part) => part.name === name)) continue;
    form.addText(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const { name, upload } of parts) {
    const bytes = await bytesOf(upload, blobs);
    if (!bytes.ok) return bytes;
    form.addFile(name, upload.filename ?? `${name}.${EXTENSIONS[name] ?? 'bin'}`, bytes.value);
  }
  return ok({ contentType: form.contentType, body: form.body(), hasUploads: true });
}

function isUpload(value: unknown): value is Upload {
  if (typeof value !== 'object' || value === null) return false;
  if ('blob' in value) return typeof value.blob === 'string';
  return 'source' in value && (value.source instanceof Uint8Array || isStream(value.source));
}

function isStream(value: unknown): value is NodeJS.ReadableStream {
  return typeof value === 'object' && value !== null && 'pipe' in value && typeof value.pipe === 'function';
}

/** Streams are read to the end first: a body of known length can be sent again after a lost connection. */
async function bytesOf(
  upload: Upload,
  blobs: Blobs,
): Promise<Result<Uint8Array | LargeBytes, UploadFailure>> {
  if ('blob' in upload) {
    const stored = await blobs.get(upload.blob);
    if (!stored.ok) return fail('unreadable');
    if (!stored.value) return fail('missing');
    return sizeOf(stored.value) > MAX_UPLOAD_BYTES ? fail('too-large') : ok(stored.value);
  }
  const { source } = upload;
  if (source instanceof Uint8Array) return source.length > MAX_UPLOAD_BYTES ? fail('too-large') : ok(source);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > MAX_UPLOAD_BYTES) return fail('too-large');
      chunks.push(bytes);
    }
  } catch {
    return fail('unreadable');
  }
  return ok(Buffer.concat(chunks));
}

/**
 * multipart/form-data, in one buffer unless something in it is too large for that. The platform's FormData is not used, because it turns every line break of a text
 * field into CR LF and so changes captions.
 */
class Form {
  readonly #boundary = randomBytes(24).toString('hex');
  readonly #chunks: (Uint8Array | LargeBytes)[] = [];

  get contentType(): string {
    return `multipart/form-data; boundary=${this.#boundary}`;
  }

  addText(name: string, text: string): void {
    this.#add(`name="${quoted(name)}"`, '', Buffer.from(text));
  }

  addFile(name: string, filename: string, bytes: Uint8Array | LargeBytes): void {
    const type = 'Content-Type: application/octet-stream\r\n';
    this.#add(`name="${quoted(name)}"; filename="${quoted(filename)}"`, type, bytes);
  }

  body(): Buffer | LargeBytes {
    const chunks = [...this.#chunks, Buffer.from(`--${this.#boundary}--\r\n`)];
    const whole = chunks.filter((chunk) => chunk instanceof Uint8Array);
    if (whole.length === chunks.length) return Buffer.concat(whole);
    return {
      size: chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0),
      async *read() {
        for (const chunk of chunks)
          if (chunk instanceof Uint8Array) yield chunk;
          else yield* chunk.read();
      },
    };
  }

  #add(disposition: string, headers: string, bytes: Uint8Array | LargeBytes): void {
    const head = `--${this.#boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${headers}\r\n`;
    this.#chunks.push(Buffer.from(head), bytes, Buffer.from('\r\n'));
  }
}

function sizeOf(bytes: Uint8Array | LargeBytes): number {
  return bytes instanceof Uint8Array ? bytes.length : bytes.size;
}

/** Escapes a name inside quotes as browsers do. */
function quoted(text: string): string {
  return text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
}
