/** Those who wait for something in a store: woken by whoever writes it in this process, and looked after for what others write. */

export interface Waiter<What> {
  readonly what: What;
  wake(): void;
}

export interface Waiters<What> {
  /** Resolves when somebody calls its name or a look finds it ready, `ms` have passed, or the signal is aborted. */
  wait(name: string, what: What, ms: number, signal: AbortSignal): Promise<void>;
  wake(name: string): void;
  wakeAll(): void;
}

/**
 * @param look wakes those of the waiting that need not wait any more; it is asked at the beginning of a wait, for that one
 * alone, and every `everyMs` for all of them while anybody waits
 */
export function createWaiters<What>(
  everyMs: number,
  look: (waiting: readonly Waiter<What>[]) => void,
): Waiters<What> {
  const named = new Map<string, Set<Waiter<What>>>();
  let looking: NodeJS.Timeout | undefined;

  function all(): Waiter<What>[] {
    return [...named.values()].flatMap((waiting) => [...waiting]);
  }

  function add(name: string, waiter: Waiter<What>): void {
    const beside = named.get(name) ?? new Set();
    named.set(name, beside.add(waiter));
    looking ??= setInterval(() => look(all()), everyMs).unref();
  }

  function remove(name: string, waiter: Waiter<What>): void {
    const beside = named.get(name);
    beside?.delete(waiter);
    if (beside?.size === 0) named.delete(name);
    if (named.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  }

  return {
    wait: (name, what, ms, signal) =>
      new Promise((resolve) => {
        const waiter: Waiter<What> = { what, wake: done };
        const timer = setTimeout(done, ms);
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          remove(name, waiter);
          resolve();
        }
        signal.addEventListener('abort', done);
        add(name, waiter);
        if (signal.aborted) done();
        else look([waiter]);
      }),
    wake: (name) => {
      for (const waiter of [...(named.get(name) ?? [])]) waiter.wake();
    },
    wakeAll: () => {
      for (const waiter of all()) waiter.wake();
    },
  };
}
