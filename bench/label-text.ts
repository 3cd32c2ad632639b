/**
 * How much of the print on drawn labels is read, how surely, and what that costs: labels of a fixed seed, capitals of 8
 * to 28 pixels, every sixth turned by a quarter or a half, through the child process as the bot uses it. Beside it, what
 * the engine alone would have given: one look, and the first text that has the form of a short serial.
 * Run: npx tsx bench/label-text.ts [labels per size, default 12] [seed, default 77]
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPhoto } from '../src/label/photo.ts';
import { createTextEngine } from '../src/label/text/engine.ts';
import { openOcr } from '../src/label/text/ocr.ts';
import { inventLabel, inventShot, photograph, seeded } from '../test/integration/label/printed.ts';

const FONTS = [null, 'Liberation Sans', 'Liberation Sans Narrow', 'DejaVu Sans', 'Roboto', 'Liberation Mono'];
const SIZES = [8, 10, 12, 16, 20, 28];
const [perSize = 12, seed = 77] = process.argv.slice(2).map(Number);
const IDLE_MS = 2000;

const engine = createTextEngine({
  entry: new URL('../src/label/text/child.ts', import.meta.url),
  execArgv: ['--import', import.meta.resolve('tsx')],
  idleMs: IDLE_MS,
  killAfterMs: 120_000,
  onCrash: (error) => console.log(`crash: ${error.message}`),
});

const ocr = await openOcr();
const SHORT_SERIAL = /\b(?:[A-Z]{2}\d{7}|[A-Z]\d{8}|\d{9})\b/;

async function engineAlone(photo: Uint8Array): Promise<string | null> {
  const opened = await openPhoto(photo);
  const lines = opened.ok ? await ocr.lines(opened.value, 960) : [];
  return lines.map(({ text }) => SHORT_SERIAL.exec(text)?.[0]).find((text) => text !== undefined) ?? null;
}

/** Peak memory of the child, MB; 0 where the system does not tell. */
async function peakMb(): Promise<number> {
  const status = await readFile(`/proc/${engine.pids()[0]}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

const rows: Record<string, Record<string, number>> = {};
const times: number[] = [];
let peak = 0;
for (const capitals of SIZES) {
  const row = {
    photos: 0,
    right: 0,
    agreed: 0,
    confirm: 0,
    choose: 0,
    wrong: 0,
    'wrong unasked': 0,
    none: 0,
    'alone: right': 0,
    'alone: wrong': 0,
  };
  rows[`${capitals} px`] = row;
  for (let index = 0; index < perSize; index++) {
    const random = seeded(seed * 10_000 + capitals * 100 + index);
    const label = inventLabel(random);
    const shot = inventShot(random, capitals, FONTS);
    const quarter = index % 6 === 5 ? 90 * (1 + Math.floor(random() * 3)) : 0;
    const photo = await photograph(label, { ...shot, turn: shot.turn + quarter }, seed + index);
    const start = performance.now();
    const result = await engine.read(photo);
    times.push(performance.now() - start);
    peak = Math.max(peak, await peakMb());
    row.photos++;
    const alone = await engineAlone(photo);
    if (alone !== null) row[alone === label.shortSerial ? 'alone: right' : 'alone: wrong']++;
    const serials = result.ok ? result.value.serials : [];
    const [first] = serials;
    if (!first) {
      row.none++;
      console.log(
        `none: ${capitals} px, turned ${Math.round(shot.turn + quarter)}, ${shot.font ?? 'outlines'}`,
      );
      continue;
    }
    if (serials.some(({ shortSerial }) => shortSerial === label.shortSerial)) row.right++;
    else row.wrong++;
    if (serials.length > 1) row.choose++;
    else if (first.certainty !== 'agreed') row.confirm++;
    else row.agreed++;
    if (first.shortSerial !== label.shortSerial) {
      console.log(`misread: ${capitals} px, ${label.shortSerial}`, JSON.stringify(serials));
      if (serials.length === 1 && first.certainty === 'agreed') row['wrong unasked']++;
    }
  }
}
await sleep(IDLE_MS + 1000);
console.table(rows);
times.sort((a, b) => a - b);
const at = (share: number) => Math.round(times[Math.floor(times.length * share)] ?? 0);
console.log(`first photo with start included; median ${at(0.5)} ms, p95 ${at(0.95)} ms`);
console.log(
  `child: ${Math.round(peak)} MB at peak, ${engine.pids().length === 0 ? 'ended' : 'running'} after idle`,
);
await engine.close();
