/**
 * Somebody in the middle of a pairing: a real server that answers the laptop in the hub's place, and a laptop of his own
 * that asks the hub. He sees everything, may change everything, and holds his keys ready. Also as the proxy of a company
 * that looks into TLS: it ends the laptop's connection with a certificate the laptop trusts.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type PairKeyRequest, type PairOpening, pairKeyRequest } from '../../src/link/messages.ts';
import { commitTo, type HubShare, pairingNumber } from '../../src/link/pairing-number.ts';
import {
  ANSWER_SIGNATURE_HEADER,
  ANSWER_TIME_HEADER,
  formatPublicKey,
  readSignature,
  signAnswer,
} from '../../src/link/signing.ts';
import { type Answer, type House, TestAgent } from '../integration/hub/house.ts';

type Given = Pick<Answer, 'status' | 'body'>;

/** What he does with the two questions of a pairing; the rest of the link he answers as the hub he claims to be. */
export interface Plan {
  open(middle: Middle, code: string): Promise<Given>;
  key(middle: Middle, asked: PairKeyRequest): Promise<Given>;
  /** The laptop goes on to the hub for everything else. */
  readonly passesOn?: true;
}

export class Middle {
  /** His own laptop, for the hub. */
  readonly thief: TestAgent;
  /** His own hub, for the laptop. */
  readonly #keys = generateKeyPairSync('ed25519');
  code = '';
  share: HubShare = this.newShare('');
  opening: PairOpening | null = null;
  /** What the laptop shows, as far as he can tell. */
  laptopNumber = '';
  readonly seen: string[] = [];
  readonly #house: House;
  readonly #plan: Plan;
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  private constructor(house: House, plan: Plan) {
    this.#house = house;
    this.#plan = plan;
    this.thief = new TestAgent(house);
  }

