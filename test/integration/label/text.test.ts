import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createLabelReader } from '../../../src/label/reader.ts';
import { createTextEngine } from '../../../src/label/text/engine.ts';
import { openOcr } from '../../../src/label/text/ocr.ts';
import { isAlone, isPart, readText } from '../../../src/label/text/read-text.ts';
import { eventually } from '../../support/eventually.ts';
import { CODE, code128, table } from './photos.ts';
import { GOOD_SHOT, type PrintedLabel, photograph } from './printed.ts';

vi.setConfig({ testTimeout: 120_000 });

const LABEL: PrintedLabel = {
  shortSerial: 'J50000062',
  fullSerial: 'DS-2CD2386G2-IU20210805AAWRJ50000062',
  model: 'DS-2CD2386G2-IU',
  prints: 'both',
  columns: false,
};
const both = await photograph(LABEL, GOOD_SHOT);
const short = await photograph({ ...LABEL, prints: 'short' }, GOOD_SHOT);
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

const NOTHING = { serials: [], picture: null, isWhole: true, isOne: false };
const NO_PHOTO = { bytes: new Uint8Array(9), budgetMs: 600_000 };

// Loading the models and reading take seconds each, on a busy machine minutes: few readers, one photo for each thing shown.
const PATIENT = { workers: 1, killAfterMs: 600_000, answerMs: 600_000 };
const reader = createLabelReader({ ...PATIENT, budgetMs: 0 });
const patient = createLabelReader({ ...PATIENT, budgetMs: 600_000, second: false });
afterAll(() => Promise.all([reader.close(), patient.close()]));

const engine = (options = {}) =>
  createTextEngine({
    entry: new URL('../../../src/label/text/child.ts', import.meta.url),
    execArgv: ['--import', import.meta.resolve('tsx')],
    killAfterMs: 600_000,
    ...options,
  });

/** A photo of `test/fixtures/print`. */
const drawn = (name: string) => readFile(new URL(`../../fixtures/print/${name}.jpg`, import.meta.url));

