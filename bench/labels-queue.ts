/**
 * What reading photos in processes of their own costs, beside the same photos read on the main thread by the first reader
 * alone: the first photo with the start of a process, hard photos one after the other, and twenty at once, with how many
 * were refused, the delay of the bot's event loop (its timer ticks every millisecond, and counts that), the memory of the
 * processes while they read and of the bot when all have ended because nothing was left to do. `--large` puts photos of 40
 * megapixels made to hurt before the second reader, with time enough for all it does, and prints the most its process
 * held beside its limit. From source; bundled, the start takes less. Linux only.
 *
 *   npx tsx bench/labels-queue.ts [--large]
 */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { prepareCodes } from '../src/label/codes.ts';
import { readPhoto } from '../src/label/read-photo.ts';
import { createLabelReader, type LabelReading, SECOND } from '../src/label/reader.ts';
import { interlaced } from '../test/integration/label/photos.ts';
import { against, asked, note, plain, quantile, report, timed, timedEach } from './bench.ts';
import { easyPhoto, hardPhoto } from './labels/photos.ts';
import type { Figure } from './run/figure.ts';

const PHOTOS = 20;
const BUDGET_MS = 700;
/** As short as it takes not to wait ten minutes for it. */
const IDLE_MS = 10_000;
/** Enough for the second reader to do all it does. */
const PATIENT_MS = 120_000;
/** Square, and nearly as large as is let in. */
const LARGE_SIDE = 6320;
const WATCH_MS = 20;

const { large: isLarge } = asked({ large: false });
report(await (isLarge ? large() : twenty()));

async function twenty(): Promise<Figure[]> {
  const photos: Uint8Array[] = [];
  for (let index = 0; index < PHOTOS; index++) photos.push((await hardPhoto(7, index)).bytes);
  const warm = (await easyPhoto(7, 0)).bytes;
  const before = residentMb();
  const figures: ((main: OneThread) => Figure[])[] = [];

  for (const workers of [1, 2]) {
    const name = `${workers} + 1 processes`;
    const reader = createLabelReader({ workers, idleMs: IDLE_MS, text: false });
    const first = await timed(() => reader.read(warm));
    const single = await oneByOne(photos, (bytes) => reader.read(bytes));
    const atOnce = await measure(name, () => Promise.all(photos.map((bytes) => reader.read(bytes))));
    const mostMb = Math.max(...reader.pids().map(peakMb));
    const idle = await timed(async () => {
      while (reader.pids().length > 0) await sleep(WATCH_MS);
    });
    const [codes, second] = [IDLE_MS, SECOND.idleMs].map((ms) => ms / 1000);
    note(
      `${name}: none left after ${(idle / 1000).toFixed(0)} s without work (limits ${codes} and ${second} s)`,
    );
    const held = residentMb();
    await reader.close();
    figures.push((main) => [
      plain(`${name}: first photo, with the start`, 'ms', first),
      against(`${name}: one by one`, 'ms', single, { name: 'main thread', value: main.single }),
      against(`${name}: ${PHOTOS} at once`, 's', atOnce.seconds, {
        name: 'main thread',
        value: main.atOnce.seconds,
      }),
      against(`${name}: event loop held up, longest`, 'ms', atOnce.longestMs, {
        name: 'main thread',
        value: main.atOnce.longestMs,
      }),
      plain(`${name}: memory of the largest process`, 'MB', mostMb),
      against(`${name}: memory of the bot afterwards`, 'MB', held, { name: 'before', value: before }),
    ]);
  }

  await prepareCodes();
  await readPhoto({ bytes: warm, budgetMs: BUDGET_MS });
  const single = await oneByOne(photos, (bytes) => readPhoto({ bytes, budgetMs: BUDGET_MS }));
  const atOnce = await measure('main thread', async () => {
    const readings: LabelReading[] = [];
    for (const bytes of photos) readings.push(await readPhoto({ bytes, budgetMs: BUDGET_MS }));
    return readings;
  });
  return figures.flatMap((of) => of({ single, atOnce }));
}

/** What the same comes to on the main thread. */
interface OneThread {
  /** Median of photos one by one, ms. */
  readonly single: number;
  readonly atOnce: { readonly seconds: number; readonly longestMs: number };
}

/** What the second reader's process holds at most. */
async function large(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const noise = {
    create: { width: LARGE_SIDE, height: LARGE_SIDE, channels: 3, background: '#888' },
  } as const;
  const grainy = () =>
    sharp({ ...noise, create: { ...noise.create, noise: { type: 'gaussian', mean: 128, sigma: 40 } } });
  const photos = {
    'noise, JPEG': () => grainy().jpeg({ quality: 60 }).toBuffer(),
    'noise, progressive JPEG': () => grainy().jpeg({ quality: 60, progressive: true }).toBuffer(),
    'one colour, interlaced PNG of 16 bits': async () => interlaced(LARGE_SIDE),
  };
  for (const [name, draw] of Object.entries(photos)) {
    const bytes = await draw();
    const reader = createLabelReader({
      workers: 1,
      budgetMs: PATIENT_MS,
      killAfterMs: PATIENT_MS,
      text: false,
    });
    const peaks = new Map<number, number>();
    const watch = setInterval(() => {
      for (const pid of reader.pids()) peaks.set(pid, peakMb(pid) || (peaks.get(pid) ?? 0));
    }, WATCH_MS);
    const ms = await timed(() => reader.read(bytes));
    clearInterval(watch);
    const [first, second] = [...peaks.values()];
    const there = reader.pids().length;
    note(
      `${name}, ${(bytes.byteLength / 1e6).toFixed(1)} MB: codes ${first} MB, ${ms.toFixed(0)} ms, ${there} of 2 processes still there`,
    );
    figures.push(
      against(`${name}: second reader`, 'MB', second ?? 0, { name: 'its limit', value: SECOND.memoryMb }),
    );
    await reader.close();
  }
  return figures;
}

/** Median of photos one by one, ms. */
async function oneByOne(
  photos: readonly Uint8Array[],
  read: (bytes: Uint8Array) => Promise<unknown>,
): Promise<number> {
  return quantile(await timedEach(photos.length, (n) => read(photos[n] as Uint8Array)), 0.5);
}

/** The most memory a process has held, MB; 0 when it is gone. */
function peakMb(pid: number): number {
  return heldMb(pid, /VmHWM:\s+(\d+) kB/);
}

/** What this process holds, MB. */
function residentMb(): number {
  return heldMb(process.pid, /VmRSS:\s+(\d+) kB/);
}

function heldMb(pid: number, line: RegExp): number {
  try {
    return Math.round(Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

async function measure(name: string, work: () => Promise<LabelReading[]>): Promise<OneThread['atOnce']> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let readings: LabelReading[] = [];
  const ms = await timed(async () => {
    readings = await work();
  });
  delay.disable();
  const [p50, p99] = [delay.percentile(50), delay.percentile(99)].map((ns) => (ns / 1e6).toFixed(1));
  const count = (kind: LabelReading['kind']) => readings.filter((reading) => reading.kind === kind).length;
  note(
    `${name}: ${readings.length} at once, ${count('label')} read, ${count('rejected')} refused, event loop p50 ${p50} ms, p99 ${p99} ms`,
  );
  return { seconds: ms / 1000, longestMs: delay.max / 1e6 };
}
