import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';
import {
  type AgentEvent,
  type EventsRequest,
  eventsAnswer,
  type GoodbyeRequest,
  goodbyeAnswer,
  type HostInfo,
  type HubErrorCode,
  hubError,
  LINK_VERSION,
  type PairAnswer,
  type PairKeyRequest,
  type PairOpening,
  type PairState,
  type PermitRequest,
  type PollAnswer,
  type PollRequest,
  pairAnswer,
  pairOpening,
  pairState,
  permitAnswer,
  pollAnswer,
  type RotateAnswer,
  type RotateRequest,
  rotateAnswer,
  type SupportRequest,
  supportAnswer,
} from '../../link/messages.ts';
import { readSignature, signRequest, verifyAnswer } from '../../link/signing.ts';
import { HOLD_MS } from '../../link/times.ts';
import { ANSWER_TIMEOUT_MS, HELD_GRACE_MS } from '../times.ts';
import type { Clock } from './clock.ts';
import type { Transport, TransportFailure } from './transport.ts';

/**
 * Refusals after which the agent gives something up for good or sets its clock: they count only with the hub's
 * signature, like every success. The others come from a hub that could not tell who asked.
 */
const NEEDS_PROOF: readonly HubFailure['reason'][] = ['revoked', 'superseded', 'clock-skew'];

/** Time on the way: smaller differences are no difference. */
const CLOCK_TOLERANCE_MS = 2_000;

/** Why the hub did not do what was asked. `agent:link.failure.<reason>` says what to do about it. */
export interface HubFailure {
  readonly reason: TransportFailure | HubErrorCode;
  /** Seconds the hub wants to be left alone. */
  readonly retryAfter?: number;
}

/**
 * The hub as a paired agent sees it. Every call is signed and made once; only a wrong clock is put right first, and where
 * a next key waits for the owner's yes, a call refused under the present key is made under that.
 */
export interface HubClient {
  /** Ms since 1970 by the hub's clock, as far as its signed answers have told. */
  now(): number;
  /** Commands after the cursor, which acknowledges those up to it, and perhaps whose the laptop is. @param waitMs how long the hub may hold the request */
  poll(cursor: string | null, waitMs: number, signal: AbortSignal): Promise<Result<PollAnswer, HubFailure>>;
  /** Ids the hub has accepted. */
  sendEvents(events: readonly AgentEvent[], signal: AbortSignal): Promise<Result<string[], HubFailure>>;
  /** Whether the one datagram may be sent. True once, ever, per permit. */
  tradePermit(
    what: Omit<PermitRequest, 'version'>,
    signal: AbortSignal,
  ): Promise<Result<boolean, HubFailure>>;
  /** Has the hub put another key in the place of the one this client signs with. */
  rotateKey(
    what: Omit<RotateRequest, 'version'>,
    signal: AbortSignal,
  ): Promise<Result<RotateAnswer['state'], HubFailure>>;
  pairState(signal: AbortSignal): Promise<Result<PairState['state'], HubFailure>>;
  /** Hands a file for support to the chat. False: nobody there gets it. */
  sendSupport(bundle: string, signal: AbortSignal): Promise<Result<boolean, HubFailure>>;
  /** Says that this process polls no more. */
  goodbye(signal: AbortSignal): Promise<Result<void, HubFailure>>;
}

