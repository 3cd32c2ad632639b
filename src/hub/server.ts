import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { MAX_BODY_BYTES } from '../link/messages.ts';
import { addressKey } from './limits.ts';
import { Refusal } from './refusal.ts';

/** Time to send a whole request; a held answer does not count. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** This machine, as `addressKey` names it. */
const LOOPBACK = ['127.0.0.1', addressKey('::1')];
/** Time to agree on TLS. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How often the times above are looked at. */
const CHECK_EVERY_MS = 2_000;
/** Above the 60 seconds that proxies keep idle connections, so that they close first. */
const KEEP_ALIVE_MS = 75_000;

export interface ServerOptions {
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly trustProxy?: number | string;
  readonly connections: ConnectionLimits;
}

/** Connections open at the same time: each costs memory and a file handle, which the bot's own calls need too. */
export interface ConnectionLimits {
  readonly total: number;
  /** From one address; where proxies are believed, not from this machine: all of a proxy's come from its address. */
  readonly perAddress: number;
}

/**
 * A server without routes, over TLS when it has a certificate. What goes wrong before a route is found is answered in
 * our words too, with a `Date` like everything else.
 * @throws Error with a code of OpenSSL's when certificate and key cannot be used
 */
export function createServer({ tls, trustProxy, connections }: ServerOptions): FastifyInstance {
  const badRequest = new Refusal('bad-request');
  const timeouts = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  };
  const security = { ...tls, minVersion: 'TLSv1.2' as const, handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
  const app = fastify({
    serverFactory: (handler) => {
      const server = tls
        ? createHttpsServer({ ...timeouts, ...security }, handler)
        : createHttpServer(timeouts, handler);
      const isProxy = (address: string) => trustProxy !== undefined && LOOPBACK.includes(address);
      bound(server, connections, isProxy);
      return server;
    },
    // A number of hops counts from the connection itself, which is hop 0.
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : (trustProxy ?? false),
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(badRequest.status, { 'content-type': 'application/json' });
      reply.raw.end(JSON.stringify(badRequest.body));
    },
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return socket.destroy();
      const body = JSON.stringify(badRequest.body);
      const head = [
        'HTTP/1.1 400 Bad Request',
        `date: ${new Date().toUTCString()}`,
        'content-type: application/json',
        `content-length: ${body.length}`,
        'connection: close',
      ];
      return socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    },
  });
  app.setNotFoundHandler((_request, reply) => reply.code(badRequest.status).send(badRequest.body));
  return app;
}

/** Holds a server to its limits; a connection too many is closed unheard. */
function bound(
  server: Server,
  { total, perAddress }: ConnectionLimits,
  isProxy: (address: string) => boolean,
): void {
  const open = new Map<string, number>();
  server.maxConnections = total;
  server.on('connection', (socket: Socket) => {
    const address = addressKey(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    if (count > perAddress && !isProxy(address)) return socket.destroy();
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}
