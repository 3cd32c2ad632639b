/**
 * How many photos of labels we read, beside what each reader makes of them alone, in one run.
 *
 *   npx tsx bench/labels.ts [--seed 2026] [--count 300] [--easy] [--sheets DIR]
 *   npx tsx bench/labels.ts --folder DIR
 *
 * Photos are drawn and photographed from the seed (bench/labels/photos.ts); the ladder was tuned on seed 1. A folder is
 * searched with its sub-folders for pictures that have a text beside them: `photo.png` and `photo.txt`. `--sheets`
 * writes two contact sheets of the codes: the hardest that were read, and those that were not.
 * `wrong` counts readings that say anything else than the code does. Memory is the peak of the whole process so far:
 * readers run in the order of the table.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { parseLabel } from '../src/device/label.ts';
import { prepareCodes, readCodes } from '../src/label/codes.ts';
import { LADDER, stepsOf, workingSize } from '../src/label/ladder.ts';
import { hardenSharp, openPhoto } from '../src/label/photo.ts';
import { readPhoto } from '../src/label/read-photo.ts';
import { easyPhoto, hardPhoto, type LabelPhoto } from './labels/photos.ts';
import { SINGLE_READERS } from './labels/readers.ts';
import { drawSheet } from './labels/sheet.ts';

type Photo = Pick<LabelPhoto, 'name' | 'bytes' | 'text'> & Partial<LabelPhoto>;
type Outcome = 'read' | 'wrong' | 'missed';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '2026' },
    count: { type: 'string', default: '300' },
    easy: { type: 'boolean', default: false },
    folder: { type: 'string' },
    sheets: { type: 'string' },
  },
});

/** Milliseconds for one photo, as in the bot. */
const BUDGET_MS = 700;

const photos = values.folder ? await photosIn(values.folder) : await generated();
hardenSharp();
await prepareCodes();
const table = new Map<string, { outcome: Outcome; ms: number }[]>();
const memory = new Map<string, number>();
await measure('ours', values.folder ? ourTexts : ourLabel);
for (const [name, read] of Object.entries(SINGLE_READERS)) {
  await measure(name, async ({ bytes, text }) => {
    const opened = await openPhoto(bytes);
    if (!opened.ok) return 'missed';
    return judge(await read(opened.value).catch(() => []), text);
  });
}

const column = (text: string | number, width: number) => String(text).padStart(width);
console.log(`${photos.length} photos`);
console.log('reader        read       wrong  median   p95 ms  peak MB');
for (const [name, results] of table)
  line(
    name,
    results.map(({ outcome }) => outcome),
    results.map(({ ms }) => ms),
  );
line('any single', union(Object.keys(SINGLE_READERS)));
line('ours+wechat', union(['ours', 'wechat']));
for (const kind of new Set(photos.flatMap((photo) => photo.kind ?? []))) {
  const of = [...table].map(([name, results]) => {
    const mine = results.filter((_, at) => photos[at]?.kind === kind);
    return `${name} ${mine.filter(({ outcome }) => outcome === 'read').length}`;
  });
  console.log(`${kind}: ${photos.filter((photo) => photo.kind === kind).length}; ${of.join(', ')}`);
}
if (values.sheets) await sheets(values.sheets);

async function generated(): Promise<Photo[]> {
  const all: Photo[] = [];
  const take = values.easy ? easyPhoto : hardPhoto;
  for (let index = 0; index < Number(values.count); index++) all.push(await take(Number(values.seed), index));
  return all;
}

async function photosIn(folder: string): Promise<Photo[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const pictures = names.filter((name) => /\.(?:jpe?g|png|webp)$/i.test(name));
  const found = pictures.map(async (name): Promise<Photo | null> => {
    const text = `${name.slice(0, -extname(name).length)}.txt`;
    if (!names.includes(text)) return null;
    const [bytes, expected] = await Promise.all([
      readFile(join(folder, name)),
      readFile(join(folder, text), 'utf8'),
    ]);
    return { name, bytes, text: expected };
  });
  return (await Promise.all(found)).filter((photo) => photo !== null);
}

async function measure(name: string, read: (photo: Photo) => Promise<Outcome>): Promise<void> {
  const results: { outcome: Outcome; ms: number }[] = [];
  for (const photo of photos) {
    const start = performance.now();
    const outcome = await read(photo);
    results.push({ outcome, ms: performance.now() - start });
  }
  table.set(name, results);
  memory.set(name, Math.round(process.resourceUsage().maxRSS / 1024));
}

/** The pipeline as the bot runs it: from bytes to the facts of the label. */
async function ourLabel({ bytes, text }: Photo): Promise<Outcome> {
  const reading = await readPhoto({ bytes, budgetMs: BUDGET_MS });
  const label = parseLabel(text);
  if (reading.kind !== 'label' || !label.ok) return reading.kind === 'several' ? 'wrong' : 'missed';
  return reading.facts.shortSerial === label.value.facts.shortSerial ? 'read' : 'wrong';
}

/** The ladder over photos of codes that are no labels: up to the first code. */
async function ourTexts({ bytes, text }: Photo): Promise<Outcome> {
  const opened = await openPhoto(bytes);
  if (!opened.ok) return 'missed';
  const photo = await workingSize(opened.value);
  const end = performance.now() + BUDGET_MS;
  for (const step of LADDER.flatMap((rung) => stepsOf(photo, rung).map((one) => ({ ...one, rung })))) {
    if (performance.now() >= end) break;
    const codes = await readCodes(await step.view(), step.rung.linear);
    if (codes.length > 0)
      return judge(
        codes.map((code) => code.text),
        text,
      );
  }
  return 'missed';
}

function judge(texts: readonly string[], expected: string): Outcome {
  const plain = (text: string) => text.replace(/\r\n?/g, '\n').trim();
  if (texts.some((text) => plain(text) === plain(expected))) return 'read';
  return texts.length > 0 ? 'wrong' : 'missed';
}

function union(names: readonly string[]): Outcome[] {
  return photos.map((_, at) =>
    names.some((name) => table.get(name)?.[at]?.outcome === 'read') ? 'read' : 'missed',
  );
}

function line(name: string, outcomes: readonly Outcome[], times: readonly number[] = []): void {
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)]?.toFixed(0) ?? '';
  const share = `${((100 * count('read')) / outcomes.length).toFixed(1)} %`;
  console.log(
    `${name.padEnd(11)} ${column(count('read'), 4)} ${column(share, 7)} ${column(count('wrong'), 6)} ` +
      `${column(at(0.5), 7)} ${column(at(0.95), 8)} ${column(memory.get(name) ?? '', 8)}`,
  );
}

/** The hardest are those that took longest: they needed the last rungs. */
async function sheets(folder: string): Promise<void> {
  const ours = table.get('ours') ?? [];
  const shown = photos.map((photo, at) => ({ ...photo, ms: ours[at]?.ms ?? 0, outcome: ours[at]?.outcome }));
  const read = shown.filter(({ outcome }) => outcome === 'read').sort((a, b) => b.ms - a.ms);
  const not = shown.filter(({ outcome }) => outcome !== 'read');
  await drawSheet(join(folder, 'read.png'), read.slice(0, 20));
  await drawSheet(join(folder, 'not-read.png'), not.slice(0, 20));
}
