import { Response } from 'undici';
import { badRequest } from './refusal.ts';

/** A file that came with a call. */
interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a call carries, whichever way it was written. */
export interface CallBody {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** By the name of their field, which `attach://<name>` refers to. */
  readonly uploads: ReadonlyMap<string, Upload>;
}

/** Parameters that are JSON even inside a form. */
const JSON_FIELDS = new Set([
  'allowed_updates',
  'caption_entities',
  'commands',
  'entities',
  'link_preview_options',
  'media',
  'message_ids',
  'reaction',
  'reply_markup',
  'reply_parameters',
  'scope',
]);

/**
 * Reads a body as the Bot API does: JSON, `application/x-www-form-urlencoded` or `multipart/form-data`, together with
 * the query. A multipart body goes through undici's reader, because grammY writes file names without quotes and the
 * reader in Node 20 refuses them.
 * @throws Refusal when the body is not what its type says
 */
export async function readBody(
  contentType: string,
  bytes: Uint8Array,
  query: URLSearchParams,
): Promise<CallBody> {
  const parameters: [string, unknown][] = [...query].map(field);
  const uploads = new Map<string, Upload>();
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') {
    parameters.push(...Object.entries(readJson(bytes)).map(([name, value]) => field([name, value])));
  } else if (type === 'multipart/form-data' || type === 'application/x-www-form-urlencoded') {
    for (const [name, value] of await readForm(contentType, bytes)) {
      if (typeof value === 'string') parameters.push(field([name, value]));
      else {
        const content = new Uint8Array(await value.arrayBuffer());
        uploads.set(name, { name: value.name, bytes: content });
      }
    }
  }
  return { parameters: Object.fromEntries(parameters), uploads };
}

async function readForm(contentType: string, bytes: Uint8Array) {
  const response = new Response(bytes, { headers: { 'content-type': contentType } });
  return await response.formData().catch(() => {
    throw badRequest("can't parse the form in the request body");
  });
}

function readJson(bytes: Uint8Array): object {
  const value = parseJson(Buffer.from(bytes).toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest("can't parse the request body as a JSON object");
  }
  return value;
}

function field([name, value]: [string, unknown]): [string, unknown] {
  return [name, JSON_FIELDS.has(name) && typeof value === 'string' ? parseJson(value) : value];
}

/** The value, or undefined (refused later by whoever needs it) when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
