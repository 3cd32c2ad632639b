import type { Ending, EndingListener } from './store.ts';

/** Those who wait for something in a store: woken by whoever writes it in this process, and looked after for what others write. */

export interface Waiter<What> {
  readonly what: What;
  wake(): void;
  /** No later than in so many milliseconds. */
  wakeIn(ms: number): void;
}

export interface Waiters<What> {
  /** Resolves when somebody calls its name or a look finds it ready, `ms` have passed, or the signal is aborted. */
  wait(name: string, what: What, ms: number, signal: Ending): Promise<void>;
  /**
   * @param isMeant which of those that wait by this name; all without it
   * @returns whether there were any
   */
  wake(name: string, isMeant?: (what: What) => boolean): boolean;
  wakeAll(): void;
}

/** One wait. A class, because there is one for every idle agent, and functions of its own would cost as much again. */
class Wait<What> implements Waiter<What>, EndingListener {
  readonly what: What;
  readonly #signal: Ending;
  readonly #endsAt: number;
  readonly #onOver: (wait: Wait<What>) => void;
  #timer: NodeJS.Timeout;
  #isOver = false;

  /** @param onOver called when the wait is over, for whatever reason */
  constructor(what: What, ms: number, signal: Ending, onOver: (wait: Wait<What>) => void) {
    this.what = what;
    this.#signal = signal;
    this.#onOver = onOver;
    this.#endsAt = performance.now() + ms;
    this.#timer = setTimeout(wake, ms, this);
    signal.addEventListener('abort', this);
  }

  wake(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this);
    this.#onOver(this);
  }

  wakeIn(ms: number): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(wake, Math.min(ms, this.#endsAt - performance.now()), this);
  }

  handleEvent(): void {
    this.wake();
  }
}

const wake = (waiter: Waiter<unknown>) => waiter.wake();

/**
 * @param look wakes those of the waiting that need not wait any more; it is asked at the beginning of a wait, for that one
 * alone (`isNew`), and every `everyMs` for all of them while anybody waits
 */
export function createWaiters<What>(
  everyMs: number,
  look: (waiting: readonly Waiter<What>[], isNew: boolean) => void,
): Waiters<What> {
  // Lists, not sets: of most names there is one that waits, and there are as many names as idle agents.
  const named = new Map<string, readonly Waiter<What>[]>();
  let looking: NodeJS.Timeout | undefined;

  function all(): Waiter<What>[] {
    return [...named.values()].flat();
  }

  function add(name: string, waiter: Waiter<What>): void {
    named.set(name, [...(named.get(name) ?? []), waiter]);
    looking ??= setInterval(() => look(all(), false), everyMs).unref();
  }

  function remove(name: string, waiter: Waiter<What>): void {
    const others = named.get(name)?.filter((other) => other !== waiter) ?? [];
    if (others.length > 0) named.set(name, others);
    else named.delete(name);
    if (named.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  }

  return {
    wait: (name, what, ms, signal) =>
      new Promise((resolve) => {
        const waiter = new Wait(what, ms, signal, (over) => {
          remove(name, over);
          resolve();
        });
        add(name, waiter);
        if (signal.aborted) waiter.wake();
        else look([waiter], true);
      }),
    wake: (name, isMeant) => {
      const meant = named.get(name)?.filter(({ what }) => isMeant?.(what) ?? true) ?? [];
      for (const waiter of meant) waiter.wake();
      return meant.length > 0;
    },
    wakeAll: () => {
      for (const waiter of all()) waiter.wake();
    },
  };
}
