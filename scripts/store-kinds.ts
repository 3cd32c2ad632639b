/**
 * Puts the schemas of all stored kinds on record (test/fixtures/stores/kinds.json), where a test compares them: a
 * schema that changes without a new version would read old records wrongly. What a fixture store holds is never
 * written over.
 *
 *   npx tsx scripts/store-kinds.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { KINDS } from '../src/bot/kinds.ts';
import { KINDS_ON_RECORD, type RecordedKinds, schemaOf } from '../test/support/kinds.ts';
import { versionsInFixtures } from '../test/support/store-fixture.ts';

const before = JSON.parse(await readFile(KINDS_ON_RECORD, 'utf8').catch(() => '{}')) as RecordedKinds;
const out = await versionsInFixtures();
const after: RecordedKinds = { ...before };
for (const kind of KINDS) {
  const name = `${kind.name}@${kind.version}`;
  const schema = schemaOf(kind);
  const isNew = JSON.stringify(before[name]) !== JSON.stringify(schema);
  if (!isNew) continue;
  if (before[name] && out.has(name)) {
    console.error(`${name} lies in stores out there: raise its version and add a step (src/store/kind.ts)`);
    process.exitCode = 1;
    continue;
  }
  console.log(`${before[name] ? 'changed' : 'new'}: ${name}`);
  after[name] = schema;
}
const lines = Object.keys(after)
  .sort()
  .map((name) => `${JSON.stringify(name)}: ${JSON.stringify(after[name])}`);
await writeFile(KINDS_ON_RECORD, `{\n${lines.join(',\n')}\n}\n`);
