/**
 * What an idle agent costs the hub: memory of the process per agent that holds a poll and is sent nothing, and CPU time of a
 * poll, beside the same requests held by a bare server of node's http, and by a bare fastify. Each server is a process of its own;
 * the figure is what it grows by from the first 500 agents to the last, after a full collection, while every one of them
 * polls on. What the heap of JavaScript keeps free for objects to come is no agent's: it is as large as whatever ran before left it,
 * and made a bare connection 3 KB in one run and 7 in the next, where its objects alone are 5. With it: "resident".
 * The part of the heap for new objects is held to 1 MB in all three: at its usual 16 the engine's own count of what the heap holds is
 * off by megabytes, and two thousand bare connections cost less than their own objects.
 * `npx tsx bench/idle-agents.ts [--agents 5000]`
 */
import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import fastify from 'fastify';
import { ulid } from 'ulid';
import { AGENTS } from '../src/hub/agents.ts';
import { createHub } from '../src/hub/hub.ts';
import { createLog } from '../src/kernel/log.ts';
import { LINK_VERSION } from '../src/link/messages.ts';
import { formatPublicKey, signRequest } from '../src/link/signing.ts';
import { HOLD_MS } from '../src/link/times.ts';
import { openStore } from '../src/store/open.ts';
import { against, asked, beside, cannot, note, report } from './bench.ts';

const SERVERS = ['http', 'fastify', 'hub'] as const;
type ServerName = (typeof SERVERS)[number];

const FEW = 500;
/** How often all of them are looked at, each time after a round of polls. */
const ROUNDS = 3;
/** Connections that are opened at the same time: below the backlog of a listening socket. */
const AT_ONCE = 50;
const TWICE = { reach: { atMost: 2 } };

interface Laptop {
  readonly agentId: string;
  readonly privateKey: KeyObject;
}

/** A server's process. */
interface Cost {
  /** Memory that only this process has, by the system's own count, bytes. */
  readonly resident: number;
  /** Of it, what is in use: all but what the heap of JavaScript keeps for objects to come. */
  readonly memory: number;
  /** Of it, objects of JavaScript. */
  readonly objects: number;
  /** CPU time since it was started, microseconds. */
  readonly cpu: number;
}

/** What a server is asked, and what it answers when it is done. */
type Ask = { readonly known: { id: string; publicKey: string }[] } | 'cost';

async function costNow(): Promise<Cost> {
  const { user, system } = process.cpuUsage();
  // The first collection runs what waits for an object's end, the next ones take what that has let go.
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await pause(50);
  }
  const status = await readFile('/proc/self/status', 'utf8');
  const own = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  const resident = Number(own) * 1024;
  const { used_heap_size: objects, total_physical_size: heap } = getHeapStatistics();
  return { resident, memory: resident - heap + objects, objects, cpu: user + system };
}

