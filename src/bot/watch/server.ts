/**
 * Where the operator's own machines look after the bot: `/health` (it is alive), `/ready` (it can do its work) and `/metrics`.
 * A listener of its own, which strangers who reach the hub do not see.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { Readiness } from '../server/readiness.ts';

export interface WatchSettings {
  readonly listen: { readonly host: string; readonly port: number };
  /** Whoever asks has to show it (`Authorization: Bearer`); null: nobody has to, on this machine alone. */
  readonly token: Secret<string> | null;
}

export interface WatchOptions extends WatchSettings {
  readonly version: string;
  /** Null: the bot is starting, or ending. */
  readonly readiness: () => Promise<Readiness | null>;
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  readonly log: Log;
}

export interface WatchServer {
  /** Where it listens: `http://host:port`. */
  readonly url: string;
  /** Ends it, connections that are open too. */
  close(): Promise<void>;
}

/** A request has no body, and its answer is there within the patience of the store and of Telegram. */
const REQUEST_MS = 10_000;
const MOST_CONNECTIONS = 64;

/** Begins to listen. The failure is the system's code, such as `EADDRINUSE`. */
export async function watchServer(options: WatchOptions): Promise<Result<WatchServer, string>> {
  const { host, port } = options.listen;
  const began = performance.now();
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, reply) => {
      answer(request, options, began).then(
        (given) => send(reply, given),
        (error: unknown) => {
          options.log.error({ err: error }, 'who watches over the bot could not be answered');
          send(reply, json(500, { error: 'internal' }));
        },
      );
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(fail('code' in error ? String(error.code) : error.message)));
    server.listen(port, host, () => {
      const bound = server.address();
      const at = bound === null || typeof bound === 'string' ? port : bound.port;
      const close = async () => {
        const closed = new Promise<void>((done) => server.close(() => done()));
        server.closeAllConnections();
        await closed;
      };
      resolve(ok({ url: `http://${host.includes(':') ? `[${host}]` : host}:${at}`, close }));
    });
  });
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

async function answer(
  { method, url, headers }: IncomingMessage,
  { token, version, readiness, metrics }: WatchOptions,
  began: number,
): Promise<Answer> {
  if (token !== null && !isShown(token, headers.authorization)) return json(401, { error: 'token' });
  const path = url?.split('?')[0];
  if (method !== 'GET') return json(405, { error: 'method' });
  switch (path) {
    case '/health':
      return json(200, { alive: true, version, seconds: Math.round((performance.now() - began) / 1000) });
    case '/ready': {
      const state = await readiness();
      return state === null
        ? json(503, { ready: false, reasons: ['not-running'] })
        : json(state.ready ? 200 : 503, state);
    }
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.text() };
    default:
      return json(404, { error: 'path', paths: ['/health', '/ready', '/metrics'] });
  }
}

function send(reply: ServerResponse, { status, type, body }: Answer): void {
  if (status === 401) reply.setHeader('www-authenticate', 'Bearer');
  reply.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  reply.end(body);
}

/** Compares in constant time, whatever the lengths. */
function isShown(token: Secret<string>, authorization: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const shown = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(token.reveal()), digest(shown));
}
