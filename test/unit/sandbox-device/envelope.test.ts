import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  privateDecrypt,
} from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encryptFor, makeRandom, openEnvelope, proves31 } from '../../../src/sandbox/device/envelope.ts';
import { fixture } from './fixture.ts';

interface Vectors {
  exchange: [{ rsaPrivateKeyJwk: JsonWebKey; requestCode: string; random: string }];
  seal: {
    id: string;
    random: string;
    password: string;
    passwordElement: string;
    ivElement: string;
    user: string;
    salt: string;
    salt2: string | null;
  }[];
}

const vectors: Record<'v30' | 'v31', Vectors> = JSON.parse(fixture('sadp-crypto-vectors.json').toString());

describe('the key exchange', () => {
  it.each([
    ['v30', 1024],
    ['v31', 2048],
  ] as const)('of the %s vectors encrypts a text only the key can read', (version, bits) => {
    const [{ rsaPrivateKeyJwk, requestCode, random }] = vectors[version].exchange;
    const code = encryptFor(requestCode, random, bits);
    const key = createPrivateKey({ key: rsaPrivateKeyJwk, format: 'jwk' });
    const block = privateDecrypt(
      { key, padding: constants.RSA_NO_PADDING },
      Buffer.from(code ?? '', 'base64'),
    );
    expect(block.subarray(0, 2)).toEqual(Buffer.from([0, 2]));
    expect(block.subarray(block.indexOf(0, 2) + 1).toString()).toBe(random);
  });

  it('refuses keys of the other version and keys in another wrapping', () => {
    const [{ requestCode }] = vectors.v30.exchange;
    expect(encryptFor(requestCode, makeRandom(), 2048)).toBeNull();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(encryptFor(spki, makeRandom(), 1024)).toBeNull();
    expect(encryptFor(`${requestCode}\n`, makeRandom(), 1024)).toBeNull();
  });

  it('survives any text in place of a key', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (code) => {
        expect(encryptFor(code, makeRandom(), 1024)).toBeNull();
      }),
    );
  });
});

describe('the envelope of protocol 3.0', () => {
  it.each(vectors.v30.seal)('of $id opens to the password', ({ passwordElement, random, password }) => {
    expect(openEnvelope(passwordElement, random)?.toString()).toBe(password);
  });

  it('does not open with another random text, cut, or in clear', () => {
    const { passwordElement = '', random = '', password = '' } = vectors.v30.seal[0] ?? {};
    expect(openEnvelope(passwordElement, makeRandom())).toBeNull();
    expect(openEnvelope(passwordElement.slice(4), random)).toBeNull();
    expect(openEnvelope(password, random)).toBeNull();
    expect(openEnvelope('', random)).toBeNull();
  });
});

describe('the proof of protocol 3.1', () => {
  it.each(vectors.v31.seal)('of $id is accepted for its password and no other', (vector) => {
    const { passwordElement, ivElement, random, user, password, salt, salt2 } = vector;
    const known = { user, password, salt, salt2 };
    expect(proves31(passwordElement, ivElement, random, known)).toBe(true);
    expect(proves31(passwordElement, ivElement, random, { ...known, password: 'Not-The-Pass1' })).toBe(false);
    expect(proves31(passwordElement, ivElement.toUpperCase().replace(/^./, 'A'), random, known)).toBe(false);
  });
});
