import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { readActivation } from '../../../src/lan-agent/isapi/activation.ts';
import { askWithLogin } from '../../../src/lan-agent/isapi/ask.ts';
import { openPins } from '../../../src/lan-agent/isapi/pins.ts';
import { type Proof, readProof } from '../../../src/lan-agent/isapi/proof.ts';
import type { Site } from '../../../src/lan-agent/isapi/site.ts';
import { challenge, emptyHome, isapiServer, NOT_BOUND, placeOf, rawServer } from './isapi-server.ts';
import { CERTIFICATE } from './link-certificate.ts';

const NEVER = new AbortController().signal;
const OTHER_CERTIFICATE = {
  key: readFileSync('test/fixtures/tls/key.pem', 'utf8'),
  cert: readFileSync('test/fixtures/tls/cert.pem', 'utf8'),
};

async function prove(t: TestContext, site: Site, home?: string, signal = NEVER): Promise<Proof> {
  const login = { userName: 'admin', password: Buffer.from('Fixture-Pass1') };
  const proof = await readProof(site, openPins(home ?? (await emptyHome(t))), login, signal);
  expect(login.password.every((byte) => byte === 0)).toBe(true);
  return proof;
}
const unknown = (why: string) => ({ kind: 'unknown', why });

/** Nonces of the logins among the requests, in order. */
function noncesOf(requests: readonly (string | null)[]): string[] {
  return requests.flatMap((header) => /nonce="([^"]*)"/.exec(header ?? '')?.[1] ?? []);
}

describe('a stale nonce', () => {
  it('is the one reason to log in again, with the new nonce', async (t) => {
    const server = await isapiServer(t, ({ headers }, response) => {
      const used = headers.authorization ?? '';
      if (used.includes('nonce="second"')) response.end(NOT_BOUND);
      else response.writeHead(...challenge(used ? 'second' : 'first', used !== '')).end();
    });
    expect(await prove(t, placeOf(server.port))).toEqual({ kind: 'not-bound' });
    expect(server.requests).toHaveLength(3);
    expect(noncesOf(server.requests)).toEqual(['first', 'second']);
  });

  it('is believed once', async (t) => {
    const server = await isapiServer(t, (_request, response) => {
      response.writeHead(...challenge(`n${server.requests.length}`, true)).end();
    });
    expect(await prove(t, placeOf(server.port))).toMatchObject({ kind: 'wrong-password' });
    expect(noncesOf(server.requests)).toEqual(['n1', 'n2']);
  });

  it('is no reason while the device says that it is locked', async (t) => {
    const locked = '<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus></userCheck>';
    const server = await isapiServer(t, ({ headers }, response) => {
      const loggedIn = headers.authorization !== undefined;
      response.writeHead(...challenge('n', loggedIn)).end(loggedIn ? locked : '');
    });
    expect(await prove(t, placeOf(server.port))).toEqual({ kind: 'locked', lockMinutes: null });
    expect(server.requests).toHaveLength(2);
  });

  it('is not what a fresh nonce beside a refusal means', async (t) => {
    const server = await isapiServer(t, (_request, response) => {
      response.writeHead(...challenge(`n${server.requests.length}`, false)).end();
    });
    expect(await prove(t, placeOf(server.port))).toMatchObject({ kind: 'wrong-password' });
    expect(noncesOf(server.requests)).toEqual(['n1']);
  });
});

