/**
 * A process that runs one reader of bench/labels.ts, named by its argument, so that its memory is its own. It says what
 * it holds before the first photo, then gets photos one by one and answers each.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseLabel } from '../../src/device/label.ts';
import { climb } from '../../src/label/climb.ts';
import { prepareCodes } from '../../src/label/codes.ts';
import { workingSize } from '../../src/label/ladder.ts';
import { hardenSharp, openPhoto } from '../../src/label/photo.ts';
import { readPhoto } from '../../src/label/read-photo.ts';
import type { LabelPhoto } from './photos.ts';
import { SINGLE_READERS } from './readers.ts';

/** A photo and what its code says. */
export type Task = Pick<LabelPhoto, 'bytes' | 'text'>;
/** `wrong`: what was read is not what the code says. */
export type Outcome = 'read' | 'wrong' | 'missed';
/** What the process says of itself and of a photo. Memory is the most it held so far, MB. */
export type Said =
  | { readonly mb: number }
  | { readonly mb: number; readonly outcome: Outcome; readonly ms: number };

/** Milliseconds for one photo, as in the bot. */
const BUDGET_MS = 700;

const OURS: Record<string, (photo: Task) => Promise<Outcome>> = { labels: ourLabel, texts: ourTexts };

const name = process.argv[2] ?? '';
hardenSharp();
const start: Said = { mb: peak() };
const read = OURS[name] ?? alone(name);
if (name in OURS || name === 'zxing-wasm') await prepareCodes();
process.on('message', async (photo: Task) => {
  const begin = performance.now();
  const outcome = await read(photo);
  const said: Said = { mb: peak(), outcome, ms: performance.now() - begin };
  process.send?.(said);
});
process.send?.(start);

/** The most memory this process has held, MB. `resourceUsage` would begin with what its parent held. */
function peak(): number {
  const held = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Math.round(Number(held) / 1024);
}

/** The pipeline as the bot runs it: from bytes to the facts of the label. */
async function ourLabel({ bytes, text }: Task): Promise<Outcome> {
  const reading = await readPhoto({ bytes, budgetMs: BUDGET_MS });
  const label = parseLabel(text);
  if (reading.kind !== 'label' || !label.ok) return reading.kind === 'several' ? 'wrong' : 'missed';
  return reading.facts.shortSerial === label.value.facts.shortSerial ? 'read' : 'wrong';
}

/** The ladder over photos of codes that are no labels: up to the first code. */
async function ourTexts({ bytes, text }: Task): Promise<Outcome> {
  const opened = await openPhoto(bytes);
  if (!opened.ok) return 'missed';
  const texts: string[] = [];
  await climb(await workingSize(opened.value), {
    end: performance.now() + BUDGET_MS,
    add: (code) => texts.push(code.text),
    isDone: () => texts.length > 0,
  });
  return judge(texts, text);
}

/** A reader as it comes. */
function alone(reader: string): (photo: Task) => Promise<Outcome> {
  const read = SINGLE_READERS[reader];
  if (!read) throw new Error(`no reader is called ${reader}`);
  return async ({ bytes, text }) => {
    const opened = await openPhoto(bytes);
    if (!opened.ok) return 'missed';
    return judge(await read(opened.value).catch(() => []), text);
  };
}

function judge(texts: readonly string[], expected: string): Outcome {
  const plain = (text: string) => text.replace(/\r\n?/g, '\n').trim();
  if (texts.some((text) => plain(text) === plain(expected))) return 'read';
  return texts.length > 0 ? 'wrong' : 'missed';
}
