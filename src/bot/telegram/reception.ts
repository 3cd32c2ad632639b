/**
 * Where updates arrive, polled or posted: what came before is left out, what the house does not want is turned away, and
 * the rest is on disk before anybody answers for it. From then on Telegram may forget it.
 */
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Stored, StoreFailure } from '../../store/store.ts';
import type { Lines } from './lines.ts';
import type { IntakeWord, Place, Shelf } from './shelf.ts';
import { classify } from './updates.ts';

/** `in`: it is kept and handled. `out`: the house has no use for it. `too-fast`: out, and its sender is told. */
export type Admission = 'in' | 'out' | 'too-fast';

export interface Doorkeeper {
  /** Looks at an update before anything is done with it: a flood must cost nothing but this look. */
  admit(update: Update): Admission;
  /** Hears of an update that was let in, while others of its chat may still be waiting in front of it. */
  arrived(update: Update): void;
  /** Hears of an update that could not be stored. It stays with Telegram and comes again. */
  unstored?(update: Update, failure: StoreFailure): void;
}

/** How many updates may wait. */
export interface WaitingLimits {
  perChat: number;
  total: number;
  /** So many a chat may have waiting even where the total is reached: who is stuck takes nobody else's room. */
  fairShare: number;
}

/** As many as a person may send at once (door/limits.ts); an update has a few kilobytes. */
const LIMITS: WaitingLimits = { perChat: 100, total: 5_000, fairShare: 5 };
/** Ids of updates remembered in memory. Older ones are on disk. */
const REMEMBERED = 5_000;

export interface Reception {
  /**
   * Takes one update. When this resolves ok, it is on disk, or was turned away, or came before; Telegram may forget it.
   * After a failure it was not taken.
   */
  receive(update: Update): Promise<Result<void, StoreFailure>>;
  /**
   * Takes the updates of an answer, those of one chat in their order.
   * @returns those Telegram may forget: all up to the first that could not be stored
   */
  receiveAll<U extends Update>(updates: readonly U[]): Promise<U[]>;
  /** These lie on the shelf since the last run: should Telegram hand them out again, they are known. */
  know(updateIds: readonly number[]): void;
}

/** What becomes of an update; see `receive`. */
type Taking = Promise<Result<void, StoreFailure>>;

/** What became of the one before, for one that has none before it. */
const NONE_BEFORE: Taking = Promise.resolve(ok(undefined));

interface ReceptionOptions extends Doorkeeper {
  shelf: Shelf;
  /** Whether other processes take updates in, too: what waits for a chat is asked of the shelf. */
  isShared: boolean;
  /** Whether a chat that waits for nothing else begins with an update while that is still being written. */
  beginsEarly: boolean;
  lines: Lines;
  log: Log;
  limits?: WaitingLimits | undefined;
}

