/** A hub on a real socket and agents that speak to it over HTTP, for tests. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { Agent, type Dispatcher, request } from 'undici';
import type { PairingRequest } from '../../../src/hub/directory.ts';
import { createHub, type Hub, type HubOptions } from '../../../src/hub/hub.ts';
import { createLog, type Log } from '../../../src/kernel/log.ts';
import type { Result } from '../../../src/kernel/result.ts';
import {
  type AgentEvent,
  LINK_VERSION,
  type PairAnswer,
  type PairOpening,
} from '../../../src/link/messages.ts';
import { commitTo, pairingNumber } from '../../../src/link/pairing-number.ts';
import {
  ANSWER_SIGNATURE_HEADER,
  ANSWER_TIME_HEADER,
  formatPublicKey,
  parsePublicKey,
  readAnswerTime,
  signPairing,
  signRequest,
  verifyAnswer,
} from '../../../src/link/signing.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';

export const MINUTE = 60_000;
export const SERIAL = '123456789';

export async function value<T>(result: Promise<Result<T, unknown>>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(`unexpected failure ${JSON.stringify(settled.failure)}`);
  return settled.value;
}

export async function failure<F>(result: Promise<Result<unknown, F>>): Promise<F | 'no failure'> {
  const settled = await result;
  return settled.ok ? 'no failure' : settled.failure;
}

type Hooks = Partial<
  Pick<
    HubOptions,
    | 'onEvent'
    | 'onOnline'
    | 'onOffline'
    | 'limits'
    | 'tls'
    | 'proxies'
    | 'plugins'
    | 'onPairing'
    | 'onGuessing'
    | 'onNewAddress'
    | 'onTakenOver'
    | 'onKeyRequest'
    | 'onUnspoken'
    | 'about'
    | 'agentPage'
    | 'pageLimits'
  > & {
    /** What the hub has of its store. */
    readonly throughStore: (store: Store) => Store;
  }
>;

