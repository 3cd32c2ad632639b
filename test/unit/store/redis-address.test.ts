import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../../src/store/redis/address.ts';
import { fieldOf, keyOf } from '../../../src/store/redis/keys.ts';

const ONE = {
  hosts: [{ host: 'localhost', port: 6379 }],
  kind: 'hosts',
  user: null,
  password: null,
  database: 0,
  isTls: false,
  ca: null,
  replicas: 0,
  tag: 'unbind',
  place: 'redis://localhost',
};

describe('the address of a Redis', () => {
  it.each([
    ['redis://localhost', {}],
    ['REDISS://localhost', { isTls: true, place: 'rediss://localhost' }],
    ['redis://localhost/3', { database: 3, place: 'redis://localhost/3' }],
    ['redis://bot:secret@localhost', { user: 'bot', password: 'secret' }],
    ['redis://:secret@localhost', { password: 'secret' }],
    ['redis://:p%40ss%3A%2F@localhost', { password: 'p@ss:/' }],
    ['redis://:p@ss/w:100%@localhost', { password: 'p@ss/w:100%' }],
    [
      'redis://localhost?tag=site-2&replicas=1&ca=/etc/ca.pem',
      { tag: 'site-2', replicas: 1, ca: '/etc/ca.pem' },
    ],
    ['redis://[::1]:7000', { hosts: [{ host: '::1', port: 7000 }], place: 'redis://[::1]:7000' }],
    [
      'redis://a,b:7000',
      {
        hosts: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7000 },
        ],
        replicas: 1,
        place: 'redis://a,b:7000',
      },
    ],
    [
      'redis://:secret@a,b:7000/1?sentinel=main&sentinel-password=other&replicas=0',
      {
        hosts: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 7000 },
        ],
        kind: { sentinel: 'main', password: 'other' },
        password: 'secret',
        database: 1,
        place: 'redis://a,b:7000/1',
      },
    ],
    ['redis://localhost?cluster', { kind: 'cluster' }],
  ])('is read: %s', (url, meant) => {
    expect(parseRedisUrl(url)).toEqual({ ...ONE, ...meant });
  });

  it.each([
    'redis:localhost',
    'redis://',
    'redis://localhost:0',
    'redis://localhost:70000',
    'redis://localhost:x',
    'redis://a,,b',
    'redis://localhost/name',
    'redis://localhost?replica=1',
    'redis://localhost?replicas=all',
    'redis://localhost?tag={a}',
    'redis://localhost?sentinel=',
    'redis://localhost/1?cluster',
    'redis://localhost?cluster&sentinel=main',
    'valkey://localhost',
  ])('is none: %s', (url) => {
    expect(parseRedisUrl(url)).toBeNull();
  });

  it('has its password back, whatever is in it, and shows it nowhere', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 8 }), fc.boolean(), (password, isEncoded) => {
        fc.pre(
          isEncoded || (!/%/.test(password) && password.trim() === password && !/[\r\n]/.test(password)),
        );
        const written = isEncoded ? encodeURIComponent(password) : password;
        const address = parseRedisUrl(`redis://:${written}@localhost`);
        expect(address?.password).toBe(password);
        expect(address?.place).toBe('redis://localhost');
      }),
    );
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const address = parseRedisUrl(`redis://${text}`);
        if (address) expect(address.hosts.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the names of records', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', '\0', '\x01', '\x02', '\u0416', '\u{1f600}'),
    minLength: 1,
    maxLength: 4,
  });
  const key = fc.tuple(fc.constantFrom('value', 'claim'), name, name);

  it('are had back', () => {
    fc.assert(
      fc.property(key, (names) => {
        expect(keyOf(fieldOf(names))).toEqual(names);
      }),
    );
  });

  it('are in the order of their parts', () => {
    const bytes = (text: string) => Buffer.from(text);
    fc.assert(
      fc.property(key, key, (one, other) => {
        const at = one.findIndex((part, index) => part !== other[index]);
        const meant = at < 0 ? 0 : Math.sign(Buffer.compare(bytes(one[at] ?? ''), bytes(other[at] ?? '')));
        expect(Math.sign(Buffer.compare(bytes(fieldOf(one)), bytes(fieldOf(other))))).toBe(meant);
      }),
    );
  });
});