export function createReception({
  shelf,
  isShared,
  beginsEarly,
  lines,
  log,
  limits = LIMITS,
  ...door
}: ReceptionOptions): Reception {
  /** Update id -> what became of it; the oldest are forgotten. */
  const known = new Map<number, Taking>();
  /** Chat -> how many of its updates are being written. */
  const arriving = new Map<number, number>();

  function remember(updateId: number, outcome: Taking): void {
    known.set(updateId, outcome);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  }

  /**
   * Writes at once, and takes its place in the line when the one before it in its chat has: where that one could not be
   * stored, this one is not taken either.
   */
  async function takeIn(update: Update, before: Taking): Taking {
    const { chatId } = classify(update);
    const admission = chatId === null ? 'out' : door.admit(update);
    if (chatId === null || admission === 'out') return before;
    if (isShared) {
      // Only what was put away before can be put behind.
      const earlier = await before;
      if (!earlier.ok) return earlier;
    }
    const [handled, there] = await Promise.all([shelf.wasHandled(update.update_id), waitingFor(chatId)]);
    if (!handled.ok) return reported(update, handled);
    if (handled.value) return before;
    if (!there.ok) return reported(update, there);
    // Another process has it, and Telegram has not heard of that.
    if (there.value.some(({ updateId }) => updateId === update.update_id)) return before;
    const waiting = isShared ? there.value.length : lines.length(chatId);
    const word = admission === 'too-fast' ? admission : isFull(chatId, waiting) ? 'full' : null;
    if (word !== null) {
      const earlier = await before;
      if (!earlier.ok) return earlier;
      const left = await leaveWord(chatId, word, there.value.at(-1));
      return left.ok ? left : reported(update, left);
    }
    const isAlone = before === NONE_BEFORE && !arriving.has(chatId) && lines.length(chatId) === 0;
    const { place, written } = shelf.put(chatId, { update }, there.value.at(-1));
    if (beginsEarly && isAlone) {
      door.arrived(update);
      lines.join(place, { early: { update, written } });
      const put = await written;
      // Somebody waits for a word that was held back by the same commit: it leaves first, and a connection that was idle takes a
      // turn of events before it is used. Telegram is asked on behind it.
      await turnOfOthers();
      await turnOfOthers();
      return put.ok ? ok(undefined) : reported(update, put);
    }
    arriving.set(chatId, (arriving.get(chatId) ?? 0) + 1);
    const put = await written;
    const earlier = await before;
    leave(chatId);
    if (!earlier.ok) {
      if (put.ok) await shelf.withdraw(put.value);
      return earlier;
    }
    if (!put.ok) return reported(update, put);
    door.arrived(update);
    lines.join(put.value, { isBehind: there.value.length > 0 });
    return ok(undefined);
  }

  /** One less is being written. */
  function leave(chatId: number): void {
    const left = (arriving.get(chatId) ?? 0) - 1;
    if (left > 0) arriving.set(chatId, left);
    else arriving.delete(chatId);
  }

  /** What other processes know of: where there are none, the lines know it without asking. */
  const waitingFor = (chatId: number): Stored<Place[]> =>
    isShared ? shelf.placesOf(chatId, limits.perChat) : Promise.resolve(ok([]));

  function isFull(chatId: number, there: number): boolean {
    const waiting = there + (arriving.get(chatId) ?? 0);
    return waiting >= limits.perChat || (lines.total >= limits.total && waiting >= limits.fairShare);
  }

  function reported(update: Update, failed: { ok: false; failure: StoreFailure }) {
    log.error({ update: update.update_id, failure: failed.failure.reason }, 'an update could not be stored');
    door.unstored?.(update, failed.failure);
    return failed;
  }

  /** Has a chat told, behind what it is waiting for, that something was not taken. */
  async function leaveWord(chatId: number, word: IntakeWord, behind?: Place): Taking {
    if (lines.lastWord(chatId) === word) return ok(undefined);
    const put = await shelf.put(chatId, { word }, behind).written;
    if (!put.ok) return put;
    lines.join(put.value, { word });
    return ok(undefined);
  }

  async function receive(update: Update, before: Taking = NONE_BEFORE): Taking {
    const { update_id: id } = update;
    const earlier = known.get(id);
    if (earlier) return earlier;
    const outcome = takeIn(update, before);
    remember(id, outcome);
    const taken = await outcome;
    if (!taken.ok) known.delete(id);
    return taken;
  }

  return {
    receive: (update) => receive(update),
    async receiveAll(updates) {
      const lasts = new Map<number | null, Taking>();
      const taken = await Promise.all(
        updates.map((update) => {
          const { chatId } = classify(update);
          const mine = receive(update, lasts.get(chatId));
          lasts.set(chatId, mine);
          return mine;
        }),
      );
      const refused = taken.findIndex(({ ok: isTaken }) => !isTaken);
      return updates.slice(0, refused === -1 ? updates.length : refused);
    },
    know(updateIds) {
      for (const id of updateIds) remember(id, Promise.resolve(ok(undefined)));
    },
  };
}
