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
import { createLabelReader, type LabelReader, type LabelReading } from '../src/label/reader.ts';
import { inventShot, photographRows } from '../test/integration/label/printed.ts';
import { against, asked, note, plain, quantile, report } from './bench.ts';
import { drawPrint, PRINT_KINDS } from './labels/print.ts';
import { createRandom } from './labels/random.ts';
import { openQuota } from './run/quota.ts';

/** What the bot gives a photo (PHOTO_SECONDS), and what is no limit, ms. */
const LIMITS = { limit: 8000, 'no limit': 600_000 };
const AT_ONCE = 10;

const { count, seed, beside: busy, quota } = asked({ count: 10, seed: 55, beside: 0, quota: 0 });

interface Photo {
  readonly bytes: Buffer;
  readonly shortSerial: string;
}

const photos: Photo[] = [];
for (let index = 0; index < count; index++) {
  const random = createRandom(seed * 10_000 + index);
  const sheet = drawPrint(random, PRINT_KINDS[index % PRINT_KINDS.length] ?? 'plain');
  const shot = inventShot(() => random.between(0, 1), random.ratio(9, 28), [null, 'DejaVu Sans']);
  photos.push({
    bytes: await photographRows(sheet.rows, shot, seed + index),
    shortSerial: sheet.shortSerial,
  });
}

if (quota > 0) openQuota(quota).take(process.pid);
const loops = Array.from({ length: busy }, () =>
  fork('-e', [], { execArgv: ['-e', 'for (;;);'], stdio: 'ignore' }),
);

interface Answer {
  readonly ms: number;
  readonly word: 'right' | 'wrong' | 'no time' | 'not read';
}
/** How long answers took, ms, and how many were right, by what was limited and how photos came. */
const rows = new Map<string, { p50: number; max: number; right: number }>();
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
for (const loop of loops) loop.kill();
report(
  ['cold', 'warm', 'ten at once'].flatMap((how) => {
    const [ours, free] = Object.keys(LIMITS).map((limit) => rows.get(`${how}, ${limit}`));
    if (!ours || !free) return [];
    const beside = (value: number) => ({ name: 'no limit', value });
    return [
      against(`${how}: photo to answer`, 'ms', ours.p50, beside(free.p50)),
      against(`${how}: photo to answer, longest`, 'ms', ours.max, beside(free.max)),
      plain(`${how}: longest beside what is given`, 'times', ours.max / LIMITS.limit),
      against(`${how}: right of ${count}`, 'count', ours.right, beside(free.right), { better: 'more' }),
    ];
  }),
);

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
  const times = answers.map(({ ms }) => ms);
  const number = (word: Answer['word']) => answers.filter((answer) => answer.word === word).length;
  const words = ['right', 'wrong', 'not read', 'no time'] as const;
  note(`${name}: ${answers.length} photos, ${words.map((word) => `${number(word)} ${word}`).join(', ')}`);
  rows.set(name, { p50: quantile(times, 0.5), max: quantile(times, 1), right: number('right') });
}
