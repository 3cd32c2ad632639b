/**
 * What is said outside conversations: answers to commands, and words to somebody who has done nothing just now. What
 * Telegram does not take is kept and said later, in its order, also after a crash, then perhaps twice
 * (docs/decisions/0034).
 */
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import { isPassing, TelegramUnavailable } from '../../flows/engine/bot-api.ts';
import type { Log } from '../../kernel/log.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Values } from '../../store/store.ts';
import { createRounds } from './rounds.ts';
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
/** Words that wait for one person: more than a person can cause in an outage. */
const MOST_KEPT = 100;
/** Telegram's code where somebody has stopped the bot. */
const STOPPED = 403;

export function createVoice({
  telegram,
  values,
  log,
}: {
  telegram: Pick<Telegram, 'tell'>;
  values: Values<KeptWord>;
  log: Log;
}): Voice {
  /** Key -> what waits, oldest first. */
  const waiting = new Map<string, KeptWord>();
  /** Those who have stopped the bot. */
  const away = new Set<number>();
  const nextKey = monotonicFactory();
  const rounds = createRounds(sayAll, log);

  const theirs = (person: number) => [...waiting].filter(([, word]) => word.person === person);

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
    for (const [key, word] of theirs(person)) {
      // In the meantime it may not be worth saying any more.
      const kept = orNone(await values.get(key));
      if (!kept.ok || kept.value) {
        if ((await trySaying(word)) === null) return away.has(person);
        const gone = await values.delete(key);
        if (!gone.ok) log.error({ failure: gone.failure.reason }, 'a word that was said stays on disk');
      }
      waiting.delete(key);
    }
    return true;
  }

  return {
    async say(person, text, { rows = [], goodForMs = KEPT_MS } = {}) {
      const word = { person, text, rows };
      const before = theirs(person);
      if (before.length === 0) {
        const told = await trySaying(word);
        if (told !== null) return told;
      }
      if (before.length >= MOST_KEPT) throw new TelegramUnavailable('too much waits to be said');
      const key = nextKey();
      const kept = await values.set(key, word, goodForMs);
      if (!kept.ok) throw new TelegramUnavailable(`and a word cannot be kept: ${kept.failure.reason}`);
      waiting.set(key, word);
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
    },

    async start() {
      const keys = await values.keys();
      if (!keys.ok) return log.error({ failure: keys.failure.reason }, 'words of the last run are not read');
      for (const key of keys.value) {
        const word = await values.get(key);
        if (!word.ok) log.error({ failure: word.failure.reason }, 'a word of the last run is not read');
        else if (word.value) waiting.set(key, word.value);
      }
      for (const person of new Set([...waiting.values()].map((word) => word.person))) rounds.run(person);
    },

    idle: rounds.idle,
    stop: rounds.stop,
  };
}
