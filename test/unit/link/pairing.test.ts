import { randomBytes, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatPairingCode,
  generatePairingCode,
  isPairingCode,
  normalisePairingCode,
} from '../../../src/link/pairing-code.ts';
import { drawPairingNumber } from '../../../src/link/pairing-number.ts';

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

describe('the number of a pairing', () => {
  it('is one of three different two-digit choices', () => {
    fc.assert(
      fc.property(fc.integer(), () => {
        const { number, choices } = drawPairingNumber(randomInt);
        expect(new Set(choices).size).toBe(3);
        expect(choices).toContain(number);
        for (const choice of choices) expect(choice).toMatch(/^[1-9]\d$/);
      }),
    );
  });

  it('stands at every place', () => {
    const places = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const { number, choices } = drawPairingNumber(randomInt);
      places.add(choices.indexOf(number));
    }
    expect([...places].sort()).toEqual([0, 1, 2]);
  });
});
