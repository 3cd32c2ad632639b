import * as z from 'zod';
import type { Content } from '../content.ts';
import { badRequest } from '../refusal.ts';
import type { World } from '../world.ts';
import type { Call } from './method.ts';

export type MediaKind = 'photo' | 'document';

/** One picture or file of an album or of `editMessageMedia`. */
export const inputMedia = z.object({
  type: z.string(),
  media: z.string(),
  caption: z.string().optional(),
  parse_mode: z.string().optional(),
});

const MIME: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  pdf: 'application/pdf',
  txt: 'text/plain',
  json: 'application/json',
  xml: 'application/xml',
  zip: 'application/zip',
};

/** Refuses kinds the sandbox does not play; Telegram has them, the product does not send them. */
export function mediaKind(type: string): MediaKind {
  if (type === 'photo' || type === 'document') return type;
  throw badRequest(`the sandbox has no media of type "${type.slice(0, 32)}"`);
}

/**
 * The photo or document a parameter names: an upload under the parameter's own name, `attach://<upload>`, or the id of
 * a file Telegram has. Addresses on the web are refused, because the sandbox has no network.
 * @throws Refusal
 */
export async function media(
  world: World,
  call: Call,
  kind: MediaKind,
  reference: string | undefined,
): Promise<Content> {
  const name = reference?.startsWith('attach://') ? reference.slice('attach://'.length) : kind;
  const upload =
    reference === undefined || reference.startsWith('attach://') ? call.uploads.get(name) : undefined;
  if (upload) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
    if (kind === 'photo') return { photo: await world.files.addPhoto(upload.bytes) };
    return { document: world.files.addFile(upload.bytes, upload.name, mimeOf(upload.name)) };
  }
  if (reference === undefined) throw badRequest(`there is no ${kind} in the request`);
  if (/^https?:/.test(reference)) throw badRequest('failed to get HTTP URL content');
  return kind === 'photo'
    ? { photo: knownPhoto(world, reference) }
    : { document: knownDocument(world, reference) };
}

function knownPhoto(world: World, fileId: string) {
  const photo = world.files.photo(fileId);
  if (!photo) throw wrongFile();
  return photo;
}

function knownDocument(world: World, fileId: string) {
  const document = world.files.document(fileId);
  if (!document) throw wrongFile();
  return document;
}

function wrongFile(): Error {
  return badRequest('wrong file identifier/HTTP URL specified');
}

/** By the name, as Telegram does; clients seldom say anything useful. */
function mimeOf(name: string): string {
  const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
  return (Object.hasOwn(MIME, extension) ? MIME[extension] : undefined) ?? 'application/octet-stream';
}
