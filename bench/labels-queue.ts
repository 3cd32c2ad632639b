/**
 * What twenty waiting photos do to the bot: delay of its event loop while two threads read hard photos, photos a
 * second, and the baseline of the same photos read on the main thread. The timer that measures the delay ticks every
 * millisecond, and counts that. Run: npx tsx bench/labels-queue.ts
 */
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
await Promise.all([reader.read(warm), reader.read(warm)]);
await measure('two threads', () => Promise.all(photos.map((bytes) => reader.read(bytes))));
await reader.close();

await prepareCodes();
await readPhoto({ bytes: warm, budgetMs: 700 });
await measure('main thread', async () => {
  for (const bytes of photos) await readPhoto({ bytes, budgetMs: 700 });
});

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  delay.disable();
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map((ns) =>
    (ns / 1e6).toFixed(1),
  );
  const photosPerSecond = (PHOTOS / seconds).toFixed(1);
  console.log(`${name}: ${photosPerSecond} photos/s, event loop p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`);
}
