import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, rename, writeFile } from 'node:fs/promises';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAgentPage } from '../../../src/bot/page/agent-page.ts';
import type { PageLimits } from '../../../src/hub/agent-page.ts';
import { openPackages } from '../../../src/hub/packages.ts';
import { LOOPBACK_PROXIES } from '../../../src/hub/proxies.ts';
import { eventually } from '../../support/eventually.ts';
import { type PackagesFolder, writePackages } from '../../support/packages.ts';
import { temporaryFolder } from '../../support/store.ts';
import { collectGarbage } from '../lan-agent/garbage.ts';
import { type House, openHouse, pairedAgent, TestAgent, value } from './house.ts';

const NO_LIMITS: PageLimits = {
  visits: { burst: 10_000, perSecond: 10_000 },
  downloads: { total: 100, perPrefix: 100, perAddress: 100, leastBytes: 0, everyMs: 60_000 },
};
/** More than the buffers of two systems hold between a server that sends and a browser that does not read. */
const LARGE = 16_000_000;

let house: House;
let folder: { path: string; remove(): Promise<void> };
let written: PackagesFolder;
const browsers: ClientRequest[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const browser of browsers.splice(0)) browser.destroy();
  await house.close();
  await folder.remove();
});

/** A hub with packages, the Linux one of this size. */
async function open({
  size = 60_000,
  pages = {},
  isBehindProxy = true,
  ...hooks
}: Parameters<typeof openHouse>[0] & {
  size?: number;
  pages?: Partial<PageLimits>;
  isBehindProxy?: boolean;
} = {}): Promise<void> {
  written = await writePackages(folder.path, { sizes: { 'win-x64': 70_000, 'linux-x64': size } });
  const packages = await value(openPackages(folder.path, null));
  house = await openHouse({
    agentPage: { packages, page: createAgentPage(() => 'https://bot.example.org:8443') },
    pageLimits: { ...NO_LIMITS, ...pages },
    ...(isBehindProxy ? { proxies: LOOPBACK_PROXIES } : {}),
    ...hooks,
  });
}

const fileOf = (system: string) => written.list.packages.find((one) => one.system === system)?.file ?? '';
const bytesOf = (system: string) => written.bytes.get(fileOf(system)) ?? Buffer.alloc(0);
const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function ask(
  path: string,
  headers: Record<string, string> = {},
  method: Dispatcher.HttpMethod = 'GET',
) {
  const answer = await request(house.url + path, { dispatcher: house.dispatcher, headers, method });
  const body = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, body, text: body.toString() };
}

/** A browser that has asked for a file and reads nothing of it yet; ended with the test. */
async function slowBrowser(path: string, from = '192.0.2.1'): Promise<IncomingMessage> {
  const asked = get(house.url + path, { agent: false, headers: { 'x-forwarded-for': from } });
  asked.on('error', () => undefined);
  browsers.push(asked);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  return answer;
}

/** The end of an answer, whole or not. */
const closing = (answer: IncomingMessage) => new Promise((resolve) => answer.once('close', resolve));

