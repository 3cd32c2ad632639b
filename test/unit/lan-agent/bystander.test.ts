import { createCipheriv, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findKey, findShapes } from '../../integration/netns/bystander.ts';

describe('the search for secrets', () => {
  const SECRET = 'Fixture-Pass1';
  const wrap = (hidden: Buffer | string) =>
    Buffer.concat([
      Buffer.from('<Probe><Password>'),
      Buffer.from(hidden),
      Buffer.from('</Password></Probe>'),
    ]);
  const plain = Buffer.from(SECRET);

  it.for<[string, Buffer]>([
    ['plain', wrap(SECRET)],
    ['in other case', wrap(SECRET.toUpperCase())],
    ['UTF-16', wrap(Buffer.from(SECRET, 'utf16le'))],
    ['reversed', wrap([...SECRET].reverse().join(''))],
    ['base64', wrap(plain.toString('base64'))],
    ['base64 with the user in front', wrap(Buffer.from(`admin:${SECRET}`).toString('base64'))],
    ['base64 of UTF-16', wrap(Buffer.from(SECRET, 'utf16le').toString('base64'))],
    ['base64url within other letters', wrap(`xy${plain.toString('base64url')}`)],
    ['hex', wrap(plain.toString('hex').toUpperCase())],
    ['URL-encoded', wrap([...plain].map((byte) => `%${byte.toString(16)}`).join(''))],
    ['md5 in hex', wrap(createHash('md5').update(SECRET).digest('hex'))],
    ['sha256 raw', wrap(createHash('sha256').update(SECRET).digest())],
    ['sha1 in base64', wrap(createHash('sha1').update(SECRET).digest('base64'))],
    ['XOR 0x5a', wrap(Buffer.from(plain.map((byte) => byte ^ 0x5a)))],
  ])('finds it %s', ([, recording]) => {
    expect(findShapes(recording, SECRET)).not.toEqual([]);
  });

  it('finds nothing where nothing is', () => {
    expect(findShapes(wrap('another word altogether'), SECRET)).toEqual([]);
  });

  it.for<[string, (key: Buffer) => Buffer]>([
    ['as it is', (key) => key],
    ['in base64', (key) => Buffer.from(key.toString('base64'))],
    ['in hex', (key) => Buffer.from(key.toString('hex'))],
  ])('finds a key that was sent %s', ([, hide]) => {
    const key = Buffer.from('0123456789abcdef');
    const aes = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    const sealed = aes.update(Buffer.concat([key, plain, Buffer.alloc(16 - plain.length)]));
    expect(findKey([wrap('nothing'), wrap(hide(key))], sealed, SECRET)).toEqual(key);
    expect(findKey([wrap('nothing'), wrap(sealed)], sealed, SECRET)).toBeNull();
  });
});
