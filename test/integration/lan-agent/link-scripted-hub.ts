/**
 * The other end of the link for tests of the agent: the wire format and the signatures of src/link over real HTTP,
 * with a mailbox a test fills and faults a real hub would not produce on demand.
 */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ulid } from 'ulid';
import { onTestFinished } from 'vitest';
import { type Identity, saveIdentity } from '../../../src/lan-agent/link/identity.ts';
import {
  type AgentCommand,
  type AgentEvent,
  eventsRequest,
  HUB_ERRORS,
  type HubErrorCode,
  type PairState,
  pairKeyRequest,
  pairRequest,
  permitRequest,
  pollRequest,
  supportRequest,
} from '../../../src/link/messages.ts';
import {
  commitTo,
  formatPairingNumber,
  type HubShare,
  pairingNumber,
} from '../../../src/link/pairing-number.ts';
import {
  ANSWER_SIGNATURE_HEADER,
  ANSWER_TIME_HEADER,
  bodyDigest,
  formatPublicKey,
  isTimely,
  parsePublicKey,
  readSignature,
  signAnswer,
  verifyPairing,
  verifyRequest,
} from '../../../src/link/signing.ts';

type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Draft = OmitEach<AgentCommand, 'id' | 'jobId' | 'expiresAt'> & { jobId?: string; expiresAt?: number };
type EventOf<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

/** What goes wrong on the way: a refusal (signed unless told otherwise), a connection that breaks, or no answer at all. */
export type Fault =
  | { error: HubErrorCode; signed?: boolean; retryAfter?: number }
  | 'broken'
  | 'silent'
  | null;

type Answer = (status: number, content: unknown, signed?: boolean) => void;
type Refuse = (error: HubErrorCode, signed?: boolean) => void;