describe.concurrent('a web server that plays games', () => {
  it('is left when it streams for ever', async (t) => {
    const server = await isapiServer(t, (_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(16_384)) && !response.destroyed);
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
    expect(await readActivation(placeOf(server.port), NEVER)).toEqual({ ok: false, failure: 'too-large' });
    expect(await prove(t, placeOf(server.port))).toEqual(unknown('too-large'));
    await expect.poll(server.connections).toBe(0);
  });

  it('is left when its headers have no end', async (t) => {
    const port = await rawServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = () => {
        while (socket.write(`x-${'y'.repeat(1000)}: z\r\n`) && !socket.destroyed);
      };
      socket.on('drain', more);
      more();
    });
    expect(await prove(t, placeOf(port))).toEqual(unknown('too-large'));
  });

  it.for(['', 'HTTP/1.1 200 OK\r\nx-slow: ', 'HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n'])(
    'is left when it takes its time after %j',
    async (start, t) => {
      const port = await rawServer(t, (socket) => {
        if (start === '') return;
        socket.write(start);
        const drip = setInterval(() => socket.write('a'), 50);
        socket.on('close', () => clearInterval(drip));
      });
      expect(await prove(t, placeOf(port))).toEqual(unknown('timeout'));
    },
  );

  it.for([301, 302, 307])('is not followed anywhere: %i', async (status, t) => {
    const target = await isapiServer(t, (_request, response) => response.end(NOT_BOUND));
    const server = await isapiServer(t, (_request, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end(NOT_BOUND);
    });
    expect(await prove(t, placeOf(server.port))).toEqual(unknown('redirected'));
    expect(target.requests).toEqual([]);
  });

  it('is left when it cuts the connection after the login, which is not sent again', async (t) => {
    const server = await isapiServer(t, ({ headers, socket }, response) => {
      if (headers.authorization) socket.destroy();
      else response.writeHead(...challenge('n', false)).end();
    });
    expect(await prove(t, placeOf(server.port))).toEqual(unknown('no-answer'));
    expect(server.requests).toHaveLength(2);
  });

  it('is left when it closes in the middle of a kept connection', async (t) => {
    const server = await isapiServer(t, ({ headers }, response) => {
      response.setHeader('Connection', 'keep-alive').setHeader('Keep-Alive', 'timeout=100');
      if (headers.authorization) response.end(NOT_BOUND);
      else {
        const { socket } = response;
        response.once('finish', () => socket?.end());
        response.writeHead(...challenge('n', false)).end();
      }
    });
    expect(await prove(t, placeOf(server.port))).toEqual({ kind: 'not-bound' });
    expect(server.requests).toHaveLength(2);
  });

  it.for([
    ['no HTTP', 'SSH-2.0-dropbear\r\n'],
    ['a cut answer', 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<EZVIZ>'],
  ] as const)('proves nothing with %s', async ([, words], t) => {
    const port = await rawServer(t, (socket) => socket.end(words));
    expect(await prove(t, placeOf(port))).toEqual(unknown('no-answer'));
  });

  it('proves nothing with the right words in the wrong place', async (t) => {
    const bodies: [number, string, string][] = [
      [200, '<html><bindStatus>unbind</bindStatus></html>', 'not-said'],
      [200, '<EZVIZ><bindStatus opt="bind,unbind">unbind</bindStatus></EZVIZ>', 'not-said'],
      [200, '<ResponseStatus><statusCode>2</statusCode></ResponseStatus>', 'refused'],
      [404, NOT_BOUND, 'refused'],
      [500, '', 'refused'],
    ];
    for (const [status, body, why] of bodies) {
      const server = await isapiServer(t, ({ headers }, response) => {
        if (headers.authorization) response.writeHead(status).end(body);
        else response.writeHead(...challenge('n', false)).end();
      });
      expect(await prove(t, placeOf(server.port))).toEqual(unknown(why));
    }
  });

  it('says nothing about activation by anything but the element', async (t) => {
    for (const [status, body] of [
      [200, '<html/>'],
      [401, '<Activated>false</Activated>'],
      [200, ''],
    ] as const) {
      const server = await isapiServer(t, (_request, response) => response.writeHead(status).end(body));
      expect(await readActivation(placeOf(server.port), NEVER)).toEqual({ ok: false, failure: 'unreadable' });
    }
  });

  it('cannot put a header of its own into the login', async (t) => {
    const server = await isapiServer(t, ({ headers }, response) => {
      if (headers.authorization) response.end(headers['x-evil'] === undefined ? NOT_BOUND : '');
      else {
        const header = 'Digest realm="r\\"\u00ff", nonce="n\\"\\\\, x-evil: 1"';
        response.writeHead(401, { 'WWW-Authenticate': header }).end();
      }
    });
    expect(await prove(t, placeOf(server.port))).toEqual({ kind: 'not-bound' });
    expect(server.requests[1]).toContain('realm="r\\"\u00ff", nonce="n\\"\\\\, x-evil: 1", uri="/ISAPI/');
  });

  it('is left at once when the person stops it', async (t) => {
    const stop = new AbortController();
    const server = await isapiServer(t, () => stop.abort());
    expect(await prove(t, placeOf(server.port), undefined, stop.signal)).toEqual(unknown('cancelled'));
    expect(await readActivation(placeOf(server.port), stop.signal)).toEqual({
      ok: false,
      failure: 'cancelled',
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('HTTPS', () => {
  const device: RequestListener = ({ headers }, response) => {
    if (headers.authorization) response.end(NOT_BOUND);
    else response.writeHead(...challenge('n', false)).end();
  };

  it('comes first, and the certificate that nobody vouches for is remembered for this device', async (t) => {
    const home = await emptyHome(t);
    const plain = await isapiServer(t, device);
    const secure = await isapiServer(t, device, CERTIFICATE);
    for (const requests of [2, 4]) {
      expect(await prove(t, placeOf(plain.port, secure.port), home)).toEqual({ kind: 'not-bound' });
      expect(secure.requests).toHaveLength(requests);
    }
    expect(plain.requests).toEqual([]);
    const kept = await readFile(join(home, 'certificates', 'AC7000101.sha256'), 'utf8');
    expect(kept).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\n$/);
  });

  it('with another certificate than before is refused before a request, and plain HTTP is no way round', async (t) => {
    const home = await emptyHome(t);
    const plain = await isapiServer(t, device);
    const before = await isapiServer(t, device, CERTIFICATE);
    await prove(t, placeOf(plain.port, before.port), home);
    const after = await isapiServer(t, device, OTHER_CERTIFICATE);
    expect(await prove(t, placeOf(plain.port, after.port), home)).toEqual(unknown('certificate-changed'));
    const gone = await rawServer(t, (socket) => socket.destroy());
    expect(await prove(t, placeOf(plain.port, gone), home)).toEqual(unknown('no-answer'));
    expect([...after.requests, ...plain.requests]).toEqual([]);
  });

  it('goes for every path once it went for the first, and so does plain HTTP', async (t) => {
    const ask = async (site: Site) => {
      const login = { userName: 'admin', password: Buffer.from('Fixture-Pass1') };
      const told = askWithLogin(site, openPins(await emptyHome(t)), login, { signal: NEVER });
      return [await told('/one'), await told('/two')].map(({ kind }) => kind);
    };
    const plain = await isapiServer(t, device);
    const secure = await isapiServer(t, device, CERTIFICATE);
    expect(await ask(placeOf(plain.port, secure.port))).toEqual(['ok', 'ok']);
    expect([plain.requests.length, secure.requests.length]).toEqual([0, 4]);
    let tried = 0;
    const noTls = await rawServer(t, (socket) => {
      tried += 1;
      socket.destroy();
    });
    expect(await ask(placeOf(plain.port, noTls))).toEqual(['ok', 'ok']);
    expect([plain.requests.length, tried]).toEqual([4, 1]);
  });

  it('that the device does not have, or not in a form of today, leaves digest over plain HTTP', async (t) => {
    const plain = await isapiServer(t, device);
    const closed = await rawServer(t, (socket) => socket.destroy());
    const noTls = await rawServer(t, (socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
    for (const port of [closed, noTls]) {
      expect(await prove(t, placeOf(plain.port, port))).toEqual({ kind: 'not-bound' });
    }
    expect(plain.requests).toHaveLength(4);
  });

  it('is not used where certificates cannot be kept', async (t) => {
    const home = await emptyHome(t);
    const secure = await isapiServer(t, device, CERTIFICATE);
    const plain = await isapiServer(t, device);
    // A file where the folder should be: not even root can make a folder there.
    await writeFile(join(home, 'certificates'), '');
    await chmod(home, 0o700);
    const proof = await prove(t, placeOf(plain.port, secure.port), home);
    expect(proof).toEqual(unknown('certificates-unreadable'));
    expect([...secure.requests, ...plain.requests]).toEqual([]);
  });
});
