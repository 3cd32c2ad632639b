/**
 * The attack lab many times over: how often a host on the device's network gets the admin password, for each attack and
 * each rate of its flood, beside the agent of another checkout; then what honest unbinds lose without a flood.
 * Linux, as root: everything is in network namespaces of its own.
 *
 *   npx tsx bench/lan-attack.ts [--runs 5] [--before <folder of another checkout>] [--before-runs 1] \
 *     [--only behind-flood --only quiet]
 */
import { parseArgs } from 'node:util';
import { NO_NAMESPACES } from '../test/integration/netns/world.ts';
import {
  ATTACKS,
  type Attacked,
  type AttackName,
  attack,
  bundlePrograms,
  type Programs,
  RATES,
} from '../test/security/lan/lab.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    before: { type: 'string' },
    'before-runs': { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});
const runs = Number(values.runs);
const beforeRuns = Number(values['before-runs'] ?? runs);
/** `quiet` are the honest unbinds without a flood. */
const isWanted = (name: string) => !values.only || values.only.includes(name);
if (NO_NAMESPACES) throw new Error(NO_NAMESPACES);

/** Answers of a device, ms, at which the honest unbind is timed. */
const DELAYS = [0, 300, 740, 1200, 2000];

const sides: [name: string, programs: Programs][] = [['now', await bundlePrograms()]];
if (values.before) sides.unshift(['before', await bundlePrograms(values.before)]);
for (const [name, { kind }] of Object.entries(ATTACKS)) {
  if (!isWanted(name)) continue;
  for (const rate of RATES) {
    for (const [side, programs] of sides) {
      const ended: Attacked[] = [];
      // Only a wrongly confirmed cable lets an agent of today talk to everybody at all.
      const words = side === 'now' && kind === 'faster' ? ['--direct-cable'] : [];
      const times = side === 'now' ? runs : beforeRuns;
      for (let run = 0; run < times; run++)
        ended.push(await once(programs, name as AttackName, { rate, words }));
      const count = (holds: (one: Attacked) => boolean) => ended.filter(holds).length;
      const ends = new Map<string, number>();
      for (const { report } of ended) {
        const word = [report?.outcome ?? 'nothing', report?.reason].filter(Boolean).join(' ');
        ends.set(word, (ends.get(word) ?? 0) + 1);
      }
      console.log(
        `${name}, ${rate}/s, ${side}: password stolen ${count(({ stolen }) => stolen)} of ${times}; false "unbound" ` +
          `${count(({ report, device }) => report?.outcome === 'unbound' && device.bound)}; ` +
          [...ends].map(([word, number]) => `${number} ${word}`).join(', '),
      );
    }
  }
}
if (isWanted('quiet')) {
  for (const replyDelayMs of DELAYS) {
    const ended = new Map(sides.map(([side]) => [side, [] as Attacked[]]));
    // By turns, so that whatever else this machine does meets both alike.
    for (let run = 0; run < runs; run++) {
      for (const [side, programs] of sides) {
        ended.get(side)?.push(await once(programs, 'honest', { rate: 0, quirks: { replyDelayMs } }));
      }
    }
    const figures = [...ended].map(([side, all]) => {
      const times = all.map(({ ms }) => ms).sort((a, b) => a - b);
      const done = all.filter(({ report }) => report?.outcome === 'unbound').length;
      return { side, done, median: times[runs >> 1] ?? 0 };
    });
    const lost = (figures.at(-1)?.median ?? 0) - (figures[0]?.median ?? 0);
    console.log(
      `no flood, a device of ${replyDelayMs} ms: ` +
        figures
          .map(({ side, done, median }) => `${side} ${done} of ${runs}, median ${median.toFixed(0)} ms`)
          .join('; ') +
        (figures.length > 1 ? `; lost ${lost.toFixed(0)} ms` : ''),
    );
  }
}
for (const [, programs] of sides) await programs.remove();

async function once(...[programs, name, options]: [Programs, AttackName, Parameters<typeof attack>[3]]) {
  const cleanups: (() => unknown)[] = [];
  try {
    return await attack(
      { onTestFinished: (end) => void cleanups.push(end as () => unknown) },
      programs,
      name,
      options,
    );
  } finally {
    for (const end of cleanups.reverse()) await end();
  }
}
