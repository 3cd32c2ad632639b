/**
 * Who says what on the link: the agent signs every request but its first, the hub signs every answer to a request
 * whose signature it accepted. Ed25519 (RFC 8032) over a canonical text; each kind of text begins with a line of its
 * own, so that a signature made for one purpose is worth nothing for another.
 */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import type { HostInfo } from './messages.ts';

/** How far the time of a signed request may be from the hub's clock, either way, milliseconds. */
export const TIME_WINDOW_MS = 120_000;

const HEADERS = {
  agent: 'unbind-agent',
  time: 'unbind-time',
  nonce: 'unbind-nonce',
  signature: 'unbind-signature',
  digest: 'unbind-digest',
} as const;

/** Header of the hub's answer that carries its signature. */
export const ANSWER_SIGNATURE_HEADER = HEADERS.signature;
/**
 * Header of the hub's answer with its time, milliseconds since 1970. Not `Date`: reverse proxies put their own in its
 * place, and nobody signs it (docs/decisions/0015).
 */
export const ANSWER_TIME_HEADER = HEADERS.time;

/** The part of a request that is signed besides the signature's own fields. */
export interface RequestContent {
  /** In capitals, as on the wire. */
  readonly method: string;
  /** Path with query, as on the wire. */
  readonly path: string;
  /** The bytes sent; empty when there is no body. */
  readonly body: string | Uint8Array;
}

/** A request's signature as read from its headers; well-formed, not yet verified. */
export interface RequestSignature {
  readonly agentId: string;
  /** Milliseconds since 1970 by the agent's clock. */
  readonly time: number;
  /** 16 random bytes, base64url; used once. */
  readonly nonce: string;
  /** 64 bytes, base64url. */
  readonly signature: string;
  /**
   * SHA-256 of the body, hex: with it the signature can be checked before a body is received. Null from agents of link
   * version 1, which send none.
   */
  readonly digest: string | null;
}

const SHAPES: Readonly<Record<keyof typeof HEADERS, RegExp>> = {
  agent: /^[0-9A-HJKMNP-TV-Z]{26}$/,
  time: /^\d{13}$/,
  nonce: /^[A-Za-z0-9_-]{22}$/,
  signature: /^[A-Za-z0-9_-]{86}$/,
  digest: /^[0-9a-f]{64}$/,
};

function canonicalRequest(
  { method, path }: Pick<RequestContent, 'method' | 'path'>,
  digest: string,
  { agentId, time, nonce }: Pick<RequestSignature, 'agentId' | 'time' | 'nonce'>,
): Buffer {
  return Buffer.from([method, path, digest, time, nonce, agentId].join('\n'));
}

/** Headers that sign a request with a fresh nonce. `time`: milliseconds since 1970, best by the hub's clock. */
export function signRequest(
  request: RequestContent & { readonly agentId: string; readonly time: number },
  privateKey: KeyObject,
): Record<string, string> {
  const { agentId } = request;
  const time = Math.trunc(request.time);
  const nonce = randomBytes(16).toString('base64url');
  const digest = bodyDigest(request.body);
  const signature = sign(null, canonicalRequest(request, digest, { agentId, time, nonce }), privateKey);
  return {
    [HEADERS.agent]: agentId,
    [HEADERS.time]: String(time),
    [HEADERS.nonce]: nonce,
    [HEADERS.signature]: signature.toString('base64url'),
    [HEADERS.digest]: digest,
  };
}

/** The signature in a request's headers (names in lower case); null unless all are there and well-formed. */
export function readSignature(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): RequestSignature | null {
  const read = (field: keyof typeof HEADERS) => {
    const value = headers[HEADERS[field]];
    return typeof value === 'string' && SHAPES[field].test(value) ? value : null;
  };
  const agentId = read('agent');
  const time = read('time');
  const nonce = read('nonce');
  const signature = read('signature');
  const digest = read('digest');
  if (digest === null && headers[HEADERS.digest] !== undefined) return null;
  if (agentId === null || time === null || nonce === null || signature === null) return null;
  return { agentId, time: Number(time), nonce, signature, digest };
}

/** Whether a signed time is close enough to the hub's clock; both in milliseconds since 1970. */
export function isTimely(time: number, now: number): boolean {
  return Math.abs(time - now) <= TIME_WINDOW_MS;
}

