import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import fastify, { type FastifyInstance } from 'fastify';
import { MAX_SMALL_BODY_BYTES } from '../link/messages.ts';
import { type ConnectionLimits, createDoor, type Door } from './door.ts';
import { failRequests } from './fail-points.ts';
import { amongProxies, type ProxyNetwork } from './proxies.ts';
import { Refusal } from './refusal.ts';
import { closeUnread } from './unread.ts';

/** Time to send a whole request; a held answer does not count. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Time to agree on TLS. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How often the times above are looked at. */
const CHECK_EVERY_MS = 2_000;
/** Above the 60 seconds that proxies keep idle connections, so that they close first. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Keys that are forgotten after each connection, whoever may come to own the certificate's key later: ECDHE alone in TLS
 * 1.2, and TLS 1.3, which has nothing else.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** A certificate and its key: PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface ServerOptions {
  readonly tls?: Certificate;
  /** Proxies of the operator's own; nobody where left out. */
  readonly proxies?: readonly ProxyNetwork[];
  readonly connections: ConnectionLimits;
}

/** A server and the watch over its connections. */
export interface HubServer {
  readonly app: FastifyInstance;
  readonly door: Door;
  /**
   * Shows another certificate to those who come from now on; connections that are open stay as they are.
   * @throws Error with a code of OpenSSL's when certificate and key cannot be used; the old one stays
   */
  readonly useCertificate: (certificate: Certificate) => void;
}

/**
 * A server without routes, over TLS when it has a certificate. What goes wrong before a route is found is answered in
 * our words too, with a `Date` like everything else.
 * @throws Error with a code of OpenSSL's when certificate and key cannot be used
 */
export function createServer({ tls, proxies = [], connections }: ServerOptions): HubServer {
  const badRequest = new Refusal('bad-request');
  const timeouts = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  };
  const secureServers: HttpsServer[] = [];
  const isProxy = amongProxies(proxies);
  const door = createDoor(connections, isProxy);
  const app = fastify({
    serverFactory: (handler) => {
      const secure = tls
        ? createHttpsServer(
            { ...timeouts, ...securityOf(tls), handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
            handler,
          )
        : null;
      if (secure) secureServers.push(secure);
      const server = secure ?? createHttpServer(timeouts, handler);
      door.watch(server);
      return server;
    },
    // The one that called, and each before it that it names: the first who is no proxy is whom they speak for.
    trustProxy: isProxy,
    bodyLimit: MAX_SMALL_BODY_BYTES,
    exposeHeadRoutes: false,
    // Routes check with zod and answer with JSON: fastify's own compilers, a third of its start, are for nothing.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
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
  // Before a body is read: fastify would do so even for a path that there is not.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    closeUnread(request, reply);
    return reply.code(badRequest.status).send(badRequest.body);
  });
  FAIL_POINT: failRequests(app);
  return {
    app,
    door,
    useCertificate: (certificate) => {
      const security = securityOf(certificate);
      // Found out before any server has it: `setSecureContext` alone would leave one without a context.
      createSecureContext(security);
      for (const server of secureServers) server.setSecureContext(security);
    },
  };
}

/** @throws Error: no route of ours has a schema of fastify's */
function noSchemas(): never {
  throw new Error('a route has a schema of fastify');
}

/** Session tickets would be worth as much as the connections they take up again, under a key that stays for days. */
function securityOf({ cert, key }: Certificate) {
  // OpenSSL itself notices only when both are of one kind.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw Object.assign(new Error('certificate and key do not fit'), { code: 'ERR_TLS_KEY_OF_ANOTHER' });
  return {
    cert,
    key,
    minVersion: 'TLSv1.2' as const,
    ciphers: CIPHERS,
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}
