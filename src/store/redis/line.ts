/**
 * A line: connections to one run of one server, the one that may write. Sentinels, a Cluster and a list of hosts are but ways to
 * find it, because all keys of a store lie in one slot. A line that is lost never comes back: the next one may lead elsewhere,
 * and what was under way on this one has failed.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { StoreError } from '../store-error.ts';
import type { RedisAddress, RedisHost } from './address.ts';
import { AnotherStore, failureOf, Refused } from './failure.ts';
import { keysOf } from './keys.ts';

/** A server that does not answer for this long is as good as gone. */
const ANSWER_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
const CONNECT_MS = 3_000;
/** How long a write may take to reach the replicas. */
const SETTLE_MS = 1_000;
/** The first version with all that is used here; Valkey calls itself 7.2. */
const OLDEST = 7;
/** What RESP calls a text (RESP_TYPES.BLOB_STRING of the client). */
const BLOB_STRING = 36;
/** Words of a server that was the primary and is none any more, or has not yet become one. */
const ELSEWHERE = /^(READONLY|MOVED|ASK|LOADING|MASTERDOWN|CLUSTERDOWN)\b/;

export type Word = string | Buffer;

export interface Line {
  /** Names the run of the server. */
  readonly term: string;
  /** Resolves with the reason when the line is of no use any more. */
  readonly lost: Promise<string>;
  /**
   * @param asBytes whether texts come back as the bytes that lie there
   * @throws what Redis or the network said
   */
  send(words: readonly Word[], asBytes?: boolean): Promise<unknown>;
  /** Whether everything acknowledged before has reached as many replicas as it should. @throws as `send` */
  settled(): Promise<boolean>;
  lose(why: string): void;
}

type Client = Awaited<ReturnType<typeof clientFor>>;

/** Asks a server that may write for a proof that it has the store. @throws AnotherStore, or what the network or Redis said */
export type Recognise = (ask: (words: readonly string[]) => Promise<unknown>, term: string) => Promise<void>;

/**
 * Finds the primary.
 * @param heard what is told on the store's channel
 * @param recognise who is refused by it is not the primary; without it whoever may write is
 * @throws Refused, or what the network or Redis said
 */
export async function openLine(
  address: RedisAddress,
  heard: (message: string) => void,
  recognise: Recognise = async () => undefined,
): Promise<Line> {
  const ca = address.ca === null ? undefined : await readFile(address.ca, 'utf8');
  const connected: Client[] = [];
  const to = async (host: RedisHost) => {
    const client = await clientFor(address, host, ca);
    connected.push(client);
    if (hasLeft) leave();
    return client;
  };
  let hasLeft = false;
  const leave = () => {
    hasLeft = true;
    for (const client of connected.splice(0)) client.destroy();
  };
  try {
    const { client, host, term } = await primaryOf(address, to, ca, recognise);
    const listener = await to(host);
    await inTime(listener.subscribe(keysOf(address.tag).channel, heard));
    return lineOf(address, { client, listener, term, leave, another: () => to(host) });
  } catch (error) {
    leave();
    throw error;
  }
}

interface Connected {
  readonly client: Client;
  readonly listener: Client;
  readonly term: string;
  leave(): void;
  another(): Promise<Client>;
}

function lineOf(address: RedisAddress, { client, listener, term, leave, another }: Connected): Line {
  let lose: Line['lose'] = () => undefined;
  const lost = new Promise<string>((resolve) => {
    lose = (why) => {
      clearInterval(watching);
      leave();
      resolve(why);
    };
  });
  let waiting = 0;
  let answeredAt = 0;
  const watching = setInterval(() => {
    if (waiting > 0 && performance.now() - answeredAt > ANSWER_MS) lose('no answer');
  }, LOOK_EVERY_MS).unref();
  async function answered<T>(asking: () => Promise<T>): Promise<T> {
    if (waiting === 0) answeredAt = performance.now();
    waiting += 1;
    try {
      return await asking();
    } catch (error) {
      const { detail } = failureOf(error);
      if (ELSEWHERE.test(detail)) lose(detail);
      throw error;
    } finally {
      waiting -= 1;
      answeredAt = performance.now();
    }
  }
  let settler: Promise<Client> | undefined;
  const watch = (one: Client) => {
    one.on('error', (error) => lose(failureOf(error).detail));
    one.on('end', () => lose('closed by the server'));
    return one;
  };
  watch(client);
  watch(listener);

  return {
    term,
    lost,
    lose: (why) => lose(why),
    send: (words, asBytes = false) =>
      answered(() =>
        client.sendCommand([...words], asBytes ? { typeMapping: { [BLOB_STRING]: Buffer } } : undefined),
      ),
    async settled() {
      if (address.replicas === 0) return true;
      // On a connection of its own: whoever waits holds up the connection. A write of its own comes after everything that was
      // acknowledged before, and reaches nobody sooner. Whose word it is, is asked last: one that was a replica meanwhile has
      // another term, though its connections have stood all the time.
      settler ??= another().then(
        (made) => watch(made),
        (error) => {
          settler = undefined;
          throw error;
        },
      );
      const waits = await settler;
      const [, reached, info] = await answered(() =>
        Promise.all([
          waits.sendCommand(['SET', keysOf(address.tag).settling, '1', 'PX', '60000']),
          waits.sendCommand<number>(['WAIT', String(address.replicas), String(SETTLE_MS)]),
          waits.sendCommand<string>(['INFO', 'server', 'replication']),
        ]),
      );
      if (termOf(info) === term) return reached >= address.replicas;
      lose('another term');
      return false;
    },
  };
}

