import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Log } from '../kernel/log.ts';
import type { Result } from '../kernel/result.ts';
import {
  type AgentEvent,
  type EventsAnswer,
  eventsRequest,
  LINK_VERSION,
  type PairAnswer,
  type PairState,
  type PermitAnswer,
  type PollAnswer,
  pairRequest,
  permitRequest,
  pollRequest,
  type RotateAnswer,
  rotateRequest,
} from '../link/messages.ts';
import { ANSWER_SIGNATURE_HEADER, ANSWER_TIME_HEADER, signAnswer } from '../link/signing.ts';
import type { StoreFailure } from '../store/store.ts';
import { bodyOf, type createAuthenticator } from './authenticate.ts';
import type { JobDeskWithPermits } from './desk.ts';
import type { HubKeys } from './keys.ts';
import {
  addressKey,
  type BreakerRules,
  type BucketRules,
  createBreaker,
  createBuckets,
  prefixKey,
} from './limits.ts';
import type { PairingDesk } from './pairing.ts';
import type { Polls } from './polls.ts';
import { orRefuse, Refusal } from './refusal.ts';
import type { createRotation } from './rotation.ts';
import type { ConnectionLimits } from './server.ts';

/** How long `GET /v1/pair` is held open. */
const PAIR_HOLD_MS = 25_000;

/** What one address, and all pairing laptops together, may ask for. */
export interface HubLimits {
  readonly requests: BucketRules;
  /** Signed requests of one agent, wherever it calls from. */
  readonly agents: BucketRules;
  /** `POST /v1/pair`, on top of the above. */
  readonly pairing: BucketRules;
  /** `POST /v1/pair` from an IPv4 /24 or an IPv6 /48. */
  readonly neighbourhood: BucketRules;
  /** Wrong pairing codes from everywhere. */
  readonly guesses: BreakerRules;
  readonly connections: ConnectionLimits;
}

/** Takes an event over for good. False (or a rejection): not now, the agent sends it again. */
export type EventTaker = (agentId: string, event: AgentEvent) => Promise<boolean>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request's signature was found good; its answer is then signed. */
    signer: { agentId: string; nonce: string; keys: HubKeys } | null;
  }
}

export interface RouteParts {
  keys: () => Promise<Result<HubKeys, StoreFailure>>;
  authenticate: ReturnType<typeof createAuthenticator>;
  pairing: PairingDesk;
  polls: Polls;
  desk: JobDeskWithPermits;
  rotateKey: ReturnType<typeof createRotation>;
  onEvent: EventTaker;
  onGuessing: () => void;
  clock: () => number;
  limits: HubLimits;
  log: Log;
}

