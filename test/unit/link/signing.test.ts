import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodyDigest,
  formatPublicKey,
  isTimely,
  parsePublicKey,
  readSignature,
  signAnswer,
  signPairing,
  signRequest,
  TIME_WINDOW_MS,
  verifyAnswer,
  verifyPairing,
  verifyRequest,
} from '../../../src/link/signing.ts';

const AGENT = '01JZZZZZZZZZZZZZZZZZZZZZZZ';
const OTHER_AGENT = '01JZZZZZZZZZZZZZZZZZZZZZZY';
const NOW = 1_760_000_000_000;
const agent = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');

const request = { method: 'POST', path: '/v1/poll?x=1', body: '{"a":1}' };

function signed(content = request) {
  const headers = signRequest({ ...content, agentId: AGENT, time: NOW }, agent.privateKey);
  const signature = readSignature(headers);
  if (!signature) throw new Error('headers were not readable');
  return { headers, signature };
}

describe('signing a request', () => {
  it('verifies for exactly the request that was signed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST'),
        fc.webPath(),
        fc.uint8Array({ maxLength: 200 }),
        (method, path, body) => {
          const headers = signRequest({ method, path, body, agentId: AGENT, time: NOW }, agent.privateKey);
          const signature = readSignature(headers);
          return (
            signature !== null &&
            signature.digest === bodyDigest(body) &&
            verifyRequest({ method, path }, signature.digest, signature, agent.publicKey)
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('fails when any signed part or the key is another', () => {
    const { signature } = signed();
    const verifies = (content = request, fields = signature, key = agent.publicKey) =>
      verifyRequest(content, bodyDigest(content.body), fields, key);
    expect(verifies()).toBe(true);
    expect(verifies({ ...request, method: 'GET' })).toBe(false);
    expect(verifies({ ...request, path: '/v1/events?x=1' })).toBe(false);
    expect(verifies({ ...request, path: '/v1/poll?x=2' })).toBe(false);
    expect(verifies({ ...request, body: '{"a":2}' })).toBe(false);
    expect(verifies(request, { ...signature, time: NOW + 1 })).toBe(false);
    expect(verifies(request, { ...signature, nonce: 'A'.repeat(22) })).toBe(false);
    expect(verifies(request, { ...signature, agentId: OTHER_AGENT })).toBe(false);
    expect(verifies(request, signature, stranger.publicKey)).toBe(false);
  });

  it('uses a fresh nonce every time', () => {
    expect(signed().signature.nonce).not.toBe(signed().signature.nonce);
  });

  it('signs the text of the architecture, byte for byte', () => {
    const { signature } = signed();
    const bodyHash = '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862';
    const text = `POST\n/v1/poll?x=1\n${bodyHash}\n${NOW}\n${signature.nonce}\n${AGENT}`;
    expect(sign(null, Buffer.from(text), agent.privateKey).toString('base64url')).toBe(signature.signature);
  });
});

describe('reading a signature', () => {
  it('refuses missing, repeated and malformed headers', () => {
    const { headers } = signed();
    for (const name of Object.keys(headers)) {
      // Agents of link version 1 send no digest.
      const missing = readSignature({ ...headers, [name]: undefined });
      if (name === 'unbind-digest') expect(missing).toMatchObject({ digest: null, agentId: AGENT });
      else expect(missing).toBeNull();
      expect(readSignature({ ...headers, [name]: [headers[name] ?? '', 'x'] })).toBeNull();
      expect(readSignature({ ...headers, [name]: `${headers[name]}A` })).toBeNull();
      expect(readSignature({ ...headers, [name]: '' })).toBeNull();
    }
  });

  it('never throws, whatever the headers say', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (headers) => readSignature(headers) === null),
    );
  });
});

describe('time', () => {
  it('is good up to two minutes either way', () => {
    expect(isTimely(NOW - TIME_WINDOW_MS, NOW)).toBe(true);
    expect(isTimely(NOW + TIME_WINDOW_MS, NOW)).toBe(true);
    expect(isTimely(NOW - TIME_WINDOW_MS - 1, NOW)).toBe(false);
    expect(isTimely(NOW + TIME_WINDOW_MS + 1, NOW)).toBe(false);
  });
});

describe('signing an answer', () => {
  const answer = { status: 200, body: '{"commands":[]}', time: NOW, nonce: 'A'.repeat(22), agentId: AGENT };
  const signature = signAnswer(answer, agent.privateKey);

  it('binds status, body, time, request and agent to the hub', () => {
    expect(verifyAnswer(answer, signature, agent.publicKey)).toBe(true);
    expect(verifyAnswer({ ...answer, status: 410 }, signature, agent.publicKey)).toBe(false);
    expect(verifyAnswer({ ...answer, body: '{}' }, signature, agent.publicKey)).toBe(false);
    expect(verifyAnswer({ ...answer, time: NOW + 1 }, signature, agent.publicKey)).toBe(false);
    expect(verifyAnswer({ ...answer, nonce: 'B'.repeat(22) }, signature, agent.publicKey)).toBe(false);
    expect(verifyAnswer({ ...answer, agentId: OTHER_AGENT }, signature, agent.publicKey)).toBe(false);
    expect(verifyAnswer(answer, signature, stranger.publicKey)).toBe(false);
  });

  it('does not take a missing or malformed signature for one', () => {
    for (const wrong of [undefined, '', 'x', [signature], `${signature}A`]) {
      expect(verifyAnswer(answer, wrong, agent.publicKey)).toBe(false);
    }
  });
});

describe('proof of the key while pairing', () => {
  const claim = {
    pairing: AGENT,
    commitment: 'C'.repeat(43),
    publicKey: formatPublicKey(agent.publicKey),
    nonce: 'N'.repeat(43),
    host: { name: 'Laptop', system: 'linux', agentVersion: '1' },
  };
  const proof = signPairing(claim, agent.privateKey);

  it('holds for this pairing, this hub and what was shown, and for nothing else', () => {
    const verifies = (change: Partial<typeof claim>) =>
      verifyPairing({ ...claim, ...change }, proof, agent.publicKey);
    expect(verifies({})).toBe(true);
    expect(verifies({ pairing: OTHER_AGENT })).toBe(false);
    expect(verifies({ commitment: 'D'.repeat(43) })).toBe(false);
    expect(verifies({ publicKey: formatPublicKey(stranger.publicKey) })).toBe(false);
    expect(verifies({ nonce: 'M'.repeat(43) })).toBe(false);
    for (const host of [
      { ...claim.host, name: 'Another' },
      { ...claim.host, name: 'Laptoplinux', system: '' },
    ]) {
      expect(verifies({ host })).toBe(false);
    }
    expect(verifyPairing(claim, proof, stranger.publicKey)).toBe(false);
    expect(verifyPairing(claim, 'nonsense', agent.publicKey)).toBe(false);
  });
});

describe('public keys on the wire', () => {
  it('come back as they went', () => {
    const key = parsePublicKey(formatPublicKey(agent.publicKey));
    expect(key?.equals(agent.publicKey)).toBe(true);
  });

  it('are refused in any other form and of any other kind', () => {
    const text = formatPublicKey(agent.publicKey);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const x25519 = generateKeyPairSync('x25519').publicKey;
    for (const wrong of ['', 'AAAA', `${text}=`, ` ${text}`, formatPublicKey(rsa), formatPublicKey(x25519)]) {
      expect(parsePublicKey(wrong)).toBeNull();
    }
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.string(), (text) => parsePublicKey(text) === null));
  });
});
