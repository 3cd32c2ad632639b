import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeTime, monotonicFactory } from 'ulid';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type AgentEvent, agentEvent, MAX_BODY_BYTES } from '../../link/messages.ts';
import { errorCode } from '../error-code.ts';
import { ensureHome, type HomeFailure, replaceFile } from '../home.ts';
import type { JobFailure } from '../news.ts';
import { linkState } from './identity.ts';

const MAX_BATCH = 50;
/** Room in a body for what stands around the events. */
const MAX_BATCH_BYTES = MAX_BODY_BYTES - 4_096;

type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Draft = OmitEach<AgentEvent, 'id' | 'at'>;
/** An event before it gets its id and time. */
export type NewEvent =
  | Exclude<Draft, { type: 'job-failed' }>
  | (Extract<Draft, { type: 'job-failed' }> & { readonly reason: JobFailure });

/**
 * Events on their way to the hub. An event is on disk before `put` returns and stays there until the hub has accepted
 * its id, over any number of crashes; the hub drops the repetitions. A picture is in memory only: no later run of this program knows
 * what it says, and its job ends as interrupted there.
 */
export interface Outbox {
  /** Resolves when the event is on disk; a picture is on no disk, and there at once. */
  put(event: NewEvent): Promise<void>;
  /** The oldest events that fit into one request. */
  batch(): readonly AgentEvent[];
  /** These are safe with the hub (or will never be taken): forget them. */
  remove(ids: readonly string[]): Promise<void>;
  /** Whether an event is kept for which `matches` holds. */
  some(matches: (event: AgentEvent) => boolean): boolean;
  /** Resolves when there is something to send, or on abort. */
  wait(signal: AbortSignal): Promise<void>;
}

/** @param now ms by the server's clock, for `at` and the ids */
export async function openOutbox(
  home: string,
  now: () => number,
  log: Log,
): Promise<Result<Outbox, HomeFailure>> {
  const kept = new Map<string, { event: AgentEvent; bytes: number }>();
  let wake = () => {};
  const keep = (event: AgentEvent, json: string) =>
    kept.set(event.id, { event, bytes: Buffer.byteLength(json) });

  const made = await ensureHome(home);
  const within = made.ok ? await ensureHome(linkState(home), 'outbox') : made;
  if (!within.ok) return within;
  const folder = within.value;
  try {
    for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json')).sort()) {
      const json = await readFile(join(folder, name), 'utf8');
      const event = readEvent(json);
      if (event) keep(event, json);
      else {
        log.warn({ file: name }, 'an event on disk cannot be read: set aside');
        await rename(join(folder, name), join(folder, `${name}.unreadable`));
      }
    }
  } catch (error) {
    return fail({ reason: 'unwritable', code: errorCode(error) });
  }

  const nextId = monotonicFactory();
  // Ids ascend over restarts too, even when the clock went back.
  let latest = Math.max(0, ...[...kept.keys()].map((id) => decodeTime(id) + 1));

  return ok({
    put: async (draft) => {
      latest = Math.max(latest, now());
      const event = agentEvent.parse({ ...draft, id: nextId(latest), at: now() });
      const json = JSON.stringify(event);
      // Nobody waits for the disk of a laptop to have a picture that only this run can judge.
      if (event.type !== 'challenge') {
        const written = await replaceFile(join(folder, `${event.id}.json`), json);
        // A full disk must not cost the technician the answer: it is sent from memory then.
        if (!written.ok) log.error({ code: written.failure.code }, 'an event could not be saved');
      }
      keep(event, json);
      wake();
    },
    batch: () => {
      let bytes = 0;
      return [...kept.values()]
        .slice(0, MAX_BATCH)
        .filter((one, index) => {
          bytes += one.bytes + 1;
          return index === 0 || bytes <= MAX_BATCH_BYTES;
        })
        .map(({ event }) => event);
    },
    remove: async (ids) => {
      for (const id of ids) {
        if (!kept.delete(id)) continue;
        await rm(join(folder, `${id}.json`), { force: true }).catch(() => undefined);
      }
    },
    some: (matches) => [...kept.values()].some(({ event }) => matches(event)),
    wait: async (signal) => {
      if (kept.size > 0 || signal.aborted) return;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      signal.addEventListener('abort', wake, { once: true });
      await woken;
      signal.removeEventListener('abort', wake);
    },
  });
}

function readEvent(json: string): AgentEvent | null {
  try {
    return agentEvent.parse(JSON.parse(json));
  } catch {
    return null;
  }
}