/** A bare long poll: the body is received, and the answer comes when time is up. */
async function bareHttp(): Promise<number> {
  const hold = (request: IncomingMessage, response: ServerResponse) => {
    request.resume().on('end', () => setTimeout(() => response.end('{"commands":[]}'), HOLD_MS));
  };
  const server = createServer(hold).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function bareFastify(): Promise<number> {
  const app = fastify();
  app.post('/v1/poll', async () => {
    await pause(HOLD_MS);
    return { commands: [] };
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

async function wholeHub(folder: string, known: { id: string; publicKey: string }[]): Promise<number> {
  const store = await openStore(`lmdb:${folder}`);
  if (!store.ok) throw new Error(store.failure.reason);
  const agents = store.value.values(AGENTS);
  const host = { name: 'Laptop', system: 'linux', agentVersion: '1.2.3' };
  await Promise.all(
    known.map(({ id, publicKey }, n) =>
      agents.set(id, {
        id,
        name: `Laptop ${n}`,
        host,
        publicKey,
        technicians: [n],
        createdAt: Date.now(),
        revoked: false,
        pairedBy: 'typed',
      }),
    ),
  );
  const hub = createHub({
    store: store.value,
    log: createLog('error', 'bench', process.stderr),
    onEvent: async () => true,
    onPairing: async () => undefined,
  });
  const listening = await hub.listen({ host: '127.0.0.1', port: 0 });
  if (!listening.ok) throw new Error(listening.failure);
  return listening.value.port;
}

/** The process of a server: tells its port once it knows its agents, then its cost whenever it is asked. */
async function serve(name: ServerName, folder: string): Promise<void> {
  process.once('disconnect', () => process.exit());
  process.on('message', async (ask: Ask) => {
    if (ask === 'cost') return process.send?.(await costNow());
    const { known } = ask;
    const ports = { http: bareHttp, fastify: bareFastify, hub: () => wholeHub(folder, known) };
    return process.send?.(await ports[name]());
  });
}

async function answerOf<T>(child: ChildProcess, ask: Ask): Promise<T> {
  child.send(ask);
  const [answer] = (await once(child, 'message')) as [T];
  return answer;
}

/**
 * One agent, from an address of its own, that polls until its connection is ended; tells each poll that was answered.
 * @param showsKey its first poll is not held and is waited for: the hub takes so many at the same time that have shown no key
 */
async function poll(
  { port, n, showsKey }: { readonly port: number; readonly n: number; readonly showsKey: boolean },
  { agentId, privateKey }: Laptop,
  onAnswer: () => void,
) {
  const localAddress = `127.${1 + Math.floor(n / 62_500)}.${Math.floor(n / 250) % 250}.${1 + (n % 250)}`;
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  await once(socket, 'connect');
  const epoch = ulid();
  const ask = (waitMs: number) => {
    const host = { name: 'Laptop', system: 'linux', agentVersion: '1.2.3' };
    const body = JSON.stringify({ version: LINK_VERSION, cursor: null, waitMs, epoch, host });
    const content = { method: 'POST', path: '/v1/poll', body };
    const headers = {
      host: `127.0.0.1:${port}`,
      connection: 'keep-alive',
      ...signRequest({ ...content, agentId, time: Date.now() }, privateKey),
      'content-type': 'application/json',
      'content-length': String(body.length),
    };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(['POST /v1/poll HTTP/1.1', ...head, '', body].join('\r\n'));
  };
  let heard = '';
  const answered = (): boolean => {
    if (heard.includes('"error"')) throw new Error(heard);
    // The answers of all three are one piece of JSON at the end.
    const isWhole = /\{"commands":\[\]\}(?:\r\n0\r\n\r\n)?$/.test(heard);
    if (isWhole) heard = '';
    return isWhole;
  };
  const begun = new Promise<void>((resolve) => {
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      heard += chunk;
      if (!answered()) return;
      resolve();
      onAnswer();
      ask(HOLD_MS);
    });
  });
  ask(showsKey ? 0 : HOLD_MS);
  if (showsKey) await begun;
  return socket;
}

/** What one server costs: bytes per agent after each round, microseconds of CPU time per poll. */
interface Costs {
  readonly each: readonly Omit<Cost, 'cpu'>[];
  readonly cpu: number;
}

async function measure(
  name: ServerName,
  laptops: readonly Laptop[],
  known: { id: string; publicKey: string }[],
): Promise<Costs> {
  const folder = await mkdtemp(join(tmpdir(), 'idle-agents-'));
  const child = fork(fileURLToPath(import.meta.url), ['serve', name, folder], {
    execArgv: ['--expose-gc', '--max-semi-space-size=1', '--import', 'tsx'],
  });
  const port = await answerOf<number>(child, { known });
  const sockets: Awaited<ReturnType<typeof poll>>[] = [];
  let answered = 0;
  const rounds = async (count: number) => {
    const enough = answered + count * sockets.length;
    while (answered < enough) await pause(200);
  };
  /** All of the first so many poll, and have done so for a round. */
  const grow = async (size: number): Promise<Cost> => {
    while (sockets.length < size) {
      const from = sockets.length;
      const next = laptops.slice(from, Math.min(size, from + AT_ONCE));
      const showsKey = name === 'hub';
      const polling = next.map((one, n) => poll({ port, n: from + n, showsKey }, one, () => answered++));
      sockets.push(...(await Promise.all(polling)));
    }
    await rounds(1);
    return answerOf<Cost>(child, 'cost');
  };
  const few = await grow(FEW);
  const grown = await grow(laptops.length);
  const from = answered;
  const many: Cost[] = [];
  while (many.length < ROUNDS) {
    await rounds(1);
    many.push(await answerOf<Cost>(child, 'cost'));
  }
  const polls = answered - from;
  if (sockets.some(({ destroyed }) => destroyed)) throw new Error(`${name} has ended connections`);
  for (const socket of sockets) socket.destroy();
  child.disconnect();
  await once(child, 'exit');
  await rm(folder, { recursive: true });
  const grownBy = (now: Cost, what: keyof Cost) => (now[what] - few[what]) / (laptops.length - FEW);
  const each = many.map((now) => ({
    resident: grownBy(now, 'resident'),
    memory: grownBy(now, 'memory'),
    objects: grownBy(now, 'objects'),
  }));
  return { each, cpu: ((many.at(-1)?.cpu ?? 0) - grown.cpu) / polls };
}

async function compare(): Promise<void> {
  const { agents } = asked({ agents: 5_000 });
  if (process.platform !== 'linux') cannot('the memory of a process is read from /proc');
  const laptops = Array.from({ length: agents }, () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    return { agentId: ulid(), privateKey, publicKey: formatPublicKey(publicKey) };
  });
  const known = laptops.map(({ agentId, publicKey }) => ({ id: agentId, publicKey }));
  // At the same time, so that the machine is in one mood for all of them.
  const [http, app, hub] = await Promise.all(SERVERS.map((name) => measure(name, laptops, known)));
  if (!http || !app || !hub) return;
  note(`${agents} agents, ${HOLD_MS / 1000} s a poll; CPU of a poll: signatures, and its durable writes`);
  const kb = ({ each }: Costs, what: keyof Costs['each'][number]) => each.map((one) => [one[what] / 1024]);
  const bare = (what: keyof Costs['each'][number]) => ({ name: 'http', rounds: kb(http, what) });
  report([
    beside('memory per idle agent', 'KB', kb(hub, 'memory'), bare('memory'), TWICE),
    beside(
      'memory beside fastify',
      'KB',
      kb(hub, 'memory'),
      { name: 'fastify', rounds: kb(app, 'memory') },
      TWICE,
    ),
    beside('of it objects', 'KB', kb(hub, 'objects'), bare('objects')),
    beside('resident, with what the heap keeps', 'KB', kb(hub, 'resident'), bare('resident')),
    against('CPU of a poll', 'us', hub.cpu, { name: 'http', value: http.cpu }),
  ]);
}

if (process.argv[2] === 'serve') await serve(process.argv[3] as ServerName, process.argv[4] ?? '');
else await compare();