/** A client that is connected. */
async function clientFor(
  { user, password, database, isTls }: Pick<RedisAddress, 'user' | 'password' | 'database' | 'isTls'>,
  { host, port }: RedisHost,
  ca: string | undefined,
) {
  const client = createClient({
    RESP: 2,
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    database,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // A server that does not answer is found out by whoever watches the line; a signal and its timer for each command would
    // cost a tenth of an update.
    commandOptions: { timeout: 0 },
    socket: {
      host,
      port,
      connectTimeout: CONNECT_MS,
      reconnectStrategy: false,
      ...(isTls ? { tls: true, ...(ca === undefined ? {} : { ca }) } : {}),
    },
  });
  // Heard from whatever was sent, and by whoever watches the line.
  client.on('error', () => undefined);
  try {
    await inTime(client.connect());
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw error;
  }
}

/** A host may take connections and stand still: whoever waited for it would never find the one that took its place. */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = pause(ANSWER_MS, undefined, { ref: false, signal: over.signal }).then(() => {
    throw new StoreError('unavailable', 'no answer');
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    over.abort();
  }
}

/** Asks one host after another; the last one's failure stands for all. */
async function primaryOf(
  address: RedisAddress,
  to: (host: RedisHost) => Promise<Client>,
  ca: string | undefined,
  recognise: Recognise,
): Promise<{ client: Client; host: RedisHost; term: string }> {
  let failure: unknown;
  for (const asked of address.hosts) {
    try {
      const host = await leadOf(address, asked, ca);
      const client = await to(host);
      const [role] = await inTime(client.sendCommand<[string]>(['ROLE']));
      if (role !== 'master') throw new Refused('no-primary', 'none of the hosts is the primary');
      const term = acceptable(await inTime(client.sendCommand<string>(['INFO'])));
      await recognise((words) => inTime(client.sendCommand([...words])), term);
      return { client, host, term };
    } catch (error) {
      // What a host says for itself tells more than that another one is away.
      if (!(failure instanceof Refused) || error instanceof AnotherStore) failure = error;
    }
  }
  throw failure;
}

/** Where the host that is asked says that the primary is. */
async function leadOf(address: RedisAddress, asked: RedisHost, ca: string | undefined): Promise<RedisHost> {
  const { kind } = address;
  if (kind === 'hosts') return asked;
  const own = { user: null, password: kind === 'cluster' ? null : kind.password, database: 0 };
  const client = await clientFor(kind === 'cluster' ? address : { ...address, ...own }, asked, ca);
  try {
    return await inTime(
      kind === 'cluster' ? slotHost(client, address, asked) : sentinelHost(client, kind.sentinel),
    );
  } finally {
    client.destroy();
  }
}

async function sentinelHost(client: Client, name: string): Promise<RedisHost> {
  const told = await client.sendCommand<[string, string] | null>([
    'SENTINEL',
    'GET-MASTER-ADDR-BY-NAME',
    name,
  ]);
  if (!told) throw new Refused('no-primary', 'the Sentinel knows no primary of that name');
  return { host: told[0], port: Number(told[1]) };
}

async function slotHost(client: Client, { tag }: RedisAddress, asked: RedisHost): Promise<RedisHost> {
  const slot = await client.sendCommand<number>(['CLUSTER', 'KEYSLOT', keysOf(tag).records]);
  const slots = await client.sendCommand<[number, number, [string, number]][]>(['CLUSTER', 'SLOTS']);
  const [, , lead] = slots.find(([first, last]) => first <= slot && slot <= last) ?? [];
  if (!lead) throw new Refused('no-primary', 'the Cluster has nobody for the slot');
  // A node that does not know its own address leaves it out.
  return { host: lead[0] || asked.host, port: lead[1] };
}

/**
 * The term of a server, as INFO describes it.
 * @throws Refused when it cannot hold the store
 */
function acceptable(info: string): string {
  const said = (name: string) => saidIn(info, name);
  if (Number.parseInt(said('redis_version'), 10) < OLDEST) {
    throw new Refused('old-server', `Redis ${said('redis_version')}: ${OLDEST}.0 or later is needed`);
  }
  if (said('maxmemory_policy').startsWith('allkeys')) {
    throw new Refused('evicts', `maxmemory-policy is ${said('maxmemory_policy')}`);
  }
  return termOf(info);
}

function termOf(info: string): string {
  return `${saidIn(info, 'run_id')}:${saidIn(info, 'master_replid')}`;
}

function saidIn(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
}
