import type { ServerResponse } from 'node:http';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteShorthandOptions,
} from 'fastify';
import type { z } from 'zod';
import type { Log } from '../kernel/log.ts';
import { fail, type Result } from '../kernel/result.ts';
import {
  type AgentEvent,
  type EventsAnswer,
  eventsRequest,
  type GoodbyeAnswer,
  goodbyeRequest,
  type HubAbout,
  type HubErrorCode,
  LINK_VERSION,
  MAX_BODY_BYTES,
  type PairAnswer,
  type PairOpening,
  type PairState,
  type PermitAnswer,
  type PollAnswer,
  pairKeyRequest,
  pairRequest,
  permitRequest,
  pollRequest,
  type RotateAnswer,
  rotateRequest,
  type SupportAnswer,
  supportRequest,
} from '../link/messages.ts';
import { bodyDigest } from '../link/signing.ts';
import { HOLD_MS } from '../link/times.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import { type Authenticator, bodyOf, type Caller, type Sender } from './authenticate.ts';
import type { JobDeskWithPermits } from './desk.ts';
import type { ConnectionLimits, Door } from './door.ts';
import type { Guesses } from './guesses.ts';
import { HeldAnswer, proofOf, type Signer } from './held.ts';
import type { HubKeys } from './keys.ts';
import { addressKey, type BreakerRules, type BucketRules, createBuckets, prefixKey } from './limits.ts';
import type { PairingDesk } from './pairing.ts';
import type { HeldPoll, LetIn, Polls } from './polls.ts';
import { orRefuse, Refusal } from './refusal.ts';
import type { Rotations } from './rotation.ts';
import { closeUnread } from './unread.ts';

/** Large bodies of agents that do not say beforehand what they signed (link version 1): received at the same time. */
const MOST_UNPROVEN_BODIES = 8;

/** Files for support of one agent: each is a message in a chat. */
const SUPPORT: BucketRules = { burst: 3, perSecond: 1 / 300 };

/** What one address, and its neighbourhood, may ask for. */
export interface HubLimits {
  readonly requests: BucketRules;
  /** Signed requests of one agent, wherever it calls from. */
  readonly agents: BucketRules;
  /** `POST /v1/pair`, on top of the above. */
  readonly pairing: BucketRules;
  /** `POST /v1/pair` from an IPv4 /24 or an IPv6 /48. */
  readonly neighbourhood: BucketRules;
  /** Wrong pairing codes from an IPv4 /24 or an IPv6 /48, which then may not pair for a while. */
  readonly guesses: BreakerRules;
  readonly connections: ConnectionLimits;
}

/**
 * Takes an event over for good. False (or a rejection): not now, the agent sends it again. It is asked while it is still being written
 * that the event's request was heard: what it writes, and has flushed, comes with that or after it (`Store.behind`).
 */
export type EventTaker = (agentId: string, event: AgentEvent) => Promise<boolean>;

/** Takes a file for support. False: it is not what it should be, or nobody could get it. */
export type SupportTaker = (agentId: string, bundle: string) => Promise<boolean>;

/** A laptop that speaks what this hub does not: one that is paired, or one that was to be paired by this technician. */
export type UnspokenLaptop = ({ readonly agentId: string } | { readonly technicianId: number }) & {
  /** `older`: it needs a newer agent. `newer`: the bot is the older one. */
  readonly speaks: 'older' | 'newer';
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request's signature was found good; its answer is then signed. */
    signer: Signer | null;
    /** On signed routes: who the request says it is from. */
    caller: Caller | null;
    /** On signed routes, once everything but the body was found good. */
    sender: Sender | null;
  }
}

export interface RouteParts {
  store: Pick<Store, 'behind'>;
  keys: () => Promise<Result<HubKeys, StoreFailure>>;
  authenticator: Authenticator;
  door: Door;
  pairing: PairingDesk;
  guesses: Guesses;
  /** Whether this is the process that tells of guessing now. */
  tellsOfGuessing: () => Promise<boolean>;
  polls: Polls;
  desk: JobDeskWithPermits;
  rotations: Rotations;
  onEvent: EventTaker;
  /** Somebody in this neighbourhood is guessing pairing codes. */
  onGuessing: (prefix: string) => void;
  /** What is told to the person at a laptop when it begins to work. */
  about: (agentId: string) => Promise<HubAbout | null>;
  onUnspoken: (laptop: UnspokenLaptop) => void;
  onRefused: (code: HubErrorCode) => void;
  onSupport: SupportTaker;
  clock: () => number;
  limits: HubLimits;
  log: Log;
}

