/**
 * Claims that are held for as long as somebody needs them: waited for, renewed meanwhile, given back, and a few seconds after
 * their holder died somebody else's. Where nobody else may have the store open nothing is claimed and nothing is written.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Store, StoreFailure } from './store.ts';

export interface Holds {
  /**
   * Runs a task while no other process runs one under the same name; those of this process run side by side. What it writes to
   * the store is refused as soon as the claim is another process's (`Store.guarded`).
   * @param task its signal is aborted when the claim is lost
   * @param stopping ends the wait for the claim, not the task
   * @returns what the task returned, or why the claim could not be had: `unavailable` after `PATIENCE_MS`, too
   */
  within<T>(
    name: string,
    task: (lost: AbortSignal) => Promise<T>,
    stopping?: AbortSignal,
  ): Promise<Result<T, StoreFailure>>;
  /**
   * As `within`, asking once. Null: another process has the claim; it is waited for a moment, or until that may be over, so that
   * whoever asks again can look first whether it still has to.
   */
  attempt<T>(
    name: string,
    task: (lost: AbortSignal) => Promise<T>,
    stopping: AbortSignal,
  ): Promise<Result<T | null, StoreFailure>>;
  /**
   * Whether what asks runs in a task whose claim is lost, or may be: this process slept, or the store did not answer. Whatever
   * reaches others than the store must not be done any more: the next holder does it.
   */
  isLost(): boolean;
}

/** Name of the claim on a chat's turn: whoever has it changes what the chat is at. */
export const turnOf = (chatId: number): string => `chat:${chatId}`;

/** A claim this process has. */
interface Hold {
  readonly name: string;
  readonly owner: string;
  readonly fence: number;
  readonly lost: AbortController;
  readonly renewing: NodeJS.Timeout;
  /** Tasks that run under it. */
  users: number;
  /** Until when it is certainly ours, `performance.now()`. */
  until: number;
}

/** A holder that died keeps others waiting for so long, ms. */
const HOLD_MS = 5_000;
const RENEW_EVERY_MS = 1_000;
/** A claim that ran out calls nobody: it is looked at so often, ms. */
const LOOK_EVERY_MS = 500;
/** Longer than anything that is done under a claim which others wait for (flows/engine/engine.ts), ms. */
const PATIENCE_MS = 5 * 60_000;

const NEVER = new AbortController().signal;
// Whoever waits listens.
setMaxListeners(0, NEVER);

export function createHolds(store: Pick<Store, 'isShared' | 'claims' | 'guarded'>): Holds {
  if (!store.isShared) {
    const alone: Holds['within'] = async (_name, task) => ok(await task(NEVER));
    return { within: alone, attempt: alone, isLost: () => false };
  }
  const { claims } = store;
  const held = new Map<string, Hold>();
  /** Name -> its claim being taken or given back. */
  const changing = new Map<string, Promise<unknown>>();
  const under = new AsyncLocalStorage<readonly Hold[]>();

  function changed<T>(name: string, change: Promise<T>): Promise<T> {
    const done = change.finally(() => changing.get(name) === done && changing.delete(name));
    changing.set(name, done);
    return done;
  }

  /** Tries once. False: somebody else has it. */
  async function take(name: string): Promise<Result<boolean, StoreFailure>> {
    const owner = randomUUID();
    const asked = performance.now();
    const taken = await claims.take(name, HOLD_MS, owner);
    if (!taken.ok) return taken;
    if (!taken.value) return ok(false);
    const hold: Hold = {
      name,
      owner,
      fence: taken.value.fence,
      lost: new AbortController(),
      renewing: setInterval(() => void renew(hold), RENEW_EVERY_MS).unref(),
      users: 0,
      until: asked + HOLD_MS,
    };
    held.set(name, hold);
    return ok(true);
  }

  async function renew(hold: Hold): Promise<void> {
    const asked = performance.now();
    const renewed = await claims.renew(hold.name, HOLD_MS, hold.owner);
    if (renewed.ok && renewed.value) hold.until = Math.max(hold.until, asked + HOLD_MS);
    else if (renewed.ok || performance.now() > hold.until) lose(hold);
  }

  function lose(hold: Hold): void {
    clearInterval(hold.renewing);
    if (held.get(hold.name) !== hold) return;
    held.delete(hold.name);
    hold.lost.abort();
  }

  /** Counts one task more under the claim. Null: somebody else has it. */
  async function tryEnter(name: string): Promise<Result<Hold | null, StoreFailure>> {
    for (;;) {
      const hold = held.get(name);
      if (hold) {
        hold.users += 1;
        return ok(hold);
      }
      const change = changing.get(name);
      if (change) {
        await change;
        continue;
      }
      const taken = await changed(name, take(name));
      if (!taken.ok) return taken;
      if (!taken.value) return ok(null);
    }
  }

  /** Waits until this process has the claim, and counts one task more under it. */
  async function enter(name: string, stopping: AbortSignal): Promise<Result<Hold, StoreFailure>> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const entered = await tryEnter(name);
      if (!entered.ok) return entered;
      if (entered.value) return ok(entered.value);
      if (stopping.aborted || performance.now() > giveUpAt)
        return fail({ reason: 'unavailable', detail: `claim ${name} is busy` });
      await claims.wait(name, LOOK_EVERY_MS, stopping);
    }
  }

  function leave(hold: Hold): void {
    hold.users -= 1;
    if (hold.users > 0 || held.get(hold.name) !== hold) return;
    held.delete(hold.name);
    clearInterval(hold.renewing);
    // Nobody waits for it here; what could not be given back runs out.
    void changed(hold.name, claims.release(hold.name, hold.owner));
  }

  const isGone = ({ users, lost, until }: Hold) =>
    users > 0 && (lost.signal.aborted || performance.now() > until);

  /** The claim a task runs under already, so that it does not wait for itself. */
  const around = (name: string) =>
    under.getStore()?.find((hold) => hold.name === name && held.get(name) === hold);

  /** Runs a task that is counted under a claim. */
  async function run<T>(hold: Hold, task: (lost: AbortSignal) => Promise<T>): Promise<T> {
    const { name, owner, fence } = hold;
    try {
      return await under.run([...(under.getStore() ?? []), hold], () =>
        store.guarded({ name, owner, fence }, () => task(hold.lost.signal)),
      );
    } finally {
      leave(hold);
    }
  }

  return {
    async within(name, task, stopping = NEVER) {
      const outer = around(name);
      if (outer) return ok(await task(outer.lost.signal));
      const entered = await enter(name, stopping);
      return entered.ok ? ok(await run(entered.value, task)) : entered;
    },
    async attempt(name, task, stopping) {
      const entered = await tryEnter(name);
      if (!entered.ok) return entered;
      if (entered.value) return ok(await run(entered.value, task));
      await claims.wait(name, LOOK_EVERY_MS, stopping);
      return ok(null);
    },
    isLost: () => (under.getStore() ?? []).some(isGone),
  };
}
