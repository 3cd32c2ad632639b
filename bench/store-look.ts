/**
 * How long the look at a store takes that comes before every start, and the full one, beside reading the same file from
 * end to end. `npx tsx bench/store-look.ts [--records 280000] [--rounds 5]`
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { FULL, lookAt, QUICK } from '../src/store/lmdb/look.ts';
import { alternate, asked, beside, note, report, timed } from './bench.ts';

const { records: count, rounds } = asked({ records: 280_000, rounds: 5 });
const BATCH = 5_000;

const path = await mkdtemp(join(tmpdir(), 'store-look-'));
const root = open({ path, noSubdir: false, overlappingSync: false, eventTurnBatching: false });
const records = root.openDB<string, string[]>({ name: 'records', encoding: 'string', useVersions: true });
const data = JSON.stringify({ data: { value: { text: 'x'.repeat(80) } }, expiresAt: null });
for (let from = 0; from < count; from += BATCH) {
  await root.batch(() => {
    for (let n = from; n < Math.min(from + BATCH, count); n++) {
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

const took = await alternate(
  {
    read: () => timed(() => readFile(file)),
    quick: () => timed(() => lookAt(file, QUICK)),
    full: () => timed(() => lookAt(file, FULL)),
  },
  rounds,
);
const { pages } = lookAt(file, QUICK);
await rm(path, { recursive: true });
note(`${count} records, ${(size / 1e6).toFixed(0)} MB, ${pages} pages`);
const read = { name: 'read from end to end', rounds: took.read };
report([beside('quick look', 'ms', took.quick, read), beside('full look', 'ms', took.full, read)]);
