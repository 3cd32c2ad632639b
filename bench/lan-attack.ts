/**
 * The attack lab many times over: how often a host on the device's network gets the admin password, for each attack and
 * each rate of its flood, beside the agent of another checkout; then what honest unbinds lose without a flood.
 * Linux, as root: everything is in network namespaces of its own.
 *
 *   npx tsx bench/lan-attack.ts [--runs 5] [--before <folder of another checkout>] [--before-runs 1] [--only behind-flood,quiet]
 */
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
import { against, asked, beside, cannot, median, note, plain, report } from './bench.ts';
import type { Figure } from './run/figure.ts';

const {
  runs,
  before,
  only,
  'before-runs': beforeRuns,
} = asked({ runs: 5, before: '', only: '', 'before-runs': 1 });
/** `quiet` are the honest unbinds without a flood. */
const isWanted = (name: string) => only === '' || only.split(',').includes(name);
if (NO_NAMESPACES) cannot(NO_NAMESPACES);

/** Answers of a device, ms, at which the honest unbind is timed. */
const DELAYS = [0, 300, 740, 1200, 2000];

const sides: [name: string, programs: Programs][] = [['now', await bundlePrograms()]];
if (before) sides.unshift(['before', await bundlePrograms(before)]);
const figures: Figure[] = [];
for (const [name, { kind }] of Object.entries(ATTACKS)) {
  if (!isWanted(name)) continue;
  for (const rate of RATES) {
    /** Passwords stolen of a hundred runs, by side. */
    const stolen = new Map<string, number>();
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
      stolen.set(side, (count((one) => one.stolen) * 100) / times);
      note(
        `${name}, ${rate}/s, ${side}: password stolen ${count(({ stolen }) => stolen)} of ${times}; false "unbound" ` +
          `${count(({ report, device }) => report?.outcome === 'unbound' && device.bound)}; ` +
          [...ends].map(([word, number]) => `${number} ${word}`).join(', '),
      );
    }
    const [what, now, earlier] = [`stolen, ${name}, ${rate}/s`, stolen.get('now') ?? 0, stolen.get('before')];
    figures.push(
      earlier ? against(what, '%', now, { name: 'before', value: earlier }) : plain(what, '%', now),
    );
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
    const times = (side: string) => (ended.get(side) ?? []).map(({ ms }) => [ms]);
    const done = (ended.get('now') ?? []).filter(({ report: told }) => told?.outcome === 'unbound').length;
    const what = `honest unbind, a device of ${replyDelayMs} ms`;
    figures.push(
      before
        ? beside(what, 'ms', times('now'), { name: 'before', rounds: times('before') })
        : plain(what, 'ms', median(times('now').flat())),
      plain(`${what}, unbound`, '%', (done * 100) / runs, { reach: { atLeast: 100 }, better: 'more' }),
    );
  }
}
for (const [, programs] of sides) await programs.remove();
report(figures);

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
