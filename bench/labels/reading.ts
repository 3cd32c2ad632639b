/**
 * A process that runs one reader of bench/labels.ts, named by its argument, so that its memory is its own. It says what
 * it holds before the first photo, then gets photos one by one and answers each.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseLabel } from '../../src/device/label.ts';
import { climb, type Way } from '../../src/label/climb.ts';
import { prepareCodes } from '../../src/label/codes.ts';
import { workingSize } from '../../src/label/ladder.ts';
import { hardenSharp, openPhoto } from '../../src/label/photo.ts';
import { readPhoto } from '../../src/label/read-photo.ts';
import { prepareSecond, SECOND_WAY } from '../../src/label/second/wechat.ts';
import type { LabelPhoto } from './photos.ts';
import { SINGLE_READERS } from './readers.ts';

/** A photo and what its codes may say; the first is what it shows, where there is one label. */
export interface Task extends Pick<LabelPhoto, 'bytes'> {
  readonly texts: readonly string[];
}
/** `wrong`: what was read is not what the code says. */
export type Outcome = 'read' | 'wrong' | 'missed';
/** What the process says of itself and of a photo. Memory is the most it held so far, MB. */
export type Said =
  | { readonly mb: number }
  | { readonly mb: number; readonly outcome: Outcome; readonly ms: number };

/** Milliseconds for one photo, as in the bot, and for the second reader, which begins when half of them are over. */
const BUDGET_MS = 700;
const SECOND_MS = BUDGET_MS / 2;

/** A way through the photo, by what it reads: labels, or codes of any text. `ladder`: without the second reader. */
const OURS: Record<string, (photo: Task) => Promise<Timed>> = {
  'labels ours': (photo) => bothWays(photo, labelIn),
  'labels ladder': (photo) => timed(() => labelIn(photo, BUDGET_MS)),
  'texts ours': (photo) => bothWays(photo, textsIn),
  'texts ladder': (photo) => timed(() => textsIn(photo, BUDGET_MS)),
};
interface Timed {
  readonly outcome: Outcome;
  readonly ms: number;
}

const [, , name = '', clock] = process.argv;
// What other programs take of the machine is no fault of a reader's.
if (clock === 'cpu') performance.now = computed;
hardenSharp();
const start: Said = { mb: peak() };
const read = OURS[name] ?? alone(name);
if (name in OURS || name === 'zxing-wasm') await prepareCodes();
if (name.endsWith('ours')) await prepareSecond();
process.on('message', async (photo: Task) => {
  const said: Said = { mb: peak(), ...(await read(photo)) };
  process.send?.(said);
});
process.send?.(start);

/** What this process has computed, all its threads together, milliseconds. */
function computed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The most memory this process has held, MB. `resourceUsage` would begin with what its parent held. */
function peak(): number {
  const held = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Math.round(Number(held) / 1024);
}

/**
 * Both readers as the bot runs them, each in its own process: the second begins when the first is done, at the latest
 * when half of the time is over. What takes it longer than its time, the bot does not hear.
 */
async function bothWays(
  photo: Task,
  read: (photo: Task, budgetMs: number, way?: Way) => Promise<Outcome>,
): Promise<Timed> {
  const first = await timed(() => read(photo, BUDGET_MS));
  if (first.outcome !== 'missed') return first;
  const begun = Math.min(first.ms, BUDGET_MS - SECOND_MS);
  const budgetMs = BUDGET_MS - begun;
  const second = await timed(() => read(photo, budgetMs, SECOND_WAY));
  const ms = Math.max(first.ms, begun + Math.min(budgetMs, second.ms));
  return { outcome: second.ms > budgetMs ? 'missed' : second.outcome, ms };
}

async function timed(read: () => Promise<Outcome>): Promise<Timed> {
  const begin = performance.now();
  const outcome = await read();
  return { outcome, ms: performance.now() - begin };
}

/** From bytes to the facts of the label. */
async function labelIn({ bytes, texts }: Task, budgetMs: number, way?: Way): Promise<Outcome> {
  const reading = await readPhoto({ bytes, budgetMs }, undefined, way);
  const label = parseLabel(texts[0] ?? '');
  if (reading.kind !== 'label' || !label.ok) return reading.kind === 'several' ? 'wrong' : 'missed';
  return reading.facts.shortSerial === label.value.facts.shortSerial ? 'read' : 'wrong';
}

/** Photos of codes that are no labels: up to the first code. */
async function textsIn({ bytes, texts }: Task, budgetMs: number, way?: Way): Promise<Outcome> {
  const start = performance.now();
  const opened = await openPhoto(bytes);
  if (!opened.ok) return 'missed';
  const said: string[] = [];
  const add = ({ text }: { text: string }) => said.push(text);
  const end = start + budgetMs;
  await climb(await workingSize(opened.value), { end, add, isDone: () => said.length > 0 }, way);
  return judge(said, texts);
}

/** A reader as it comes. */
function alone(reader: string): (photo: Task) => Promise<Timed> {
  const read = SINGLE_READERS[reader];
  if (!read) throw new Error(`no reader is called ${reader}`);
  return ({ bytes, texts }) =>
    timed(async () => {
      const opened = await openPhoto(bytes);
      if (!opened.ok) return 'missed';
      return judge(await read(opened.value).catch(() => []), texts);
    });
}

function judge(said: readonly string[], expected: readonly string[]): Outcome {
  const plain = (text: string) => text.replace(/\r\n?/g, '\n').trim();
  const texts = said.map(plain).filter((text) => text !== '');
  const right = new Set(expected.map(plain));
  if (texts.some((text) => !right.has(text))) return 'wrong';
  return texts.length > 0 ? 'read' : 'missed';
}