/**
 * Whether the signature was made by this key for exactly this request with a body of this digest. Says nothing about
 * time and nonce, nor, where the digest is the header's, about the body that is to come.
 */
export function verifyRequest(
  request: Pick<RequestContent, 'method' | 'path'>,
  digest: string,
  signature: RequestSignature,
  publicKey: KeyObject,
): boolean {
  return verify(null, canonicalRequest(request, digest, signature), publicKey, bytes(signature.signature));
}

/** SHA-256 of a body as its header carries it, hex. */
export function bodyDigest(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** What of an answer is signed; `nonce` and `agentId` are the request's, so that no answer serves twice. */
export interface AnswerContent {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** Of the hub's clock, milliseconds since 1970. */
  readonly time: number;
  readonly nonce: string;
  readonly agentId: string;
}

function canonicalAnswer({ status, body, time, nonce, agentId }: AnswerContent): Buffer {
  return Buffer.from(['unbind-answer', status, bodyDigest(body), time, nonce, agentId].join('\n'));
}

/** The time in `ANSWER_TIME_HEADER`; null when there is none in its form. */
export function readAnswerTime(header: unknown): number | null {
  return typeof header === 'string' && SHAPES.time.test(header) ? Number(header) : null;
}

/** The hub's signature of an answer, base64url, for `ANSWER_SIGNATURE_HEADER`. */
export function signAnswer(answer: AnswerContent, hubKey: KeyObject): string {
  return sign(null, canonicalAnswer(answer), hubKey).toString('base64url');
}

/** Whether the hub with this key gave this answer to this request. Without it an answer proves nothing. */
export function verifyAnswer(answer: AnswerContent, signature: unknown, hubKey: KeyObject): boolean {
  if (typeof signature !== 'string' || !SHAPES.signature.test(signature)) return false;
  return verify(null, canonicalAnswer(answer), hubKey, bytes(signature));
}

/** What a laptop says of itself when it shows its key. */
export interface PairingClaim {
  readonly pairing: string;
  /** The hub's: whoever answers with another one gets no proof that serves elsewhere. */
  readonly commitment: string;
  readonly publicKey: string;
  readonly nonce: string;
  readonly host: HostInfo;
}

function canonicalPairing({ pairing, commitment, publicKey, nonce, host }: PairingClaim): Buffer {
  const shown = JSON.stringify([host.name, host.system, host.agentVersion]);
  return Buffer.from(['unbind-pair', pairing, commitment, publicKey, nonce, shown].join('\n'));
}

/** Proof that the sender of a pair request holds the key it names, and says the rest itself. */
export function signPairing(claim: PairingClaim, privateKey: KeyObject): string {
  return sign(null, canonicalPairing(claim), privateKey).toString('base64url');
}

export function verifyPairing(claim: PairingClaim, proof: string, key: KeyObject): boolean {
  return SHAPES.signature.test(proof) && verify(null, canonicalPairing(claim), key, bytes(proof));
}

/**
 * What people compare of a key on two screens: 64 bits of its hash, `3f9a-77c1-08be-52d4`. Of 32 bits, whoever has stolen
 * the old key would find a second key with the same mark within a day. `publicKey` as it crosses the link.
 */
export function keyMark(publicKey: string): string {
  return (bodyDigest(publicKey).slice(0, 16).match(/.{4}/g) ?? []).join('-');
}

function canonicalRotation(agentId: string, publicKey: string): Buffer {
  return Buffer.from(`unbind-rotate\n${agentId}\n${publicKey}`);
}

/** Proof that whoever names a new key for an agent holds it. `privateKey` is the new one. */
export function signRotation(agentId: string, publicKey: string, privateKey: KeyObject): string {
  return sign(null, canonicalRotation(agentId, publicKey), privateKey).toString('base64url');
}

export function verifyRotation(agentId: string, publicKey: string, proof: string, key: KeyObject): boolean {
  return (
    SHAPES.signature.test(proof) && verify(null, canonicalRotation(agentId, publicKey), key, bytes(proof))
  );
}

/** A public key as it crosses the link (SPKI DER, base64url); null for anything but an Ed25519 key in that form. */
export function parsePublicKey(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: bytes(text), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' && formatPublicKey(key) === text ? key : null;
  } catch {
    return null;
  }
}

/** SPKI DER, base64url. */
export function formatPublicKey(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64url');
}

function bytes(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url');
}
