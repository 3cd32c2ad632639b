/**
 * How long the look at a store takes that comes before every start, and the full one, beside reading the same file from
 * end to end: `tsx bench/store-look.ts [records]`.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { FULL, lookAt, QUICK } from '../src/store/lmdb/look.ts';

const RECORDS = Number(process.argv[2] ?? 280_000);
const BATCH = 5_000;

const path = await mkdtemp(join(tmpdir(), 'store-look-'));
const root = open({ path, noSubdir: false, overlappingSync: false, eventTurnBatching: false });
const records = root.openDB<string, string[]>({ name: 'records', encoding: 'string', useVersions: true });
const data = JSON.stringify({ data: { value: { text: 'x'.repeat(80) } }, expiresAt: null });
for (let from = 0; from < RECORDS; from += BATCH) {
  await root.batch(() => {
    for (let n = from; n < Math.min(from + BATCH, RECORDS); n++) {
      void records.put(
        ['value', ['audit', 'cases', 'chats'][n % 3] ?? '', String((n * 7_919) % 1_000_003)],
        data,
        n + 1,
      );
    }
  });
}
await root.close();
const file = join(path, 'data.mdb');
const { size } = await stat(file);

async function time(task: () => unknown): Promise<number> {
  const begun = performance.now();
  await task();
  return performance.now() - begun;
}
const baseline = await time(() => readFile(file));
const quick = await time(() => lookAt(file, QUICK));
const full = await time(() => lookAt(file, FULL));
const { pages } = lookAt(file, QUICK);
await rm(path, { recursive: true });
console.log(
  [
    `${RECORDS} records, ${(size / 1e6).toFixed(0)} MB, ${pages} pages`,
    `read from end to end  ${baseline.toFixed(0)} ms`,
    `quick look            ${quick.toFixed(0)} ms`,
    `full look             ${full.toFixed(0)} ms`,
  ].join('\n'),
);
