import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import {
  formatPairingCode,
  generatePairingCode,
  isPairingCode,
  normalisePairingCode,
} from '../../../src/link/pairing-code.ts';
import {
  commitTo,
  formatPairingNumber,
  isPairingNumber,
  pairingNumber,
  readPairingNumber,
} from '../../../src/link/pairing-number.ts';

const code = fc.integer({ min: 0, max: 2 ** 31 }).map(() => generatePairingCode(randomBytes));

describe('pairing codes', () => {
  it('are ten letters without vowels and digits', () => {
    fc.assert(fc.property(code, (generated) => /^[B-DF-HJ-NP-TV-XZ]{10}$/.test(generated)));
  });

  it('use every letter equally: bytes that would favour some are thrown away', () => {
    const sequence = [...Array(256).keys()];
    const counts = new Map<string, number>();
    // Each of the 256 bytes at the first place once; the bytes after it are the same for all.
    for (const byte of sequence) {
      const first = generatePairingCode((size) =>
        Uint8Array.from({ length: size }, (_, i) => (i === 0 ? byte : 0)),
      );
      const key = byte < 240 ? (first[0] ?? '') : 'thrown away';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.get('thrown away')).toBe(16);
    counts.delete('thrown away');
    expect([...counts.values()]).toEqual(Array(20).fill(12));
  });

  it('come back from how they are shown and how people type them', () => {
    const disguise: ((text: string) => string)[] = [
      (text) => text,
      formatPairingCode,
      (text) => formatPairingCode(text).toLowerCase(),
      (text) => ` ${[...text].join(' ')}\n`,
      (text) => formatPairingCode(text).replace('-', '\u2014'),
      (text) => `\u200b${text}\ufeff`,
      (text) => text.replaceAll('L', '1').replaceAll('S', '5').replaceAll('Z', '2').replaceAll('B', '8'),
      (text) => text.replaceAll('G', '6').replaceAll('L', 'i'),
      (text) => text.replaceAll('B', '\u0412').replaceAll('K', '\u043a').replaceAll('H', '\u041d'),
      (text) => text.replaceAll('P', '\u0440').replaceAll('C', '\u0441').replaceAll('X', '\u0425'),
      (text) => [...text].map((letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)).join(''),
    ];
    fc.assert(
      fc.property(
        code,
        fc.constantFrom(...disguise),
        (generated, disguised) => normalisePairingCode(disguised(generated)) === generated,
      ),
    );
  });

  it('are shown in two groups', () => {
    expect(formatPairingCode('BCDFGHJKLM')).toBe('BCDFG-HJKLM');
  });

  it('are told from other text', () => {
    expect(isPairingCode('BCDFGHJKLM')).toBe(true);
    for (const wrong of ['', 'BCDFGHJKL', 'BCDFGHJKLMN', 'BCDFGHJKLA', 'bcdfghjklm', 'BCDFG-HJKLM']) {
      expect(isPairingCode(wrong)).toBe(false);
    }
  });

  it('normalise any text to at most what the wire carries, and twice is once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (typed) => {
        const once = normalisePairingCode(typed);
        return once.length <= 32 && normalisePairingCode(once) === once;
      }),
    );
  });
});

const bytes32 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const transcript = fc.record({
  pairing: fc.integer({ min: 0, max: 2 ** 40 }).map((time) => ulid(time)),
  hubKey: bytes32,
  hubNonce: bytes32,
  publicKey: bytes32,
  nonce: bytes32,
});
const PARTS = ['pairing', 'hubKey', 'hubNonce', 'publicKey', 'nonce'] as const;

describe('the number of a pairing', () => {
  it('is six digits, the same for both sides', () => {
    fc.assert(
      fc.property(transcript, (all) => {
        expect(pairingNumber(all)).toMatch(/^\d{6}$/);
        expect(pairingNumber({ ...all })).toBe(pairingNumber(all));
        expect(isPairingNumber(pairingNumber(all))).toBe(true);
      }),
    );
  });

  it('hangs on every part, and the commitment on all the hub is bound to', () => {
    // Of numbers alone one in a million would be the same by chance: one seed, and many that differ.
    const pairs = fc.sample(fc.tuple(transcript, transcript), { numRuns: 200, seed: 24 });
    for (const part of PARTS) {
      const changed = pairs.filter(
        ([one, other]) => pairingNumber(one) !== pairingNumber({ ...one, [part]: other[part] }),
      );
      expect(changed.length, part).toBeGreaterThan(198);
      const bound = part !== 'publicKey' && part !== 'nonce';
      for (const [one, other] of pairs) {
        if (one[part] === other[part]) continue;
        expect(commitTo(one) === commitTo({ ...one, [part]: other[part] }), part).toBe(!bound);
      }
    }
  });

  it('takes every value alike: no digit is likelier at any place', () => {
    const counts = Array.from({ length: 6 }, () => Array<number>(10).fill(0));
    const share = { pairing: '01JZZZZZZZZZZZZZZZZZZZZZZZ', hubKey: 'h', hubNonce: 'n', publicKey: 'a' };
    for (let n = 0; n < 20_000; n++) {
      [...pairingNumber({ ...share, nonce: String(n) })].forEach((digit, place) => {
        const row = counts[place];
        if (row) row[Number(digit)] = (row[Number(digit)] ?? 0) + 1;
      });
    }
    // 2,000 each; five standard deviations are 212.
    for (const count of counts.flat()) expect(Math.abs(count - 2_000)).toBeLessThan(250);
  });

  it('is read as people type it', () => {
    const six = fc.integer({ min: 0, max: 999_999 }).map((number) => String(number).padStart(6, '0'));
    const disguise: ((text: string) => string)[] = [
      (text) => text,
      formatPairingNumber,
      (text) => [...text].join(' '),
      (text) => `${text.slice(0, 3)}-${text.slice(3)}`,
      (text) => `${text.slice(0, 3)}\u2013${text.slice(3)}`,
      (text) => `${text.slice(0, 3)}\u00a0${text.slice(3)}`,
      (text) => `${text.slice(0, 3)}.${text.slice(3)}.`,
      (text) => `\u200b ${text}\n`,
      (text) => [...text].map((digit) => String.fromCodePoint(digit.charCodeAt(0) + 0xfee0)).join(''),
    ];
    fc.assert(
      fc.property(
        six,
        fc.constantFrom(...disguise),
        (number, disguised) => readPairingNumber(disguised(number)) === number,
      ),
    );
  });

  it('is told from what is none: a digit too few or too many is still seen, a serial number is not taken', () => {
    expect(readPairingNumber('12345')).toBe('12345');
    expect(readPairingNumber('123 4567')).toBe('1234567');
    for (const other of [
      '',
      '1',
      '2021',
      '12345678',
      '123456789',
      'AC7000101',
      '12345a',
      '123456 ok',
      '-',
      '/pair',
    ]) {
      expect(readPairingNumber(other)).toBeNull();
    }
    expect(['12345', '1234567', '12 345', ' 123456', ''].filter(isPairingNumber)).toEqual([]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (typed) => {
        const read = readPairingNumber(typed);
        return read === null || /^\d{5,7}$/.test(read);
      }),
    );
  });
});
