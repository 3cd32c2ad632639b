import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseDigest, parseChallenges } from '../../../src/lan-agent/isapi/challenge.ts';
import { authorize, digestResponse } from '../../../src/lan-agent/isapi/digest.ts';
import { FAR_BELOW_SQUARE, timesAsLong } from '../../support/slowness.ts';

interface ChallengeVector {
  id: string;
  wwwAuthenticate: string[];
  expect: {
    digest: object[];
    basic: { realm: string } | null;
    choose: { scheme: 'digest' | 'basic'; algorithm?: string; qop?: string | null } | null;
  };
}
interface ResponseVector {
  id: string;
  user: string;
  password: string;
  realm: string;
  nonce: string;
  nc: string;
  cnonce: string;
  method: string;
  uri: string;
  algorithm: 'MD5' | 'SHA-256';
  qop: 'auth' | null;
  response: string;
}

const vectors: { challenges: ChallengeVector[]; responses: ResponseVector[] } = JSON.parse(
  readFileSync('test/fixtures/digest-challenges.json', 'utf8'),
);

/** The choice among the challenges of one or more headers, which has to be possible. */
function choose(...headers: string[]) {
  const choice = chooseDigest(parseChallenges(headers));
  if (!choice.ok) throw new Error(`offered only: ${choice.failure.offered}`);
  return choice.value;
}

const CAMERA = 'Digest qop="auth", realm="IP Camera(C0015)", nonce="00ff", stale="FALSE"';

describe('challenges of devices', () => {
  it.for(vectors.challenges)('are read: $id', ({ wwwAuthenticate, expect: expected }) => {
    const { digest, basic } = parseChallenges(wwwAuthenticate);
    expect({ digest, basic }).toEqual({ digest: expected.digest, basic: expected.basic });
  });

  it.for(vectors.challenges)('are chosen from: $id', ({ wwwAuthenticate, expect: expected }) => {
    const choice = chooseDigest(parseChallenges(wwwAuthenticate));
    // Basic carries the password itself and is never an option here.
    if (expected.choose?.scheme !== 'digest') {
      expect(choice.ok).toBe(false);
      return;
    }
    const { algorithm, qop } = expected.choose;
    expect(choice).toMatchObject({ value: { hash: algorithm === 'MD5' ? 'md5' : 'sha256', qop } });
  });

  it('are read around commas, parentheses, escaped quotes and white space', () => {
    const [read] = parseChallenges([
      'NEGOTIATE abc==, DIGEST  realm = "a, b=\\"c\\" (d\\\\)" , NONCE=x:1/2=, Qop="AUTH , auth-int",opaque=""',
    ]).digest;
    expect(read).toMatchObject({ realm: 'a, b="c" (d\\)', nonce: 'x:1/2=', opaque: '' });
    expect(read?.qop).toEqual(['auth', 'auth-int']);
  });

  it('prefer SHA-256 in whatever order and spelling it comes', () => {
    const md5 = 'Digest realm="r", nonce="n1", algorithm=MD5, qop="auth"';
    const sha = 'Digest realm="r", nonce="n2", algorithm="SHA256", qop="auth"';
    for (const headers of [[md5, sha], [sha, md5], [`${md5}, ${sha}`]]) {
      expect(choose(...headers)).toMatchObject({ hash: 'sha256', challenge: { nonce: 'n2' } });
    }
  });

  it.for([
    'Digest realm="r", nonce="n", qop="auth-int"',
    'Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"',
    'Digest realm="r", qop="auth"',
    'Digest nonce="n", qop="auth"',
  ])('are not usable: %s', (header) => {
    expect(chooseDigest(parseChallenges([header, 'Basic realm="r"']))).toEqual({
      ok: false,
      failure: { offered: ['digest', 'basic'] },
    });
  });

  it('are read without throwing or dawdling, whatever the header says', () => {
    const piece = fc.constantFrom(
      'Digest ',
      'Basic',
      'realm=',
      'nonce',
      '="',
      '"',
      '\\',
      ',',
      ' ',
      '=',
      '\u0000',
      'é',
    );
    const noise = fc.array(fc.oneof(piece, fc.string()), { maxLength: 200 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 4 }), (headers) => {
        const { offered } = chooseDigest(parseChallenges(headers)).ok
          ? { offered: [] }
          : { offered: parseChallenges(headers).schemes };
        expect(offered.every((scheme) => /^[^\s",=]+$/.test(scheme))).toBe(true);
      }),
    );
    for (const unit of ['a="\\', '"', 'a=', 'a="b', '\\"', 'Digest ', ', ,', 'x="\\"']) {
      const read = (input: Buffer) => parseChallenges([input.toString()]);
      expect(timesAsLong(read, (units) => unit.repeat(units), 16 * 1024)).toBeLessThan(FAR_BELOW_SQUARE);
    }
  });

  it('keep what was written in quotes, whatever it is', () => {
    const text = fc.string({ unit: 'binary-ascii' });
    fc.assert(
      fc.property(text, text, (realm, nonce) => {
        const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
        const header = `Digest realm=${quote(realm)}, nonce=${quote(nonce)}`;
        const expected = nonce === '' ? [] : [{ realm, nonce }];
        expect(parseChallenges([header]).digest).toMatchObject(expected);
      }),
    );
  });
});

describe('responses', () => {
  it.for(vectors.responses)('are computed: $id', ({ user, password, algorithm, response, ...vector }) => {
    const typed = Buffer.from(password);
    const hash = algorithm === 'MD5' ? 'md5' : 'sha256';
    expect(digestResponse({ ...vector, hash, userName: user, password: typed })).toBe(response);
    expect(typed.toString()).toBe(password);
  });

  it('go back with the device’s own spelling, an empty opaque and a fresh cnonce', () => {
    const choice = choose('Digest realm="a\\"b", nonce="n:1", opaque="", algorithm="sha256", qop="auth"');
    const login = { userName: 'admin', password: Buffer.from('Fixture-Pass1') };
    const [one, two] = [authorize(choice, login, '/a?b=c'), authorize(choice, login, '/a?b=c')];
    expect(one).toMatch(
      /^Digest username="admin", realm="a\\"b", nonce="n:1", uri="\/a\?b=c", response="[0-9a-f]{64}", algorithm=sha256, opaque="", qop=auth, nc=00000001, cnonce="[0-9a-f]{16}"$/,
    );
    expect(one).not.toBe(two);
    expect(one).not.toContain('Fixture-Pass1');
  });

  it('name no algorithm and no qop where the device named none', () => {
    const login = { userName: 'admin', password: Buffer.from('Fixture-Pass1') };
    expect(authorize(choose('Digest realm="r", nonce="n"'), login, '/')).not.toMatch(
      /algorithm|qop|nc=|opaque/,
    );
    expect(authorize(choose(CAMERA), login, '/')).toMatch(/, qop=auth, /);
  });

  it('carry names beyond ASCII as UTF-8 bytes', () => {
    const login = { userName: 'Админ', password: Buffer.from('Fixture-Pass1') };
    const header = authorize(choose(CAMERA), login, '/');
    expect(Buffer.from(header, 'latin1').toString('utf8')).toContain('username="Админ"');
  });
});
