/** What stands where a secret was. */
export const HIDDEN = '[secret]';

/** Shapes of secrets inside free text (error messages of libraries carry addresses with the bot token in them). */
const SECRET_SHAPES: readonly [RegExp, string][] = [
  // Bot API tokens: digits, colon, 35 characters; longer ones are cut too. In an address they follow "bot" at once.
  [/(?<!\d)\d{6,}:[A-Za-z0-9_-]{30,}/g, '[token]'],
  // PEM keys, should one ever be part of an error.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '[key]'],
  // Ed25519 private keys as this product keeps them: PKCS #8, DER, base64url (RFC 8410).
  [/MC4CAQAwBQYDK2VwBCIEI[A-Za-z0-9_-]{43}/g, '[key]'],
  // Pairing codes: ten consonants, with or without the dash (link/pairing-code.ts).
  [/\b[B-DF-HJ-NP-TV-XZ]{5}-?[B-DF-HJ-NP-TV-XZ]{5}\b/gi, '[pairing code]'],
  // Who may use a Redis, in its address (store/redis/address.ts).
  [/\b(rediss?:\/\/)\S*@/gi, '$1[secret]@'],
  [/\b(sentinel-password=)[^\s&"']+/g, '$1[secret]'],
  // Invitations inside a link, and 32 random bytes as base64url: permits, proofs, keyed hashes.
  [/\bstart=[A-Za-z0-9_-]{32}/g, 'start=[invitation]'],
  [/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g, HIDDEN],
];

/** Takes secrets out of free text by their shape. Applied to every line the logger writes. */
export function scrub(text: string): string {
  return SECRET_SHAPES.reduce((line, [shape, word]) => line.replace(shape, word), text);
}
