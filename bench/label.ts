/**
 * What each rung of the ladder reads and costs: drawn labels are spoilt in the ways photos are, and every rung is
 * tried on every one. `alone` counts what no rung before it could read. Run: npx tsx bench/label.ts
 */
import { performance } from 'node:perf_hooks';
import sharp, { type Sharp } from 'sharp';
import { prepareCodes, readCodes } from '../src/label/codes.ts';
import { LADDER, viewOf, workingSize } from '../src/label/ladder.ts';
import { openPhoto } from '../src/label/photo.ts';
import { code128, dataMatrix, label, noisy, one, qr, table } from '../test/integration/label/photos.ts';

const drawn = {
  qr: await qr(label()),
  'data matrix': await dataMatrix(label()),
  'code 128': await code128('J50000062'),
};
type Code = keyof typeof drawn;
type Spoil = (code: Buffer) => Promise<Sharp>;

const spoilt: Record<string, Spoil> = {};
for (const sigma of [1, 2, 3, 4, 5]) spoilt[`blur ${sigma}`] = async (code) => (await one(code)).blur(sigma);
for (const gain of [0.05, 0.1, 0.2])
  spoilt[`dark ${gain}`] = async (code) => (await one(code)).linear(gain, 0);
for (const gain of [0.06, 0.09, 0.12, 0.2])
  spoilt[`washed out ${gain}`] = async (code) => (await one(code)).linear(gain, 190);
for (const strength of [80, 150, 190, 220, 250])
  spoilt[`noise ${strength}`] = async (code) => noisy(await one(code), strength);
for (const degrees of [10, 20, 33, 45, 60, 110, 200])
  spoilt[`turned ${degrees}`] = async (code) => one(code, degrees);
for (const width of [210, 230, 260, 290, 320, 360, 400, 450])
  spoilt[`small ${width}`] = async (code) => (await one(code)).resize({ width }).blur(0.5);
for (const share of [0.3, 0.4, 0.5, 0.7]) {
  const size = { width: 3200, height: 2400 };
  spoilt[`far ${share}`] = async (code) => {
    const { width } = await sharp(code).metadata();
    const small = await sharp(code)
      .resize({ width: Math.round(width * share) })
      .png()
      .toBuffer();
    return (await table([{ code: small }], size)).blur(0.6);
  };
}

await prepareCodes();
const read = new Set<string>();
const totals = LADDER.map((rung) => ({ rung, hits: 0, alone: [] as string[], ms: 0, tried: 0 }));
const scenes: string[] = [];
for (const [name, spoil] of Object.entries(spoilt)) {
  for (const code of Object.keys(drawn) as Code[]) {
    const opened = await openPhoto(await (await spoil(drawn[code])).jpeg({ quality: 75 }).toBuffer());
    if (!opened.ok) throw new Error(opened.failure);
    const photo = await workingSize(opened.value);
    const scene = `${code}, ${name}`;
    scenes.push(scene);
    for (const total of totals) {
      const start = performance.now();
      const view = await viewOf(photo, total.rung);
      if (!view) continue;
      const codes = await readCodes(view, total.rung.linear);
      total.ms += performance.now() - start;
      total.tried++;
      if (!codes.some(({ text }) => text.includes('J50000062'))) continue;
      total.hits++;
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
console.log(`by none: ${scenes.filter((scene) => !read.has(scene)).join('; ')}`);
console.log(`${read.size} of ${scenes.length} photos read by any rung`);
