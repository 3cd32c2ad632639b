import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../locales/language.ts';
import manifest from '../../../package.json' with { type: 'json' };

const inRepo = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const page = readFileSync(inRepo('CONTRIBUTING.md'), 'utf8');
/** Files and folders as far as they are written out: not those with `<a name to be filled in>`. */
const paths = [...page.matchAll(/`((?:src|test|scripts|locales|docs|bench)\/[\w./*-]+)`/g)].map(
  ([, path = '']) => path,
);

/** A folder, a file, a test by its name, or all that begin like this. */
function isThere(path: string): boolean {
  if (!path.endsWith('*')) return [path, `${path}.test.ts`].some((one) => existsSync(inRepo(one)));
  return readdirSync(inRepo(dirname(path))).some((name) => name.startsWith(basename(path).slice(0, -1)));
}

describe('CONTRIBUTING.md', () => {
  it.each([...new Set(paths)])('names what is there: %s', (path) => {
    const inEach = path.includes('/*/') ? LANGUAGES.map((language) => path.replace('*', language)) : [path];
    expect(inEach.filter((one) => !isThere(one))).toEqual([]);
  });

  it('names every command of package.json, and no other', () => {
    const named = [...page.matchAll(/`npm (?:run )?([\w:]+)`/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(manifest.scripts).sort());
  });
});
