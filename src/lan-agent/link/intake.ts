import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeTime, ulid } from 'ulid';
import * as z from 'zod';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { type AgentCommand, agentCommand } from '../../link/messages.ts';
import { errorCode } from '../error-code.ts';
import { ensureHome, type HomeFailure, replaceFile } from '../home.ts';
import { linkState } from './identity.ts';

const FILE = 'commands.json';
/** How long the id of an expired command is remembered, ms: longer than any clock is wrong. */
const MEMORY_MS = 24 * 60 * 60_000;

const JOBS = ['discover', 'survey', 'status', 'unbind'] as const;

/** A command that starts a job, as opposed to one that speaks to a running one. */
export type JobCommand = Extract<AgentCommand, { type: (typeof JOBS)[number] }>;

const openJob = z.object({
  command: agentCommand,
  /** The permit was traded: the dangerous datagram may have been sent. */
  armed: z.boolean(),
});
const stored = z.object({
  version: z.literal(1),
  epoch: z.ulid().nullable(),
  cursor: z.string().nullable(),
  /** Ids of commands and jobs that were taken, with the time they expire. */
  seen: z.array(z.tuple([z.string(), z.number()])),
  open: z.array(openJob),
});

/**
 * The agent's memory of commands: each is taken once, whatever the hub sends again and however often the agent
 * restarts. It is on disk before the cursor acknowledges anything.
 */
export interface Intake {
  /** ULID of this process, above that of every earlier one with this folder, whatever the clock does. */
  readonly epoch: string;
  /** Id up to which everything was taken; null before the first command. */
  cursor(): string | null;
  /** Takes those that are new, and returns them. Nothing is taken when the disk fails. */
  take(commands: readonly AgentCommand[]): Promise<Result<AgentCommand[], HomeFailure>>;
  /** Notes that from here on the job's outcome may be unknown. */
  arm(jobId: string): Promise<Result<void, HomeFailure>>;
  /** The job has come to its last event. */
  finish(jobId: string): Promise<Result<void, HomeFailure>>;
  /** Jobs that were taken and not finished. */
  open(): readonly { readonly command: JobCommand; readonly armed: boolean }[];
}

export function isJobCommand(command: AgentCommand): command is JobCommand {
  return JOBS.some((type) => type === command.type);
}

/** A job is taken once, even when a bot that was cut off sends its command a second time under another id. */
function keyOf(command: AgentCommand): string {
  return isJobCommand(command) ? command.jobId : command.id;
}

/** @param now ms since 1970 */
export async function openIntake(
  home: string,
  now: () => number,
  log: Log,
): Promise<Result<Intake, HomeFailure>> {
  const path = join(linkState(home), FILE);
  const made = await ensureHome(linkState(home));
  if (!made.ok) return made;
  const state = await load(path, log);
  const epoch = ulid(Math.max(now(), state.epoch === null ? 0 : decodeTime(state.epoch) + 1));
  let cursor = state.cursor;
  let seen = new Map(state.seen);
  let open = state.open.flatMap(({ command, armed }) => (isJobCommand(command) ? [{ command, armed }] : []));

  const save = (next: { cursor: string | null; seen: Map<string, number>; open: typeof open }) => {
    const content: z.infer<typeof stored> = { version: 1, epoch, ...next, seen: [...next.seen] };
    return replaceFile(path, JSON.stringify(content));
  };
  const change = async (next: typeof open): Promise<Result<void, HomeFailure>> => {
    open = next;
    return save({ cursor, seen, open });
  };
  const begun = await save({ cursor, seen, open });
  if (!begun.ok) return begun;

  return ok({
    epoch,
    cursor: () => cursor,
    open: () => open,
    take: async (commands) => {
      if (commands.length === 0) return ok([]);
      const byKey = new Map([...commands].reverse().map((command) => [keyOf(command), command]));
      const fresh = [...byKey.values()].reverse().filter((command) => !seen.has(keyOf(command)));
      const next = {
        // Ids are ULIDs: the greatest is the latest.
        cursor: [cursor ?? '', ...commands.map(({ id }) => id)].sort().at(-1) ?? null,
        seen: new Map([
          ...[...seen].filter(([, expiresAt]) => expiresAt > now() - MEMORY_MS),
          ...fresh.map((command): [string, number] => [keyOf(command), Math.max(command.expiresAt, now())]),
        ]),
        open: [...open, ...fresh.filter(isJobCommand).map((command) => ({ command, armed: false }))],
      };
      const saved = await save(next);
      if (!saved.ok) return saved;
      ({ cursor, seen, open } = next);
      return ok(fresh);
    },
    arm: (jobId) => change(open.map((job) => (job.command.jobId === jobId ? { ...job, armed: true } : job))),
    finish: (jobId) => change(open.filter(({ command }) => command.jobId !== jobId)),
  });
}

async function load(path: string, log: Log): Promise<z.infer<typeof stored>> {
  try {
    return stored.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // Without its memory the agent is still safe: a permit is good once, and an expired command is refused.
    if (errorCode(error) !== 'ENOENT') log.error('the memory of commands cannot be read: begun anew');
    return { version: 1, epoch: null, cursor: null, seen: [], open: [] };
  }
}
