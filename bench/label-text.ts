/**
 * How print is read, how surely, and what that costs: drawn labels whose full serial goes on in the next line, plain ones,
 * and cartons with bars and other numbers of nine digits; capitals of 9 to 28 pixels, six fonts, every sixth photo turned
 * by a quarter or a half. Codes are read first, as the bot does. Beside it, from the same recognition, what every line says
 * by itself: the first text in the form of a serial number is taken.
 *
 *   npx tsx bench/label-text.ts [--counts 100,100,30] [--seed 77] [--budget 60000]
 *
 * `--counts`: labels of each kind; `--budget`: longest time for a photo, ms.
 */
import { parseSerial } from '../src/device/serial.ts';
import { serialTexts } from '../src/device/typed-shapes.ts';
import { prepareCodes } from '../src/label/codes.ts';
import { readPhoto } from '../src/label/read-photo.ts';
import { createLabelReader } from '../src/label/reader.ts';
import type { LabelReading } from '../src/label/reading.ts';
import { openOcr } from '../src/label/text/ocr.ts';
import { readText } from '../src/label/text/read-text.ts';
import { isOpen, withPrint } from '../src/label/weigh.ts';
import { inventShot, photographRows } from '../test/integration/label/printed.ts';
import { against, asked, note, plain, quantile, report, timed } from './bench.ts';
import { drawPrint, PRINT_KINDS, type PrintSheet } from './labels/print.ts';
import { createRandom, type Random } from './labels/random.ts';
import type { Figure } from './run/figure.ts';

const FONTS = [null, 'Liberation Sans', 'Liberation Sans Narrow', 'DejaVu Sans', 'Roboto', 'Liberation Mono'];
const { counts, seed, budget } = asked({ counts: '100,100,30', seed: 77, budget: 60_000 });
const CODES_MS = 700;

const ocr = await openOcr();
await prepareCodes();

/** What each line says by itself, of the first look at the photo in hand. */
let alone: string | null = null;
const listening: typeof ocr = {
  ...ocr,
  async look(photo, side, isOver) {
    const look = await ocr.look(photo, side, isOver);
    if (!look) return null;
    const texts = look.lines.flatMap(({ pieces }) => serialTexts(pieces.map(({ text }) => text).join(' ')));
    alone ??= texts.map(shortOf).find((short) => short !== null) ?? null;
    return look;
  },
};

function shortOf(text: string): string | null {
  const parsed = parseSerial(text);
  return parsed.ok ? parsed.value.short : null;
}

async function read(bytes: Uint8Array): Promise<LabelReading> {
  const codes = await readPhoto({ bytes, budgetMs: CODES_MS });
  if (!isOpen(codes)) return codes;
  return withPrint(codes, await readText(listening, { bytes, budgetMs: budget }, () => false));
}

type Verdict = 'right unasked' | 'wrong unasked' | 'asked, right' | 'asked, wrong' | 'not read';

/** What is offered, and whether a person is asked. */
function verdictOf(reading: LabelReading, { shortSerial, fullSerial }: PrintSheet) {
  const facts =
    reading.kind === 'label'
      ? [reading.facts]
      : reading.kind === 'several'
        ? reading.labels.map((label) => label.facts)
        : reading.kind === 'printed'
          ? reading.labels
          : [];
  const isAsked =
    facts.length !== 1 ||
    (reading.kind === 'label'
      ? !reading.isCertain
      : reading.kind !== 'printed' || reading.certainty !== 'agreed');
  const isRight = facts.some((one) => one.shortSerial === shortSerial);
  const right = isAsked ? 'asked, right' : 'right unasked';
  const wrong = isAsked ? 'asked, wrong' : 'wrong unasked';
  const verdict: Verdict = facts.length === 0 ? 'not read' : isRight ? right : wrong;
  const claimed = facts.flatMap((one) => one.fullSerial ?? []);
  return { verdict, claimed: claimed.length, whole: claimed.filter((full) => full === fullSerial).length };
}

function shoot(random: Random, sheet: PrintSheet, index: number): Promise<Buffer> {
  const shot = inventShot(() => random.between(0, 1), random.ratio(9, 28), FONTS);
  const quarter = index % 6 === 5 ? random.pick([90, 180, 270]) : 0;
  return photographRows(sheet.rows, { ...shot, turn: shot.turn + quarter }, seed + index);
}

const figures: Figure[] = [];
let last: Buffer | null = null;
for (const [at, kind] of PRINT_KINDS.entries()) {
  const count = Number(counts.split(',')[at] ?? 0);
  const row = {
    labels: count,
    'right unasked': 0,
    'wrong unasked': 0,
    'asked, right': 0,
    'asked, wrong': 0,
    'not read': 0,
    'full: claimed': 0,
    'full: right': 0,
    'alone: right': 0,
    'alone: wrong': 0,
  };
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const random = createRandom(seed * 10_000 + at * 1000 + index);
    const sheet = drawPrint(random, kind);
    const photo = await shoot(random, sheet, index);
    last = photo;
    alone = null;
    const start = performance.now();
    const reading = await read(photo);
    times.push(performance.now() - start);
    const { verdict, claimed, whole } = verdictOf(reading, sheet);
    row[verdict]++;
    row['full: claimed'] += claimed;
    row['full: right'] += whole;
    if (alone !== null) row[alone === sheet.shortSerial ? 'alone: right' : 'alone: wrong']++;
    if (
      verdict === 'asked, wrong' ||
      verdict === 'wrong unasked' ||
      verdict === 'not read' ||
      claimed > whole
    )
      note([kind, index, verdict, sheet.shortSerial, sheet.fullSerial, brief(reading)].join(' '));
  }
  if (count === 0) continue;
  const byLine = (right: number) => ({ name: 'each line alone', value: right });
  note(`${kind}: ${JSON.stringify(row)}`);
  figures.push(
    against(
      `${kind}: right of ${count}`,
      'count',
      row['right unasked'] + row['asked, right'],
      byLine(row['alone: right']),
      {
        better: 'more',
      },
    ),
    against(`${kind}: wrong unasked of ${count}`, 'count', row['wrong unasked'], byLine(row['alone: wrong'])),
    against(`${kind}: full numbers right`, 'count', row['full: right'], {
      name: 'claimed',
      value: row['full: claimed'],
    }),
    plain(`${kind}: a photo`, 'ms', quantile(times, 0.5)),
    plain(`${kind}: a photo, p95`, 'ms', quantile(times, 0.95)),
  );
}

// The way the bot goes: processes that have to be started first, and its own limits.
const reader = createLabelReader();
for (const what of ['with processes started', 'once they are there']) {
  const photo = last;
  if (!photo) break;
  figures.push(plain(`one photo ${what}`, 'ms', await timed(() => reader.read(photo))));
}
await reader.close();
report(figures);

function brief(reading: LabelReading): string {
  return JSON.stringify(reading, (key, value) => (key === 'picture' ? value !== null : value));
}
