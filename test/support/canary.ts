import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret that was planted, by the name a failed test shows. */
export type Canaries = Readonly<Record<string, string>>;
/** Bytes that were searched, by the name of the place. */
export type Places = Readonly<Record<string, Buffer>>;

/**
 * Every spelling in which a secret may lie around: as it is, in small letters, escaped as JSON does, percent-encoded
 * in part and in whole, in hex, in both alphabets of base64 and from any offset in it, as UTF-16 of both byte orders.
 */
function spellings(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const wide = Buffer.from(secret, 'utf16le');
  const texts = [
    secret,
    secret.toLowerCase(),
    JSON.stringify(secret).slice(1, -1),
    [...secret].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    encodeURIComponent(secret),
    hex.replace(/../g, (byte) => `%${byte.toUpperCase()}`),
    hex,
    hex.toUpperCase(),
    // As JSON writes a Buffer.
    bytes.join(','),
  ];
  // A piece of base64 depends on where it begins; what lies between the edges is the same for all of them.
  for (const alphabet of ['base64', 'base64url'] as const) {
    for (const shift of [0, 1, 2]) {
      const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString(alphabet)
        .replaceAll('=', '');
      texts.push(encoded.slice(shift === 0 ? 0 : shift + 1, -1));
    }
  }
  return [...new Set(texts)].map((text) => Buffer.from(text)).concat(wide, Buffer.from(wide).swap16());
}

/** Where secrets were found, as `secret in place`. */
export function hits(canaries: Canaries, places: Places): string[] {
  return Object.entries(canaries).flatMap(([name, secret]) => {
    if (secret.length < 5) throw new Error(`the canary ${name} is too short to be told from chance`);
    const forms = spellings(secret);
    return Object.entries(places)
      .filter(([, bytes]) => forms.some((form) => form.length >= 5 && bytes.includes(form)))
      .map(([place]) => `${name} in ${place}`);
  });
}

/** Places where a number stands by itself: inside of times and other numbers it would be there by chance. */
export function placesOfNumber(number: string, places: Places): string[] {
  const alone = new RegExp(`(?<!\\d)${number}(?!\\d)`);
  return Object.entries(places)
    .filter(([, bytes]) => alone.test(bytes.toString('latin1')))
    .map(([place]) => place);
}

/** Every file of a folder and its folders, by its path; but for one that went meanwhile: a program may be at work in it. */
export async function filesOf(folder: string, prefix: string): Promise<Places> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return bytes === null ? [] : [[`${prefix}${path.slice(folder.length)}`, bytes] as const];
  });
  return Object.fromEntries((await Promise.all(read)).flat());
}