export interface House {
  readonly hub: Hub;
  readonly store: Store;
  readonly url: string;
  /** Where the store lies. */
  readonly folder: string;
  readonly dispatcher: Dispatcher;
  readonly pairings: PairingRequest[];
  readonly events: { agentId: string; event: AgentEvent }[];
  /** Everything the hub logged. */
  readonly logged: () => string;
  readonly now: () => number;
  /** Lets the hub's clock (not the store's) go on by `ms`. */
  passTime(ms: number): void;
  /** Closes hub and store and opens both again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What a laptop needs to know of a house to call it. */
export type Site = Pick<House, 'url' | 'dispatcher' | 'now'>;

/** Limits high enough that tests run into them only on purpose. */
export const NO_LIMITS = {
  requests: { burst: 10_000, perSecond: 10_000 },
  agents: { burst: 10_000, perSecond: 10_000 },
  pairing: { burst: 10_000, perSecond: 10_000 },
  neighbourhood: { burst: 10_000, perSecond: 10_000 },
  guesses: { failures: 10_000, windowMs: MINUTE },
  connections: {
    total: 10_000,
    strangers: 10_000,
    perPrefix: 10_000,
    perAddress: 10_000,
    perAgent: 10_000,
    strangerMs: MINUTE,
  },
};

export async function openHouse({ throughStore = (store) => store, ...hooks }: Hooks = {}): Promise<House> {
  const directory = await mkdtemp(join(tmpdir(), 'hub-'));
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false }, connections: 300 });
  const lines: string[] = [];
  const log: Log = createLog('trace', 'test', { write: (line: string) => void lines.push(line) });
  const pairings: PairingRequest[] = [];
  const events: House['events'] = [];
  let offset = 0;
  const clock = () => Date.now() + offset;

  const open = async () => {
    const store = await value(openStore(`lmdb:${directory}`));
    const hub = createHub({
      store: throughStore(store),
      log,
      clock,
      onPairing: async (asked) => void pairings.push(asked),
      onEvent: async (agentId, event) => {
        events.push({ agentId, event });
        return true;
      },
      limits: NO_LIMITS,
      ...hooks,
    });
    const { port } = await value(hub.listen({ host: '127.0.0.1', port: 0 }));
    return { store, hub, url: `${hooks.tls ? 'https' : 'http'}://127.0.0.1:${port}` };
  };
  const shut = async () => {
    await current.hub.close();
    await current.store.close();
  };
  let current = await open();

  return {
    get hub() {
      return current.hub;
    },
    get store() {
      return current.store;
    },
    get url() {
      return current.url;
    },
    folder: directory,
    dispatcher,
    pairings,
    events,
    logged: () => lines.join(''),
    now: clock,
    passTime: (ms) => {
      offset += ms;
    },
    restart: async () => {
      await shut();
      current = await open();
    },
    close: async () => {
      await shut();
      await dispatcher.destroy();
      await rm(directory, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly date: string | undefined;
  /** By the hub's own header, ms since 1970. */
  readonly time: number | null;
  readonly retryAfter: string | undefined;
  /** Whether the hub's signature of the answer is good; null when there is none. */
  readonly signed: boolean | null;
}

/** One laptop. Its methods send what a real agent sends; `tamper` changes a request after it was signed. */
export class TestAgent {
  readonly epoch = ulid();
  readonly publicKey: string;
  readonly privateKey: KeyObject;
  agentId = ulid();
  hubKey: KeyObject | null = null;
  /** Version of the wire this agent speaks. */
  version: number = LINK_VERSION;
  readonly #house: Site;

  constructor(house: Site, keys = generateKeyPairSync('ed25519')) {
    this.#house = house;
    this.privateKey = keys.privateKey;
    this.publicKey = formatPublicKey(keys.publicKey);
  }

  /** Shown with the key; a real laptop makes one for every pairing. */
  nonce = randomBytes(32).toString('base64url');
  /** The six digits this laptop shows. */
  number = '';

  host = { name: 'Laptop', system: 'linux', agentVersion: '1.2.3' };

  /** By its clock, milliseconds. */
  now(): number {
    return this.#house.now();
  }

  /** Both requests of a pairing, as a laptop makes them; the answer is the last one's. */
  async askToPair(typed: string, change: Record<string, unknown> = {}): Promise<Answer> {
    const opened = await this.openPairing(typed, change);
    return opened.status === 200 ? this.showKey(opened.body as PairOpening, change) : opened;
  }

  /** `POST /v1/pair` */
  openPairing(typed: string, change: Record<string, unknown> = {}): Promise<Answer> {
    const body = { version: this.version, code: typed.replace('-', ''), ...change };
    return this.raw('POST', '/v1/pair', JSON.stringify(body), {});
  }

  /** `POST /v1/pair/key`; remembers what the hub answered, and the number. */
  async showKey({ pairing, commitment }: PairOpening, change: Record<string, unknown> = {}): Promise<Answer> {
    const { publicKey, nonce, host } = this;
    const claim = { pairing, publicKey, nonce, host };
    const proof = signPairing({ ...claim, commitment }, this.privateKey);
    const body = { version: this.version, ...claim, proof, ...change };
    const answer = await this.raw('POST', '/v1/pair/key', JSON.stringify(body), {});
    if (answer.status === 200) {
      const { agentId, hubKey, hubNonce } = answer.body as PairAnswer;
      if (commitTo({ pairing, hubKey, hubNonce }) !== commitment) throw new Error('another key was shown');
      this.agentId = agentId;
      this.hubKey = parsePublicKey(hubKey);
      this.number = pairingNumber({ pairing, hubKey, hubNonce, publicKey, nonce });
    }
    return answer;
  }

  pairState(): Promise<Answer> {
    return this.send('GET', '/v1/pair', null);
  }

  poll({
    cursor = null,
    waitMs = 0,
    epoch = this.epoch,
    signal,
  }: {
    cursor?: string | null;
    waitMs?: number;
    epoch?: string;
    signal?: AbortSignal;
  } = {}) {
    const body = { version: this.version, cursor, waitMs, epoch, host: this.host };
    return this.send('POST', '/v1/poll', body, signal ? { signal } : {});
  }

  goodbye(epoch = this.epoch): Promise<Answer> {
    return this.send('POST', '/v1/goodbye', { version: this.version, epoch });
  }

  sendEvents(events: readonly AgentEvent[]): Promise<Answer> {
    return this.send('POST', '/v1/events', { version: this.version, epoch: this.epoch, events });
  }

  permit(permit: string, jobId: string, shortSerial = SERIAL): Promise<Answer> {
    return this.send('POST', '/v1/permit', { version: this.version, permit, jobId, shortSerial });
  }

  send(
    method: 'GET' | 'POST',
    path: string,
    content: unknown,
    { time = this.#house.now(), signal }: { time?: number; signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const body = content === null ? null : JSON.stringify(content);
    return this.raw(method, path, body, this.sign(method, path, body ?? '', time), signal);
  }

  sign(method: string, path: string, body: string, time = this.#house.now()): Record<string, string> {
    return signRequest({ method, path, body, agentId: this.agentId, time }, this.privateKey);
  }

  async raw(
    method: 'GET' | 'POST',
    path: string,
    body: string | Buffer | null,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const answer = await request(this.#house.url + path, {
      dispatcher: this.#house.dispatcher,
      method,
      body,
      headers: body === null ? headers : { 'content-type': 'application/json', ...headers },
      ...(signal ? { signal } : {}),
    });
    const text = await answer.body.text();
    const signature = answer.headers[ANSWER_SIGNATURE_HEADER];
    const { 'unbind-nonce': nonce = '', 'unbind-agent': agentId = '' } = headers;
    const time = readAnswerTime(answer.headers[ANSWER_TIME_HEADER]);
    const content = { status: answer.statusCode, body: text, time: time ?? 0, nonce, agentId };
    return {
      status: answer.statusCode,
      body: JSON.parse(text) as Record<string, unknown>,
      date: answer.headers.date?.toString(),
      time,
      retryAfter: answer.headers['retry-after']?.toString(),
      signed: signature === undefined || !this.hubKey ? null : verifyAnswer(content, signature, this.hubKey),
    };
  }
}

/** An agent that belongs to a technician: code, key and number as in real life. */
export async function pairedAgent(house: House, technicianId = 1): Promise<TestAgent> {
  const agent = new TestAgent(house);
  const { code } = await value(house.hub.directory.issueCode(technicianId));
  await agent.askToPair(code);
  await value(house.hub.directory.confirmPairing(technicianId, agent.number));
  return agent;
}

/** Six digits that are not these. */
export function otherNumber(number: string): string {
  return number.replace(/\d$/, (last) => String((Number(last) + 1) % 10));
}

/** A command as the bot sends it. */
export function discover(house: Pick<House, 'now'>, until = SERIAL) {
  return {
    type: 'discover' as const,
    jobId: ulid(),
    until,
    waitMs: 5_000,
    expiresAt: house.now() + MINUTE,
  };
}

/** An event as an agent sends it. */
export function failed(house: Pick<House, 'now'>, jobId = ulid()): AgentEvent {
  return { type: 'job-failed', id: ulid(), jobId, at: house.now(), reason: 'not-found' };
}
