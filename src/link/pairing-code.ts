/**
 * Pairing codes: ten consonants (RFC 8628 section 6.1 recommends this alphabet: no words come out of it by accident,
 * case does not matter). 20^10 codes for ten minutes and a handful of tries leave nothing to guess.
 */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 10;
/** Bytes from here on would make the first letters likelier than the rest. */
const FAIR = 256 - (256 % ALPHABET.length);

/** How much of a typed code is looked at, characters; the wire allows as many. */
const LONGEST = 32;

/**
 * What people type for a letter of the alphabet: digits and vowels that look like it, and the Cyrillic letters of a
 * Russian keyboard layout that look the same and are other characters.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '1': 'L',
  I: 'L',
  '|': 'L',
  '2': 'Z',
  '5': 'S',
  '6': 'G',
  '8': 'B',
  В: 'B',
  К: 'K',
  М: 'M',
  Н: 'H',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
};

/** A new code in its normal form, from a source of random bytes such as `crypto.randomBytes`. */
export function generatePairingCode(randomBytes: (size: number) => Uint8Array): string {
  let code = '';
  while (code.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      if (byte < FAIR && code.length < LENGTH) code += ALPHABET[byte % ALPHABET.length] ?? '';
    }
  }
  return code;
}

/** The normal form in two groups, for reading and typing: `BCDFG-HJKLM`. */
export function formatPairingCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/**
 * The normal form of what was typed or pasted: capitals, look-alikes put right, everything but Latin and Cyrillic
 * letters and digits dropped, cut to 32 characters. Whether it can be a code is `isPairingCode`'s business.
 */
export function normalisePairingCode(typed: string): string {
  return typed
    .slice(0, 4 * LONGEST)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9|\u0410-\u042f]/g, '')
    .replace(/./g, (character) => LOOK_ALIKES[character] ?? character)
    .slice(0, LONGEST);
}

/** Whether a text in normal form can be a pairing code at all. */
export function isPairingCode(code: string): boolean {
  return code.length === LENGTH && [...code].every((letter) => ALPHABET.includes(letter));
}