export class ScriptedHub {
  readonly commands: AgentCommand[] = [];
  readonly events: AgentEvent[] = [];
  readonly epochs = new Set<string>();
  readonly permits: string[] = [];
  grantsPermits = true;
  /** Files for support it was sent; null: it is a hub of before, which knows none. */
  supports: string[] | null = null;
  /** What a poll that is not held is answered beside its commands. */
  about: unknown;
  /** False: somebody in the middle, who has not the hub's key. */
  signs = true;
  /** What somebody in the middle adds to the time of every answer, ms. */
  lies = 0;
  /** Sends every command with every poll, whatever was acknowledged. */
  forgetful = false;
  /** By path; `*` for all. */
  readonly faults = new Map<string, Fault>();
  /** Event types this hub refuses as bad requests. */
  readonly dislikes = new Set<AgentEvent['type']>();
  requests = 0;
  readonly #now: () => number;
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  readonly #keys = generateKeyPairSync('ed25519');
  readonly #agent = generateKeyPairSync('ed25519');
  #agentKey: KeyObject = this.#agent.publicKey;
  readonly #agentId = ulid();
  /** Codes that may be used, in normal form. */
  readonly codes = new Set<string>();
  #share: HubShare | null = null;
  /** What the hub shows in the place of what it was bound to. */
  turnsTo: Partial<HubShare> = {};
  /** The laptop's. */
  nonce = '';
  /** As the laptop has to show it, once it has shown its key. */
  number = '';
  #confirmation: PairState['state'] = 'waiting';
  #changed: (() => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  static async open(now: () => number = Date.now): Promise<ScriptedHub> {
    const hub = new ScriptedHub(now);
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => hub.close());
    return hub;
  }

  /** What the person in the chat does about the number. */
  set confirmation(state: PairState['state']) {
    this.#confirmation = state;
    this.#wake();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** As a package has it. */
  get publicKey(): string {
    return formatPublicKey(this.#keys.publicKey);
  }

  /** Pairs the agent of this state folder, as if a chat had confirmed it. */
  async pair(home: string): Promise<void> {
    const identity: Identity = {
      agentId: this.#agentId,
      server: { url: this.url, loopback: true, insecure: false },
      privateKey: this.#agent.privateKey,
      hubKey: this.#keys.publicKey,
    };
    const saved = await saveIdentity(home, identity);
    if (!saved.ok) throw new Error(saved.failure.code);
  }

  /** Puts a command into the mailbox; returns its job. */
  give(draft: Draft): string {
    const jobId = draft.jobId ?? ulid();
    const expiresAt = draft.expiresAt ?? this.#now() + 10 * 60_000;
    // Ids of one millisecond must ascend as a mailbox's do.
    const id = ulid(Math.max(this.#now(), 1 + Number(this.#lastTime)));
    this.#lastTime = Math.max(this.#now(), 1 + this.#lastTime);
    this.commands.push({ ...draft, id, jobId, expiresAt } as AgentCommand);
    this.#wake();
    return jobId;
  }
  #lastTime = 0;

  /** The job's event of this type, once it is there; the `nth` counts from 0. */
  async heard<T extends AgentEvent['type']>(jobId: string, type: T, nth = 0): Promise<EventOf<T>> {
    for (;;) {
      const found = this.of(jobId).filter((event): event is EventOf<T> => event.type === type)[nth];
      if (found) return found;
      await this.change();
    }
  }

  of(jobId: string): AgentEvent[] {
    return this.events.filter((event) => event.jobId === jobId);
  }

  /** Resolves when anything was asked or told. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  fault(path: string, fault: Fault): void {
    this.faults.set(path, fault);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '';
    const signature = readSignature(request.headers);
    const answer = (status: number, content: unknown, signed = true) => {
      const text = JSON.stringify(content);
      const { nonce = '', agentId = '' } = signature ?? {};
      const time = this.#now();
      const own = signAnswer({ status, body: text, time, nonce, agentId }, this.#keys.privateKey);
      response.writeHead(status, {
        'content-type': 'application/json',
        // A proxy before the hub puts its own in, and its clock may be wrong.
        date: new Date(0).toUTCString(),
        [ANSWER_TIME_HEADER]: time + this.lies,
        ...(signed && this.signs ? { [ANSWER_SIGNATURE_HEADER]: own } : {}),
      });
      response.end(text);
    };
    this.requests += 1;
    this.#wake();

    const fault = this.faults.get(path) ?? this.faults.get('*') ?? null;
    if (fault === 'broken') return void response.destroy();
    if (fault === 'silent') return;
    const refuse = (error: HubErrorCode, signed = true, retryAfter?: number) =>
      answer(HUB_ERRORS[error], { error, ...(retryAfter === undefined ? {} : { retryAfter }) }, signed);
    if (fault) return refuse(fault.error, fault.signed, fault.retryAfter);
    if (path === '/v1/pair' && request.method === 'POST') return this.#open(body, answer, refuse);
    if (path === '/v1/pair/key') return this.#showKey(body, answer);
    if (
      !signature ||
      !verifyRequest({ method: request.method ?? '', path }, bodyDigest(body), signature, this.#agentKey)
    ) {
      return refuse('bad-signature', false);
    }
    if (!isTimely(signature.time, this.#now())) return refuse('clock-skew');

    const content: unknown = body.length > 0 ? JSON.parse(body.toString()) : null;
    if (path === '/v1/poll') return this.#poll(content, response, answer, refuse);
    if (path === '/v1/events') {
      const { events } = eventsRequest.parse(content);
      if (events.some(({ type }) => this.dislikes.has(type))) return refuse('bad-request');
      for (const event of events) {
        if (!this.events.some(({ id }) => id === event.id)) this.events.push(event);
      }
      answer(200, { accepted: events.map(({ id }) => id) });
      return this.#wake();
    }
    if (path === '/v1/support' && this.supports) {
      this.supports.push(supportRequest.parse(content).bundle);
      return answer(200, { taken: true });
    }
    if (path === '/v1/permit') {
      const { permit } = permitRequest.parse(content);
      const granted = this.grantsPermits && !this.permits.includes(permit);
      this.permits.push(permit);
      return answer(200, { granted });
    }
    if (path === '/v1/pair') {
      while (this.#confirmation === 'waiting' && !response.destroyed) {
        if (this.faults.get(path) === 'broken') return void response.destroy();
        await this.change();
      }
      return answer(200, { state: this.#confirmation });
    }
    return refuse('bad-request');
  }

  #open(body: Buffer, answer: Answer, refuse: Refuse): void {
    const { code } = pairRequest.parse(JSON.parse(body.toString()));
    if (!this.codes.delete(code)) {
      refuse('code-unknown', false);
      return;
    }
    this.#share = {
      pairing: ulid(),
      hubKey: formatPublicKey(this.#keys.publicKey),
      hubNonce: randomBytes(32).toString('base64url'),
    };
    answer(200, { pairing: this.#share.pairing, commitment: commitTo(this.#share) }, false);
  }

  #showKey(body: Buffer, answer: Answer): void {
    const asked = pairKeyRequest.parse(JSON.parse(body.toString()));
    const key = parsePublicKey(asked.publicKey);
    const share = this.#share;
    if (!share || share.pairing !== asked.pairing) throw new Error('no such pairing');
    const claim = { ...asked, commitment: commitTo(share) };
    if (!key || !verifyPairing(claim, asked.proof, key)) throw new Error('no proof of the key');
    this.#agentKey = key;
    const { publicKey, nonce } = asked;
    this.nonce = nonce;
    this.number = formatPairingNumber(pairingNumber({ ...share, publicKey, nonce }));
    const { hubKey, hubNonce } = { ...share, ...this.turnsTo };
    answer(200, { agentId: this.#agentId, hubKey, hubNonce, expiresAt: this.#now() + 60_000 }, false);
  }

  async #poll(content: unknown, response: ServerResponse, answer: Answer, refuse: Refuse): Promise<void> {
    const { cursor, epoch, waitMs } = pollRequest.parse(content);
    this.epochs.add(epoch);
    let gone = false;
    response.once('close', () => {
      gone = true;
      this.#wake();
    });
    while (!gone) {
      const fault = this.faults.get('/v1/poll') ?? this.faults.get('*') ?? null;
      if (fault === 'broken') return void response.destroy();
      if (fault === 'silent') return;
      if (fault) return refuse(fault.error, fault.signed);
      const newest = [...this.epochs].sort().at(-1);
      if (newest !== epoch) return refuse('superseded');
      const commands = this.commands.filter(({ id }) => cursor === null || id > cursor);
      if (commands.length > 0) return answer(200, { commands: this.forgetful ? this.commands : commands });
      if (waitMs === 0) return answer(200, { commands: [], about: this.about });
      await this.change();
    }
  }
}
