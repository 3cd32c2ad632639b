/**
 * How many photos of labels we read, beside what each reader makes of them alone, in one run.
 *
 *   npx tsx bench/labels.ts [--seed 2026] [--count 300] [--easy] [--cpu] [--sheets DIR]
 *   npx tsx bench/labels.ts --folder DIR [--half even|odd] [--cpu] [--sheets DIR]
 *
 * Photos are drawn and photographed from the seed (bench/labels/photos.ts), each spoilt in one or two ways; the ladder was
 * tuned on seeds 1 to 20 of an older mixture, before half of the troubles were drawn. A folder is searched with its sub-folders
 * for pictures that have a text beside them (`photo.png` and `photo.txt`), or has an `expected.json` of what other readers
 * found: a list of `file` and `texts`. There a text is right when any reader found it in any photo of the folder: the same
 * codes are in many.
 * `--half` takes the files whose name, as that list has it, has a SHA-256 with that last bit, so that what was tuned on one
 * half is reported on the other.
 * `ladder`: ours without the second reader. Below the readers, what each trouble, kind of code or folder costs them: a photo
 * with two troubles stands in both rows; `single` is what any of the readers alone read, `ms` the median of ours.
 * `--sheets` writes two contact sheets of the codes: the hardest that were read, and those that were not; of drawn photos
 * also one of whole labels for each trouble.
 * `wrong` counts readings that say anything else than the code does. In drawn photos there is one label, so that ours
 * is wrong too when it offers several devices of which one is right: the others were made up from a misread code.
 * `--cpu` counts what a process computes instead of time, in the budget and in the figures: on a machine that does other things,
 * too, that says what is read where it does not.
 * Every reader runs in a process of its own: `peak MB` is the most that one held, `idle` what it held before its first
 * photo (bench/labels/reading.ts; Linux only).
 * A line of another version, such as the baseline 157ba39 of docs/decisions/0046, is measured in a folder of its own:
 * `git worktree add`, `npm ci`, this `bench/` over the one there; where that version has no second reader or `parseCode` yet, what
 * bench/labels/reading.ts says of the second reader is left out. There `ladder` is that version.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { against, asked, note, quantile, report } from './bench.ts';
import { easyPhoto, hardPhoto, type LabelPhoto, TROUBLES } from './labels/photos.ts';
import { SINGLE_READERS } from './labels/readers.ts';
import type { Outcome, Said, Task } from './labels/reading.ts';
import { drawSheet } from './labels/sheet.ts';

type Photo = Pick<LabelPhoto, 'name' | 'bytes'> & Task & Partial<LabelPhoto>;

/** Characters of a column. */
const COLUMN = 11;

const values = asked({
  seed: 2026,
  count: 300,
  easy: false,
  folder: '',
  half: '',
  cpu: false,
  sheets: '',
});

const photos = values.folder ? await photosIn(values.folder) : await generated();
const table = new Map<string, { outcome: Outcome; ms: number }[]>();
const memory = new Map<string, { idle: number; peak: number }>();
const what = values.folder ? 'texts' : 'labels';
await measure('ours', `${what} ours`);
await measure('ladder', `${what} ladder`);
for (const name of Object.keys(SINGLE_READERS)) await measure(name, name);

const column = (text: string | number, width: number) => String(text).padStart(width);
note(`${photos.length} photos`);
note('reader        read       wrong  median   p95 ms  peak MB  idle');
for (const [name, results] of table)
  line(
    name,
    results.map(({ outcome }) => outcome),
    results.map(({ ms }) => ms),
  );
line('any single', union(Object.keys(SINGLE_READERS)));
line('ours+all', union([...table.keys()]));
costs();
if (values.sheets) await sheets(values.sheets);
const singles = Object.keys(SINGLE_READERS);
const outcomesOf = (name: string) => (table.get(name) ?? []).map(({ outcome }) => outcome);
const read = (outcomes: readonly Outcome[]) => outcomes.filter((one) => one === 'read').length;
const [best = ''] = singles.toSorted((one, other) => read(outcomesOf(other)) - read(outcomesOf(one)));
const times = (name: string) => (table.get(name) ?? []).map(({ ms }) => ms);
const wrong = (name: string) => outcomesOf(name).filter((one) => one === 'wrong').length;
report([
  against(
    'read',
    'count',
    read(outcomesOf('ours')),
    { name: best, value: read(outcomesOf(best)) },
    { better: 'more' },
  ),
  against(
    'read, beside all of them together',
    'count',
    read(outcomesOf('ours')),
    {
      name: 'any single reader',
      value: read(union(singles)),
    },
    { better: 'more' },
  ),
  against('read wrongly', 'count', wrong('ours'), { name: best, value: wrong(best) }),
  against('a photo', 'ms', quantile(times('ours'), 0.5), { name: best, value: quantile(times(best), 0.5) }),
  against('memory', 'MB', memory.get('ours')?.peak ?? 0, { name: best, value: memory.get(best)?.peak ?? 0 }),
]);

