/** One try to see a thing through that waits in a chat's line, whoever keeps the line. */
import type { Update } from 'grammy/types';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Store, Stored } from '../../store/store.ts';
import type { IntakeWord, Place, Shelf, Waiting } from './shelf.ts';

/** Takes an update from the shelf that was seen through. */
export type Erase = () => Stored<void>;

/** What the house does with updates and with what has to be said about them. */
export interface LineKeeper {
  /**
   * Handles one update. After a failure nothing has changed, and the update is handed in again; after `stuck`, and when
   * this rejects, it is given up: it would be the same again.
   * @param erase takes it from the shelf; whoever keeps what became of it does so in the same commit
   */
  handle(update: Update, erase: Erase): Promise<Result<void, string>>;
  /** Tells a chat about its updates. False: it could not be told now, but may be later. */
  tell(chatId: number, word: IntakeWord): Promise<boolean>;
}

/** An update that is handled while it is still being put on the shelf (docs/decisions/0078). */
export interface Early {
  readonly update: Update;
  /** Where it is not taken it stays with Telegram, and comes again. */
  readonly written: Stored<unknown>;
}

export interface Attempts {
  /** Tries once, and takes what was seen through from the shelf. False: again later. */
  attempt(place: Place, early?: Early): Promise<boolean>;
  /** Tells a chat that what is at the head of its line takes long. */
  tellSlow(place: Place): void;
}

interface AttemptOptions extends LineKeeper {
  shelf: Pick<Shelf, 'read' | 'giveUp' | 'done'>;
  store: Pick<Store, 'behind'>;
  /** Longest time a handler is waited for, ms. */
  patienceMs: number;
  /** Whether another process has the chat's turn by now: whatever came of it here, that one sees it through. */
  isLost?: () => boolean;
  log: Log;
}

export function createAttempts({
  shelf,
  store,
  log,
  handle,
  tell,
  patienceMs,
  isLost = () => false,
}: AttemptOptions): Attempts {
  async function tryOnce(place: Place, erase: Erase, early?: Early): Promise<boolean> {
    const { chatId, updateId } = place;
    const found = early ? ok({ update: early.update }) : await shelf.read(place);
    if (!found.ok) {
      log.warn({ update: updateId, failure: found.failure.reason }, 'a waiting update cannot be read now');
      return false;
    }
    if (found.value === 'handled') return true;
    const thing: Waiting = found.value === 'lost' ? { word: 'lost' } : found.value;
    if ('word' in thing) return say(chatId, thing.word);
    switch (await outcomeOf(thing.update, erase)) {
      case 'handled':
        return true;
      case 'failed':
        return false;
      case 'broken': {
        if (isLost()) return false;
        if (await say(chatId, 'broken')) return true;
        const left = await shelf.giveUp(place, 'broken');
        if (!left.ok)
          log.error({ update: updateId, failure: left.failure.reason }, 'given up without a word');
        return !left.ok;
      }
    }
  }

  async function outcomeOf(update: Update, erase: Erase): Promise<'handled' | 'failed' | 'broken'> {
    const about = { update: update.update_id };
    let patience: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      patience = setTimeout(() => resolve('late'), patienceMs).unref();
    });
    try {
      const outcome = await Promise.race([handle(update, erase), late]);
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
      clearTimeout(patience);
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
    async attempt(place, early) {
      let isErased = false;
      const erase = async () => {
        const erased = await shelf.done(place);
        isErased = erased.ok;
        return erased;
      };
      const isSeenThrough = early
        ? await store.behind(early.written, () => tryOnce(place, erase, early))
        : await tryOnce(place, erase);
      if (early && !(await early.written).ok) return true;
      if (!isSeenThrough) return false;
      const erased = isErased ? ok(undefined) : await erase();
      // It runs out by itself; until then the engine knows it as handled.
      if (!erased.ok) log.warn({ failure: erased.failure.reason }, 'a handled update could not be erased');
      return true;
    },
    tellSlow({ chatId, updateId }) {
      log.error({ chat: chatId, update: updateId }, 'a chat is held up: an update is not handled');
      if (updateId !== null) void say(chatId, 'slow');
    },
  };
}
