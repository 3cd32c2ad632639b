import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { Site } from '../../../src/lan-agent/isapi/site.ts';

/** A web server with manners that no emulated device has. */
export interface IsapiServer {
  readonly port: number;
  /** What has been asked, in order; the value of `Authorization`, null without one. */
  readonly requests: readonly (string | null)[];
  /** Open connections. */
  connections(): Promise<number>;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Listens until the test is over, on 127.0.0.1 unless told otherwise; over TLS with a certificate. */
export async function isapiServer(
  t: TestContext,
  answer: RequestListener,
  certificate?: Certificate,
  host = '127.0.0.1',
): Promise<IsapiServer> {
  const requests: (string | null)[] = [];
  const listener: RequestListener = (request: IncomingMessage, response) => {
    requests.push(request.headers.authorization ?? null);
    answer(request, response);
  };
  const server: Server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  t.onTestFinished(
    () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  );
  return { port: await listen(server, host), requests, connections: () => count(server) };
}

/** Whatever is said in answer to the first bytes of a request, on 127.0.0.1. */
export async function rawServer(t: TestContext, speak: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => speak(socket));
  });
  t.onTestFinished(
    () =>
      new Promise<void>((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return listen(server, '127.0.0.1');
}

/** The place of a server of this file, as if discovery had seen it. */
export function placeOf(httpPort: number, httpsPort: number | null = null): Site {
  return { address: '127.0.0.1', from: '127.0.0.1', httpPort, httpsPort, shortSerial: 'AC7000101' };
}

/** The state document of a device that is not bound. */
export const NOT_BOUND = '<EZVIZ><enabled>true</enabled><bindStatus>unbind</bindStatus></EZVIZ>';

/** A 401 with a digest challenge. */
export function challenge(nonce: string, stale: boolean): [number, Record<string, string>] {
  const header = `Digest qop="auth", realm="IP Camera(C0015)", nonce="${nonce}", stale="${stale ? 'TRUE' : 'FALSE'}"`;
  return [401, { 'WWW-Authenticate': header }];
}

/** A state folder that nobody has used. */
export async function emptyHome(t: TestContext): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'unbind-isapi-'));
  t.onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function listen(server: Server | ReturnType<typeof createTcpServer>, host: string): Promise<number> {
  await new Promise<void>((done) => server.listen(0, host, done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

function count(server: Server): Promise<number> {
  return new Promise((done, failed) =>
    server.getConnections((error, open) => (error ? failed(error) : done(open))),
  );
}
