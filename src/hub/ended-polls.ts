/**
 * Polls that another process holds: where several processes share the store, whoever revokes an agent, gives it another key or
 * lets a newer one in says so to all of them, and the poll ends at once instead of with its time.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Log } from '../kernel/log.ts';
import { kind } from '../store/kind.ts';
import type { Store } from '../store/store.ts';

/** Whose poll is over (an agent's id), said by which process. */
export const ENDED_POLLS = kind({
  name: 'hub:ended-polls',
  version: 1,
  schema: z.object({ agentId: z.string(), by: z.string() }),
});

/** All processes read one box, each for itself, and nobody empties it: it is gone once nobody holds such a poll any more, ms. */
const BOX = 'all';
const LIFE_MS = 60_000;
const AT_ONCE = 100;
/** Pause before the store is asked again that did not answer, ms. */
const AGAIN_MS = 1_000;

export interface EndedPolls {
  /** Ends the agent's poll in every other process. Where that cannot be said, it ends with its time. */
  tell(agentId: string): Promise<void>;
  /** Hears what others tell until it is stopped. */
  listen(stop: AbortSignal): Promise<void>;
}

/** @param end ends the agent's poll in this process */
export function createEndedPolls(store: Store, end: (agentId: string) => void, log: Log): EndedPolls {
  if (!store.isShared) return { tell: async () => undefined, listen: async () => undefined };
  const ended = store.mailboxes(ENDED_POLLS);
  const self = randomUUID();
  return {
    async tell(agentId) {
      const told = await ended.append(BOX, { agentId, by: self }, LIFE_MS);
      if (!told.ok)
        log.warn({ agent: agentId, failure: told.failure.reason }, 'a poll elsewhere ends with its time');
    },
    async listen(stop) {
      let cursor: string | null = null;
      while (!stop.aborted) {
        await ended.wait(BOX, cursor, LIFE_MS, stop);
        if (stop.aborted) return;
        const read = await ended.read(BOX, cursor, AT_ONCE);
        if (!read.ok) await sleep(AGAIN_MS, undefined, { signal: stop, ref: false }).catch(() => undefined);
        for (const { id, message } of read.ok ? read.value : []) {
          cursor = id;
          if (message.by !== self) end(message.agentId);
        }
      }
    },
  };
}
