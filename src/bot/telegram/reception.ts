/**
 * Where updates arrive, polled or posted: what came before is left out, what the house does not want is turned away, and
 * the rest is on disk before anybody answers for it. From then on Telegram may forget it.
 */
import type { Update } from 'grammy/types';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { StoreFailure } from '../../store/store.ts';
import type { Lines } from './lines.ts';
import type { IntakeWord, Shelf } from './shelf.ts';
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

interface ReceptionOptions extends Doorkeeper {
  shelf: Shelf;
  lines: Lines;
  log: Log;
  limits?: WaitingLimits | undefined;
}

export function createReception({
  shelf,
  lines,
  log,
  limits = LIMITS,
  ...door
}: ReceptionOptions): Reception {
  /** Update id -> what became of it; the oldest are forgotten. */
  const known = new Map<number, Promise<Result<void, StoreFailure>>>();

  function remember(updateId: number, outcome: Promise<Result<void, StoreFailure>>): void {
    known.set(updateId, outcome);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  }

  async function takeIn(update: Update): Promise<Result<void, StoreFailure>> {
    const { chatId } = classify(update);
    if (chatId === null) return ok(undefined);
    const admission = door.admit(update);
    if (admission === 'out') return ok(undefined);
    const before = await shelf.wasHandled(update.update_id);
    if (!before.ok || before.value) return before.ok ? ok(undefined) : before;
    if (admission === 'too-fast') return leaveWord(chatId, 'too-fast');
    if (isFull(chatId)) return leaveWord(chatId, 'full');
    const put = await shelf.put(chatId, { update });
    if (!put.ok) return put;
    door.arrived(update);
    lines.join(put.value);
    return ok(undefined);
  }

  function isFull(chatId: number): boolean {
    const waiting = lines.length(chatId);
    return waiting >= limits.perChat || (lines.total >= limits.total && waiting >= limits.fairShare);
  }

  /** Has a chat told, behind what it is waiting for, that something was not taken. */
  async function leaveWord(chatId: number, word: IntakeWord): Promise<Result<void, StoreFailure>> {
    if (lines.lastWord(chatId) === word) return ok(undefined);
    const put = await shelf.put(chatId, { word });
    if (!put.ok) return put;
    lines.join(put.value, word);
    return ok(undefined);
  }

  async function receive(update: Update): Promise<Result<void, StoreFailure>> {
    const { update_id: id } = update;
    const earlier = known.get(id);
    if (earlier) return earlier;
    const outcome = takeIn(update);
    remember(id, outcome);
    const taken = await outcome;
    if (taken.ok) return taken;
    known.delete(id);
    log.error({ update: id, failure: taken.failure.reason }, 'an update could not be stored');
    door.unstored?.(update, taken.failure);
    return taken;
  }

  return {
    receive,
    async receiveAll(updates) {
      const chains = new Map<number | null, Promise<boolean>>();
      const taken = await Promise.all(
        updates.map((update) => {
          const { chatId } = classify(update);
          const before = chains.get(chatId) ?? Promise.resolve(true);
          const mine = before.then(async (isTaken) => isTaken && (await receive(update)).ok);
          chains.set(chatId, mine);
          return mine;
        }),
      );
      const refused = taken.indexOf(false);
      return updates.slice(0, refused === -1 ? updates.length : refused);
    },
    know(updateIds) {
      for (const id of updateIds) remember(id, Promise.resolve(ok(undefined)));
    },
  };
}
