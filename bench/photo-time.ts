/**
 * How long it takes from a photo to its answer, beside the same photos by the same reader without a limit: drawn labels
 * without a code, so that first all readers of codes look in vain, then print is read. `cold`: every process has to be
 * started first, from source, as for the first photo of the day; `warm`: the photos come one after the other; `ten at once`:
 * of many people. `--beside` busy loops take the machine, `--quota` per cent of one processor are all that bot and
 * processes have together (Linux, as root).
 *
 *   npx tsx bench/photo-time.ts [--count 10] [--seed 55] [--beside 4] [--quota 50]
 */
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLabelReader, type LabelReader, type LabelReading } from '../src/label/reader.ts';
import { inventShot, photographRows } from '../test/integration/label/printed.ts';
import { drawPrint, PRINT_KINDS } from './labels/print.ts';
import { createRandom } from './labels/random.ts';

/** What the bot gives a photo (PHOTO_SECONDS), and what is no limit, ms. */
const LIMITS = { limit: 8000, 'no limit': 600_000 };
const AT_ONCE = 10;
const PERIOD_US = 100_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10' },
    seed: { type: 'string', default: '55' },
    beside: { type: 'string', default: '0' },
    quota: { type: 'string' },
  },
});
const seed = Number(values.seed);

interface Photo {
  readonly bytes: Buffer;
  readonly shortSerial: string;
}

const photos: Photo[] = [];
for (let index = 0; index < Number(values.count); index++) {
  const random = createRandom(seed * 10_000 + index);
  const sheet = drawPrint(random, PRINT_KINDS[index % PRINT_KINDS.length] ?? 'plain');
  const shot = inventShot(() => random.between(0, 1), random.ratio(9, 28), [null, 'DejaVu Sans']);
  photos.push({
    bytes: await photographRows(sheet.rows, shot, seed + index),
    shortSerial: sheet.shortSerial,
  });
}

if (values.quota) haveNoMore(Number(values.quota));
const loops = Array.from({ length: Number(values.beside) }, () =>
  fork('-e', [], { execArgv: ['-e', 'for (;;);'], stdio: 'ignore' }),
);

interface Answer {
  readonly ms: number;
  readonly word: 'right' | 'wrong' | 'no time' | 'not read';
}
const rows: Record<string, Record<string, string | number>> = {};
for (const [name, answerMs] of Object.entries(LIMITS)) {
  const open = () => createLabelReader({ answerMs });
  const cold: Answer[] = [];
  for (const photo of photos) {
    const reader = open();
    cold.push(await timed(reader, photo));
    await reader.close();
  }
  row(`cold, ${name}`, cold);

  const reader = open();
  await reader.read(photos[0]?.bytes ?? new Uint8Array());
  const warm: Answer[] = [];
  for (const photo of photos) warm.push(await timed(reader, photo));
  row(`warm, ${name}`, warm);
  row(`ten at once, ${name}`, await Promise.all(photos.slice(0, AT_ONCE).map((one) => timed(reader, one))));
  await reader.close();
}
console.table(rows);
for (const loop of loops) loop.kill();

async function timed(reader: LabelReader, { bytes, shortSerial }: Photo): Promise<Answer> {
  const start = performance.now();
  const reading = await reader.read(bytes);
  return { ms: performance.now() - start, word: wordOf(reading, shortSerial) };
}

/** Whether the right number is among those offered. */
function wordOf(reading: LabelReading, shortSerial: string): Answer['word'] {
  if (reading.kind === 'unreadable') return reading.tip === 'no-time' ? 'no time' : 'not read';
  if (reading.kind === 'rejected') return reading.reason === 'timeout' ? 'no time' : 'not read';
  if (reading.kind === 'refused') return 'not read';
  const facts =
    reading.kind === 'label'
      ? [reading.facts]
      : reading.kind === 'several'
        ? reading.labels.map((label) => label.facts)
        : reading.labels;
  return facts.some((one) => one.shortSerial === shortSerial) ? 'right' : 'wrong';
}

function row(name: string, answers: readonly Answer[]): void {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.floor(times.length * share)] ?? 0);
  const count = (word: Answer['word']) => answers.filter((answer) => answer.word === word).length;
  rows[name] = {
    photos: answers.length,
    'p50 ms': at(0.5),
    'p95 ms': at(0.95),
    'max ms': Math.round(times.at(-1) ?? 0),
    right: count('right'),
    wrong: count('wrong'),
    'not read': count('not read'),
    'no time': count('no time'),
  };
  console.log(name, rows[name]);
}

/** Puts this process, and with it all that it starts, into a group that has no more of a processor. */
function haveNoMore(percent: number): void {
  const [most, isOld] = [(percent / 100) * PERIOD_US, existsSync('/sys/fs/cgroup/cpu')];
  const group = join('/sys/fs/cgroup', isOld ? 'cpu' : '', `unbind-bench-${process.pid}`);
  mkdirSync(group);
  if (isOld) writeFileSync(join(group, 'cpu.cfs_quota_us'), String(most));
  else writeFileSync(join(group, 'cpu.max'), `${most} ${PERIOD_US}`);
  writeFileSync(join(group, 'cgroup.procs'), String(process.pid));
}