/** What spoils a photo and the kind of its code, or the folder it lies in. */
function groupsOf({ ways, kind, name }: Photo): string[] {
  return kind === undefined ? [dirname(name)] : [...(ways ?? []), kind];
}

/** How many photos of each group each reader read. */
function costs(): void {
  const names = [...table.keys()];
  const found = new Set(photos.flatMap(groupsOf));
  const groups = [...TROUBLES.filter((trouble) => found.delete(trouble)), ...found];
  const head = ['photos', ...names, 'single', 'wrong', 'ms'].map((name) => column(name, COLUMN));
  note(`\n${'read of'.padEnd(14)}${head.join('')}`);
  for (const group of groups) {
    const of = photos.flatMap((photo, at) => (groupsOf(photo).includes(group) ? [at] : []));
    const read = (results: readonly (Outcome | undefined)[]) =>
      of.filter((at) => results[at] === 'read').length;
    const outcomes = (name: string) => (table.get(name) ?? []).map(({ outcome }) => outcome);
    const ours = table.get('ours') ?? [];
    const cells = [
      of.length,
      ...names.map((name) => read(outcomes(name))),
      read(union(Object.keys(SINGLE_READERS))),
      of.filter((at) => ours[at]?.outcome === 'wrong').length,
      of
        .map((at) => ours[at]?.ms ?? 0)
        .sort((one, other) => one - other)
        [of.length >> 1]?.toFixed(0) ?? '',
    ];
    note(`${group.padEnd(14)}${cells.map((cell) => column(cell, COLUMN)).join('')}`);
  }
}

async function generated(): Promise<Photo[]> {
  const all: Photo[] = [];
  const take = values.easy ? easyPhoto : hardPhoto;
  for (let index = 0; index < values.count; index++) {
    const photo = await take(values.seed, index);
    all.push({ ...photo, texts: [photo.text] });
  }
  return all;
}

async function photosIn(folder: string): Promise<Photo[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  if (names.includes('expected.json')) return photosWithExpected(folder);
  const pictures = names.filter((name) => /\.(?:jpe?g|png|webp)$/i.test(name));
  const found = pictures.map(async (name): Promise<Photo | null> => {
    const text = `${name.slice(0, -extname(name).length)}.txt`;
    if (!names.includes(text)) return null;
    const [bytes, expected] = await Promise.all([
      readFile(join(folder, name)),
      readFile(join(folder, text), 'utf8'),
    ]);
    return { name, bytes, texts: [expected] };
  });
  return (await Promise.all(found)).filter((photo) => photo !== null).filter(({ name }) => isInHalf(name));
}

async function photosWithExpected(folder: string): Promise<Photo[]> {
  const all: { file: string; texts: { text: string }[] }[] = JSON.parse(
    await readFile(join(folder, 'expected.json'), 'utf8'),
  );
  const texts = [...new Set(all.flatMap((photo) => photo.texts.map(({ text }) => text)))];
  const half = all.map(({ file }) => file).filter(isInHalf);
  return Promise.all(half.map(async (name) => ({ name, bytes: await readFile(join(folder, name)), texts })));
}

function isInHalf(name: string): boolean {
  if (values.half === '') return true;
  const last = createHash('sha256').update(name).digest().at(-1) ?? 0;
  return last % 2 === (values.half === 'odd' ? 1 : 0);
}

/** Runs a reader over all photos, in its own process. */
async function measure(name: string, reader: string): Promise<void> {
  const entry = new URL('./labels/reading.ts', import.meta.url);
  const child = fork(entry, values.cpu ? [reader, 'cpu'] : [reader], { serialization: 'advanced' });
  child.on('exit', (code) => {
    // Ended by a signal: the one below.
    if (code !== null) throw new Error(`the process of ${name} ended with ${code}`);
  });
  const next = async () => (await once(child, 'message'))[0] as Said;
  const idle = (await next()).mb;
  const results: { outcome: Outcome; ms: number }[] = [];
  for (const { bytes, texts } of photos) {
    child.send({ bytes, texts } satisfies Task);
    const said = await next();
    if ('outcome' in said) results.push(said);
    memory.set(name, { idle, peak: said.mb });
  }
  child.kill();
  table.set(name, results);
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
  note(
    `${name.padEnd(11)} ${column(count('read'), 4)} ${column(share, 7)} ${column(count('wrong'), 6)} ` +
      `${column(at(0.5), 7)} ${column(at(0.95), 8)} ${column(memory.get(name)?.peak ?? '', 8)} ` +
      column(memory.get(name)?.idle ?? '', 5),
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
  for (const trouble of TROUBLES) {
    const of = photos.filter(({ ways }) => ways?.includes(trouble)).slice(0, 20);
    const labels = of.map(({ outline, ...photo }) => (outline ? { ...photo, box: outline } : photo));
    if (labels.length > 0) await drawSheet(join(folder, `${trouble}.png`), labels);
  }
}
