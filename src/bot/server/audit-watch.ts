/**
 * Looks after the audit trail while the bot runs: forgets what is too old, checks the rest, and hands the place where it
 * ends to where the operator keeps it. A trail that was written anew as a whole does not go through such a place.
 */
import { createSocket } from 'node:dgram';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { ChainPlace } from '../../audit/chain.ts';
import type { Audit } from '../../audit/trail.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import type { Notices } from '../house/notices.ts';

/** Where the end of the trail goes besides the log. */
export type HeadKeeper =
  /** The admins' chats. */
  | { readonly to: 'chat' }
  /** A file that grows by a line each time; its folder is there. */
  | { readonly to: 'file'; readonly path: string }
  /** A syslog server, UDP (RFC 5424, 5426). */
  | { readonly to: 'syslog'; readonly host: string; readonly port: number };

export interface AuditWatchOptions {
  audit: Audit;
  /** Of the trail's store. */
  primary: Pick<Store['primary'], 'settled'>;
  /** Days entries are kept; null keeps them for good. */
  keepDays: number | null;
  /** Pause between looks, ms. */
  everyMs: number;
  keepers: readonly HeadKeeper[];
  raise: Notices['raise'];
  log: Log;
  /** Milliseconds since 1970. */
  clock: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Facility 10 (security), severity 5 (notice): RFC 5424, 6.2.1. */
const PRIORITY = 10 * 8 + 5;

/** Looks now and then again and again. @returns what ends it, after a look under way */
export function watchAudit(options: AuditWatchOptions): () => Promise<void> {
  let looking = lookAtAudit(options);
  const again = setInterval(() => {
    looking = looking.then((last) => lookAtAudit(options, last));
  }, options.everyMs).unref();
  return async () => {
    clearInterval(again);
    await looking;
  };
}

/**
 * One look. A trail that is not whole is told and nothing of it is forgotten or handed on: evidence stays.
 * @param last where the trail ended at an earlier look, which it has to go through: while the bot runs, nobody cuts it off
 *   or writes it anew in its store unnoticed
 * A place that a failover of the store may still take away is not handed on: the trail would not go through it afterwards.
 * @returns where it ends now; `last` where that could not be found out, is not to be believed, or may be taken away
 */
export async function lookAtAudit(
  options: AuditWatchOptions,
  last: ChainPlace | null = null,
): Promise<ChainPlace | null> {
  const { audit, primary, keepDays, keepers, raise, log, clock } = options;
  const before = await audit.verify(last ?? undefined);
  if (!before.ok) {
    log.error('the audit trail could not be looked at');
    return last;
  }
  const [first] = before.value.faults;
  if (first) {
    const { faults } = before.value;
    log.error({ faults: faults.slice(0, 10) }, 'the audit trail was changed');
    await raise({ kind: 'audit.damaged', seq: first.seq, faults: faults.length });
    return last;
  }
  const pruned = keepDays === null ? ok(0) : await audit.prune(clock() - keepDays * DAY_MS);
  const head = await audit.head();
  if (!pruned.ok || !head.ok) {
    log.error('the audit trail could not be looked at');
    return last;
  }
  log.info({ entries: before.value.entries - pruned.value, ...head.value }, 'audit trail is whole');
  const settled = await primary.settled();
  if (!settled.ok || !settled.value) {
    log.warn(
      'the end of the audit trail is handed on at the next look: the replicas of the store do not have it yet',
    );
    return last;
  }
  for (const keeper of keepers) {
    const kept = await handOn(keeper, head.value, options);
    if (kept.ok) continue;
    log.error({ to: keeper.to, failure: kept.failure }, 'the end of the audit trail could not be handed on');
    await raise({ kind: 'audit.unkept', to: keeper.to });
  }
  return head.value;
}

async function handOn(
  keeper: HeadKeeper,
  { seq, hash }: ChainPlace,
  { raise, clock }: Pick<AuditWatchOptions, 'raise' | 'clock'>,
): Promise<Result<void, string>> {
  const place = `${seq}:${hash}`;
  const time = new Date(clock()).toISOString();
  switch (keeper.to) {
    case 'chat':
      await raise({ kind: 'audit.head', place });
      return ok(undefined);
    case 'file':
      return addLine(keeper.path, `${time} ${place}\n`);
    case 'syslog':
      return sendOff(
        keeper,
        `<${PRIORITY}>1 ${time} ${hostname()} unbind-bot ${process.pid} audit-head - ${place}`,
      );
  }
}

async function addLine(path: string, line: string): Promise<Result<void, string>> {
  try {
    const file = await open(path, 'a', 0o600);
    try {
      await file.appendFile(line);
      await file.datasync();
    } finally {
      await file.close();
    }
    return ok(undefined);
  } catch (error) {
    return fail(codeOf(error));
  }
}

/** One datagram: whether it arrives nobody says, so a name that does not resolve is all that is noticed. */
async function sendOff(to: { host: string; port: number }, text: string): Promise<Result<void, string>> {
  const socket = createSocket(to.host.includes(':') ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.send(text, to.port, to.host, (error) => (error ? reject(error) : resolve()));
    });
    return ok(undefined);
  } catch (error) {
    return fail(codeOf(error));
  } finally {
    socket.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