describe('a package', () => {
  it('comes whole, with its sum as its tag, and is not sent again to who has it', async () => {
    await open();
    const { list } = written;
    for (const { file, sha256, bytes } of list.packages) {
      const whole = await ask(`/agent/${file}`);
      expect(whole).toMatchObject({
        status: 200,
        headers: {
          'content-length': String(bytes),
          'content-disposition': `attachment; filename="${file}"`,
          'content-type': 'application/zip',
          etag: `"${sha256}"`,
        },
      });
      expect(sum(whole.body)).toBe(sha256);
      expect((await ask(`/agent/${file}`, { 'if-none-match': `"${sha256}"` })).status).toBe(304);
      const head = await ask(`/agent/${file}`, {}, 'HEAD');
      expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(bytes) }, text: '' });
    }
  });

  it('is gone on with where it broke off, unless it is another one now', async () => {
    await open();
    const path = `/agent/${fileOf('linux-x64')}`;
    const bytes = bytesOf('linux-x64');
    const tag = `"${sum(bytes)}"`;
    const first = await ask(path, { range: 'bytes=0-24999' });
    expect(first).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 0-24999/60000' } });
    const rest = await ask(path, { range: 'bytes=25000-', 'if-range': tag });
    expect(rest.status).toBe(206);
    expect(sum(Buffer.concat([first.body, rest.body]))).toBe(sum(bytes));
    const other = await ask(path, { range: 'bytes=25000-', 'if-range': '"of yesterday"' });
    expect([other.status, sum(other.body)]).toEqual([200, sum(bytes)]);
    expect(await ask(path, { range: 'bytes=60000-' })).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */60000' },
    });
  });

  it('is not handed out once it is another than the signed list says, and again when it is put back', async () => {
    await open();
    const file = fileOf('linux-x64');
    await appendFile(join(folder.path, file), 'x');
    expect(await ask(`/agent/${file}`)).toMatchObject({ status: 503, text: expect.stringContaining('log') });
    expect(house.logged()).toContain('not what was looked at');
    const changed = Buffer.from(bytesOf('linux-x64'));
    changed[100] = (changed[100] ?? 0) ^ 1;
    await writeFile(join(folder.path, file), changed);
    expect((await ask(`/agent/${file}`)).status).toBe(503);
    expect((await ask(`/agent/${fileOf('win-x64')}`)).status).toBe(200);
    await writeFile(join(folder.path, 'new'), bytesOf('linux-x64'));
    await rename(join(folder.path, 'new'), join(folder.path, file));
    expect(sum((await ask(`/agent/${file}`)).body)).toBe(sum(bytesOf('linux-x64')));
  });

  it.each([
    'nothing.zip',
    '..%2f..%2fetc%2fpasswd',
    'private.pem',
    '%00',
    'unzip.xx.png',
    'packages.json%20',
  ])('is not to be had as %s', async (name) => {
    await open();
    await writeFile(join(folder.path, 'private.pem'), 'secret');
    const answer = await ask(`/agent/${name}`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('secret');
  });

  it('has its list, signature, key and sums beside it as they were signed', async () => {
    await open();
    const { text } = await ask('/agent/packages.json');
    expect(JSON.parse(text)).toEqual(written.list);
    for (const file of ['packages.json.sig', 'operator.pub', 'SHA256SUMS'])
      expect((await ask(`/agent/${file}`)).status).toBe(200);
  });
});

describe('a slow download', () => {
  it('outlives the time a stranger has, and does not give way to strangers', async () => {
    const connections = {
      total: 100,
      strangers: 2,
      perPrefix: 2,
      perAddress: 2,
      perAgent: 8,
      // Longer than a busy machine needs from a connection to what is asked on it.
      strangerMs: 1_500,
    };
    await open({ size: LARGE, limits: { connections }, isBehindProxy: false });
    const answer = await slowBrowser(`/agent/${fileOf('linux-x64')}`);
    const { hostname, port } = new URL(house.url);
    // Three strangers who say nothing: the first gives way, the others run out of time.
    for (let n = 0; n < 3; n++) {
      const silent = connect(Number(port), hostname).on('error', () => undefined);
      await once(silent, 'connect');
      if (n === 2) await once(silent, 'close');
    }
    expect(sum(await buffer(answer))).toBe(sum(bytesOf('linux-x64')));
  });

  it('costs little memory, however many wait', async () => {
    await open({ size: LARGE });
    await collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 20; n++) await slowBrowser(`/agent/${fileOf('linux-x64')}`);
    for (let n = 0; n < 50; n++) await turn();
    // What is held, that is, and not what was sent on and is still to be collected.
    await eventually(async () => {
      await collectGarbage();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(LARGE);
    });
  });

  it('gives its place up when it takes too little, and the browser goes on where it was', async () => {
    const downloads = { ...NO_LIMITS.downloads, total: 1, leastBytes: 1, everyMs: 1_500 };
    await open({ size: LARGE, pages: { downloads } });
    const path = `/agent/${fileOf('linux-x64')}`;
    const answer = await slowBrowser(path);
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => void chunks.push(chunk)).pause();
    // The only place is free again although the browser is still there.
    await eventually(async () => {
      expect((await ask(path, { range: 'bytes=0-9' })).status).toBe(206);
    });
    await closing(answer.resume());
    expect(answer.complete).toBe(false);
    const had = Buffer.concat(chunks);
    const rest = await ask(path, { range: `bytes=${had.length}-` });
    expect(sum(Buffer.concat([had, rest.body]))).toBe(sum(bytesOf('linux-x64')));
  });
});

