/**
 * Answers that are kept back, apart from the framework: while a request is held, all that was received with it and all the
 * framework made of it is let go, so that an idle agent costs little more than its connection (docs/decisions/0073).
 */
import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANSWER_SIGNATURE_HEADER, ANSWER_TIME_HEADER, signAnswer } from '../link/signing.ts';
import type { HubKeys } from './keys.ts';
import { Refusal } from './refusal.ts';

/** For whom an answer is signed: the sender of a request whose signature was found good. */
export interface Signer {
  readonly agentId: string;
  readonly nonce: string;
  readonly keys: HubKeys;
}

/** Headers that prove an answer to be the hub's. `time`: milliseconds since 1970. */
export function proofOf(
  { agentId, nonce, keys }: Signer,
  { status, body, time }: { readonly status: number; readonly body: string; readonly time: number },
): Record<string, string> {
  const signature = signAnswer({ status, body, time, nonce, agentId }, keys.signing);
  return { [ANSWER_TIME_HEADER]: String(time), [ANSWER_SIGNATURE_HEADER]: signature };
}

/** One answer that is given later, by whoever took it over from the framework. */
export class HeldAnswer {
  readonly #raw: ServerResponse;
  readonly #signer: Signer;

  private constructor(raw: ServerResponse, signer: Signer) {
    this.#raw = raw;
    this.#signer = signer;
  }

  /**
   * Takes the answer to a request over. Nothing of the request can be read from then on.
   * @throws Refusal where its signature was not found good
   */
  static of(request: FastifyRequest, reply: FastifyReply): HeldAnswer {
    const { signer, raw } = request;
    if (!signer) throw new Refusal('bad-signature');
    reply.hijack();
    raw.headers = {};
    raw.rawHeaders = [];
    return new HeldAnswer(reply.raw, signer);
  }

  /** Calls back when the connection has ended, whoever ended it; now, where it has already. */
  onGone(callBack: () => void): void {
    if (this.#raw.destroyed) callBack();
    else this.#raw.on('close', callBack);
  }

  /** Answers, signed. `now`: milliseconds since 1970. Nobody hears it where the connection has ended. */
  send(content: object, now: number): void {
    this.#answer(200, content, {}, now);
  }

  refuse({ status, body, retryAfter }: Refusal, now: number): void {
    this.#answer(status, body, retryAfter === undefined ? {} : { 'retry-after': retryAfter }, now);
  }

  #answer(status: number, content: object, more: Record<string, number>, now: number): void {
    const body = JSON.stringify(content);
    const proof = proofOf(this.#signer, { status, body, time: Math.trunc(now) });
    const form = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    };
    this.#raw.writeHead(status, { ...form, ...proof, ...more }).end(body);
  }
}
