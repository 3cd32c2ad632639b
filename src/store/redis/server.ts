/** What an operator should know of the Redis behind a store: of the server alone, nothing of what it keeps. */
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { OpenFailure } from '../store.ts';
import type { RedisAddress } from './address.ts';
import { failureOf, problemOf } from './failure.ts';
import { openLine } from './line.ts';

export interface RedisServer {
  /** As it calls itself: `Redis 7.0.15`, `Valkey 8.0.1`. */
  readonly program: string;
  /** Replicas that are connected to it, and how many a write has to reach before anything is permitted. */
  readonly replicas: number;
  readonly needed: number;
  /** Whether each write goes into its file, and whether the last one did. */
  readonly isAppending: boolean;
  readonly isSaved: boolean;
  /** Bytes; `most` null: as many as the machine has. */
  readonly used: number;
  readonly most: number | null;
  /** Whether what is said goes over a network that others may listen to. */
  readonly isOpen: boolean;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** Asks the primary, beside whoever works with it. */
export async function lookAtRedisServer(address: RedisAddress): Promise<Result<RedisServer, OpenFailure>> {
  try {
    const line = await openLine(address, () => undefined);
    try {
      return ok(serverIn(String(await line.send(['INFO'])), address));
    } finally {
      line.lose('closed');
    }
  } catch (error) {
    return fail({ ...failureOf(error), problem: problemOf(error), place: address.place, numbers: {} });
  }
}

/** Pure. @param info what INFO answers */
export function serverIn(
  info: string,
  { replicas: needed, isTls, hosts }: Pick<RedisAddress, 'replicas' | 'isTls' | 'hosts'>,
): RedisServer {
  const said = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
  const valkey = said('valkey_version');
  const most = Number(said('maxmemory'));
  return {
    program: valkey === '' ? `Redis ${said('redis_version')}` : `Valkey ${valkey}`,
    replicas: Number(said('connected_slaves')),
    needed,
    isAppending: said('aof_enabled') === '1',
    isSaved: said('aof_last_write_status') !== 'err' && said('rdb_last_bgsave_status') !== 'err',
    used: Number(said('used_memory')),
    most: most > 0 ? most : null,
    isOpen: !isTls && !hosts.every(({ host }) => LOOPBACK.test(host)),
  };
}