/** The hub's routes as a fastify plugin: its body parser, limits and error answers hold for these routes only. */
export function hubRoutes(parts: RouteParts) {
  const { store, keys, authenticator, door, pairing, polls, desk, rotations, onEvent, onGuessing } = parts;
  const { guesses, tellsOfGuessing } = parts;
  const { about, onUnspoken, onRefused, onSupport, clock, limits, log } = parts;
  const requests = createBuckets(limits.requests, clock);
  const senders = createBuckets(limits.agents, clock);
  const pairings = createBuckets(limits.pairing, clock);
  const neighbourhoods = createBuckets(limits.neighbourhood, clock);
  const supports = createBuckets(SUPPORT, clock);
  /** Bodies of events on their way, by agent. */
  const receiving = new Map<string, FastifyRequest>();
  let unproven = 0;
  const pass = (waitSeconds: number) => {
    if (waitSeconds > 0) throw new Refusal('too-many-requests', waitSeconds);
  };

  /**
   * Checks the signature over a digest; from then on the answer is signed, and the connection no stranger's.
   * @param untilDone that it was heard may be written with what comes of it, or when it has ended
   */
  async function prove(
    request: FastifyRequest,
    caller: Caller,
    digest: string,
    untilDone: ServerResponse | null,
  ): Promise<Sender> {
    const { agentId, nonce } = caller.signature;
    const sender = await authenticator.verify(request, caller, digest, async () => {
      request.signer = { agentId, nonce, keys: orRefuse(await keys()) };
    });
    if (untilDone && !untilDone.destroyed) untilDone.once('close', () => void sender.keep());
    else void sender.keep();
    door.admit(request.raw.socket, agentId);
    pass(senders.take(agentId));
    return sender;
  }

  /**
   * A signed route: all that can be known is found out before its body is received, and that is the agent's rate, too,
   * and whether it may have this much read. The agent's newer events end older ones that are still on their way.
   */
  function signed({ mayBePending = false, large = false } = {}): RouteShorthandOptions {
    const mayCall = ({ paired }: Sender) => {
      if (!paired && !mayBePending) throw new Refusal('not-confirmed');
    };
    return {
      ...(large ? { bodyLimit: MAX_BODY_BYTES } : {}),
      onRequest: async (request, reply) => {
        const caller = await authenticator.recognise(request);
        request.caller = caller;
        const { agentId, digest } = caller.signature;
        if (digest !== null) {
          request.sender = await prove(request, caller, digest, large ? reply.raw : null);
          mayCall(request.sender);
          if (!large) return heardFirst(request.sender);
          receiving.get(agentId)?.raw.destroy();
        } else {
          if (!large) return;
          if (unproven >= MOST_UNPROVEN_BODIES || receiving.has(agentId))
            throw new Refusal('too-many-requests', 1);
          unproven += 1;
        }
        receiving.set(agentId, request);
        reply.raw.once('close', () => {
          if (digest === null) unproven -= 1;
          if (receiving.get(agentId) === request) receiving.delete(agentId);
        });
      },
      preHandler: async (request, reply) => {
        const { caller } = request;
        if (!caller) throw new Refusal('bad-signature');
        if (caller.signature.digest === null) {
          request.sender = await prove(
            request,
            caller,
            bodyDigest(bodyOf(request)),
            large ? reply.raw : null,
          );
          mayCall(request.sender);
          if (!large) await heardFirst(request.sender);
        } else if (bodyDigest(bodyOf(request)) !== caller.signature.digest) {
          request.signer = null;
          throw new Refusal('bad-signature');
        }
        if (receiving.get(caller.signature.agentId) === request) receiving.delete(caller.signature.agentId);
      },
    };
  }

  /** Nothing may come of a request before it is on disk that it was heard. */
  async function heardFirst(sender: Sender): Promise<void> {
    if (!orRefuse(await sender.keep())) throw new Refusal('replayed-nonce');
  }

  /** Who sent a request to a signed route. */
  function provenSender({ sender }: FastifyRequest): Sender {
    if (!sender) throw new Refusal('bad-signature');
    return sender;
  }

  const senderOf = (request: FastifyRequest) => provenSender(request).agentId;

  /** Notes a wrong code. */
  async function guessed(prefix: string): Promise<void> {
    if (!orRefuse(await guesses.failed(prefix))) return;
    log.warn({ prefix }, 'too many wrong pairing codes: cannot pair for a while');
    if (await tellsOfGuessing()) onGuessing(prefix);
  }

  /** A laptop cannot be paired for what it speaks: whoever has the code on the screen hears why. It stays good. */
  async function turnedAway({ speaks }: Unspoken, request: FastifyRequest, onGuess: () => Promise<void>) {
    const code = pairRequest.shape.code.safeParse(Object(jsonOf(request)).code);
    if (!code.success) return;
    const technicianId = orRefuse(await pairing.technicianOf(code.data));
    if (technicianId === null) await onGuess();
    else onUnspoken({ technicianId, speaks });
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

  /** The word for an error, counted, and logged where it is none of the sender's. */
  function refused(error: unknown, route: string | undefined): Refusal {
    const refusal = refusalFor(error);
    onRefused(refusal.code);
    if (refusal.code === 'internal') log.error({ err: error, route }, 'request failed');
    return refusal;
  }

  /** Holds a poll that was let in. Not async: what a function that waits is made of would be there for every idle agent. */
  function hold(answer: HeldAnswer, { poll, over }: LetIn): void {
    answer.onGone(() => poll.drop());
    void over.then(() => answerPoll(answer, poll));
  }

  async function answerPoll(answer: HeldAnswer, poll: HeldPoll): Promise<void> {
    try {
      answer.send({ commands: orRefuse(await polls.commandsFor(poll)) } satisfies PollAnswer, clock());
    } catch (error) {
      answer.refuse(refused(error, '/v1/poll'), clock());
    }
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    // Bytes, because the signature is over bytes; and JSON is read only after it was found good.
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.decorateRequest('signer', null);
    app.decorateRequest('caller', null);
    app.decorateRequest('sender', null);

    app.addHook('onRequest', async (request) => pass(requests.take(addressKey(request.ip))));

    app.addHook('onSend', async (request, reply, payload) => {
      if (!request.signer || typeof payload !== 'string') return payload;
      const answer = { status: reply.statusCode, body: payload, time: Math.trunc(clock()) };
      reply.headers(proofOf(request.signer, answer));
      return payload;
    });

    app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
      const refusal = refused(error, request.routeOptions.url);
      if (refusal instanceof Unspoken && request.sender)
        onUnspoken({ agentId: request.sender.agentId, speaks: refusal.speaks });
      if (refusal.retryAfter !== undefined) reply.header('retry-after', refusal.retryAfter);
      closeUnread(request, reply);
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
          const prefix = prefixKey(request.ip);
          pass(orRefuse(await guesses.waitSeconds(prefix)));
          pass(pairings.take(addressKey(request.ip)));
          pass(neighbourhoods.take(prefix));
        },
      },
      async (request): Promise<PairOpening> => {
        const onGuess = () => guessed(prefixKey(request.ip));
        try {
          const { code } = parse(pairRequest, request);
          return orRefuse(await pairing.open(code, onGuess));
        } catch (error) {
          if (error instanceof Unspoken) await turnedAway(error, request, onGuess);
          throw error;
        }
      },
    );

    // Nothing to guess: a pairing's id has 80 random bits and serves a minute, so no code's limits hold here.
    app.post('/v1/pair/key', async (request): Promise<PairAnswer> => {
      const asked = parse(pairKeyRequest, request);
      return orRefuse(await pairing.showKey(asked, request.ip));
    });

    app.get('/v1/pair', signed({ mayBePending: true }), async (request, reply): Promise<PairState> => {
      const agentId = senderOf(request);
      return { state: orRefuse(await pairing.state(agentId, HOLD_MS, gone(reply))) };
    });

    app.post('/v1/poll', signed(), async (request, reply): Promise<PollAnswer | FastifyReply> => {
      const sender = provenSender(request);
      const asked = parse(pollRequest, request);
      const letIn = orRefuse(await polls.enter(sender, asked, request.ip));
      if (asked.waitMs > 0) {
        hold(HeldAnswer.of(request, reply), letIn);
        return reply;
      }
      await letIn.over;
      const commands = orRefuse(await polls.commandsFor(letIn.poll));
      const told = await about(sender.agentId);
      return { commands, ...(told ? { about: told } : {}) };
    });

    app.post('/v1/goodbye', signed(), async (request): Promise<GoodbyeAnswer> => {
      const agentId = senderOf(request);
      orRefuse(await polls.leave(agentId, parse(goodbyeRequest, request).epoch));
      return {};
    });

    app.post('/v1/events', signed({ large: true }), async (request): Promise<EventsAnswer> => {
      const { events } = parse(eventsRequest, request);
      const sender = provenSender(request);
      // A picture is worth every millisecond: what comes of it begins, and is neither written nor heard of before; one commit has both.
      const heard = sender.keep(true).then(orFail);
      const accepted = await store.behind(heard, () => takeEvents(sender.agentId, events));
      await heardFirst(sender);
      return { accepted };
    });

    app.post('/v1/rotate', signed(), async (request): Promise<RotateAnswer> => {
      const agentId = senderOf(request);
      const state = orRefuse(await rotations.ask(agentId, parse(rotateRequest, request), request.ip));
      return { rotated: state === 'rotated', state };
    });

    app.post('/v1/support', signed({ large: true }), async (request): Promise<SupportAnswer> => {
      const { bundle } = parse(supportRequest, request);
      const sender = provenSender(request);
      await heardFirst(sender);
      const { agentId } = sender;
      pass(supports.take(agentId));
      return { taken: await onSupport(agentId, bundle) };
    });

    app.post('/v1/permit', signed(), async (request): Promise<PermitAnswer> => {
      const agentId = senderOf(request);
      return { granted: orRefuse(await desk.spendPermit(agentId, parse(permitRequest, request))) };
    });
  };
}

