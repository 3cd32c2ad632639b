import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { device } from '../audit/naming.ts';
import type { Audit } from '../audit/trail.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { AgentCommand, PermitRequest } from '../link/messages.ts';
import { PICTURE_LIFE_MS, PROMPT_LIMIT_MS, TAKE_UP_MS, WORK_LIMIT_MS } from '../link/times.ts';
import type { Epochs } from '../store/epoch.ts';
import { kind, step } from '../store/kind.ts';
import { ON_DISK, type Store, type StoreFailure } from '../store/store.ts';
import { createTerms } from '../store/terms.ts';
import type { Agents } from './agents.ts';
import { type BucketRules, createQuiet } from './limits.ts';
import { COMMANDS } from './polls.ts';
import type { Presence } from './presence.ts';

/** As long as its steps may take: being taken up, the picture, the password, and what comes after it. */
export const PERMIT_TTL_MS = TAKE_UP_MS + PICTURE_LIFE_MS + PROMPT_LIMIT_MS + WORK_LIMIT_MS;
/** A spent permit is remembered longer than any copy of it is good. */
const SPENT_MEMORY_MS = 2 * PERMIT_TTL_MS;
/** Permits of one job that are good beside its latest: more than a bot that dies again and again issues meanwhile. */
const MOST_EARLIER = 20;
/** That a job's permit was traded is remembered for longer than its outcome may be on the way. */
const TRADED_MEMORY_MS = 24 * 60 * 60_000;
/** An attempt nobody knows the end of is settled by a later job, whenever that is. */
const EARLIER_MEMORY_MS = 90 * 24 * 60 * 60_000;
/** Lines in the log about one agent's questions. */
const LINES: BucketRules = { burst: 20, perSecond: 1 / 60 };

/** Commands that begin a job. */
const BEGIN_JOBS: readonly AgentCommand['type'][] = ['discover', 'survey', 'status', 'unbind'];

/** Since which version of the wire format agents know a command; those that are not named, all do. */
const KNOWN_SINCE: Readonly<Partial<Record<AgentCommand['type'], number>>> = { survey: 3 };

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/**
 * `agent-unknown`: never paired or revoked. `agent-paused`: it came back with a backup, and no admin has confirmed that. `agent-old`: it does not know the command, and could not read an answer with
 * it. `mailbox-full`: the agent takes nothing in. `bad-command`: expired already or not what messages.ts allows; nothing
 * was sent.
 */
export type SendFailure =
  | 'agent-unknown'
  | 'agent-offline'
  | 'agent-paused'
  | 'agent-old'
  | 'mailbox-full'
  | 'bad-command'
  | 'store-unavailable';

/** Work for agents. Whoever calls has checked that the technician may use the agent. */
export interface JobDesk {
  /**
   * Puts a command into the agent's mailbox, where it waits until its `expiresAt`. Wakes the agent's poll. An agent that
   * is away gets no new job.
   */
  send(
    agentId: string,
    command: WithoutId<AgentCommand>,
  ): Promise<Result<{ commandId: string }, SendFailure>>;
  /**
   * A permit for one unbind datagram, good for 18 minutes for this agent, job and device: a secret that goes into the
   * `unbind` command. One that is issued again, because nobody knows whether the first has arrived, is good beside it:
   * whichever comes is spent for both. A job whose permit was spent gets none that works.
   */
  issuePermit(what: PermitScope): Promise<Result<string, 'store-unavailable'>>;
  /** Makes a job's permit worthless. False when it was spent before: the datagram may be on its way. */
  revokePermit(jobId: string): Promise<Result<boolean, 'store-unavailable'>>;
  /** Whether this job's permit was traded for the right to send; once true it stays so. */
  wasTraded(jobId: string): Promise<Result<boolean, 'store-unavailable'>>;
  /** Whether the agent has ever traded a permit for this device, within 90 days. */
  hasTraded(agentId: string, shortSerial: string): Promise<Result<boolean, 'store-unavailable'>>;
}

const permitScope = z.object({
  agentId: z.string(),
  jobId: z.string(),
  shortSerial: z.string(),
  /** For log and audit trail alone. */
  caseId: z.string(),
});
export type PermitScope = Readonly<z.infer<typeof permitScope>>;

const permit1 = permitScope.extend({ hash: z.string().length(64), expiresAt: z.number() });
const permit2 = permit1.extend({ earlier: z.array(z.string().length(64)) });

