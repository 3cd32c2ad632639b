import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PrintedSerial } from '../../../src/device/printed.ts';
import { readingsOf } from '../../../src/device/printed-looks.ts';

const serial = (shortSerial: string, more: Partial<PrintedSerial> = {}): PrintedSerial => ({
  shortSerial,
  fullSerial: `DS-2CD2386G2-IU20210805AAWR${shortSerial}`,
  model: 'DS-2CD2386G2-IU',
  certainty: 'single',
  isNamed: true,
  lines: [1, 2],
  ...more,
});
const said = (first: PrintedSerial, ...looks: string[]) =>
  readingsOf([first], looks).map(({ shortSerial, certainty }) => [shortSerial, certainty]);

describe('several looks at one number', () => {
  it('leave it as it was where they saw nothing else', () => {
    const first = [serial('J50000062')];
    expect(readingsOf(first, ['J50000062', 'J50000062'])).toBe(first);
    expect(readingsOf(first, [])).toBe(first);
    // Something else was seen: another number, or none.
    expect(readingsOf(first, ['301234567', 'J5OOOO062', ''])).toBe(first);
    expect(readingsOf([], ['J50000062'])).toEqual([]);
  });

  it('put first what most of them saw', () => {
    expect(said(serial('184515184'), '104515184', '104515184', '184515184')).toEqual([
      ['104515184', 'repaired'],
      ['184515184', 'single'],
    ]);
    expect(said(serial('184515184'), '104515184', '184515184')[0]).toEqual(['184515184', 'single']);
  });

  it('find what no look saw whole', () => {
    const readings = said(serial('385789450'), 'J85789450', '385709450', 'J85789450', '385709450');
    expect(readings.map(([short]) => short)).toContain('J85709450');
  });

  it('claim no full serial where they differ', () => {
    const readings = readingsOf([serial('184515184')], ['104515184']);
    expect(readings.map(({ fullSerial }) => fullSerial)).toEqual([null, null]);
  });

  it('are never surer than the first, and offer at most four, each a serial number', () => {
    const short = fc.stringMatching(/^[J3][058][0-9]{6}[08]$/);
    const certainty = fc.constantFrom<PrintedSerial['certainty']>('single', 'repaired');
    fc.assert(
      fc.property(short, certainty, fc.array(short, { maxLength: 6 }), (first, sure, looks) => {
        const readings = readingsOf([serial(first, { certainty: sure })], looks);
        expect(readings.length).toBeGreaterThan(0);
        expect(readings.length).toBeLessThanOrEqual(4);
        expect(new Set(readings.map((one) => one.shortSerial)).size).toBe(readings.length);
        expect(readings.map((one) => one.shortSerial)).toContain(first);
        for (const one of readings) {
          expect(one.shortSerial).toMatch(/^(\d{9}|[A-Z]\d{8}|[A-Z]{2}\d{7})$/);
          expect(one.certainty).toBe(one.shortSerial === first ? sure : 'repaired');
        }
      }),
    );
  });
});
