/**
 * Lines where several processes have the store open: a chat's line is what lies on the shelf for it, whichever process took
 * it in. Whoever has the chat's turn handles the oldest until the shelf is empty. A process asks for the turn where what it has
 * taken in lies in front; what lies behind another's is left to that one, and what a process leaves that died to the one on
 * duty (docs/decisions/0072).
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Holds, turnOf } from '../../store/holds.ts';
import { createAttempts } from './attempts.ts';
import { type LineOptions, type Lines, LONGEST_AGAIN_MS } from './lines.ts';
import type { IntakeWord, Place } from './shelf.ts';

export interface SharedLines extends Lines {
  /** Looks whether something waits for a chat, whoever has left it, and sees it through. */
  look(chatId: number): void;
}

/** A chat for which this process asks for the turn, or looks whether it has to. */
interface Line {
  /** What this process has taken in for it, and nobody has seen through as far as it knows. */
  readonly own: Set<string>;
  lastWord: IntakeWord | null;
  /** All of it lay behind something when it was put away: whoever answers for that sees it through, too. */
  isBehind: boolean;
  /** Something came since the shelf was looked at. */
  again: boolean;
  readonly end: Promise<void>;
}

/** Handled in one turn of a chat, before other processes may have it: an agent's report may wait for it. */
const MOST_IN_A_TURN = 5;

/** `again`: something may have changed since the shelf was looked at. */
type Took = 'nothing' | 'handled' | 'again' | 'failed';

export function createSharedLines(options: LineOptions & { holds: Holds }): SharedLines {
  const { shelf, log, times, holds } = options;
  const { attempt, tellSlow } = createAttempts({ ...options, ...times, isLost: holds.isLost });
  const lines = new Map<number, Line>();
  const stopping = new AbortController();
  // Every chat that waits listens; their number is bounded where they come in.
  setMaxListeners(0, stopping.signal);

  /** False when the intake stops before the time is over. */
  async function pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    return !stopping.signal.aborted;
  }

  function lineOf(chatId: number, isBehind: boolean): Line {
    const line = lines.get(chatId) ?? {
      own: new Set(),
      lastWord: null,
      isBehind,
      again: true,
      end: work(chatId),
    };
    lines.set(chatId, line);
    line.isBehind &&= isBehind;
    line.again = true;
    return line;
  }

  async function work(chatId: number): Promise<void> {
    const slow = createSlow();
    let wait = times.againMs;
    // Not before the line is in its place.
    await Promise.resolve();
    for (let line = lines.get(chatId); line && !stopping.signal.aborted; ) {
      line.again = false;
      const took = line.isBehind ? await ifFirst(chatId, line) : await inTurn(chatId, line, slow.heads);
      if (took === 'nothing' && !line.again) break;
      wait = took === 'failed' ? Math.min(wait * 2, LONGEST_AGAIN_MS) : times.againMs;
      if (took === 'failed' && !(await pause(wait / 2))) break;
    }
    slow.stop();
    lines.delete(chatId);
  }

  /**
   * Asks for the turn where nothing is in front any more. Otherwise whoever has it finds this, too: it looks at the shelf again
   * before it gives the turn back, and what is in front was not erased yet when this lay there.
   */
  async function ifFirst(chatId: number, line: Line): Promise<Took> {
    const found = await shelf.placesOf(chatId, 1);
    if (!found.ok) return 'failed';
    const [first] = found.value;
    if (first && line.own.has(first.key)) {
      line.isBehind = false;
      return 'again';
    }
    if (!line.again) line.own.clear();
    return 'nothing';
  }

  /**
   * Handles what is oldest, in the chat's turn. Whoever had that turn may have handled what this process has taken in, too:
   * after a wait for it the shelf is looked at first, not a turn taken to find nothing.
   */
  async function inTurn(chatId: number, line: Line, heads: (place: Place | null) => void): Promise<Took> {
    const turn = await holds.attempt<Took>(
      turnOf(chatId),
      async (lost) => {
        for (let left = MOST_IN_A_TURN; left > 0; ) {
          const found = await shelf.placesOf(chatId, left);
          if (!found.ok) return 'failed';
          if (found.value.length === 0) {
            heads(null);
            line.own.clear();
            return 'nothing';
          }
          for (const place of found.value) {
            heads(place);
            if (lost.aborted || stopping.signal.aborted) return 'handled';
            if (!(await attempt(place))) return 'failed';
            line.own.delete(place.key);
            left -= 1;
          }
        }
        return 'handled';
      },
      stopping.signal,
    );
    if (turn.ok && turn.value === null) line.isBehind = line.own.size > 0;
    if (turn.ok) return turn.value ?? 'again';
    if (!stopping.signal.aborted)
      log.warn({ chat: chatId, failure: turn.failure.reason }, 'the turn of a chat cannot be had now');
    return 'failed';
  }

  /** Says once of each head of a line that it takes long. */
  function createSlow() {
    let at: string | null = null;
    let timer: NodeJS.Timeout | undefined;
    return {
      heads(place: Place | null) {
        if (place?.key === at) return;
        clearTimeout(timer);
        at = place?.key ?? null;
        if (place) timer = setTimeout(() => tellSlow(place), times.slowMs).unref();
      },
      stop: () => clearTimeout(timer),
    };
  }

  return {
    join(place, { word, isBehind = false } = {}) {
      if (stopping.signal.aborted) return;
      const line = lineOf(place.chatId, isBehind);
      line.own.add(place.key);
      line.lastWord = word ?? null;
    },
    look(chatId) {
      if (!stopping.signal.aborted) lineOf(chatId, false);
    },
    lastWord: (chatId) => lines.get(chatId)?.lastWord ?? null,
    length: (chatId) => lines.get(chatId)?.own.size ?? 0,
    get total() {
      let total = 0;
      for (const { own } of lines.values()) total += own.size;
      return total;
    },
    stop: () => stopping.abort(),
    async idle() {
      while (lines.size > 0) await Promise.all([...lines.values()].map(({ end }) => end));
    },
  };
}
