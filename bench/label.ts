/**
 * What each rung of the ladder reads and costs: drawn labels are spoilt in the ways photos are, and every rung is
 * tried on every one. `alone` counts what no rung before it could read. Run: npx tsx bench/label.ts
 */
import { performance } from 'node:perf_hooks';
import type { Sharp } from 'sharp';
import { prepareCodes, readCodes } from '../src/label/codes.ts';
import { LADDER, workingSize } from '../src/label/ladder.ts';
import { openPhoto } from '../src/label/photo.ts';
import { code128, dataMatrix, label, noisy, one, qr, table } from '../test/integration/label/photos.ts';

const codes = {
  qr: await qr(label()),
  'data matrix': await dataMatrix(label()),
  'code 128': await code128('J50000062'),
};
type Code = keyof typeof codes;
type Spoil = (code: Buffer) => Promise<Sharp>;

const spoilt: Record<string, Spoil> = {};
for (const sigma of [1, 2, 3, 4, 5]) spoilt[`blur ${sigma}`] = async (code) => (await one(code)).blur(sigma);
for (const gain of [0.05, 0.1, 0.2])
  spoilt[`dark ${gain}`] = async (code) => (await one(code)).linear(gain, 0);
for (const gain of [0.08, 0.15, 0.3])
  spoilt[`washed out ${gain}`] = async (code) => (await one(code)).linear(gain, 190);
for (const strength of [40, 80, 110, 140])
  spoilt[`noise ${strength}`] = async (code) => noisy(await one(code), strength);
for (const degrees of [10, 20, 33, 45, 60, 110, 200])
  spoilt[`turned ${degrees}`] = async (code) => one(code, degrees);
for (const width of [220, 280, 340, 500])
  spoilt[`small ${width}`] = async (code) => (await one(code)).resize({ width }).blur(0.5);
for (const width of [2000, 3200])
  spoilt[`far ${width}`] = async (code) => table([{ code }], { width, height: (width * 3) / 4 });

await prepareCodes();
const read = new Set<string>();
const totals = LADDER.map((rung) => ({ rung, hits: 0, alone: [] as string[], ms: 0, tried: 0 }));
let photos = 0;
for (const [name, spoil] of Object.entries(spoilt)) {
  for (const code of Object.keys(codes) as Code[]) {
    const opened = await openPhoto(await (await spoil(codes[code])).jpeg({ quality: 75 }).toBuffer());
    if (!opened.ok) throw new Error(opened.failure);
    const photo = await workingSize(opened.value);
    photos++;
    for (const total of totals) {
      const start = performance.now();
      const picture = await total.rung.prepare(photo);
      if (!picture) continue;
      const texts = await readCodes(picture, total.rung.linear);
      total.ms += performance.now() - start;
      total.tried++;
      if (!texts.some((text) => text.includes('J50000062'))) continue;
      total.hits++;
      const scene = `${code}, ${name}`;
      if (!read.has(scene)) total.alone.push(scene);
      read.add(scene);
    }
  }
}
for (const { rung, hits, alone, ms, tried } of totals) {
  const cost = (ms / Math.max(1, tried)).toFixed(0).padStart(4);
  console.log(`${rung.name.padEnd(15)} ${String(hits).padStart(3)} read ${cost} ms  alone ${alone.length}`);
  for (const scene of alone.slice(0, rung.name === 'plain' ? 0 : 9)) console.log(`    ${scene}`);
}
console.log(`${read.size} of ${photos} photos read by any rung`);
