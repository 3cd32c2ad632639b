/**
 * Redis servers of a test's own: real ones, on free ports of loopback, in folders in memory. What a test has started goes
 * with it, and with the process of the tests should that be killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createClient } from '@redis/client';
import { freeTcpPort } from '../../src/sandbox/free-port.ts';
import { CERTIFICATE } from '../integration/lan-agent/link-certificate.ts';
import { patiently } from './patiently.ts';
import { folderInMemory } from './store.ts';

const HOST = '127.0.0.1';
/** A port that was free a moment ago may be taken by somebody else meanwhile. */
const TRIES = 5;

/** Why there is none here, to be said by the tests that skip themselves; null: there is one. */
export const NO_REDIS = isInstalled('redis-server') ? null : 'redis-server is not installed here';

export interface RedisOptions {
  readonly password?: string;
  /** Listens with the certificate of link-certificate.ts, and with TLS alone. */
  readonly tls?: boolean;
  /** As Redis writes it (`4mb`); what does not fit is refused (`noeviction`). */
  readonly maxmemory?: string;
  /** Every write is on disk before it is acknowledged. Without it a restart has forgotten everything but what `stop` saved. */
  readonly appendonly?: boolean;
  /** Follows this one, with its password; `startRedis` waits until it has all of it. */
  readonly replicaOf?: RedisServer;
  /** More lines of its configuration. */
  readonly config?: readonly string[];
}

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly password: string | null;
  /** `redis://` or `rediss://`, with its password. */
  readonly url: string;
  /** Sends one command over a connection of its own. @throws Error with Redis' own words */
  command(...words: string[]): Promise<unknown>;
  /** One line of INFO; null: it is not told. */
  info(field: string): Promise<string | null>;
  /** `kill -9` */
  kill(): Promise<void>;
  /** As systemd stops it: what it holds is saved. */
  stop(): Promise<void>;
  /** Starts again at the same port, with what lies in its folder. */
  restart(): Promise<void>;
  /** Stands still, and neither answers nor closes a connection, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Kills it and removes its folder. */
  end(): Promise<void>;
}

/** Starts a Redis. It answers when this resolves. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { replicaOf, tls = false } = options;
  const password = options.password ?? replicaOf?.password ?? null;
  const folder = await folderInMemory();
  if (tls) {
    await writeFile(join(folder.path, 'key.pem'), CERTIFICATE.key);
    await writeFile(join(folder.path, 'cert.pem'), CERTIFICATE.cert);
  }
  const lines = (port: number) => [
    `bind ${HOST}`,
    ...(tls
      ? [
          'port 0',
          `tls-port ${port}`,
          'tls-cert-file cert.pem',
          'tls-key-file key.pem',
          'tls-auth-clients no',
        ]
      : [`port ${port}`]),
    // So short a wait is a test's: a replica asks for its data at once, and a quiet one is noticed.
    'repl-diskless-sync-delay 0',
    'repl-ping-replica-period 1',
    'save ""',
    `appendonly ${options.appendonly === true ? 'yes' : 'no'}`,
    'appendfsync always',
    'maxmemory-policy noeviction',
    ...(options.maxmemory === undefined ? [] : [`maxmemory ${options.maxmemory}`]),
    ...(password === null
      ? []
      : [`requirepass ${JSON.stringify(password)}`, `masterauth ${JSON.stringify(password)}`]),
    ...(replicaOf ? [`replicaof ${replicaOf.host} ${replicaOf.port}`] : []),
    ...(options.config ?? []),
  ];
  const running = await startServer(folder.path, lines);
  const url = `redis${tls ? 's' : ''}://${password === null ? '' : `:${encodeURIComponent(password)}@`}${HOST}:${running.port}`;
  const command = (...words: string[]) => commandTo(url, words);
  const server: RedisServer = {
    host: HOST,
    port: running.port,
    password,
    url,
    command,
    info: async (field) =>
      new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(String(await command('INFO', 'everything')))?.[1] ?? null,
    kill: () => running.end('SIGKILL'),
    stop: async () => {
      await command('SAVE');
      await running.end('SIGTERM');
    },
    restart: async () => {
      await running.start();
      await answers(command);
    },
    freeze: () => running.signal('SIGSTOP'),
    thaw: () => running.signal('SIGCONT'),
    end: async () => {
      await running.end('SIGKILL');
      await folder.remove();
    },
  };
  await answers(command);
  if (replicaOf) await followed(server);
  return server;
}

/** Waits until a replica has all that its primary holds. */
export async function followed(replica: RedisServer): Promise<void> {
  await patiently(async () => {
    if ((await replica.info('master_link_status')) !== 'up') throw new Error('the replica has no link yet');
  });
}