  /** @param tls certificate and key with which he looks into what goes to `CONNECT` addresses */
  static async open(house: House, plan: Plan, tls?: { cert: string; key: string }): Promise<Middle> {
    const middle = new Middle(house, plan);
    const server = middle.#server;
    server.on('connect', (_request, socket) => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.emit('connection', new TLSSocket(socket, { isServer: true, ...tls }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return middle;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  newShare(pairing: string): HubShare {
    const hubKey = formatPublicKey(this.#keys.publicKey);
    return { pairing, hubKey, hubNonce: randomBytes(32).toString('base64url') };
  }

  /** Binds himself to a share of his own, as the laptop expects it. */
  bind(pairing: string): Given {
    this.share = this.newShare(pairing);
    return { status: 200, body: { pairing, commitment: commitTo(this.share) } };
  }

  /** Opens that share; a nonce of another choice is one the laptop will not find in the commitment. */
  unbind(hubNonce = this.share.hubNonce): Given {
    const { hubKey } = this.share;
    const expiresAt = Date.now() + 60_000;
    return { status: 200, body: { agentId: this.thief.agentId, hubKey, hubNonce, expiresAt } };
  }

  /** The laptop's words to the hub, unchanged. */
  async passOn(path: string, body: object): Promise<Given> {
    return this.thief.raw('POST', path, JSON.stringify(body), {});
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    this.seen.push(text);
    const path = request.url ?? '';
    if (request.method === 'POST' && path === '/v1/pair') {
      this.code = (JSON.parse(text) as { code: string }).code;
      return this.#answer(request, response, await this.#plan.open(this, this.code));
    }
    if (path === '/v1/pair/key') {
      const asked = pairKeyRequest.parse(JSON.parse(text));
      this.laptopNumber = pairingNumber({ ...this.share, ...asked });
      return this.#answer(request, response, await this.#plan.key(this, asked));
    }
    if (!this.#plan.passesOn)
      return this.#answer(request, response, { status: 200, body: { state: 'confirmed' } });
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => name.startsWith('unbind-')),
    ) as Record<string, string>;
    const answered = await fetch(this.#house.url + path, {
      method: request.method ?? 'GET',
      headers,
      ...(text === '' ? {} : { body: text }),
    });
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    response.end(await answered.text());
  }

  /** Signed with his own key, as the hub he claims to be. */
  #answer(request: IncomingMessage, response: ServerResponse, { status, body }: Given): void {
    const text = JSON.stringify(body);
    const signature = readSignature(request.headers);
    const { nonce = '', agentId = '' } = signature ?? {};
    const time = Date.now();
    response.writeHead(status, {
      'content-type': 'application/json',
      [ANSWER_TIME_HEADER]: time,
      [ANSWER_SIGNATURE_HEADER]: signAnswer(
        { status, body: text, time, nonce, agentId },
        this.#keys.privateKey,
      ),
    });
    response.end(text);
  }
}

/** A nonce that makes the number come out as wished, found by trying: about a million hashes. */
export function nonceFor(number: string, numberWith: (nonce: string) => string): string {
  const start = randomBytes(24);
  for (let n = 0n; ; n++) {
    const tail = Buffer.alloc(8);
    tail.writeBigUInt64BE(n);
    const nonce = Buffer.concat([start, tail]).toString('base64url');
    if (numberWith(nonce) === number) return nonce;
  }
}

/** Lets everything pass. */
export const PASSES_ALL: Plan = {
  passesOn: true,
  open: (middle, code) => middle.passOn('/v1/pair', { version: 2, code }),
  key: (middle, asked) => middle.passOn('/v1/pair/key', asked),
};

/** What he can do with the keys, and where that ends for him. */
export const PLANS: Readonly<Record<string, Plan>> = {
  'swaps both keys, the laptop first: he knows its number when he shows the hub a key': {
    open: async (middle) => middle.bind('01JZZZZZZZZZZZZZZZZZZZZZZZ'),
    key: async (middle) => {
      const opened = await middle.thief.openPairing(middle.code);
      await middle.thief.showKey(opened.body as PairOpening);
      return middle.unbind();
    },
  },
  'swaps both keys, the hub first: he knows its number before the laptop shows a key': {
    open: async (middle, code) => {
      const opened = await middle.thief.openPairing(code);
      await middle.thief.showKey(opened.body as PairOpening);
      return middle.bind((opened.body as PairOpening).pairing);
    },
    key: async (middle) => middle.unbind(),
  },
  'swaps both keys and shows the hub a second one, made to fit': {
    open: async (middle) => middle.bind('01JZZZZZZZZZZZZZZZZZZZZZZZ'),
    key: async (middle) => {
      const { thief } = middle;
      const { body } = await thief.openPairing(middle.code);
      const shown = await thief.showKey(body as PairOpening);
      const { hubKey, hubNonce } = shown.body as { hubKey: string; hubNonce: string };
      const { pairing } = body as PairOpening;
      const { publicKey } = thief;
      thief.nonce = nonceFor(middle.laptopNumber, (nonce) =>
        pairingNumber({ pairing, hubKey, hubNonce, publicKey, nonce }),
      );
      await thief.showKey(body as PairOpening);
      return middle.unbind();
    },
  },
  'swaps both keys and shows the laptop another nonce than he was bound to, made to fit': {
    open: async (middle, code) => {
      const opened = await middle.thief.openPairing(code);
      await middle.thief.showKey(opened.body as PairOpening);
      return middle.bind((opened.body as PairOpening).pairing);
    },
    key: async (middle, { publicKey, nonce }) => {
      const { pairing, hubKey } = middle.share;
      const fits = nonceFor(middle.thief.number, (hubNonce) =>
        pairingNumber({ pairing, hubKey, hubNonce, publicKey, nonce }),
      );
      return middle.unbind(fits);
    },
  },
  'swaps the hub’s key alone: he wants to be the laptop’s hub': {
    open: async (middle, code) => {
      const opened = await middle.passOn('/v1/pair', { version: 2, code });
      return middle.bind((opened.body as unknown as PairOpening).pairing);
    },
    key: async (middle, asked) => {
      await middle.passOn('/v1/pair/key', asked);
      return middle.unbind();
    },
  },
  'swaps the laptop’s key alone: he wants to be the hub’s laptop': {
    open: async (middle, code) => {
      const opened = await middle.passOn('/v1/pair', { version: 2, code });
      middle.opening = opened.body as unknown as PairOpening;
      return opened;
    },
    key: async (middle) => {
      if (!middle.opening) throw new Error('nothing was opened');
      return middle.thief.showKey(middle.opening);
    },
  },
};