export const PERMITS = kind({
  name: 'hub-permits',
  version: 3,
  /**
   * `hash`: SHA-256, hex. `earlier`: of those that were issued for the same job before. `expiresAt`: milliseconds since
   * 1970. `term`: of the store's primary when they were issued; in another one they are worth nothing.
   */
  schema: permit2.extend({ term: z.string() }),
  steps: [
    step('none was issued before it', permit1, (old) => ({ ...old, earlier: [] })),
    step('every store was on its own disk', permit2, (old) => ({ ...old, term: ON_DISK })),
  ],
});

/** That the right to send was traded: by job, and by agent and device. */
export const TRADES = kind({ name: 'hub-trades', version: 1, schema: z.literal(true) });

const tradeOf = (agentId: string, shortSerial: string) => `${agentId}:${shortSerial}`;

/** Spends whatever permit a job has, or will have. True once. */
function spendOf(store: Pick<Store, 'claims'>, jobId: string): Promise<Result<boolean, StoreFailure>> {
  return store.claims.once(`hub:permit:${jobId}`, SPENT_MEMORY_MS);
}

/**
 * Has the store know of a job's permit what is the worst for it: that it was spent, and traded for the right to send. Of a job
 * that was under way when a backup was made nobody knows better, until its laptop has reported.
 */
export async function assumeTraded(
  store: Pick<Store, 'values' | 'claims'>,
  { agentId, jobId, shortSerial }: Pick<PermitScope, 'agentId' | 'jobId' | 'shortSerial'>,
): Promise<Result<void, StoreFailure>> {
  const trades = store.values(TRADES);
  const spent = await spendOf(store, jobId);
  if (!spent.ok) return spent;
  const byDevice = await trades.set(tradeOf(agentId, shortSerial), true, EARLIER_MEMORY_MS);
  return byDevice.ok ? trades.set(jobId, true, TRADED_MEMORY_MS) : byDevice;
}

/** The desk and the agent's side of it. */
export interface JobDeskWithPermits extends JobDesk {
  /**
   * Trades a permit for the right to send: true once, ever, however many ask at the same time. Where the store has replicas,
   * only after enough of them know of it, and in the term in which it was issued; else it is burnt.
   */
  spendPermit(agentId: string, asked: PermitRequest): Promise<Result<boolean, StoreFailure>>;
}

