import sharp from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createLabelReader } from '../../../src/label/reader.ts';
import { createTextEngine } from '../../../src/label/text/engine.ts';
import { isAlone } from '../../../src/label/text/read-text.ts';
import { CODE, code128, noise, table } from './photos.ts';
import { GOOD_SHOT, type PrintedLabel, photograph } from './printed.ts';

vi.setConfig({ testTimeout: 120_000 });

const LABEL: PrintedLabel = {
  shortSerial: 'J50000062',
  fullSerial: 'DS-2CD2386G2-IU20210805AAWRJ50000062',
  model: 'DS-2CD2386G2-IU',
  prints: 'both',
  columns: false,
};
const turned = new Map<number, Buffer>();
for (const turn of [0, 90, 180, 270])
  turned.set(turn, await photograph(LABEL, { ...GOOD_SHOT, turn: turn + 2 }));
const both = await photograph(LABEL, GOOD_SHOT);
const only = {
  short: await photograph({ ...LABEL, prints: 'short' }, GOOD_SHOT),
  full: await photograph({ ...LABEL, prints: 'full' }, GOOD_SHOT),
};
const columns = await photograph({ ...LABEL, prints: 'short', columns: true }, GOOD_SHOT);
const NINE = '301234567';
/** A bar code of nine digits, and the same digits in print as vendors set them: under the bars, or as the S/N. */
async function bars(print: string): Promise<Buffer> {
  const picture = await table([{ code: await code128(NINE), left: 200, top: 100 }]);
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="520" height="70"><rect width="520" height="70"
    fill="#fff"/><text x="20" y="48" font-family="sans-serif" font-size="34">${print}</text></svg>`;
  const printed = await sharp(Buffer.from(text)).png().toBuffer();
  return picture
    .composite([{ input: printed, left: 200, top: 400 }])
    .jpeg()
    .toBuffer();
}
const part = await bars(NINE);
const named = await bars(`S/N: ${NINE}`);
const nothing = await noise(640, 480);

const reader = createLabelReader({ workers: 1, budgetMs: 0, killAfterMs: 60_000 });
afterAll(() => reader.close());

const engine = (options = {}) =>
  createTextEngine({
    entry: new URL('../../../src/label/text/child.ts', import.meta.url),
    execArgv: ['--import', import.meta.resolve('tsx')],
    ...options,
  });
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a label without a code', () => {
  it('is not read from print where that is switched off', async () => {
    const codesOnly = createLabelReader({ workers: 1, budgetMs: 0, killAfterMs: 60_000, text: false });
    const reading = await codesOnly.read(both);
    await codesOnly.close();
    expect(reading).toMatchObject({ kind: 'unreadable' });
  });

  it.each([0, 90, 180, 270])('is read from its print, turned by %i degrees', async (turn) => {
    const reading = await reader.read(turned.get(turn) ?? both);
    expect(JSON.stringify(reading)).not.toContain(CODE);
    expect(reading).toMatchObject({
      kind: 'printed',
      certainty: 'agreed',
      labels: [{ shortSerial: 'J50000062', fullSerial: LABEL.fullSerial, model: LABEL.model }],
    });
  });

  it.each(['short', 'full'] as const)(
    'has to be confirmed where only the %s serial is printed',
    async (prints) => {
      const reading = await reader.read(only[prints]);
      expect(reading).toMatchObject({ kind: 'printed', certainty: 'single' });
    },
  );

  it('is read where names and values stand in two columns', async () => {
    const reading = await reader.read(columns);
    expect(reading).toMatchObject({ kind: 'printed', labels: [{ shortSerial: 'J50000062' }] });
  });

  it('shows the line of the serial and not the verification code', async () => {
    const reading = await reader.read(only.short);
    const picture = reading.kind === 'printed' ? reading.picture : null;
    expect(picture).not.toBeNull();
    // What the picture shows, read again: the serial, and no line with six capitals.
    const again = await reader.read(picture ?? new Uint8Array());
    expect(again).toMatchObject({ kind: 'printed', labels: [{ shortSerial: 'J50000062' }] });
  });

  it.each([
    ['S/N: J50000062', true],
    ['J5OOO0062', true],
    ['S/N: DS-7608NI-K2/8P0820190204CCRRD20000042WCVU', true],
    ['S/N:', false],
    [CODE, false],
    [`S/N: J50000062 ${CODE}`, false],
    [`S/N: DS-2CD2386G2-IU20210805AAWRJ50000062 ${CODE}`, false],
    [`J50000062 Verification Code: ${CODE}`, false],
    ['Model: DS-2CD2386G2-IU', false],
  ])('shows "%s" alone or not at all', (text, alone) => {
    expect(isAlone(text)).toBe(alone);
  });

  it.each([
    [
      'the same digits are printed without a name: they may be a part number',
      () => part,
      ['bar-code'],
      false,
    ],
    ['the print calls the number S/N', () => named, ['bar-code', 'print'], true],
  ])('has a bar code of nine digits, and %s', async (_, photo, sources, isCertain) => {
    const patient = createLabelReader({ workers: 1, budgetMs: 60_000, killAfterMs: 60_000 });
    const reading = await patient.read(photo());
    await patient.close();
    expect(reading).toMatchObject({ kind: 'label', facts: { shortSerial: NINE }, sources, isCertain });
  });

  it('is answered as before where nothing is printed either', async () => {
    expect(await reader.read(nothing)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('the process that reads print', () => {
  it('ends when it was idle and comes back when it is needed', async () => {
    const short = engine({ idleMs: 100 });
    const first = short.read(both);
    const pid = short.pids()[0] ?? 0;
    expect((await first).ok).toBe(true);
    await vi.waitFor(() => expect([short.pids(), isAlive(pid)]).toEqual([[], false]), { timeout: 20_000 });
    expect((await short.read(both)).ok).toBe(true);
    await short.close();
  });

  it('costs one photo when it is killed', async () => {
    const crashes: string[] = [];
    const fragile = engine({ onCrash: (error: Error) => crashes.push(error.message) });
    const lost = fragile.read(both);
    const next = fragile.read(both);
    process.kill(fragile.pids()[0] ?? 0, 'SIGKILL');
    expect(await lost).toEqual({ ok: false, failure: 'crashed' });
    expect((await next).ok).toBe(true);
    expect(crashes).toHaveLength(1);
    await fragile.close();
  });

  it('is killed when it takes too long', async () => {
    const impatient = engine({ killAfterMs: 1 });
    expect(await impatient.read(both)).toEqual({ ok: false, failure: 'timeout' });
    await impatient.close();
  });

  it('answers busy beyond its queue and once it is closed', async () => {
    const small = engine({ queue: 1 });
    const bytes = new Uint8Array(9);
    const open = [small.read(bytes), small.read(bytes), small.read(bytes)];
    expect(await open[2]).toEqual({ ok: false, failure: 'busy' });
    await small.close();
    expect(await open[0]).toEqual({ ok: false, failure: 'busy' });
    expect(await small.read(bytes)).toEqual({ ok: false, failure: 'busy' });
  });

  it('does nothing for a photo nobody waits for any more when it is ready', async () => {
    const left = engine({ queue: 1 });
    const bytes = new Uint8Array(9);
    const abort = new AbortController();
    const given = left.read(bytes, abort.signal);
    abort.abort(new Error('another photo'));
    await expect(given).rejects.toThrow('another photo');
    // The process is still starting: one photo takes the place of the one given up, and one waits behind it.
    const open = await Promise.all([left.read(bytes), left.read(bytes)]);
    expect(open).toEqual(Array(2).fill({ ok: true, value: { serials: [], picture: null } }));
    await left.close();
  });

  it('gives up with the reason of the request', async () => {
    const left = engine();
    const abort = new AbortController();
    const reading = left.read(both, abort.signal);
    abort.abort(new Error('another photo'));
    await expect(reading).rejects.toThrow('another photo');
    await left.close();
  });
});
