import dns from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseServer } from '../../../src/lan-agent/link/server-address.ts';
import { openTransport } from '../../../src/lan-agent/link/transport.ts';
import { MAX_BODY_BYTES } from '../../../src/link/messages.ts';
import { CERTIFICATE } from './link-certificate.ts';

type Server = ReturnType<typeof createServer> | ReturnType<typeof createTcpServer>;
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`;

async function get(url: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  const server = parseServer(url, true);
  if (!server.ok) throw new Error(server.failure);
  const transport = openTransport(server.value);
  onTestFinished(() => transport.close());
  const { timeoutMs = 5_000, signal = new AbortController().signal } = options;
  return transport.send({ method: 'POST', path: '/v1/poll', headers: {}, body: '{}', timeoutMs, signal });
}
const json = { 'content-type': 'application/json; charset=utf-8' };

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'];

beforeEach(() => {
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
  return () => vi.unstubAllEnvs();
});

describe('the way to the server', () => {
  it('brings the answer with the server’s time', async () => {
    const time = 1_795_471_200_000;
    const headers = { ...json, 'unbind-time': time };
    const url = await serve((_, response) => response.writeHead(404, headers).end('{"error":"x"}'));
    const answer = await get(url);
    expect(answer).toMatchObject({
      ok: true,
      value: { status: 404, body: { error: 'x' }, time },
    });
    expect(answer.ok && answer.value.raw.toString()).toBe('{"error":"x"}');
  });

  it('keeps the path of an address that has one', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(200, json).end('{}');
    });
    await get(`${url}/unbind/`);
    expect(paths).toEqual(['/unbind/v1/poll']);
  });

  it.each<[string, RequestListener, string]>([
    [
      'a sign-in page',
      (_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'not-our-server',
    ],
    [
      'a redirect',
      (_, answer) => answer.writeHead(302, { location: 'https://portal.example/' }).end(),
      'not-our-server',
    ],
    ['JSON that is none', (_, answer) => answer.writeHead(200, json).end('{'), 'not-our-server'],
    [
      'a gateway without its server',
      (_, answer) => answer.writeHead(502, { 'content-type': 'text/html' }).end('<html>'),
      'gateway',
    ],
    [
      'an endless answer',
      (_, answer) => answer.writeHead(200, json).end(Buffer.alloc(MAX_BODY_BYTES + 1, 0x20)),
      'too-large',
    ],
    ['a broken connection', (_, answer) => void answer.destroy(), 'reset'],
    [
      'a connection that breaks in the answer',
      (_, answer) => {
        answer.writeHead(200, { ...json, 'content-length': 9 }).write('{');
        setImmediate(() => answer.destroy());
      },
      'reset',
    ],
  ])('names %s', async (_, listener, failure) => {
    expect(await get(await serve(listener))).toEqual({ ok: false, failure: { reason: failure } });
  });

  it.each([429, 503])('hears how long a gateway that answers %d wants to be left alone', async (status) => {
    const url = await serve((_, response) =>
      response.writeHead(status, { 'content-type': 'text/html', 'retry-after': '7' }).end('<html>'),
    );
    expect(await get(url)).toEqual({ ok: false, failure: { reason: 'gateway', retryAfter: 7 } });
  });

  it('names a server that speaks something else', async () => {
    const port = await listen(
      createTcpServer((socket) => socket.once('data', () => socket.end('500 unrecognized\r\n'))),
    );
    expect(await get(`http://127.0.0.1:${port}`)).toEqual({
      ok: false,
      failure: { reason: 'not-our-server' },
    });
  });

  it('names a server that is switched off', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await get(`http://127.0.0.1:${port}`)).toEqual({ ok: false, failure: { reason: 'refused' } });
  });

  it('names a server that does not answer in time', async () => {
    const url = await serve(() => undefined);
    expect(await get(url, { timeoutMs: 100 })).toEqual({ ok: false, failure: { reason: 'timeout' } });
  });

  it('names our own stop', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    expect(await get(url, { signal: stop.signal })).toEqual({ ok: false, failure: { reason: 'aborted' } });
  });

  it.each([
    ['a name that does not exist', 'ENOTFOUND', 'dns'],
    ['nobody who knows names', 'EAI_AGAIN', 'dns-silent'],
  ])('names %s', async (_, code, reason) => {
    // Said for the system: which of the two it says of a name that never resolves, depends on the network there is.
    const answers = (hostname: string, _options: unknown, then: (error: Error) => void) =>
      then(Object.assign(new Error(`getaddrinfo ${code}`), { code, syscall: 'getaddrinfo', hostname }));
    vi.spyOn(dns, 'lookup').mockImplementation(answers as never);
    expect(await get('https://unbind.invalid')).toEqual({ ok: false, failure: { reason } });
  });

  it('names TLS that is none, and a certificate nobody vouches for', async () => {
    const url = await serve((_, response) => response.end());
    expect(await get(url.replace('http', 'https'))).toEqual({ ok: false, failure: { reason: 'tls' } });
    const port = await listen(
      createTlsServer(CERTIFICATE, (_, response) => response.writeHead(200, json).end('{}')),
    );
    expect(await get(`https://127.0.0.1:${port}`)).toEqual({
      ok: false,
      failure: { reason: 'certificate-untrusted' },
    });
  });

  it('goes through the proxy, names one that refuses, and never asks one about this machine', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer((_, response) => response.end());
    proxy.on('connect', (request, socket) => {
      asked.push(request.url);
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${await listen(proxy)}`);
    vi.stubEnv('HTTP_PROXY', process.env.HTTPS_PROXY);
    expect(await get('https://unbind.invalid')).toEqual({ ok: false, failure: { reason: 'proxy' } });
    expect(asked).toEqual(['unbind.invalid:443']);
    const url = await serve((_, response) => response.writeHead(200, json).end('{}'));
    expect(await get(url)).toMatchObject({ ok: true });
    expect(asked).toHaveLength(1);
  });

  it('tells a proxy that is away from a server that is', async () => {
    const gone = createTcpServer();
    const port = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    for (const proxy of [`http://127.0.0.1:${port}`, 'http://proxy.invalid:3128']) {
      vi.stubEnv('HTTPS_PROXY', proxy);
      expect(await get('https://unbind.invalid')).toEqual({
        ok: false,
        failure: { reason: 'proxy-unreachable' },
      });
    }
  });
});