export function createHubClient(options: {
  transport: Transport;
  agentId: string;
  privateKey: KeyObject;
  /** Takes the place of `privateKey` as soon as the hub has answered to it; `onTaken` is called then, once, and no request is answered before it is done. */
  next?: { readonly key: KeyObject; readonly onTaken: () => Promise<void> };
  hubKey: KeyObject;
  clock: Clock;
  host: HostInfo;
  /** ULID of this process: the newest one is served, older ones are `superseded`. */
  epoch: string;
}): HubClient {
  const { transport, agentId, hubKey, clock, host, epoch } = options;
  let { privateKey, next } = options;
  /** That the next key was taken: others that were on their way wait for it, too. */
  let taken: Promise<void> | undefined;
  let offset = 0;
  const now = () => clock.now() + offset;

  const learn = (time: number) => {
    const found = time - clock.now();
    if (Math.abs(found - offset) > CLOCK_TOLERANCE_MS) offset = found;
  };

  const call = async <S extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    content: unknown,
    schema: S,
    signal: AbortSignal,
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<Result<z.infer<S>, HubFailure>> => {
    const body = method === 'GET' ? null : JSON.stringify(content);
    let key = privateKey;
    for (let attempt = 1; ; attempt++) {
      const headers = signRequest({ method, path, body: body ?? '', agentId, time: now() }, key);
      const answer = await transport.send({ method, path, headers, body, timeoutMs, signal });
      if (!answer.ok) return answer;
      const read = readAnswer(answer.value, schema);
      const { status, raw, signature, time } = answer.value;
      const nonce = readSignature(headers)?.nonce ?? '';
      const proven =
        time !== null && verifyAnswer({ status, body: raw, time, nonce, agentId }, signature, hubKey);
      if (!proven && (read.ok || NEEDS_PROOF.includes(read.failure.reason)))
        return fail({ reason: 'not-our-server' });
      if (proven) learn(time);
      if (proven && key === next?.key) {
        taken = next.onTaken();
        next = undefined;
        privateKey = key;
      }
      await taken;
      const isOld = !read.ok && read.failure.reason === 'bad-signature';
      if (isOld && key === options.privateKey && (next || privateKey !== key)) {
        key = next?.key ?? privateKey;
        continue;
      }
      if (read.ok || read.failure.reason !== 'clock-skew' || attempt === 2) return read;
    }
  };

  return {
    now,
    poll: async (cursor, waitMs, signal) => {
      const request: PollRequest = { version: LINK_VERSION, cursor, waitMs, epoch, host };
      // Without a hold it may take as long as it likes; with one, a dead connection must not go unnoticed for long.
      const timeoutMs = waitMs === 0 ? ANSWER_TIMEOUT_MS : waitMs + HELD_GRACE_MS;
      return call('POST', '/v1/poll', request, pollAnswer, signal, timeoutMs);
    },
    sendEvents: async (events, signal) => {
      const request: EventsRequest = { version: LINK_VERSION, epoch, events: [...events] };
      const answer = await call('POST', '/v1/events', request, eventsAnswer, signal);
      return answer.ok ? ok(answer.value.accepted) : answer;
    },
    tradePermit: async (what, signal) => {
      const request: PermitRequest = { version: LINK_VERSION, ...what };
      const answer = await call('POST', '/v1/permit', request, permitAnswer, signal);
      return answer.ok ? ok(answer.value.granted) : answer;
    },
    rotateKey: async (what, signal) => {
      const request: RotateRequest = { version: LINK_VERSION, ...what };
      const answer = await call('POST', '/v1/rotate', request, rotateAnswer, signal);
      return answer.ok ? ok(answer.value.state) : answer;
    },
    pairState: async (signal) => {
      const answer = await call('GET', '/v1/pair', null, pairState, signal, HOLD_MS + ANSWER_TIMEOUT_MS);
      return answer.ok ? ok(answer.value.state) : answer;
    },
    sendSupport: async (bundle, signal) => {
      const request: SupportRequest = { version: LINK_VERSION, bundle };
      const answer = await call('POST', '/v1/support', request, supportAnswer, signal);
      return answer.ok ? ok(answer.value.taken) : answer;
    },
    goodbye: async (signal) => {
      const request: GoodbyeRequest = { version: LINK_VERSION, epoch };
      const answer = await call('POST', '/v1/goodbye', request, goodbyeAnswer, signal);
      return answer.ok ? ok(undefined) : answer;
    },
  };
}

/** Requests before the hub knows a key: not signed, and made once. What they bring, the number proves. */
export interface PairingCalls {
  /** `POST /v1/pair`: uses the code up. */
  open(code: string): Promise<Result<PairOpening, HubFailure>>;
  /** `POST /v1/pair/key` */
  showKey(what: Omit<PairKeyRequest, 'version'>): Promise<Result<PairAnswer, HubFailure>>;
}

export function createPairingCalls(transport: Transport, signal: AbortSignal): PairingCalls {
  const post = async <S extends z.ZodType>(
    path: string,
    content: object,
    schema: S,
  ): Promise<Result<z.infer<S>, HubFailure>> => {
    const body = JSON.stringify({ version: LINK_VERSION, ...content });
    const timeoutMs = ANSWER_TIMEOUT_MS;
    const answer = await transport.send({ method: 'POST', path, headers: {}, body, timeoutMs, signal });
    return answer.ok ? readAnswer(answer.value, schema) : answer;
  };
  return {
    open: (code) => post('/v1/pair', { code }, pairOpening),
    showKey: (what) => post('/v1/pair/key', what, pairAnswer),
  };
}

function readAnswer<S extends z.ZodType>(
  { status, body }: { status: number; body: unknown },
  schema: S,
): Result<z.infer<S>, HubFailure> {
  if (status === 200) {
    const answer = schema.safeParse(body);
    return answer.success ? ok(answer.data) : fail({ reason: 'not-our-server' });
  }
  const refusal = hubError.safeParse(body);
  if (!refusal.success) return fail({ reason: status >= 500 ? 'gateway' : 'not-our-server' });
  const { error: reason, retryAfter } = refusal.data;
  return fail({ reason, ...(retryAfter === undefined ? {} : { retryAfter }) });
}
