/**
 * Where the hub listens. What answers is handed in later, and who asks before that waits: the framework takes longer to read than all
 * the rest of the hub, and who writes to the bot must not wait for it (docs/decisions/0079).
 */
import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type ConnectionLimits, createDoor, type Door } from './door.ts';
import { amongProxies, type ProxyNetwork } from './proxies.ts';
import { Refusal } from './refusal.ts';

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

export interface ListenerOptions {
  readonly tls?: Certificate;
  /** Proxies of the operator's own; nobody where left out. */
  readonly proxies?: readonly ProxyNetwork[];
  readonly connections: ConnectionLimits;
}

/** A listener and the watch over its connections. */
export interface Listener {
  readonly door: Door;
  /** Whether an address is a proxy's. */
  readonly isProxy: (address: string) => boolean;
  /** The server of the first address. */
  readonly server: Server;
  /**
   * Begins to listen; port 0 takes a free one, `localhost` is every address of that name.
   * @returns the port
   * @throws Error with the system's code
   */
  listen(address: { host: string; port: number }): Promise<number>;
  /** Has it answer every request from now on, and those that have waited. */
  answerWith(answer: RequestListener): void;
  /**
   * Shows another certificate to those who come from now on; connections that are open stay as they are.
   * @throws Error with a code of OpenSSL's when certificate and key cannot be used; the old one stays
   */
  useCertificate(certificate: Certificate): void;
  /** Stops listening, and resolves when every connection has ended; idle ones are ended. */
  close(): Promise<void>;
  /** Ends every connection. */
  cut(): void;
}

/** A listener that does not listen yet, over TLS when it has a certificate. @throws Error as `useCertificate` does */
export function createListener({ tls, proxies = [], connections }: ListenerOptions): Listener {
  const timeouts = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  };
  const isProxy = amongProxies(proxies);
  const door = createDoor(connections, isProxy);
  const secureServers: HttpsServer[] = [];
  let answerWith: (answer: RequestListener) => void = () => undefined;
  let answer: RequestListener | undefined;
  const answers = new Promise<RequestListener>((resolve) => {
    answerWith = resolve;
  });
  /** Who comes before there is an answer waits, as whoever is held up does: its times run. */
  const take: RequestListener = (request, response) => {
    if (answer) answer(request, response);
    else void answers.then((known) => known(request, response));
  };

  function create(): Server {
    const secure = tls
      ? createHttpsServer({ ...timeouts, ...securityOf(tls), handshakeTimeout: HANDSHAKE_TIMEOUT_MS }, take)
      : null;
    if (secure) secureServers.push(secure);
    const server = secure ?? createHttpServer(timeouts, take);
    server.on('clientError', (_error, socket: Socket) => refuse(socket));
    door.watch(server);
    return server;
  }

  const first = create();
  const servers = [first];

  return {
    door,
    isProxy,
    server: first,
    async listen({ host, port }) {
      await listening(first, host, port);
      const bound = first.address() as AddressInfo;
      if (host !== 'localhost') return bound.port;
      for (const { address } of await lookup(host, { all: true })) {
        if (address === bound.address) continue;
        const another = create();
        // An address that a machine gives the name and does not have is no fault: it has the first.
        const listens = await listening(another, address, bound.port).catch(() => null);
        if (listens) servers.push(another);
      }
      return bound.port;
    },
    answerWith(known) {
      answer = known;
      answerWith(known);
    },
    useCertificate(certificate) {
      const security = securityOf(certificate);
      // Found out before any server has it: `setSecureContext` alone would leave one without a context.
      createSecureContext(security);
      for (const server of secureServers) server.setSecureContext(security);
    },
    async close() {
      await Promise.all(
        servers.map((server) => server.listening && new Promise((closed) => server.close(closed))),
      );
    },
    cut() {
      for (const server of servers) server.closeAllConnections();
    },
  };
}

async function listening(server: Server, host: string, port: number): Promise<true> {
  server.listen({ host, port });
  await once(server, 'listening');
  return true;
}

/** What goes wrong before there is a request is answered in our words too, with a `Date` like everything else. */
function refuse(socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify(new Refusal('bad-request').body);
  const head = [
    'HTTP/1.1 400 Bad Request',
    `date: ${new Date().toUTCString()}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
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
