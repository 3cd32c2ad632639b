import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import fastify, { type FastifyInstance } from 'fastify';
import { MAX_BODY_BYTES } from '../link/messages.ts';
import { Refusal } from './refusal.ts';

/** Time to send a whole request; a held answer does not count. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Above the 60 seconds that proxies keep idle connections, so that they close first. */
const KEEP_ALIVE_MS = 75_000;

export interface ServerOptions {
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly trustProxy?: number | string;
}

/**
 * A server without routes, over TLS when it has a certificate. What goes wrong before a route is found is answered in
 * our words too, with a `Date` like everything else.
 * @throws Error with a code of OpenSSL's when certificate and key cannot be used
 */
export function createServer({ tls, trustProxy }: ServerOptions): FastifyInstance {
  const badRequest = new Refusal('bad-request');
  const timeouts = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const app = fastify({
    serverFactory: (handler) =>
      tls
        ? createHttpsServer({ ...timeouts, ...tls, minVersion: 'TLSv1.2' }, handler)
        : createHttpServer(timeouts, handler),
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
