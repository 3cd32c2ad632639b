import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareFirmware,
  type FirmwareVersion,
  formatFirmware,
  lineOfFirmware,
  parseFirmware,
  saidFirmware,
} from '../../../src/device/firmware.ts';

const version: fc.Arbitrary<FirmwareVersion> = fc.record({
  major: fc.integer({ min: 1, max: 99 }),
  minor: fc.integer({ min: 0, max: 999 }),
  patch: fc.integer({ min: 0, max: 999 }),
  build: fc.option(
    fc.integer({ min: 1, max: 999_999 }).map((n) => String(n).padStart(6, '0')),
    { nil: null },
  ),
});

describe('parseFirmware', () => {
  it.each([
    ['V4.30.085', { major: 4, minor: 30, patch: 85, build: null }],
    ['V5.7.18build 240826', { major: 5, minor: 7, patch: 18, build: '240826' }],
    ['V5.5.82 build 190220', { major: 5, minor: 5, patch: 82, build: '190220' }],
    ['v3.4.98 build170823', { major: 3, minor: 4, patch: 98, build: '170823' }],
    ['firmware: 3.4.98', { major: 3, minor: 4, patch: 98, build: null }],
    ['V3.4.88 build 000000', { major: 3, minor: 4, patch: 88, build: null }],
  ])('reads %j', (text, expected) => {
    expect(parseFirmware(text)).toEqual(expected);
  });

  it.each([
    '',
    '4.x',
    'V4.30',
    '192.168.1.64',
    '1.2.3.4',
    'V0.1.2',
    'J50000062',
    `V4.30.085${' '.repeat(64)}`,
  ])('finds no version in %j', (text) => {
    expect(parseFirmware(text)).toBeNull();
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(version, (v) => {
        expect(parseFirmware(formatFirmware(v))).toEqual(v);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => void parseFirmware(text)));
  });
});

describe('formatFirmware', () => {
  it('writes the last number as devices do', () => {
    expect(formatFirmware({ major: 4, minor: 30, patch: 85, build: '210222' })).toBe(
      'V4.30.085 build 210222',
    );
    expect(formatFirmware({ major: 5, minor: 7, patch: 18, build: null })).toBe('V5.7.18');
  });
});

describe('compareFirmware', () => {
  it('orders by number, not by text, and by build last', () => {
    const texts = ['V3.4.98', 'V4.9.1', 'V4.30.5', 'V4.30.85', 'V4.30.085 build 210222', 'V10.0.0'];
    const parsed = texts.map((text) => parseFirmware(text)).filter((v) => v !== null);
    expect(parsed.toReversed().sort(compareFirmware)).toEqual(parsed);
  });

  it('is an order: antisymmetric, and zero for the same version', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareFirmware(a, b)) + Math.sign(compareFirmware(b, a))).toBe(0);
        expect(compareFirmware(a, { ...a })).toBe(0);
      }),
    );
  });
});

describe('saidFirmware', () => {
  it.each([
    ['V3.4.98', 'V3.4.98'],
    ['firmware: 3.4.98 build 170823', 'V3.4.98 build 170823'],
    ['3.x', '3.x'],
    ['V4.\u0445', '4.x'],
    [' 4.30 ', 'V4.30'],
    ['v3.4', 'V3.4'],
  ])('takes %j for %s', (text, said) => {
    expect(saidFirmware(text)).toBe(said);
    expect(saidFirmware(said)).toBe(said);
  });

  it.each(['', '4', '4.', 'four', '0.4', '192.168.1.64', '2.8 mm', '3.4 or so'])(
    'takes nothing from %j',
    (text) => {
      expect(saidFirmware(text)).toBeNull();
    },
  );
});

describe('lineOfFirmware', () => {
  it.each([
    ['V1.0.5', '1.x'],
    ['V2.2.65', '2.x'],
    ['3.x', '3.x'],
    ['V4.30', '4.x'],
    ['V5.7.18 build 240826', '5.x'],
    ['V6.0.0', 'later'],
    ['42.x', 'later'],
    ['not a version', null],
  ])('puts %j into %s', (text, line) => {
    expect(lineOfFirmware(text)).toBe(line);
  });
});
