/**
 * What a backup takes of a bot that works: a store that is written to all the time, and beside it, in a process of its own, the
 * backup; the baseline is a plain copy of the file, which nobody may restore. `npx tsx bench/backup.ts [--cases 20000]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { createAudit } from '../src/audit/trail.ts';
import { makeBackup } from '../src/bot/keep/backup.ts';
import { restoreBackup } from '../src/bot/keep/restore.ts';
import { KINDS } from '../src/bot/kinds.ts';
import { newCase } from '../src/cases/case.ts';
import { CASES } from '../src/cases/record.ts';
import { openStore } from '../src/store/open.ts';
import { against, asked, beside, note, report, timed } from './bench.ts';
import type { Figure } from './run/figure.ts';

const common = { kinds: KINDS, seal: (text: string) => text };
/** How long writes are measured without a backup, ms. */
const ALONE_MS = 4_000;
/** Cases written at once while the store is filled. */
const BATCH = 200;

const [task, ...words] = process.argv.slice(2);
if (task === 'child') await child(words);
else await main();

/** What a backup in a process of its own came to. */
interface Made {
  readonly seconds: number;
  readonly bytes: number;
  readonly records: number;
  /** Of the process, bytes. */
  readonly memory: number;
}

/** The backup as the operator's program makes it. Prints what it came to. */
async function child([storeUrl = '', path = '', ...recipients]: string[]): Promise<void> {
  const began = performance.now();
  const made = await makeBackup(path, { ...common, storeUrl, recipients, header: { at: 1, program: '0' } });
  if (!made.ok) throw new Error(made.failure.reason);
  const { bytes, records } = made.value;
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(
    JSON.stringify({ seconds, bytes, records, memory: process.memoryUsage.rss() } satisfies Made),
  );
}

async function main(): Promise<void> {
  const { cases } = asked({ cases: 20_000 });
  const folder = await mkdtemp(join(tmpdir(), 'bench-backup-'));
  const storeUrl = `lmdb:${join(folder, 'store')}`;
  const opened = await openStore(storeUrl);
  if (!opened.ok) throw new Error(opened.failure.reason);
  const store = opened.value;
  const values = store.values(CASES);
  const audit = createAudit(store, Date.now);
  for (let first = 0; first < cases; first += BATCH) {
    const some = Array.from({ length: BATCH }, (_, n) => String(first + n).padStart(26, '0'));
    await Promise.all(some.map((id) => values.set(id, newCase(id, 7, 1))));
    await audit.append({ what: 'case.opened', case: some[0] ?? null, by: 7, detail: {} });
  }
  const data = join(folder, 'store', 'data.mdb');
  note(`store: ${mb((await stat(data)).size)}, ${cases} cases`);

  /** A bot at work: a case after the other is written, with an entry of the trail. Times of each, ms. */
  async function work(until: Promise<unknown>): Promise<number[]> {
    let isOver = false;
    void until.finally(() => {
      isOver = true;
    });
    const times: number[] = [];
    for (let n = 0; !isOver; n++) {
      const began = performance.now();
      const id = String(n % cases).padStart(26, '0');
      await values.set(id, { ...newCase(id, 7, 1), revision: n });
      await audit.append({ what: 'case.stage', case: id, by: 7, detail: { revision: n } });
      times.push(performance.now() - began);
    }
    return times;
  }

  const alone = await work(new Promise((resolve) => setTimeout(resolve, ALONE_MS)));
  const quiet = { name: 'alone', rounds: [alone] };
  let copying = Number.NaN;
  const besideCopy = await work(
    timed(() => copyFile(data, join(folder, 'copy'))).then((ms) => {
      copying = ms / 1000;
    }),
  );
  const figures: Figure[] = [];
  if (besideCopy.length > 0)
    figures.push(beside('write beside a copy of the file', 'ms', [besideCopy], quiet));

  const key = await generateX25519Identity();
  for (const [name, recipients] of [
    ['plain', []],
    ['encrypted', [await identityToRecipient(key)]],
  ] as const) {
    const program = [...process.execArgv, fileURLToPath(import.meta.url), 'child', storeUrl];
    const running = spawn(process.execPath, [...program, join(folder, name), ...recipients], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    running.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    const times = await work(once(running, 'close'));
    const { seconds, bytes, records, memory }: Made = JSON.parse(said);
    note(`backup, ${name}: ${mb(bytes)}, ${records} records, ${mb(memory)} of memory`);
    figures.push(
      against(`backup, ${name}`, 's', seconds, { name: 'cp of the file', value: copying }),
      beside(`write beside a backup, ${name}`, 'ms', [times], quiet),
      beside(`write beside a backup, ${name}, p99`, 'ms', [times], quiet, { at: 0.99 }),
    );
  }
  await store.close();
  const again = performance.now();
  const restored = await restoreBackup(join(folder, 'encrypted'), {
    ...common,
    storeUrl: `lmdb:${join(folder, 'elsewhere')}`,
    identities: [key],
    lost: null,
    clock: Date.now,
  });
  if (!restored.ok) throw new Error(restored.failure.reason);
  const seconds = (performance.now() - again) / 1000;
  const { contents } = restored.value;
  note(
    `restored: ${contents.cases} cases, head ${contents.trail.head.seq}, faults ${contents.trail.faults.length}`,
  );
  await rm(folder, { recursive: true, force: true });
  report([
    ...figures,
    against('restore elsewhere', 's', seconds, { name: 'cp of the file', value: copying }),
  ]);
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
