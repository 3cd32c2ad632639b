/**
 * The bots that work with a store several of them may have open: each says again and again that it lives, and one of them tells of
 * those that have ended without a word (docs/decisions/0072).
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import * as z from 'zod';
import { ok, type Result } from '../../kernel/result.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, Stored, StoreFailure } from '../../store/store.ts';

/** By the name of its process. */
export const RUNNING_BOTS = kind({
  name: 'running-bots',
  version: 1,
  schema: z.object({
    pid: z.number(),
    host: z.string(),
    /** Since when it runs, and when it last said so, milliseconds since 1970. */
    since: z.number(),
    seenAt: z.number(),
  }),
});
export type BotOfMany = DataOf<typeof RUNNING_BOTS>;

export interface Roll {
  /** What this process is called. */
  readonly process: string;
  /** Says that it lives, now and from now on. */
  enter(): Stored<void>;
  /** Whether a process lives. Where that cannot be found out it does. */
  lives(process: string): Promise<boolean>;
  /** The others that live. */
  others(): Stored<BotOfMany[]>;
  /** Hands over each that ended without a word, and forgets it afterwards. */
  tellGone(tell: (bot: BotOfMany) => Promise<void>): Promise<Result<void, StoreFailure>>;
  /** It ends as it should. */
  leave(): Promise<void>;
}

/** How often a bot says that it lives, ms. */
const BEAT_MS = 2_000;
/** One that was silent for so long is gone, ms: longer than its claims are kept for it (store/holds.ts). */
const SILENT_MS = 10_000;
/** Bots on one store; more than anybody runs. */
const MOST = 1_000;

/** @param clock milliseconds since 1970; machines that share a store agree on it within a few seconds */
export function createRoll(store: Pick<Store, 'values'>, clock: () => number): Roll {
  const bots = store.values(RUNNING_BOTS);
  const name = randomBytes(8).toString('hex');
  const ours = { pid: process.pid, host: hostname(), since: clock() };
  /** When others were last found to live. */
  const heard = new Map<string, number>();
  let beating: NodeJS.Timeout | undefined;

  const beat = () => bots.set(name, { ...ours, seenAt: clock() });
  const isSilent = ({ seenAt }: BotOfMany) => clock() - seenAt >= SILENT_MS;

  return {
    process: name,
    async enter() {
      const entered = await beat();
      if (entered.ok) beating = setInterval(() => void beat(), BEAT_MS).unref();
      return entered;
    },
    async lives(other) {
      // Asked for each update that another process has taken in.
      if (clock() - (heard.get(other) ?? Number.NEGATIVE_INFINITY) < BEAT_MS) return true;
      heard.delete(other);
      const found = orNone(await bots.get(other));
      if (!found.ok) return true;
      if (found.value === undefined || isSilent(found.value)) return false;
      heard.set(other, clock());
      return true;
    },
    async others() {
      const all = await listBots(store);
      if (!all.ok) return all;
      return ok(all.value.flatMap(([other, bot]) => (other === name || isSilent(bot) ? [] : [bot])));
    },
    async tellGone(tell) {
      const all = await listBots(store);
      if (!all.ok) return all;
      for (const [other, bot] of all.value) {
        if (other === name || !isSilent(bot)) continue;
        await tell(bot);
        const gone = await bots.delete(other);
        if (!gone.ok) return gone;
      }
      return ok(undefined);
    },
    async leave() {
      clearInterval(beating);
      await bots.delete(name);
    },
  };
}

async function listBots(store: Pick<Store, 'values'>): Stored<[name: string, bot: BotOfMany][]> {
  const bots = store.values(RUNNING_BOTS);
  const names = await bots.page({ most: MOST });
  if (!names.ok) return names;
  const found: [string, BotOfMany][] = [];
  for (const name of names.value) {
    const bot = orNone(await bots.get(name));
    if (!bot.ok) return bot;
    if (bot.value) found.push([name, bot.value]);
  }
  return ok(found);
}