/**
 * Cuts a replica's link: what its primary writes from now on does not reach it. (One that stands still has it in its socket,
 * and hears it as soon as it goes on.)
 */
export async function cutOff(replica: RedisServer): Promise<void> {
  // Nobody listens at port 1.
  await replica.command('REPLICAOF', HOST, '1');
}

/** Makes a replica the primary, as a failover does. */
export async function promote(replica: RedisServer): Promise<void> {
  await replica.command('REPLICAOF', 'NO', 'ONE');
}

export interface Sentinels {
  /** Of each Sentinel, `host:port`. */
  readonly addresses: readonly string[];
  /** What they call the primary. */
  readonly name: string;
  /** Port of the primary they agree on. */
  primary(): Promise<number>;
  end(): Promise<void>;
}

/**
 * What Sentinels take for the death of a primary, ms. They do nothing for a while once they have stood still themselves for two
 * seconds: with less, a machine that stands still for one would have them fail over a primary that lives.
 */
const DOWN_AFTER_MS = 2_000;

/**
 * Starts Sentinels that watch a primary and its replicas, and agree after a while that it is down. They know one another and the
 * replicas when this resolves.
 */
export async function startSentinels(
  primary: RedisServer,
  { name = 'unbind', replicas, count = 3 }: { name?: string; replicas: number; count?: number },
): Promise<Sentinels> {
  const folder = await folderInMemory();
  const started = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const path = join(folder.path, String(index));
      await mkdir(path);
      return startServer(
        path,
        (port) => [
          `bind ${HOST}`,
          `port ${port}`,
          `sentinel monitor ${name} ${primary.host} ${primary.port} ${Math.floor(count / 2) + 1}`,
          `sentinel down-after-milliseconds ${name} ${DOWN_AFTER_MS}`,
          `sentinel failover-timeout ${name} 3000`,
          ...(primary.password === null
            ? []
            : [`sentinel auth-pass ${name} ${JSON.stringify(primary.password)}`]),
        ],
        ['--sentinel'],
      );
    }),
  );
  const ask = (port: number, ...words: string[]) => commandTo(`redis://${HOST}:${port}`, words);
  for (const { port } of started) {
    await patiently(async () => {
      const seen = pairs(await ask(port, 'SENTINEL', 'MASTER', name));
      const known = `${seen.get('num-other-sentinels')} ${seen.get('num-slaves')}`;
      if (known !== `${count - 1} ${replicas}`) throw new Error(`a Sentinel knows ${known}`);
    });
  }
  return {
    addresses: started.map(({ port }) => `${HOST}:${port}`),
    name,
    primary: async () => {
      const [first] = started;
      const told = await ask(first?.port ?? 0, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
      return Number((told as string[])[1]);
    },
    end: async () => {
      for (const one of started) await one.end('SIGKILL');
      await folder.remove();
    },
  };
}

export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** Of each node, `host:port`. */
  readonly addresses: readonly string[];
  /** Nodes that hold slots now. */
  primaries(): Promise<RedisServer[]>;
  end(): Promise<void>;
}

const SLOTS = 16_384;

