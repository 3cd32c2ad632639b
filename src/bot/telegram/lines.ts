/**
 * One line for each chat: its updates are handled one after another, and one that fails is tried again at the head of
 * its own line, in front of what came later. Lines know nothing of each other: a chat that is stuck holds up nobody else.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { IntakeWord, Place, Shelf, Waiting } from './shelf.ts';

/** What the house does with updates and with what has to be said about them. */
export interface LineKeeper {
  /**
   * Handles one update. After a failure nothing has changed, and the update is handed in again; after `stuck`, and when
   * this rejects, it is given up: it would be the same again.
   */
  handle(update: Update): Promise<Result<void, string>>;
  /** Tells a chat about its updates. False: it could not be told now, but may be later. */
  tell(chatId: number, word: IntakeWord): Promise<boolean>;
}

export interface LineTimes {
  /** Pause before an update is handed in again, ms; doubles up to half a minute. */
  againMs: number;
  /** After this time at the head of its line the chat is told that an update takes long, ms. */
  slowMs: number;
  /**
   * Longest time a handler is waited for, ms. Everything a handler waits for ends sooner; one that hangs beyond this is a
   * fault, and is left behind.
   */
  patienceMs: number;
}

/** `slowMs`: longer than a photo takes. `patienceMs`: longer than a turn of the engine, and one it has to wait for. */
export const LINE_TIMES: LineTimes = { againMs: 1_000, slowMs: 60_000, patienceMs: 10 * 60_000 };
const LONGEST_AGAIN_MS = 30_000;

export interface Lines {
  /**
   * Puts what lies at a place at the end of its chat's line. After `stop` it is left where it lies.
   * @param word what lies there, where it is a word
   */
  join(place: Place, word?: IntakeWord): void;
  /** The word a chat's line ends with, if any. */
  lastWord(chatId: number): IntakeWord | null;
  /** How many wait in a chat's line, the one being handled among them. */
  length(chatId: number): number;
  /** How many wait in all. */
  readonly total: number;
  /** Handles nothing more; what is being handled goes on. */
  stop(): void;
  /** Resolves when nothing is being handled and, before `stop`, nothing waits. */
  idle(): Promise<void>;
}

interface LineOptions extends LineKeeper, LineTimes {
  shelf: Shelf;
  log: Log;
}

export function createLines({ shelf, log, handle, tell, ...times }: LineOptions): Lines {
  const lines = new Map<number, { places: Place[]; lastWord: IntakeWord | null; end: Promise<void> }>();
  const stopping = new AbortController();
  // Every chat that waits listens; their number is bounded where they come in.
  setMaxListeners(0, stopping.signal);
  let total = 0;

  /** False when the intake stops before the time is over. */
  async function pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    return !stopping.signal.aborted;
  }

  async function work(chatId: number, places: Place[]): Promise<void> {
    for (let place = places[0]; place && !stopping.signal.aborted; place = places[0]) {
      if (!(await settle(place))) break;
      places.shift();
      total -= 1;
    }
    lines.delete(chatId);
  }

  /** Sees a thing through, however often it takes. False: the intake stops, it stays where it lies. */
  async function settle(place: Place): Promise<boolean> {
    const { chatId, updateId } = place;
    const slow = setTimeout(() => {
      log.error({ chat: chatId, update: updateId }, 'a chat is held up: an update is not handled');
      if (updateId !== null) void say(chatId, 'slow');
    }, times.slowMs).unref();
    try {
      for (let wait = times.againMs; !(await attempt(place)); wait = Math.min(wait * 2, LONGEST_AGAIN_MS)) {
        if (!(await pause(wait))) return false;
      }
    } finally {
      clearTimeout(slow);
    }
    const erased = await shelf.done(place);
    // It runs out by itself; until then the engine knows it as handled.
    if (!erased.ok) log.warn({ failure: erased.failure.reason }, 'a handled update could not be erased');
    return true;
  }

  /** Tries once. False: again later. */
  async function attempt(place: Place): Promise<boolean> {
    const { chatId, updateId } = place;
    const found = await shelf.read(place);
    if (!found.ok) {
      log.warn({ update: updateId, failure: found.failure.reason }, 'a waiting update cannot be read now');
      return false;
    }
    const thing: Waiting = found.value === 'lost' ? { word: 'lost' } : found.value;
    if ('word' in thing) return say(chatId, thing.word);
    switch (await outcomeOf(thing.update)) {
      case 'handled':
        return true;
      case 'failed':
        return false;
      case 'broken': {
        if (await say(chatId, 'broken')) return true;
        const left = await shelf.giveUp(place, 'broken');
        if (!left.ok)
          log.error({ update: updateId, failure: left.failure.reason }, 'given up without a word');
        return !left.ok;
      }
    }
  }

  async function outcomeOf(update: Update): Promise<'handled' | 'failed' | 'broken'> {
    const about = { update: update.update_id };
    const enough = new AbortController();
    const late = sleep(times.patienceMs, 'late' as const, { signal: enough.signal, ref: false });
    late.catch(() => undefined);
    try {
      const outcome = await Promise.race([handle(update), late]);
      if (outcome === 'late') {
        log.error(about, 'a handler does not end; going on without it');
        return 'broken';
      }
      if (outcome.ok) return 'handled';
      log.warn({ ...about, reason: outcome.failure }, 'an update could not be handled');
      return outcome.failure === 'stuck' ? 'broken' : 'failed';
    } catch (error) {
      log.error({ ...about, err: error }, 'handling an update failed');
      return 'broken';
    } finally {
      enough.abort();
    }
  }

  async function say(chatId: number, word: IntakeWord): Promise<boolean> {
    try {
      return await tell(chatId, word);
    } catch (error) {
      log.error({ err: error, chat: chatId, word }, 'a chat could not be told of its updates');
      return false;
    }
  }

  return {
    join(place, word) {
      if (stopping.signal.aborted) return;
      total += 1;
      const line = lines.get(place.chatId);
      if (line) {
        line.places.push(place);
        line.lastWord = word ?? null;
        return;
      }
      const places = [place];
      lines.set(place.chatId, { places, lastWord: word ?? null, end: work(place.chatId, places) });
    },
    lastWord: (chatId) => lines.get(chatId)?.lastWord ?? null,
    length: (chatId) => lines.get(chatId)?.places.length ?? 0,
    get total() {
      return total;
    },
    stop: () => stopping.abort(),
    async idle() {
      while (lines.size > 0) await Promise.all([...lines.values()].map(({ end }) => end));
    },
  };
}
