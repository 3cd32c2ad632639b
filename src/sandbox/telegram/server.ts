import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type CallBody, readBody } from './body.ts';
import type { ApiCall } from './events.ts';
import type { Fault, Faults } from './faults.ts';
import { MAX_DOWNLOAD_BYTES } from './files.ts';
import { chatMethods } from './methods/chats.ts';
import { messageMethods } from './methods/messages.ts';
import type { Call } from './methods/method.ts';
import { settingMethods } from './methods/settings.ts';
import { updateMethods } from './methods/updates.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

/** Largest body of a call, bytes: a 50 MB upload and its form (Bot API, sending files). */
const MAX_BODY_BYTES = 51 * 1024 * 1024;
const MAX_RECORDED_CALLS = 10_000;
const DEFAULT_DELAY_MS = 500;

const PROXY_PAGE = '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n';

/** Telegram does not mind how a method's name is cased. */
const methods = new Map(
  Object.entries({ ...updateMethods, ...messageMethods, ...chatMethods, ...settingMethods }).map(
    ([name, run]) => [name.toLowerCase(), { name, run }],
  ),
);

interface ServerParts {
  readonly world: World;
  readonly token: string;
  readonly calls: ApiCall[];
  readonly faults: Faults;
}

interface BotRoute {
  Params: { token: string; method: string };
}

/** The HTTP side of the Bot API: `/bot<token>/<method>` and `/file/bot<token>/<path>`. Not listening yet. */
export function buildServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    if (!isAtHome(request))
      await refuse(reply, new Refusal(403, 'Forbidden: this address is for this machine only'));
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    if (error instanceof Refusal) return refuse(reply, error);
    if (error.statusCode === 413) return refuse(reply, new Refusal(413, 'Request Entity Too Large'));
    const code = error.statusCode ?? 500;
    return refuse(
      reply,
      new Refusal(code, `${code < 500 ? 'Bad Request' : 'Internal Server Error'}: ${error.message}`),
    );
  });
  app.setNotFoundHandler((_request, reply) => refuse(reply, new Refusal(404, 'Not Found')));

  app.route<BotRoute>({
    method: ['GET', 'POST'],
    url: '/bot:token/:method',
    handler: async (request, reply) => {
      checkToken(parts, request.params.token);
      const found = methods.get(request.params.method.toLowerCase());
      if (!found) throw new Refusal(404, 'Not Found: method not found');
      const query = new URL(request.url, 'http://127.0.0.1').searchParams;
      const bytes = Buffer.isBuffer(request.body) ? request.body : new Uint8Array();
      const body = await readBody(request.headers['content-type'] ?? '', bytes, query);
      record(parts, found.name, body);
      const call = { ...body, signal: whileConnected(reply) };
      const chat = Number(body.parameters.chat_id ?? Number.NaN);
      await withFaults(parts.faults.take(found.name, chat), reply, call.signal, async () => {
        const result = await found.run(parts.world, call);
        return { ok: true, result };
      });
      return reply;
    },
  });

  app.get<{ Params: { token: string; '*': string } }>('/file/bot:token/*', async (request, reply) => {
    checkToken(parts, request.params.token);
    const file = parts.world.files.atPath(request.params['*']);
    if (!file || file.bytes.length > MAX_DOWNLOAD_BYTES) throw new Refusal(404, 'Not Found');
    void reply.type('application/octet-stream');
    await withFaults(parts.faults.take('file', null), reply, whileConnected(reply), async () =>
      Buffer.from(file.bytes),
    );
    return reply;
  });
  return app;
}

/** Runs a method whose call came in a webhook's answer; nobody hears of its result. */
export async function callWithoutAnswer(
  parts: ServerParts,
  contentType: string,
  bytes: Uint8Array,
): Promise<void> {
  const body = await readBody(contentType, bytes, new URLSearchParams());
  const { method: name, ...parameters } = body.parameters;
  const found = typeof name === 'string' ? methods.get(name.toLowerCase()) : undefined;
  if (!found) return;
  const call: Call = { parameters, uploads: body.uploads, signal: new AbortController().signal };
  record(parts, found.name, call);
  await found.run(parts.world, call);
}

function checkToken({ token }: ServerParts, given: string): void {
  if (given !== token) throw new Refusal(401, 'Unauthorized');
}

function record({ calls, world }: ServerParts, method: string, { parameters, uploads }: CallBody): void {
  const files = [...uploads].map(([field, { name, bytes }]) => ({ field, name, size: bytes.length }));
  const call = { method, parameters, files, at: Date.now() };
  calls.push(call);
  if (calls.length > MAX_RECORDED_CALLS) calls.shift();
  world.events.emit({ type: 'call', call });
}

/** Answers a call, or breaks it the way a fault says. */
async function withFaults(
  fault: Fault | undefined,
  reply: FastifyReply,
  signal: AbortSignal,
  run: () => Promise<unknown>,
): Promise<void> {
  switch (fault?.kind) {
    case 'done-status':
      await run();
      throw refusalOf(fault);
    case 'status':
      throw refusalOf(fault);
    case '429': {
      const seconds = fault.retryAfter ?? 1;
      throw new Refusal(429, `Too Many Requests: retry after ${seconds}`, seconds);
    }
    case 'html-502':
      await reply.code(502).type('text/html').send(PROXY_PAGE);
      return;
    case 'disconnect':
      drop(reply);
      return;
    case 'half-open':
      reply.hijack();
      return;
    case 'answer-lost':
      await run();
      drop(reply);
      return;
    case 'delay':
      if (fault.until) await Promise.race([fault.until, once(signal, 'abort')]);
      else await pause(fault.delayMs ?? DEFAULT_DELAY_MS, undefined, { signal }).catch(() => undefined);
  }
  const answer = await run();
  if (!reply.raw.destroyed) await reply.send(answer);
}

function refusalOf({ status = 500, description = 'Internal Server Error' }: Fault): Refusal {
  return new Refusal(status, description);
}

function drop(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.destroy();
}

/** Aborted when the caller's connection ends before it has its answer. */
function whileConnected(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function refuse(reply: FastifyReply, { code, message, retryAfter }: Refusal): FastifyReply {
  return reply.code(code).send({
    ok: false,
    error_code: code,
    description: message,
    ...(retryAfter !== undefined && { parameters: { retry_after: retryAfter } }),
  });
}

/**
 * Is this request from this machine and meant for it? A name of somebody else that resolves to 127.0.0.1 (DNS
 * rebinding) and a page of another site are both turned away.
 */
function isAtHome({ headers, socket }: FastifyRequest): boolean {
  const homes = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`];
  const { host, origin } = headers;
  const fromHome = origin === undefined || homes.some((home) => origin === `http://${home}`);
  return host !== undefined && homes.includes(host) && fromHome;
}
