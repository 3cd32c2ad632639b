/**
 * Technicians and laptops who work with one bot for an hour, and whether its memory and its handles stay what they were: a line for
 * each look at it, then what has grown. Exit code 1 where something is not flat, or somebody waited in vain.
 *
 *   npx tsx scripts/soak.ts [--minutes 60] [--technicians 200] [--agents 200] [--every 60]
 *
 * `--every`: seconds between two looks. The first tenth of the time warms the bot up and is not judged.
 */
import { parseArgs } from 'node:util';
import { columns } from '../bench/run/table.ts';
import programs, { bundled } from '../test/support/programs.ts';
import { openSoak } from '../test/support/soak.ts';
import { growthOf, type Sample } from '../test/support/soak-verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    technicians: { type: 'string', default: '200' },
    agents: { type: 'string', default: '200' },
    every: { type: 'string', default: '60' },
  },
});
const [minutes, technicians, agents, everyS] = [
  values.minutes,
  values.technicians,
  values.agents,
  values.every,
].map(Number) as [number, number, number, number];
/** What the heap may grow for a case over the whole time, KB: a tenth of what one open case holds. */
const HEAP_KB_PER_CASE = 0.2;

const removePrograms = await programs();
try {
  const soak = await openSoak(await bundled('test/support/soak-process.ts'), technicians, agents);
  console.log(`${technicians} technicians and ${agents} laptops, ${minutes} minutes`);
  const begun = performance.now();
  const since = () => (performance.now() - begun) / 60_000;
  const samples: Sample[] = [];
  let [cases, lookedAt] = [0, 0];
  while (since() < minutes) {
    cases += await soak.round();
    if ((since() - lookedAt) * 60 < everyS) continue;
    lookedAt = since();
    const held = await soak.held();
    const { heapKb, ownKb, resources, listeners } = held;
    const handles = Object.entries(resources).map(([kind, count]) => `${count} ${kind}`);
    console.log(
      `${since().toFixed(1)} min, ${cases} cases: heap ${(heapKb / 1024).toFixed(1)} MB, process ${(ownKb / 1024).toFixed(0)} MB, ` +
        `${listeners} listeners, ${handles.join(', ')}`,
    );
    if (since() > minutes / 10) samples.push({ cases, held });
  }
  await soak.close();
  const growth = growthOf(samples, HEAP_KB_PER_CASE);
  console.log(
    columns([
      ['', 'first third', 'last third', 'for a case', ''],
      ...growth.map(({ what, first, last, perCase, isFlat }) => [
        what,
        String(first),
        String(last),
        perCase.toFixed(3),
        isFlat ? 'flat' : 'GROWS',
      ]),
    ]),
  );
  if (growth.some(({ isFlat }) => !isFlat)) process.exitCode = 1;
} finally {
  await removePrograms();
}