describe('a label without a code', () => {
  it('is not read from print where that is switched off', async () => {
    const codesOnly = createLabelReader({ ...PATIENT, budgetMs: 0, text: false });
    const reading = await codesOnly.read(both);
    await codesOnly.close();
    expect(reading).toMatchObject({ kind: 'unreadable' });
  });

  // bench/label-text.ts turns hundreds.
  it.each([0, 90, 180])('is read from its print, turned by %i degrees', async (turn) => {
    const reading = await reader.read(await photograph(LABEL, { ...GOOD_SHOT, turn: turn + 2 }));
    expect(JSON.stringify(reading)).not.toContain(CODE);
    expect(reading).toMatchObject({
      kind: 'printed',
      certainty: 'agreed',
      labels: [{ shortSerial: 'J50000062', fullSerial: LABEL.fullSerial, model: LABEL.model }],
    });
  });

  it('has to be confirmed where only the full serial is printed', async () => {
    const reading = await reader.read(await photograph({ ...LABEL, prints: 'full' }, GOOD_SHOT));
    expect(reading).toMatchObject({ kind: 'printed', certainty: 'single' });
  });

  it('is read where names and values stand in two columns', async () => {
    const columns = await photograph({ ...LABEL, prints: 'short', columns: true }, GOOD_SHOT);
    const reading = await reader.read(columns);
    expect(reading).toMatchObject({ kind: 'printed', labels: [{ shortSerial: 'J50000062' }] });
  });

  it('has to be confirmed by its line, without the verification code, where only the short serial is printed', async () => {
    const reading = await reader.read(short);
    expect(reading).toMatchObject({ kind: 'printed', certainty: 'single' });
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
    ['S/N: DS-2CD2347G2-LSU/SL20210505BB', true],
    ['S/N:DS-2CD7A46G0/P-IZHSY(C)', true],
    ['WR550514110', true],
    ['WR550514110 QWERTZ', false],
    ['WR550514110QWERTZ', false],
    [CODE, false],
  ])('shows "%s" as a part of a serial number or not at all', (text, shown) => {
    expect(isPart(text)).toBe(shown);
  });

  it.each([
    ['the same digits are printed without a name: they may be a part number', NINE, ['bar-code'], false],
    ['the print calls the number S/N', `S/N: ${NINE}`, ['bar-code', 'print'], true],
  ])('has a bar code of nine digits, and %s', async (_, print, sources, isCertain) => {
    const reading = await patient.read(await bars(print));
    expect(reading).toMatchObject({ kind: 'label', facts: { shortSerial: NINE }, sources, isCertain });
  });

  it.each([
    ['wrapped-in-middle', '550514110', 'DS-2CD2347G2-LSU/SL', 'DS-2CD2347G2-LSU/SL20210505BBWR550514110'],
    ['carton-two-bars', '594199051', 'DS-2CD2142FWD-IS', null],
  ])('has to be confirmed, %s', async (name, shortSerial, model, fullSerial) => {
    const reading = await reader.read(await drawn(name));
    expect(reading).toMatchObject({
      kind: 'printed',
      certainty: 'single',
      labels: [{ shortSerial, model, fullSerial }],
    });
    expect(reading).toHaveProperty('labels.length', 1);
  });

  it('does not count one line as two where it goes on in the next: its zero is read as an eight', async () => {
    const reading = await reader.read(await drawn('wrapped-after-model'));
    expect(reading).toMatchObject({ kind: 'printed' });
    expect(reading).not.toMatchObject({ certainty: 'agreed' });
    expect(reading).not.toMatchObject({ labels: [{ fullSerial: expect.any(String) }] });
  });

  it.each([
    ['wrapped-after-model', '104515184', '184515184'],
    ['wrapped-letter', 'J85709450', '385789450'],
  ])('is looked at again from nearer where it is to be asked about: %s', async (name, right, firstLook) => {
    const reading = await reader.read(await drawn(name));
    expect(reading).toMatchObject({ kind: 'printed', certainty: 'repaired' });
    const offered = reading.kind === 'printed' ? reading.labels : [];
    expect(offered[0]?.shortSerial).toBe(right);
    expect(offered.map(({ shortSerial }) => shortSerial)).toContain(firstLook);
    expect(offered.map(({ fullSerial }) => fullSerial)).toEqual(offered.map(() => null));
  });

  it('has two bars of nine digits, of which print calls one the serial number', async () => {
    const told: string[] = [];
    const reading = await patient.read(await drawn('carton-two-bars'), { onPrint: () => told.push('print') });
    told.push('answer');
    expect(reading).toMatchObject({
      kind: 'label',
      facts: { shortSerial: '594199051' },
      sources: ['bar-code', 'print'],
      isCertain: true,
    });
    expect(told).toEqual(['print', 'answer']);
  });

  it('is given up in time, and said to be, although the process that reads it does not even start', async () => {
    const hasty = createLabelReader({ ...PATIENT, budgetMs: 0, answerMs: 5000 });
    // The other process is there by then.
    await hasty.copy(both);
    const [codes] = hasty.pids();
    const reading = hasty.read(both);
    const stopped = await eventually(() => {
      const pid = hasty.pids().find((one) => one !== codes);
      expect(pid).toBeDefined();
      return Number(pid);
    });
    process.kill(stopped, 'SIGSTOP');
    expect(await reading).toEqual({ kind: 'unreadable', tip: 'no-time' });
    // Loading goes on for the next photo.
    expect(hasty.pids()).toEqual([codes, stopped]);
    await hasty.close();
  });

  it('is answered as before where nothing is printed either', async () => {
    expect(await reader.read(await (await table([])).jpeg().toBuffer())).toMatchObject({
      kind: 'unreadable',
    });
  });
});

describe('reading print', () => {
  it('stops between two lines when nobody waits any more, and gives what it has', async () => {
    const ocr = await openOcr();
    const job = { bytes: both, budgetMs: 600_000 };
    let asked = 0;
    const cut = await readText(ocr, job, () => ++asked > 4);
    expect(cut.isWhole).toBe(false);
    expect(asked).toBe(5);
    const whole = await readText(ocr, job, () => false);
    expect(whole).toMatchObject({ isWhole: true, serials: [{ certainty: 'agreed' }] });
    expect(await readText(ocr, { ...job, budgetMs: 0 }, () => false)).toEqual({
      serials: [],
      picture: null,
      isWhole: false,
      isOne: false,
    });
  });
});

// How its process is started, limited and ended is the pool's (pool.test.ts).
describe('the process that reads print', () => {
  it('costs one photo when it is killed', async () => {
    const crashes: string[] = [];
    const fragile = engine({ onCrash: (error: Error) => crashes.push(error.message) });
    const lost = fragile.read(NO_PHOTO);
    const next = fragile.read(NO_PHOTO);
    process.kill(fragile.pids()[0] ?? 0, 'SIGKILL');
    expect(await lost).toEqual({ ok: false, failure: 'crashed' });
    expect(await next).toEqual({ ok: true, value: NOTHING });
    expect(crashes).toHaveLength(1);
    await fragile.close();
  });

  it('answers busy beyond its queue, and gives up with the reason of the request', async () => {
    const small = engine({ queue: 1 });
    const abort = new AbortController();
    const open = [small.read(NO_PHOTO), small.read(NO_PHOTO, abort.signal), small.read(NO_PHOTO)];
    expect(await open[2]).toEqual({ ok: false, failure: 'busy' });
    abort.abort(new Error('another photo'));
    await expect(open[1]).rejects.toThrow('another photo');
    await small.close();
    expect(await open[0]).toEqual({ ok: false, failure: 'busy' });
  });
});
