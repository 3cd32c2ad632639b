/**
 * What those who append to the audit trail wait for while its oldest entries are forgotten, beside the same with nothing going on.
 * `npx tsx bench/audit-prune.ts [--entries 20000] [--appends 100]`
 */
import { CHAIN_START, nextLine } from '../src/audit/chain.ts';
import { AUDIT_LINES, type Audit, createAudit } from '../src/audit/trail.ts';
import { openStore } from '../src/store/open.ts';
import { temporaryFolder } from '../test/support/store.ts';
import { asked, beside, note, plain, report, timedEach } from './bench.ts';

const { entries, appends } = asked({ entries: 20_000, appends: 100 });
/** Writes at a time while the trail is made: they share commits. */
const TOGETHER = 500;

const folder = await temporaryFolder();
const opened = await openStore(`lmdb:${folder.path}`);
if (!opened.ok) throw new Error(opened.failure.reason);
const store = opened.value;
let now = 1_700_000_000_000;
const audit = createAudit(store, () => now);

const records = store.values(AUDIT_LINES);
let place = CHAIN_START;
let writing: Promise<unknown>[] = [];
for (let n = 1; n <= entries; n++) {
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
const alone = await timedEach(appends, () => append(audit));
const begun = performance.now();
let took = 0;
const pruning = audit.prune(now - 24 * 3_600_000).then((pruned) => {
  took = performance.now() - begun;
  return pruned;
});
const during = await timedEach(appends, () => append(audit));
const isStillPruning = took === 0;
const pruned = await pruning;
const checked = await audit.verify();
await store.close();
await folder.remove();
if (!checked.ok) throw new Error(checked.failure.reason);
note(
  `forgotten: ${pruned.ok ? pruned.value : pruned.failure.reason} in ${took.toFixed(0)} ms${isStillPruning ? ', longer than the appends' : ''}`,
);
const quiet = { name: 'alone', rounds: [alone] };
report([
  beside('append while entries are forgotten', 'ms', [during], quiet),
  beside('append while entries are forgotten, p95', 'ms', [during], quiet, { at: 0.95 }),
  beside('append while entries are forgotten, longest', 'ms', [during], quiet, { at: 1 }),
  plain('faults of the chain afterwards', 'count', checked.value.faults.length, { reach: { atMost: 0 } }),
]);

async function append(trail: Audit): Promise<void> {
  const noted = await trail.append({ what: 'case.stage', case: 'C1', by: 7, detail: { n: 1 } });
  if (!noted.ok) throw new Error(noted.failure.reason);
}
