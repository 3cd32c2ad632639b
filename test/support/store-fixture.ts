/** Stores as versions of the program left them (test/fixtures/stores). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STORES = fileURLToPath(new URL('../fixtures/stores', import.meta.url));

/** One record as it lies in the engine. */
interface FixtureRecord {
  readonly key: readonly string[];
  readonly text: string;
}

/** Names of the fixture stores, oldest first. */
export async function fixtureStores(): Promise<string[]> {
  const entries = await readdir(STORES, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export async function readFixture(name: string): Promise<FixtureRecord[]> {
  const text = await readFile(join(STORES, name, 'records.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as FixtureRecord);
}

/** Kinds with the versions in which records of them lie in a fixture store, as `<kind>@<version>`. */
export async function versionsInFixtures(): Promise<Set<string>> {
  const found = new Set<string>();
  for (const name of await fixtureStores()) {
    for (const { key, text } of await readFixture(name)) {
      // Without a version: the first one (src/store/record-text.ts).
      const version = /^\{"version":(\d+),/.exec(text)?.[1] ?? '1';
      const [sort, names = ''] = key;
      if (sort === 'value') found.add(`${names}@${version}`);
      if (sort === 'message') found.add(`${names.slice(0, names.lastIndexOf(':'))}@${version}`);
    }
  }
  return found;
}
