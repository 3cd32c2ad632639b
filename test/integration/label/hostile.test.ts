/**
 * Files made to hurt, and what each gets: one answer and no more. The list, with what was said:
 *
 *   npx vitest run test/integration/label/hostile.test.ts --reporter=verbose
 */
import sharp from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../../src/kernel/log.ts';
import { openPhoto } from '../../../src/label/photo.ts';
import { createLabelReader, type LabelReading } from '../../../src/label/reader.ts';
import { HOSTILE_FILES, photo, tagged } from './hostile-files.ts';
import { bomb, CODE, CODES_ALONE, code128, interlaced, label, one, qr } from './photos.ts';

vi.setConfig({ testTimeout: 120_000 });

const reader = createLabelReader(CODES_ALONE);
afterAll(() => reader.close());

/** A reading in a word: the serial number, or why there is none. */
function said(reading: LabelReading): string {
  if (reading.kind === 'label') return reading.facts.shortSerial;
  return reading.kind === 'rejected' ? reading.reason : reading.kind;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a hostile file', () => {
  it.each(HOSTILE_FILES)('%s: %s', async (_, expected, make) => {
    const reading = await reader.read(await make());
    expect(said(reading)).toBe(expected);
    expect(JSON.stringify(reading)).not.toContain(CODE);
  });

  it('leaves nothing behind: the next photo is read', async () => {
    await reader.read(bomb(6000));
    expect(said(await reader.read(await photo()))).toBe('J50000062');
  });
});

describe('a photo that wants more than it may have', () => {
  const bytes = interlaced(6000);

  it('is answered, read or copied, and costs its process alone: the next photo is read', async () => {
    const deaths: unknown[] = [];
    const log = { error: (...words: unknown[]) => deaths.push(words) } as unknown as Log;
    const small = createLabelReader({
      workers: 1,
      text: false,
      second: false,
      killAfterMs: 600_000,
      answerMs: 600_000,
      memoryMb: 250,
      log,
    });
    expect(said(await small.read(bytes))).toBe('crashed');
    expect(await small.copy(bytes)).toEqual({ ok: false, failure: 'crashed' });
    expect(deaths).toHaveLength(2);
    expect(said(await small.read(await photo()))).toBe('J50000062');
    await small.close();
  });

  it('is over when it is answered: nothing goes on unpacking it', async () => {
    const hasty = createLabelReader({
      workers: 1,
      text: false,
      second: false,
      budgetMs: 600_000,
      killAfterMs: 200,
      answerMs: 600_000,
    });
    const reading = hasty.read(bytes);
    const pids = hasty.pids();
    expect(said(await reading)).toBe('timeout');
    expect(pids).toHaveLength(1);
    expect(pids.filter(isAlive)).toEqual([]);
    await hasty.close();
  });
});

describe('a photo that lies on its side', () => {
  /** Tells a phone's eight ways to hold it apart: the left upper corner is darker than all others. */
  async function held(orientation: number, code: Buffer): Promise<Buffer> {
    const upright = await (await one(code)).png().toBuffer();
    const corner = await sharp({ create: { width: 200, height: 100, channels: 3, background: '#000000' } })
      .png()
      .toBuffer();
    const marked = await sharp(upright)
      .composite([{ input: corner, left: 0, top: 0 }])
      .png()
      .toBuffer();
    // What a camera does to the picture, so that the tag undoes it.
    const turned = [0, 0, 0, 180, 180, 90, 270, 270, 90][orientation] ?? 0;
    const isMirrored = [2, 4, 5, 7].includes(orientation);
    const stored = await sharp(marked).rotate(turned).png().toBuffer();
    return sharp(stored).flop(isMirrored).withMetadata({ orientation }).jpeg().toBuffer();
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is set upright and read: orientation %i', async (orientation) => {
    const opened = await openPhoto(await held(orientation, await qr(label())));
    if (!opened.ok) throw new Error(opened.failure);
    const { data, width, height } = opened.value;
    expect([width, height]).toEqual([1000, 750]);
    const shade = (x: number, y: number) => data[y * width + x] ?? 0;
    expect(shade(100, 50)).toBeLessThan(40);
    for (const [x, y] of [
      [900, 50],
      [100, 700],
      [900, 700],
      [50, 300],
    ] as const)
      expect(shade(x, y)).toBeGreaterThan(80);
    const code = orientation % 2 === 0 ? await qr(label()) : await code128('J50000062');
    expect(said(await reader.read(await held(orientation, code)))).toBe('J50000062');
  });
});

describe('what a phone writes about the place', () => {
  it('is neither in a reading nor in the picture of the labels', async () => {
    const bytes = await tagged();
    expect(bytes.includes('FIXTUREPLACE')).toBe(true);
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
    const reading = await reader.read(bytes);
    if (reading.kind !== 'several') throw new Error(reading.kind);
    expect(JSON.stringify(reading.labels)).not.toMatch(/FIXTUREP/);
    const { exif, xmp, iptc } = await sharp(reading.picture).metadata();
    expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined]);
    expect(Buffer.from(reading.picture).includes('FIXTUREP')).toBe(false);
  });
});