describe('places for downloads', () => {
  const three = { ...NO_LIMITS.downloads, total: 3, perPrefix: 3, perAddress: 2 };

  it('are a few for an address, which hears so in its language, and are free again', async () => {
    await open({ size: LARGE, pages: { downloads: three } });
    const path = `/agent/${fileOf('linux-x64')}`;
    const [one] = [await slowBrowser(path), await slowBrowser(path)];
    const from = { 'x-forwarded-for': '192.0.2.1' };
    const refused = await ask(path, { ...from, 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8' });
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect(refused.text).toContain('С вашего адреса уже скачивают');
    expect(refused.headers['content-type']).toContain('text/html');
    expect((await ask(path, { ...from, range: 'bytes=0-9' })).status).toBe(429);
    one?.destroy();
    await eventually(async () => {
      expect((await ask(path, { ...from, range: 'bytes=0-9' })).status).toBe(206);
    });
  });

  it('are free again when a connection that has asked for many at once is gone', async () => {
    await open({ size: LARGE, pages: { downloads: three } });
    const path = `/agent/${fileOf('linux-x64')}`;
    const { hostname, port } = new URL(house.url);
    const impatient = connect(Number(port), hostname).on('error', () => undefined);
    const asked = `GET ${path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.1\r\n\r\n`;
    impatient.write(asked.repeat(2));
    const from = { 'x-forwarded-for': '192.0.2.1', range: 'bytes=0-9' };
    await eventually(async () => expect((await ask(path, from)).status).toBe(429));
    impatient.destroy();
    await eventually(async () => expect((await ask(path, from)).status).toBe(206));
    // Both are.
    const slow = await slowBrowser(path);
    expect([slow.statusCode, (await ask(path, from)).status]).toEqual([200, 206]);
  });

  it('are taken from the neighbourhood that has most of them, never from one that has no more', async () => {
    await open({ size: LARGE, pages: { downloads: three } });
    const path = `/agent/${fileOf('linux-x64')}`;
    const first = await slowBrowser(path, '192.0.2.1');
    await slowBrowser(path, '192.0.2.2');
    await slowBrowser(path, '198.51.100.1');
    const part = { range: 'bytes=0-9' };
    // Two, one, and one that comes: the two have still no fewer.
    const late = await slowBrowser(path, '203.0.113.1');
    expect(late.statusCode).toBe(200);
    await closing(first.resume());
    expect(first.complete).toBe(false);
    expect(await ask(path, { ...part, 'x-forwarded-for': '203.0.114.1' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '60' },
      text: expect.stringContaining('Many are downloading'),
    });
  });

  it('are nothing to paired laptops: with all of them taken one polls and another pairs', async () => {
    await open({ size: LARGE, pages: { downloads: three, visits: { burst: 4, perSecond: 0.01 } } });
    const agent = await pairedAgent(house);
    const path = `/agent/${fileOf('linux-x64')}`;
    for (const n of [1, 2, 3]) await slowBrowser(path, `192.0.${n}.1`);
    for (let n = 0; n < 6; n++) await ask('/agent');
    const { code } = await value(house.hub.directory.issueCode(7));
    expect((await agent.poll()).status).toBe(200);
    expect((await new TestAgent(house).askToPair(code)).status).toBe(200);
  });
});

describe('visits', () => {
  it('of one address are counted, and it is told in words when there were too many', async () => {
    await open({ pages: { visits: { burst: 3, perSecond: 0.01 } } });
    for (let n = 0; n < 3; n++) expect((await ask('/agent')).status).toBe(200);
    expect(await ask('/agent')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '100' },
      text: expect.stringContaining('That was too often'),
    });
    expect((await ask('/agent', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(200);
  });
});