export function createJobDesk({
  store,
  agents,
  presence,
  epochs,
  audit,
  clock,
  log,
}: {
  store: Store;
  agents: Agents;
  presence: Presence;
  epochs: Pick<Epochs, 'isPaused'>;
  /** A permit is in it before it is given out, and the attempt before the agent may make it. */
  audit: Pick<Audit, 'append'>;
  clock: () => number;
  log: Log;
}): JobDeskWithPermits {
  const permits = store.values(PERMITS);
  const trades = store.values(TRADES);
  const commands = store.mailboxes(COMMANDS);
  const terms = createTerms(store);
  const quiet = createQuiet(LINES, clock);
  const isTraded = async (key: string) => {
    const found = await trades.get(key);
    return found.ok ? ok(found.value === true) : fail('store-unavailable' as const);
  };
  const hashOf = (permit: string) => createHash('sha256').update(permit).digest('hex');
  const refusalOf = (agentId: string, what: string) => `hub:permit-refused:${agentId}:${what}`;
  const spend = (jobId: string) => spendOf(store, jobId);

  /**
   * Notes that the right to send was traded. True when a primary that takes over now knows of it, too: what it could forget is
   * not granted, and what is not on record would not be believed when it is reported.
   */
  async function isTradeKept(
    agentId: string,
    jobId: string,
    shortSerial: string,
    term: string,
  ): Promise<Result<boolean, StoreFailure>> {
    const byDevice = await trades.set(tradeOf(agentId, shortSerial), true, EARLIER_MEMORY_MS);
    const byJob = byDevice.ok ? await trades.set(jobId, true, TRADED_MEMORY_MS) : byDevice;
    return byJob.ok ? terms.isKept(term) : byJob;
  }

  return {
    send: async (agentId, command) => {
      const ttlMs = command.expiresAt - clock();
      if (ttlMs <= 0 || !COMMANDS.schema.safeParse(command).success) return fail('bad-command');
      const agent = await agents.find(agentId);
      if (!agent.ok) return fail('store-unavailable');
      if (!agent.value || agent.value.revoked) return fail('agent-unknown');
      const paused = await epochs.isPaused(agent.value.createdAt);
      if (!paused.ok) return fail('store-unavailable');
      // To stop is allowed to whoever may not begin.
      if (paused.value && command.type !== 'cancel') return fail('agent-paused');
      const sight = await presence.last(agentId);
      if (!sight.ok) return fail('store-unavailable');
      // What speaks to a running job waits for an agent that is away for a moment: it may come back to the job.
      if (BEGIN_JOBS.includes(command.type) && !presence.isOnline(agentId)) return fail('agent-offline');
      if ((sight.value?.speaks ?? 1) < (KNOWN_SINCE[command.type] ?? 1)) return fail('agent-old');
      const sent = await commands.append(agentId, command, ttlMs);
      if (sent.ok) return ok({ commandId: sent.value });
      return fail(sent.failure.reason === 'full' ? 'mailbox-full' : 'store-unavailable');
    },

    issuePermit: async (scope) => {
      const { agentId, jobId, shortSerial, caseId } = scope;
      const detail = { job: jobId, agent: agentId, serial: device(shortSerial) };
      const noted = await audit.append({ what: 'case.permit', case: caseId, by: null, detail });
      if (!noted.ok) return fail('store-unavailable');
      const permit = randomBytes(32).toString('base64url');
      const [before, term] = await Promise.all([permits.get(jobId), terms.current()]);
      if (!before.ok || !term.ok) return fail('store-unavailable');
      const good = before.value?.term === term.value ? before.value : null;
      const stored = {
        ...scope,
        hash: hashOf(permit),
        earlier: good === null ? [] : [...good.earlier, good.hash].slice(-MOST_EARLIER),
        expiresAt: clock() + PERMIT_TTL_MS,
        term: term.value,
      };
      const saved = await permits.set(scope.jobId, stored, PERMIT_TTL_MS);
      if (!saved.ok) return fail('store-unavailable');
      // Without its replicas none would be granted in the end: better said before a picture and a password are asked for.
      const kept = await terms.isKept(term.value);
      if (!kept.ok || !kept.value) return fail('store-unavailable');
      log.info({ agent: agentId, job: jobId, serial: shortSerial, case: caseId }, 'permit issued');
      return ok(permit);
    },

    revokePermit: async (jobId) => {
      const first = await spend(jobId);
      return first.ok ? ok(first.value) : fail('store-unavailable');
    },

    wasTraded: (jobId) => isTraded(jobId),
    hasTraded: (agentId, shortSerial) => isTraded(tradeOf(agentId, shortSerial)),

    spendPermit: async (agentId, { permit, jobId, shortSerial }) => {
      const [found, term] = await Promise.all([permits.get(jobId), terms.current()]);
      if (!found.ok) return found;
      if (!term.ok) return term;
      const stored = found.value;
      const fits =
        stored !== undefined &&
        [stored.hash, ...stored.earlier].some((hash) =>
          timingSafeEqual(Buffer.from(hash), Buffer.from(hashOf(permit))),
        ) &&
        stored.agentId === agentId &&
        stored.shortSerial === shortSerial &&
        stored.term === term.value &&
        stored.expiresAt > clock();
      const spent = fits ? await spend(jobId) : ok(false);
      if (!spent.ok) return spent;
      const granted = spent.value ? await isTradeKept(agentId, jobId, shortSerial, term.value) : spent;
      if (!granted.ok) return granted;
      const { caseId = null } = stored ?? {};
      const about = { agent: agentId, job: jobId, serial: shortSerial, case: caseId };
      if (spent.value && !granted.value)
        log.warn(about, 'a permit is burnt: that it was spent has not reached the replicas of the store');
      const unlogged = quiet.leftOut(agentId);
      if (unlogged !== null) log.info({ ...about, granted: granted.value, unlogged }, 'permit asked for');
      // A refusal is noted once per job: whoever asks in a circle must not drown the trail.
      const what = stored?.agentId === agentId ? jobId : 'unknown';
      const news = spent.value ? spent : await store.claims.once(refusalOf(agentId, what), SPENT_MEMORY_MS);
      if (!news.ok) return news;
      if (!news.value) return granted;
      const detail = { job: jobId, agent: agentId, serial: device(shortSerial), granted: granted.value };
      const noted = await audit.append({ what: 'case.attempt', case: caseId, by: null, detail });
      if (!noted.ok) return noted;
      return granted.value ? terms.isKept(term.value) : granted;
    },
  };
}
