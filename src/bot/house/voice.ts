/**
 * What is said outside conversations: answers to commands, and words to somebody who has done nothing just now. What
 * Telegram does not take is kept and said later, in its order, also after a crash, then perhaps twice
 * (docs/decisions/0034).
 */
import * as z from 'zod';
import { isPassing, TelegramUnavailable } from '../../flows/engine/bot-api.ts';
import type { Log } from '../../kernel/log.ts';
import type { Duty } from '../../store/duty.ts';
import type { Holds } from '../../store/holds.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import type { Store } from '../../store/store.ts';
import { createPile } from './pile.ts';
import { aloneIn, createRounds } from './rounds.ts';
import { type Manner, type PlainButton, plainButton, type Telegram, type Told } from './telegram.ts';

/** A word that waits for Telegram. No secret is in it: what holds one is said by `sayOnce`. */
export const KEPT_WORDS = kind({
  name: 'kept-words',
  version: 1,
  schema: z.object({
    person: z.number(),
    text: z.string(),
    rows: z.array(z.array(plainButton).readonly()).readonly(),
  }),
});
type KeptWord = DataOf<typeof KEPT_WORDS>;

export interface Voice {
  /**
   * Says a thing, now or as soon as Telegram takes it. `goodForMs`: it is not worth saying later than that.
   * @throws TelegramUnavailable when Telegram does not take it and it cannot be kept either: the update it answers has to
   *   be handed in again
   */
  say(
    person: number,
    text: string,
    how?: { rows?: readonly (readonly PlainButton[])[]; goodForMs?: number },
  ): Promise<Told>;
  /**
   * Says what must not be written down (a pairing code, an invitation).
   * @throws TelegramUnavailable: the update has to be handed in again, and what was made is made anew
   */
  sayOnce(person: number, text: string, how?: Manner): Promise<Told>;
  /** Somebody wrote to the bot: what their having stopped it kept back may be said now. */
  heard(person: number): void;
  /** Says what the last run left. */
  start(): Promise<void>;
  /** Resolves when nothing can be said at the moment. */
  idle(): Promise<void>;
  /** Ends waits. What was not said stays for the next start. */
  stop(): Promise<void>;
}

/** A word is kept this long, ms: as long as Telegram keeps an update. */
const KEPT_MS = 24 * 60 * 60_000;
/** How often words are looked for that a process has left which is gone, ms. */
const LEFT_MS = 5_000;
/** Words that wait for one person: more than a person can cause in an outage. */
const MOST_KEPT = 100;
/** Telegram's code where somebody has stopped the bot. */
const STOPPED = 403;

export function createVoice({
  telegram,
  store,
  holds,
  duty,
  log,
}: {
  telegram: Pick<Telegram, 'tell'>;
  store: Pick<Store, 'values' | 'isShared'>;
  holds: Holds;
  duty: Pick<Duty, 'every'>;
  log: Log;
}): Voice {
  const waiting = createPile(store, KEPT_WORDS);
  /** Those who have stopped the bot. */
  const away = new Set<number>();
  const rounds = createRounds(sayAll, log, aloneIn(holds, 'words'));

  /** One try. Null: it may be said later. */
  async function trySaying(
    { person, text, rows }: KeptWord,
    how: Manner = {},
  ): Promise<'told' | 'refused' | null> {
    const told = await telegram.tell(person, text, { rows, ...how });
    if (told.ok) return 'told';
    const { failure } = told;
    if (isPassing(failure)) return null;
    if (failure.kind === 'refused' && failure.code === STOPPED) {
      away.add(person);
      return null;
    }
    log.warn({ chat: person, failure: failure.description }, 'Telegram does not take a word as it is');
    return 'refused';
  }

  async function sayAll(person: number): Promise<boolean> {
    const theirs = await waiting.of(person);
    if (!theirs.ok) return false;
    for (const [key, word] of theirs.value) {
      // In the meantime it may not be worth saying any more.
      const isWorthIt = await waiting.isThere(key);
      if (!isWorthIt.ok || isWorthIt.value) {
        if ((await trySaying(word)) === null) return away.has(person);
      }
      const gone = await waiting.drop([key]);
      if (!gone.ok) log.error({ failure: gone.failure.reason }, 'a word that was said stays on disk');
    }
    return true;
  }

  /** Says what processes that are gone have left. */
  async function sayLeft(): Promise<void> {
    const people = await waiting.people();
    if (!people.ok) return log.error({ failure: people.failure.reason }, 'kept words are not read');
    for (const person of people.value) if (!away.has(person)) rounds.run(person);
  }

  /** Another process may have found that they had stopped the bot. */
  async function sayWaiting(person: number): Promise<void> {
    const theirs = await waiting.of(person);
    if (theirs.ok && theirs.value.length > 0) rounds.run(person);
  }

  return {
    async say(person, text, { rows = [], goodForMs = KEPT_MS } = {}) {
      const word = { person, text, rows };
      const before = await waiting.of(person);
      // Where nobody knows what waits, nothing is said in front of it.
      const ahead = before.ok ? before.value.length : 1;
      if (ahead === 0) {
        const told = await trySaying(word);
        if (told !== null) return told;
      }
      if (ahead >= MOST_KEPT) throw new TelegramUnavailable('too much waits to be said');
      const kept = await waiting.add(word, { ttlMs: goodForMs });
      if (!kept.ok) throw new TelegramUnavailable(`and a word cannot be kept: ${kept.failure.reason}`);
      if (!away.has(person)) rounds.run(person);
      return 'kept';
    },

    async sayOnce(person, text, how) {
      const told = await trySaying({ person, text, rows: [] }, how);
      if (told === null && !away.has(person)) throw new TelegramUnavailable('a secret was not said');
      return told ?? 'refused';
    },

    heard(person) {
      if (away.delete(person)) rounds.run(person);
      else if (store.isShared) void sayWaiting(person);
    },

    async start() {
      const loaded = await waiting.load();
      if (!loaded.ok) log.error({ failure: loaded.failure.reason }, 'words of the last run are not read');
      if (store.isShared) duty.every(LEFT_MS, sayLeft);
      else await sayLeft();
    },

    idle: rounds.idle,
    stop: rounds.stop,
  };
}
