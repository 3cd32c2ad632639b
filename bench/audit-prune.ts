/**
 * What those who append to the audit trail wait for while its oldest entries are forgotten.
 * `npx tsx bench/audit-prune.ts`: 100 entries appended to a trail of 20,000, first with nothing beside them, then while the
 * 20,000 are forgotten.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHAIN_START, nextLine } from '../src/audit/chain.ts';
import { AUDIT_LINES, type Audit, createAudit } from '../src/audit/trail.ts';
import { openStore } from '../src/store/open.ts';

const ENTRIES = 20_000;
const APPENDS = 100;
/** Writes at a time while the trail is made: they share commits. */
const TOGETHER = 500;

const folder = await mkdtemp(join(tmpdir(), 'unbind-bench-audit-'));
try {
  const opened = await openStore(`lmdb:${folder}`);
  if (!opened.ok) throw new Error(opened.failure.reason);
  const store = opened.value;
  let now = 1_700_000_000_000;
  const audit = createAudit(store, () => now);

  const records = store.values(AUDIT_LINES);
  let place = CHAIN_START;
  let writing: Promise<unknown>[] = [];
  for (let n = 1; n <= ENTRIES; n++) {
    const content = {
      what: 'case.stage',
      case: `C${n % 300}`,
      by: `person:${n % 40}`,
      detail: { n },
    } as const;
    const next = nextLine(place, content, now);
    writing.push(records.set(String(next.place.seq).padStart(12, '0'), next.line));
    place = next.place;
    if (writing.length === TOGETHER) {
      await Promise.all(writing);
      writing = [];
    }
  }
  await Promise.all(writing);
  await records.set('ends', JSON.stringify({ base: CHAIN_START, head: place }));

  now += 500 * 24 * 3_600_000;
  await append(audit);
  print('alone', await waits(audit));
  const begun = performance.now();
  let took = 0;
  const pruning = audit.prune(now - 24 * 3_600_000).then((pruned) => {
    took = performance.now() - begun;
    return pruned;
  });
  const beside = await waits(audit);
  const isStillPruning = took === 0;
  print('while 20,000 are forgotten', beside);
  const pruned = await pruning;
  const gone = pruned.ok ? pruned.value : pruned.failure.reason;
  console.log(
    `forgotten: ${gone} in ${took.toFixed(0)} ms${isStillPruning ? ', longer than the appends' : ''}`,
  );
  const checked = await audit.verify();
  console.log(`faults: ${checked.ok ? checked.value.faults.length : checked.failure.reason}`);
  await store.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function append(trail: Audit): Promise<void> {
  const noted = await trail.append({ what: 'case.stage', case: 'C1', by: 7, detail: { n: 1 } });
  if (!noted.ok) throw new Error(noted.failure.reason);
}

/** What each append waits, ms, ascending. */
async function waits(trail: Audit): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < APPENDS; n++) {
    const begun = performance.now();
    await append(trail);
    found.push(performance.now() - begun);
  }
  return found.sort((a, b) => a - b);
}

function print(what: string, sorted: readonly number[]): void {
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  console.log(`${what}: append waits ${at(0.5)} ms (median), ${at(0.95)} (p95), ${at(1)} (longest)`);
}