/** The hub's routes as a fastify plugin: its body parser, limits and error answers hold for these routes only. */
export function hubRoutes(parts: RouteParts) {
  const { keys, authenticate, pairing, polls, desk, rotateKey, onEvent, onGuessing, clock, limits, log } =
    parts;
  const requests = createBuckets(limits.requests, clock);
  const senders = createBuckets(limits.agents, clock);
  const pairings = createBuckets(limits.pairing, clock);
  const neighbourhoods = createBuckets(limits.neighbourhood, clock);
  const guesses = createBreaker(limits.guesses, clock);
  const pass = (waitSeconds: number) => {
    if (waitSeconds > 0) throw new Refusal('too-many-requests', waitSeconds);
  };

  /** The sender of a signed request. Only `GET /v1/pair` may be asked before the pairing is confirmed. */
  async function senderOf(request: FastifyRequest, mayBePending = false): Promise<string> {
    const { agentId, paired } = await authenticate(request, async (signer) => {
      request.signer = { ...signer, keys: orRefuse(await keys()) };
    });
    pass(senders.take(agentId));
    if (!paired && !mayBePending) throw new Refusal('not-confirmed');
    return agentId;
  }

  /** Hands events over in order. After one that was not taken, later ones of the same job wait for it. */
  async function takeEvents(agentId: string, events: readonly AgentEvent[]): Promise<string[]> {
    const accepted: string[] = [];
    const stuck = new Set<string>();
    for (const event of events) {
      if (stuck.has(event.jobId)) continue;
      const taken = await onEvent(agentId, event).catch((error: unknown) => {
        log.error({ err: error, agent: agentId, job: event.jobId, event: event.type }, 'event was not taken');
        return false;
      });
      if (taken) accepted.push(event.id);
      else stuck.add(event.jobId);
    }
    return accepted;
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    // Bytes, because the signature is over bytes; and JSON is read only after it was found good.
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.decorateRequest('signer', null);

    app.addHook('onRequest', async (request) => pass(requests.take(addressKey(request.ip))));

    app.addHook('onSend', async (request, reply, payload) => {
      if (!request.signer || typeof payload !== 'string') return payload;
      const { agentId, nonce, keys: loaded } = request.signer;
      const time = Math.trunc(clock());
      const answer = { status: reply.statusCode, body: payload, time, nonce, agentId };
      reply.header(ANSWER_TIME_HEADER, time);
      reply.header(ANSWER_SIGNATURE_HEADER, signAnswer(answer, loaded.signing));
      return payload;
    });

    app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
      const refusal = refusalFor(error);
      if (refusal.code === 'internal')
        log.error({ err: error, route: request.routeOptions.url }, 'request failed');
      if (refusal.retryAfter !== undefined) reply.header('retry-after', refusal.retryAfter);
      return reply.code(refusal.status).send(refusal.body);
    });

    app.get('/v1/health', async () => {
      orRefuse(await keys());
      return { status: 'ok', version: LINK_VERSION };
    });

    app.post(
      '/v1/pair',
      {
        onRequest: async (request) => {
          pass(pairings.take(addressKey(request.ip)));
          pass(neighbourhoods.take(prefixKey(request.ip)));
        },
      },
      async (request): Promise<PairAnswer> => {
        pass(guesses.waitSeconds());
        const asked = parse(pairRequest, request);
        const onGuess = () => {
          if (guesses.failed()) onGuessing();
        };
        return orRefuse(await pairing.request(asked, request.ip, onGuess));
      },
    );

    app.get('/v1/pair', async (request, reply): Promise<PairState> => {
      const agentId = await senderOf(request, true);
      return { state: orRefuse(await pairing.state(agentId, PAIR_HOLD_MS, gone(reply))) };
    });

    app.post('/v1/poll', async (request, reply): Promise<PollAnswer> => {
      const agentId = await senderOf(request);
      const asked = parse(pollRequest, request);
      return { commands: orRefuse(await polls.hold(agentId, asked, request.ip, gone(reply))) };
    });

    app.post('/v1/events', async (request): Promise<EventsAnswer> => {
      const agentId = await senderOf(request);
      return { accepted: await takeEvents(agentId, parse(eventsRequest, request).events) };
    });

    app.post('/v1/rotate', async (request): Promise<RotateAnswer> => {
      const agentId = await senderOf(request);
      orRefuse(await rotateKey(agentId, parse(rotateRequest, request)));
      return { rotated: true };
    });

    app.post('/v1/permit', async (request): Promise<PermitAnswer> => {
      const agentId = await senderOf(request);
      return { granted: orRefuse(await desk.spendPermit(agentId, parse(permitRequest, request))) };
    });
  };
}

/** Every error a route can end with, in our words. */
function refusalFor(error: FastifyError | Refusal): Refusal {
  if (error instanceof Refusal) return error;
  if (error.statusCode === 413) return new Refusal('too-large');
  if (error.statusCode !== undefined && error.statusCode < 500) return new Refusal('bad-request');
  return new Refusal('internal');
}

/** A body as its schema has it. Another `version` gets an answer of its own: updating helps, trying again does not. */
function parse<S extends z.ZodObject<{ version: z.ZodType }>>(
  schema: S,
  request: FastifyRequest,
): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bodyOf(request)).toString());
  } catch {
    throw new Refusal('bad-request');
  }
  const version: unknown = Object(json).version;
  const spoken = schema.shape.version.safeParse(version).success;
  if (typeof version === 'number' && !spoken) throw new Refusal('version-unsupported');
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Refusal('bad-request');
  return parsed.data;
}

/** Aborted when the connection ends, whoever ended it: a held request must not outlive it. */
function gone(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  if (reply.raw.destroyed) abort.abort();
  reply.raw.once('close', () => abort.abort());
  return abort.signal;
}
