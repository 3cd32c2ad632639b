/** Every challenge on record, sent by a web server that checks the answer with code of its own. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, type TestContext } from 'vitest';
import { openPins } from '../../../src/lan-agent/isapi/pins.ts';
import { type Proof, readProof } from '../../../src/lan-agent/isapi/proof.ts';
import { emptyHome, isapiServer, NOT_BOUND, placeOf } from './isapi-server.ts';

interface ChallengeVector {
  readonly id: string;
  readonly wwwAuthenticate: readonly string[];
  readonly expect: {
    readonly digest: readonly {
      readonly realm: string;
      readonly nonce: string;
      readonly algorithm: string | null;
      readonly opaque: string | null;
    }[];
    readonly choose: {
      readonly scheme: string;
      readonly algorithm?: string;
      readonly qop?: string | null;
    } | null;
  };
}
const { challenges }: { challenges: ChallengeVector[] } = JSON.parse(
  readFileSync('test/fixtures/digest-challenges.json', 'utf8'),
);
const usable = challenges.filter(({ expect: { choose } }) => choose?.scheme === 'digest');
const unusable = challenges.filter(({ expect: { choose } }) => choose?.scheme !== 'digest');

const PASSWORD = 'Fixture-Pass1';

/** Parameters of an `Authorization` header. */
function parametersOf(header: string): Record<string, string> {
  const found = header.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g);
  return Object.fromEntries([...found].map(([, name, quoted, bare]) => [name, quoted ?? bare]));
}

/** RFC 7616, 3.4.1, for the challenge that was sent; what the header leaves out is left out here. */
function isRight(header: string, url: string, { expect: expected }: ChallengeVector): boolean {
  const given = parametersOf(header);
  const [sent] = expected.digest;
  const { algorithm, qop } = expected.choose ?? {};
  const hash = (...parts: (string | undefined)[]) =>
    createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(parts.join(':'))
      .digest('hex');
  const middle = qop ? [given.nc, given.cnonce, qop] : [];
  const response = hash(hash('admin', sent?.realm, PASSWORD), sent?.nonce, ...middle, hash('GET', url));
  return (
    given.username === 'admin' &&
    given.realm === sent?.realm &&
    given.nonce === sent?.nonce &&
    given.uri === url &&
    given.response === response &&
    (given.algorithm ?? null) === sent?.algorithm &&
    (given.opaque ?? null) === sent?.opaque &&
    (given.qop ?? null) === qop
  );
}

/** Asks a server that challenges so and lets in whoever answers rightly. */
async function ask(t: TestContext, vector: ChallengeVector, password = PASSWORD) {
  const server = await isapiServer(t, ({ headers, url }, response) => {
    const login = headers.authorization;
    if (login && isRight(login, url ?? '', vector)) response.end(NOT_BOUND);
    else response.writeHead(401, { 'WWW-Authenticate': [...vector.wwwAuthenticate] }).end();
  });
  const login = { userName: 'admin', password: Buffer.from(password) };
  const signal = new AbortController().signal;
  const proof: Proof = await readProof(placeOf(server.port), openPins(await emptyHome(t)), login, signal);
  return { proof, logins: server.requests.filter((header) => header !== null), requests: server.requests };
}

const isStale = ({ id }: ChallengeVector) => id === 'stale-true';

describe('a challenge on record', () => {
  it('is usable or not, and both kinds are here', () => {
    expect([usable.length, unusable.length]).toEqual([7, 2]);
  });

  it.for(usable)('is answered so that the device lets us in: $id', async (vector, t) => {
    const { proof, requests } = await ask(t, vector);
    expect(proof).toEqual({ kind: 'not-bound' });
    expect(requests).toHaveLength(2);
  });

  it.for(usable)('costs one login with a wrong password: $id', async (vector, t) => {
    const { proof, logins } = await ask(t, vector, 'Not-The-One-9');
    expect(proof).toEqual({ kind: 'wrong-password', attemptsLeft: null, lockMinutes: null });
    // A device that calls every nonce stale gets the one repeat, and no more.
    expect(logins).toHaveLength(isStale(vector) ? 2 : 1);
  });

  it.for(unusable)('is not answered at all: $id', async (vector, t) => {
    const { proof, requests } = await ask(t, vector);
    expect(proof).toEqual({ kind: 'unknown', why: 'no-digest' });
    expect(requests).toEqual([null]);
  });

  it.for([
    ['auth-int alone', ['Digest realm="r", nonce="n", qop="auth-int"']],
    ['an unknown algorithm', ['Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth"']],
    ['a session algorithm', ['Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"']],
    ['auth-int beside Basic', ['Digest realm="r", nonce="n", qop="auth-int", Basic realm="r"']],
    ['Basic in two spellings', ['basic realm="r"', 'BASIC realm="r"']],
    ['no challenge', []],
  ] as const)('is not answered when it is %s', async ([id, wwwAuthenticate], t) => {
    const { proof, requests } = await ask(t, { id, wwwAuthenticate, expect: { digest: [], choose: null } });
    expect(proof).toEqual({ kind: 'unknown', why: 'no-digest' });
    expect(requests).toEqual([null]);
  });
});
