/**
 * The smallest Bot API a bot can work with, for measurements: every call is noted the moment it has come in and answered at
 * once, updates are handed out over a held getUpdates. It checks nothing and shows nothing, so that what is measured is the
 * bot; src/sandbox/telegram is the one that behaves like Telegram.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Update } from 'grammy/types';

/** A token that no bot of Telegram's has. */
export const BENCH_TOKEN = `123456789:${'B'.repeat(35)}`;

/** One call as it came in; `at`: `performance.now()`. */
export interface BareCall {
  readonly at: number;
  readonly method: string;
  /** Of the message it sends or edits; 0: of none. */
  readonly messageId: number;
  /** Of a form with files its fields, texts as they are; the files are not in it. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface BareBotApi {
  readonly url: string;
  /** Hands out an update. @returns when, `performance.now()` */
  push(update: Omit<Update, 'update_id'>): number;
  /** Takes every call but getUpdates. @returns what ends that */
  onCall(listener: (call: BareCall) => void): () => void;
  /** Hears that a bot asks for updates for the first time. */
  onPoll(listener: () => void): void;
  close(): void;
}

/** Longest a question for updates is held, ms; a bot that asks for less gets its answer then. */
const HELD_MS = 20_000;
const ME = { id: 123_456_789, is_bot: true, first_name: 'Bench', username: 'bench_bot' };

/** @param lastUpdate id before the first it hands out: a bot on a store that is there already takes no update for a second time */
export async function startBareBotApi(lastUpdate = 1_000): Promise<BareBotApi> {
  const listeners = new Set<(call: BareCall) => void>();
  const waiting: Update[] = [];
  let polled: () => void = () => undefined;
  let held: ServerResponse | null = null;
  let updateId = lastUpdate;
  let messageId = 10;

  const answer = (response: ServerResponse, result: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, result }));
  const handOut = () => {
    if (!held || waiting.length === 0) return;
    answer(held, waiting.splice(0));
    held = null;
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const method = request.url?.split(/[/?]/)[2] ?? '';
      const payload = parsed(Buffer.concat(chunks));
      if (method === 'getUpdates') {
        polled();
        const asked = Number(payload.timeout ?? 0) * 1000;
        if (waiting.length === 0 && asked > 0) {
          held = response;
          setTimeout(() => held === response && answer(response, []), Math.min(asked, HELD_MS)).unref();
          return;
        }
        return void answer(response, waiting.splice(0));
      }
      const at = performance.now();
      const isMessage = /^(send(?!ChatAction)|edit)/.test(method);
      const id = isMessage ? Number(payload.message_id ?? ++messageId) : 0;
      const message = { message_id: id, date: 1, chat: { id: payload.chat_id, type: 'private' } };
      answer(response, isMessage ? message : method === 'getMe' ? ME : true);
      for (const listener of listeners) listener({ at, method, messageId: id, payload });
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    push(update) {
      waiting.push({ update_id: ++updateId, ...update });
      const at = performance.now();
      handOut();
      return at;
    },
    onCall(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onPoll(listener) {
      polled = listener;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function parsed(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    const fields = body.toString().matchAll(/ name="(\w+)"\r\n\r\n(.*?)\r\n--/gs);
    return Object.fromEntries(Array.from(fields, ([, name, text]) => [name, text]));
  }
}
