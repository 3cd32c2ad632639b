import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret that was planted, by the name a failed test shows. */
export type Canaries = Readonly<Record<string, string>>;
/** Bytes that were searched, by the name of the place. */
export type Places = Readonly<Record<string, Buffer>>;

/** Every spelling in which a secret may lie around: as it is, as UTF-16, in base64, percent-encoded, in hex. */
function spellings(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const texts = [secret, encodeURIComponent(secret), bytes.toString('hex')];
  // A piece of base64 depends on where it begins; what lies between the edges is the same for all of them.
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    texts.push(encoded.slice(shift === 0 ? 0 : shift + 1, -1));
  }
  return [...new Set(texts)].map((text) => Buffer.from(text)).concat(Buffer.from(secret, 'utf16le'));
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

/** Every file of a folder and its folders, by its path. */
export async function filesOf(folder: string, prefix: string): Promise<Places> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [`${prefix}${path.slice(folder.length)}`, await readFile(path)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