/** That a request was heard before keeps whatever rests on it from being written. */
function orFail(first: Result<boolean, StoreFailure>): Result<boolean, StoreFailure> {
  return first.ok && !first.value ? fail({ reason: 'unavailable', detail: 'heard before' }) : first;
}

/** Every error a route can end with, in our words. */
function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { statusCode }: Partial<FastifyError> = Object(error);
  if (statusCode === 413) return new Refusal('too-large');
  if (statusCode !== undefined && statusCode < 500) return new Refusal('bad-request');
  return new Refusal('internal');
}

/** A body as its schema has it. Another `version` gets an answer of its own: updating helps, trying again does not. */
function parse<S extends z.ZodObject<{ version: z.ZodType }>>(
  schema: S,
  request: FastifyRequest,
): z.output<S> {
  const json = jsonOf(request);
  const version: unknown = Object(json).version;
  const spoken = schema.shape.version.safeParse(version).success;
  if (typeof version === 'number' && !spoken) throw new Unspoken(version > LINK_VERSION ? 'newer' : 'older');
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Refusal('bad-request');
  return parsed.data;
}

/** @throws Refusal where the body is no JSON */
function jsonOf(request: FastifyRequest): unknown {
  try {
    return JSON.parse(Buffer.from(bodyOf(request)).toString());
  } catch {
    throw new Refusal('bad-request');
  }
}

/** A version of the wire format that this hub does not speak. */
class Unspoken extends Refusal {
  readonly speaks: UnspokenLaptop['speaks'];

  constructor(speaks: UnspokenLaptop['speaks']) {
    super('version-unsupported');
    this.speaks = speaks;
  }
}

/** Aborted when the connection ends, whoever ended it: a held request must not outlive it. */
function gone(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  if (reply.raw.destroyed) abort.abort();
  reply.raw.once('close', () => abort.abort());
  return abort.signal;
}
