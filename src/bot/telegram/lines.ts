/**
 * One line for each chat: its updates are handled one after another, and one that fails is tried again at the head of
 * its own line, in front of what came later. Lines know nothing of each other: a chat that is stuck holds up nobody else.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../kernel/log.ts';
import type { Store } from '../../store/store.ts';
import { createAttempts, type Early, type LineKeeper } from './attempts.ts';
import type { IntakeWord, Place, Shelf } from './shelf.ts';

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
/** Longest pause between two tries, ms. */
export const LONGEST_AGAIN_MS = 30_000;

/** What joins a line. */
export interface Joining {
  /** What lies there, where it is a word. */
  readonly word?: IntakeWord;
  /** What is still being put there; only where the line is empty. */
  readonly early?: Early;
  /** Whether others may see it through: something lay in front of it when it was put away. */
  readonly isBehind?: boolean;
}

export interface Lines {
  /**
   * Puts what lies at a place at the end of its chat's line. After `stop` it is left where it lies.
   */
  join(place: Place, what?: Joining): void;
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

export interface LineOptions extends LineKeeper {
  shelf: Shelf;
  store: Pick<Store, 'behind'>;
  times: LineTimes;
  log: Log;
}

export function createLines(options: LineOptions): Lines {
  const { times } = options;
  const { attempt, tellSlow } = createAttempts({ ...options, ...times });
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

  async function work(chatId: number, places: Place[], early?: Early): Promise<void> {
    let first = early;
    for (let place = places[0]; place && !stopping.signal.aborted; place = places[0]) {
      if (!(await settle(place, first))) break;
      first = undefined;
      places.shift();
      total -= 1;
    }
    lines.delete(chatId);
  }

  /** Sees a thing through, however often it takes. False: the intake stops, it stays where it lies. */
  async function settle(place: Place, early?: Early): Promise<boolean> {
    const slow = setTimeout(() => tellSlow(place), times.slowMs).unref();
    try {
      let isDone = await attempt(place, early);
      for (let wait = times.againMs; !isDone; wait = Math.min(wait * 2, LONGEST_AGAIN_MS)) {
        if (!(await pause(wait))) return false;
        isDone = await attempt(place);
      }
    } finally {
      clearTimeout(slow);
    }
    return true;
  }

  return {
    join(place, { word, early } = {}) {
      if (stopping.signal.aborted) return;
      total += 1;
      const line = lines.get(place.chatId);
      if (line) {
        line.places.push(place);
        line.lastWord = word ?? null;
        return;
      }
      const places = [place];
      lines.set(place.chatId, { places, lastWord: word ?? null, end: work(place.chatId, places, early) });
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
