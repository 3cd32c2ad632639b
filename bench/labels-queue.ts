/**
 * What reading photos in processes of their own costs, beside the same photos read on the main thread: the first photo
 * with the start of a process, hard photos one after the other, and twenty-two at once on two processes, with the delay
 * of the bot's event loop (its timer ticks every millisecond, and counts that) and the memory of the processes. From
 * source; bundled, the start takes less. Run: npx tsx bench/labels-queue.ts
 */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { prepareCodes } from '../src/label/codes.ts';
import { readPhoto } from '../src/label/read-photo.ts';
import { createLabelReader } from '../src/label/reader.ts';
import { easyPhoto, hardPhoto } from './labels/photos.ts';

const PHOTOS = 22;
const photos: Uint8Array[] = [];
for (let index = 0; index < PHOTOS; index++) photos.push((await hardPhoto(7, index)).bytes);
const warm = (await easyPhoto(7, 0)).bytes;

const reader = createLabelReader({ workers: 2, queue: PHOTOS, text: false });
const first = await timed(() => reader.read(warm));
await Promise.all([reader.read(warm), reader.read(warm)]);
console.log(`two processes: first photo, with the start, ${first.toFixed(0)} ms`);
console.log(`two processes: ${await oneByOne((bytes) => reader.read(bytes))}`);
await measure('two processes', () => Promise.all(photos.map((bytes) => reader.read(bytes))));
console.log(`two processes: at most ${reader.pids().map(peakMb).join(' and ')} MB`);
await reader.close();

await prepareCodes();
await readPhoto({ bytes: warm, budgetMs: 700 });
console.log(`main thread: ${await oneByOne((bytes) => readPhoto({ bytes, budgetMs: 700 }))}`);
await measure('main thread', async () => {
  for (const bytes of photos) await readPhoto({ bytes, budgetMs: 700 });
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function oneByOne(read: (bytes: Uint8Array) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (const bytes of photos) times.push(await timed(() => read(bytes)));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * times.length)]?.toFixed(0);
  return `one by one, median ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

/** The most memory a process has held, MB; Linux only. */
function peakMb(pid: number): number {
  const held = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(held) / 1024);
}

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const seconds = (await timed(work)) / 1000;
  delay.disable();
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map((ns) =>
    (ns / 1e6).toFixed(1),
  );
  const photosPerSecond = (PHOTOS / seconds).toFixed(1);
  console.log(`${name}: ${photosPerSecond} photos/s, event loop p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`);
}
