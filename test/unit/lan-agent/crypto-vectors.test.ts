import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPassword, digestPassword, seal31, sealPassword } from '../../../src/lan-agent/sadp/envelope.ts';
import { createExchangeKey, openCode } from '../../../src/lan-agent/sadp/key-exchange.ts';

interface Exchange {
  id: string;
  rsaPrivateKeyJwk?: JsonWebKey;
  requestCode: string;
  replyCode: string;
  random: string;
}
interface Seal {
  id: string;
  random: string;
  password: string;
  keyHex: string;
  passwordElement: string;
  user: string;
  salt: string;
  salt2: string | null;
  dHex: string;
  ivElement: string;
}
interface Refusal {
  id: string;
  replyCode: string;
  password: string;
  expected: { refuse: string };
}

const vectors: {
  v30: { exchange: Exchange[]; replyErrors: Refusal[]; seal: Seal[]; refuse: Refusal[] };
  v31: { exchange: Exchange[]; seal: Seal[]; ambiguous: (Seal & Refusal)[]; refuse: Refusal[] };
} = JSON.parse(readFileSync('test/fixtures/sadp-crypto-vectors.json', 'utf8'));

function keyOf(exchanges: Exchange[], bits: 1024 | 2048) {
  const key = exchanges[0]?.rsaPrivateKeyJwk;
  if (!key) throw new Error('no key in the vectors');
  return { bits, privateKey: createPrivateKey({ key, format: 'jwk' }) };
}
const key30 = keyOf(vectors.v30.exchange, 1024);
const key31 = keyOf(vectors.v31.exchange, 2048);

describe('protocol 3.0', () => {
  it.for(vectors.v30.exchange)('$id: opens the code', ({ replyCode, random }) => {
    expect(openCode(key30, replyCode)).toEqual({ ok: true, value: Buffer.from(random).subarray(0, 16) });
  });

  it('drops white space inside the code first', () => {
    const [exchange] = vectors.v30.exchange;
    const spaced = exchange?.replyCode.replace(/(.{60})/g, '$1\r\n ') ?? '';
    expect(openCode(key30, spaced).ok).toBe(true);
  });

  it.for(vectors.v30.replyErrors)('$id: refuses the code', ({ replyCode, expected }) => {
    expect(openCode(key30, replyCode)).toEqual({ ok: false, failure: expected.refuse });
  });

  it('refuses a number that is larger than the key', () => {
    const tooLarge = Buffer.alloc(128, 0xff).toString('base64');
    expect(openCode(key30, tooLarge)).toEqual({ ok: false, failure: 'bad-padding' });
  });

  it.for(vectors.v30.seal)('$id: seals the password', ({ random, password, keyHex, passwordElement }) => {
    const key = Buffer.from(keyHex, 'hex');
    expect(key).toEqual(Buffer.from(random).subarray(0, 16));
    expect(checkPassword(Buffer.from(password)).ok).toBe(true);
    expect(sealPassword(key, Buffer.from(password))).toBe(passwordElement);
  });

  it.for([...vectors.v30.refuse, ...vectors.v31.refuse])(
    '$id: refuses the password',
    ({ password, expected }) => {
      expect(checkPassword(Buffer.from(password))).toEqual({ ok: false, failure: expected.refuse });
    },
  );

  it.for(['abc\0def', 'abc\tdef', 'secret\r', '\x1b[200~', 'abc\x7f'])(
    'refuses what no keyboard types: %j',
    (password) => {
      expect(checkPassword(Buffer.from(password))).toEqual({
        ok: false,
        failure: 'password-has-control-character',
      });
    },
  );

  it.for([
    ['a letter of Windows-1251', Buffer.from([0x70, 0xe0, 0x73])],
    ['half a letter', Buffer.from('é').subarray(0, 1)],
    ['UTF-16 with its mark', Buffer.from('\ufeffpass', 'utf16le')],
    ['UTF-16', Buffer.from('longer-password', 'utf16le')],
    ['UTF-16 with the high byte first', Buffer.from('pass', 'utf16le').swap16()],
  ] as const)('refuses what another encoding has made of a password: %s', ([, password]) => {
    expect(checkPassword(password)).toEqual({ ok: false, failure: 'password-not-utf8' });
  });

  it('makes a fresh key for every exchange, in the form of the vectors', async () => {
    const [one, other] = await Promise.all([createExchangeKey(1024), createExchangeKey(1024)]);
    expect(one.code).not.toBe(other.code);
    expect(one.code).toMatch(/^MIGJAoGB.{172}AgMBAAE=$/);
    expect(Buffer.from(one.code, 'base64')).toHaveLength(140);
  });
});

describe('protocol 3.1, by our reading', () => {
  it.for(vectors.v31.exchange)('$id: opens the code', ({ replyCode, random }) => {
    expect(openCode(key31, replyCode)).toEqual({ ok: true, value: Buffer.from(random) });
  });

  it.for(vectors.v31.seal)('$id: seals the password', (vector) => {
    const { user, salt, salt2, password, random, dHex, ivElement, passwordElement } = vector;
    const digest = digestPassword({ digestUser: user, salt, salt2 }, Buffer.from(password));
    expect(digest).toEqual({ ok: true, value: Buffer.from(dHex, 'hex') });
    const sealed = digest.ok && seal31(Buffer.from(random), digest.value, Buffer.from(ivElement, 'hex'));
    expect(sealed).toBe(passwordElement);
  });

  it.for(vectors.v31.ambiguous)('$id: refuses before anything is sent', ({ user, salt, salt2, password }) => {
    const digest = digestPassword({ digestUser: user, salt, salt2 }, Buffer.from(password));
    expect(digest).toEqual({ ok: false, failure: 'ambiguous-digest' });
  });
});
