import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPrint } from '../../../src/device/printed.ts';

const FULL = 'DS-2CD2386G2-IU20210805AAWRJ50000062';
const one = (lines: string[]) =>
  readPrint(lines).map(({ shortSerial, certainty }) => [shortSerial, certainty]);

describe('readPrint', () => {
  it('agrees with itself only where the line of the short serial and the full serial say the same', () => {
    expect(one([`S/N: ${FULL}`, 'Serial No.: J50000062'])).toEqual([['J50000062', 'agreed']]);
    expect(one(['Serial No.: J50000062'])).toEqual([['J50000062', 'single']]);
    expect(one(['J50000062', 'Serial No.: J50000062'])).toEqual([['J50000062', 'single']]);
    expect(one([`S/N: ${FULL}`])).toEqual([['J50000062', 'single']]);
  });

  it('tells two readings that differ apart instead of choosing', () => {
    expect(one([`S/N: ${FULL}`, 'Serial No.: J50000082']).map(([serial]) => serial)).toEqual([
      'J50000062',
      'J50000082',
    ]);
  });

  it.each([
    ['a letter among the digits', 'S/N: J5OOO0062', ['J50000062']],
    ['several of them', 'S/N: JSOOOO06Z', ['JS0000062']],
    ['a digit before a letter, either of which may be wrong', 'S/N: 8O0000062', ['800000062', 'BO0000062']],
  ])('repairs only what the grammar forces, and says so: %s', (_, line, serials) => {
    expect(one([line])).toEqual(serials.map((serial) => [serial, 'repaired']));
  });

  it('repairs a full serial, its date and its letters', () => {
    expect(one(['S/N: DS-2CD2386G2-IU2O2I0805AAWRJ500OO062'])).toEqual([['J50000062', 'repaired']]);
  });

  it('does not let a repaired line confirm another', () => {
    expect(one([`S/N: ${FULL}`, 'S/N: J5OO00062'])).toEqual([['J50000062', 'single']]);
  });

  it('does not repair words that were not announced as a serial', () => {
    expect(one(['HIKVISION', 'J5OOO0062', 'Verification Code: QWERTZ', 'Made in China'])).toEqual([]);
  });

  it('reads a full serial that goes on in the next line', () => {
    expect(one(['S/N: DS-2CD2386G2-IU20210805AA', 'WRJ50000062'])).toEqual([['J50000062', 'single']]);
  });

  it('takes a bare number of nine digits for a part number beside a serial with letters', () => {
    expect(one(['301234567', 'S/N: J50000062'])).toEqual([['J50000062', 'single']]);
  });

  it('knows whether the print calls a number a serial number, or it may be one of a part', () => {
    const named = (...lines: string[]) => readPrint(lines).map(({ isNamed }) => isNamed);
    expect(named('301234567')).toEqual([false]);
    expect(named('PART NO 301234567')).toEqual([false]);
    expect(named('SENSOR 301234567', 'S/N: J50000062')).toEqual([true]);
    expect(named('S/N: 301234567')).toEqual([true]);
    expect(named('301234567', 'S/N: 301234567')).toEqual([true]);
    expect(named(FULL)).toEqual([true]);
  });

  it('gives the model and nothing of the verification code', () => {
    const read = readPrint(['Model: DS-2CD2386G2-IU', 'S/N: J50000062', 'Verification Code: QWERTZ']);
    expect(read).toMatchObject([{ model: 'DS-2CD2386G2-IU', fullSerial: null, line: 1 }]);
    expect(JSON.stringify(read)).not.toContain('QWERTZ');
  });

  it('never throws, returns serials of the grammar and at most eight', () => {
    const piece = fc.constantFrom(
      'S/N:',
      'J5',
      'O',
      '8',
      '0000',
      'DS-',
      '2021',
      '0805',
      'AAWR',
      ' ',
      '\u0001',
      'В',
    );
    fc.assert(
      fc.property(fc.array(fc.string({ unit: piece, maxLength: 60 }), { maxLength: 20 }), (lines) => {
        const read = readPrint(lines);
        expect(read.length).toBeLessThanOrEqual(8);
        for (const { shortSerial } of read) expect(shortSerial).toMatch(/^(\d{9}|[A-Z]\d{8}|[A-Z]{2}\d{7})$/);
      }),
    );
  });
});
