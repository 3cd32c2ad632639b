/** Stores as versions of the program left them (test/fixtures/stores). */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import type { DeviceSpec } from '../../src/sandbox/device/device.ts';

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

/** What is known of a fixture store besides its records. */
export interface FixtureAbout {
  /** When it was left, milliseconds since 1970. */
  readonly now: number;
  /** Of the sandbox's bot: keys of buttons and hashes come from it. */
  readonly token: string;
  /** Telegram id of the technician who was asked a question when the bot was killed, and the device it was about. */
  readonly technician: number;
  readonly asked: DeviceSpec['profile'];
  /** The technician's laptop as it knows itself. */
  readonly identity: Readonly<Record<string, unknown>>;
}

export async function aboutFixture(name: string): Promise<FixtureAbout> {
  return JSON.parse(await readFile(join(STORES, name, 'about.json'), 'utf8')) as FixtureAbout;
}

/** Writes a fixture store into a folder, past all code that might make something else of it. */
export async function writeFixture(name: string, folder: string): Promise<void> {
  const records = await readFixture(name);
  await mkdir(folder, { recursive: true });
  const root = open({ path: folder, noSubdir: false, maxDbs: 4 });
  const table = root.openDB<string, string[]>({ name: 'records', encoding: 'string', useVersions: true });
  await Promise.all(records.map(({ key, text }, n) => table.put([...key], text, n + 1)));
  await root.close();
}
