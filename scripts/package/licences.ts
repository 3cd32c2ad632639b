/** The licences of everything that is bundled: whoever hands out a package hands out these, too. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** A file with the text of a licence. */
export const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
/** The package a bundled file comes from: the innermost folder of node_modules it lies in. */
export const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** What a package says of itself. The author is one line, or has a name. */
const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  author: z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]).optional(),
});

/**
 * One text: of each package its name, version and licence, in the order of names.
 * @param inputs files of the bundle, relative to `root`
 * @param mit the text of the MIT licence, whoever's: for packages that name the licence and its holder and leave out the text
 * @param texts texts by licence, nobody's: for packages that name no holder either
 * @throws when a package brings no licence: it must not be handed out before somebody has looked
 */
export async function licencesOf(
  inputs: readonly string[],
  root: string,
  mit: string,
  texts: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []));
  const found = await Promise.all([...folders].map((folder) => licenceIn(join(root, folder), mit, texts)));
  return found.toSorted((a, b) => (a < b ? -1 : 1)).join(`\n${'-'.repeat(76)}\n\n`);
}

async function licenceIn(
  folder: string,
  mit: string,
  known: Readonly<Record<string, string>>,
): Promise<string> {
  const said = manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const { name, version, license, author } = said;
  const files = (await readdir(folder)).filter((file) => LICENCE.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  if (texts.length === 0 && license === 'MIT' && author !== undefined) {
    texts.push(mit.replace(/^Copyright .*$/m, `Copyright (c) ${author}`));
  }
  const usual = known[license];
  if (texts.length === 0 && usual !== undefined) texts.push(usual);
  if (texts.length === 0) throw new Error(`${name} ${version} (${license}) brings no licence text`);
  return `${[`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n')}\n`;
}
