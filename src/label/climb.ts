import { setImmediate } from 'node:timers/promises';
import { type Code, type DamagedCode, type Effort, readCodes, type View } from './codes.ts';
import { beside, LADDER, type Photo, type Rung, type Step } from './ladder.ts';
import type { Point } from './photo.ts';

/** A ladder of preparations, and the decoder that looks at what each makes of a photo. */
export interface Way {
  readonly ladder: readonly Rung[];
  /** What a million pixels cost on the machine of the benchmark, milliseconds, preparation included. */
  expected(effort: Effort): number;
  look(view: View, effort: Effort): Promise<{ codes: Code[]; damaged: DamagedCode[] }>;
}

interface Climb {
  /** No step is begun that will not be done by then; `performance.now()`, milliseconds. */
  readonly end: number;
  /** Hears every code, whenever it is seen. */
  add(code: Code): void;
  /** Whether enough was heard for a rung, or what is left of it, to be left out. */
  isDone(rung: Rung): boolean;
}

const EXPECTED: Record<Effort, number> = { quick: 8, glance: 12, close: 16, all: 25, bars: 90, drawn: 20 };
/** The way every photo goes. */
const FIRST_WAY: Way = { ladder: LADDER, expected: (effort) => EXPECTED[effort], look: readCodes };
/** Added to the pixels of each step: even a small picture takes its time. */
const LEAST_PIXELS = 100_000;
/** By how much slower machines and busier photos are taken to be, before anything was measured. */
const FIRST_GUESS = 2;
/** How much of the worst so far is still expected of the next step. */
const MEMORY = 0.8;
/** Codes whose middles are closer are one code, pixels. */
const SAME = 12;

/**
 * Climbs the ladder of preparations until enough was heard, the top is reached or time is used up. One call of the
 * decoder cannot be interrupted: what it will cost is judged by the worst of those before it in this photo.
 */
export async function climb(photo: Photo, { end, add, isDone }: Climb, way: Way = FIRST_WAY): Promise<void> {
  const damaged: DamagedCode[] = [];
  let [fresh, slowness] = [0, FIRST_GUESS];

  async function take(step: Step, effort: Effort): Promise<void> {
    const start = performance.now();
    const expected = (way.expected(effort) * (step.pixels + LEAST_PIXELS)) / 1e6;
    if (start + slowness * expected >= end) return;
    const view = await step.view();
    const seen = view && (await way.look(view, effort));
    slowness = Math.max(MEMORY * slowness, (performance.now() - start) / expected);
    for (const code of seen?.codes ?? []) add(code);
    if (effort === 'drawn') return;
    for (const code of seen?.damaged ?? []) {
      if (!damaged.some((other) => isSame(other, code))) damaged.push(code);
    }
  }

  for (const rung of way.ladder) {
    // To say what its steps are, a rung may have to look at the photo already.
    if (isDone(rung)) return;
    const steps = rung.steps(photo, damaged.slice(fresh));
    if (rung.effort === 'drawn') fresh = damaged.length;
    for (const step of steps) {
      // Otherwise nothing that was said meanwhile is heard: the decoder never gives the loop its turn.
      await setImmediate();
      if (isDone(rung)) return;
      await take(step, rung.effort);
    }
  }
}

/** Looks once more, quickly, for codes beside those that were read. */
export async function lookBeside(photo: Photo, boxes: readonly Code['box'][]): Promise<Code[]> {
  const found: Code[] = [];
  for (const step of beside(photo, boxes)) {
    const view = await step.view();
    if (view) found.push(...(await readCodes(view, 'quick')).codes);
  }
  return found;
}

function isSame(one: DamagedCode, other: DamagedCode): boolean {
  const [a, b] = [middleOf(one.box), middleOf(other.box)];
  return one.kind === other.kind && Math.hypot(a.x - b.x, a.y - b.y) < SAME;
}

function middleOf(box: Code['box']): Point {
  return {
    x: box.reduce((sum, { x }) => sum + x / 4, 0),
    y: box.reduce((sum, { y }) => sum + y / 4, 0),
  };
}