/** Starts a Cluster: primaries that share the slots, each with as many replicas. It is whole when this resolves. */
export async function startCluster({
  primaries = 3,
  replicas = 0,
  password,
}: {
  primaries?: number;
  replicas?: number;
  password?: string;
} = {}): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const buses: number[] = [];
  for (let index = 0; index < primaries * (1 + replicas); index++) {
    const bus = await freeTcpPort();
    buses.push(bus);
    const config = ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 1000'];
    nodes.push(await startRedis({ ...(password === undefined ? {} : { password }), config }));
  }
  const [first] = nodes;
  for (const [index, node] of nodes.slice(0, primaries).entries()) {
    const from = Math.floor((index * SLOTS) / primaries);
    const to = Math.floor(((index + 1) * SLOTS) / primaries) - 1;
    await node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const [index, { host, port }] of nodes.entries())
    if (index > 0) await first?.command('CLUSTER', 'MEET', host, String(port), String(buses[index]));
  for (const node of nodes) {
    await patiently(async () => {
      const told = String(await node.command('CLUSTER', 'INFO'));
      if (!told.includes(`cluster_known_nodes:${nodes.length}`)) throw new Error('a node does not know all');
    });
  }
  for (const [index, node] of nodes.slice(primaries).entries())
    await node.command(
      'CLUSTER',
      'REPLICATE',
      String(await nodes[index % primaries]?.command('CLUSTER', 'MYID')),
    );
  for (const [index, node] of nodes.entries()) {
    await patiently(async () => {
      const told = String(await node.command('CLUSTER', 'INFO'));
      if (!told.includes('cluster_state:ok')) throw new Error('the cluster is not whole');
    });
    if (index >= primaries) await followed(node);
  }
  return {
    nodes,
    addresses: nodes.map(({ host, port }) => `${host}:${port}`),
    primaries: async () => {
      const roles = await Promise.all(nodes.map((node) => node.info('role').catch(() => null)));
      return nodes.filter((_, index) => roles[index] === 'master');
    },
    end: async () => {
      for (const node of nodes) await node.end();
    },
  };
}

interface RunningServer {
  readonly port: number;
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  end(name: NodeJS.Signals): Promise<void>;
}

/** Runs `redis-server` in a folder, with a configuration for a port that is free. */
async function startServer(
  folder: string,
  configuration: (port: number) => readonly string[],
  mode: readonly string[] = [],
): Promise<RunningServer> {
  const file = join(folder, 'redis.conf');
  for (let tries = 1; ; tries++) {
    const port = await freeTcpPort();
    await writeFile(file, [...configuration(port), `dir ${folder}`, ''].join('\n'));
    let child = await listening(file, mode, folder);
    if (child === null && tries < TRIES) continue;
    if (child === null) throw new Error('redis-server does not start');
    const end = async (name: NodeJS.Signals) => {
      const current = child;
      child = null;
      if (current === null || current.exitCode !== null || current.signalCode !== null) return;
      const gone = new Promise((resolve) => current.once('exit', resolve));
      // One that stands still hears nothing but this.
      current.kill('SIGCONT');
      current.kill(name);
      await gone;
    };
    return {
      port,
      start: async () => {
        await end('SIGKILL');
        child = await listening(file, mode, folder);
        if (child === null) throw new Error('redis-server does not start again');
      },
      signal: (name) => void child?.kill(name),
      end,
    };
  }
}

/** Null: it has ended by itself, mostly because somebody else has its port. */
function listening(file: string, mode: readonly string[], cwd: string): Promise<ChildProcess | null> {
  // Ends with the thread that started it, however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', file, ...mode], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH ?? '' },
  });
  let told = '';
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve(null));
    child.stdout.on('data', (piece: Buffer) => {
      told += piece.toString();
      if (/Ready to accept connections|monitor master|Sentinel ID is/.test(told)) resolve(child);
    });
  });
}

/** Waits until a server that listens has read what lies in its folder, too. */
function answers(command: RedisServer['command']): Promise<unknown> {
  return patiently(() => command('PING'));
}

async function commandTo(url: string, words: readonly string[]): Promise<unknown> {
  const client = createClient({
    url,
    RESP: 2,
    socket: {
      reconnectStrategy: false,
      ...(url.startsWith('rediss:') ? { tls: true, ca: CERTIFICATE.cert } : {}),
    },
  });
  // Heard from the command itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand([...words]);
  } finally {
    client.destroy();
  }
}

/** Names and values one after another, as Sentinels answer. */
function pairs(told: unknown): Map<string, string> {
  const words = told as string[];
  return new Map(words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1] ?? ''] as const] : [])));
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
