/** Those who wait for something in a store: woken by whoever writes it in this process, and looked after for what others write. */

export interface Waiter<What> {
  readonly what: What;
  wake(): void;
  /** No later than in so many milliseconds. */
  wakeIn(ms: number): void;
}

export interface Waiters<What> {
  /** Resolves when somebody calls its name or a look finds it ready, `ms` have passed, or the signal is aborted. */
  wait(name: string, what: What, ms: number, signal: AbortSignal): Promise<void>;
  /** @param isMeant which of those that wait by this name; all without it */
  wake(name: string, isMeant?: (what: What) => boolean): void;
  wakeAll(): void;
}

/**
 * @param look wakes those of the waiting that need not wait any more; it is asked at the beginning of a wait, for that one
 * alone (`isNew`), and every `everyMs` for all of them while anybody waits
 */
export function createWaiters<What>(
  everyMs: number,
  look: (waiting: readonly Waiter<What>[], isNew: boolean) => void,
): Waiters<What> {
  const named = new Map<string, Set<Waiter<What>>>();
  let looking: NodeJS.Timeout | undefined;

  function all(): Waiter<What>[] {
    return [...named.values()].flatMap((waiting) => [...waiting]);
  }

  function add(name: string, waiter: Waiter<What>): void {
    const beside = named.get(name) ?? new Set();
    named.set(name, beside.add(waiter));
    looking ??= setInterval(() => look(all(), false), everyMs).unref();
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
        const endsAt = performance.now() + ms;
        let timer = setTimeout(done, ms);
        const waiter: Waiter<What> = {
          what,
          wake: done,
          wakeIn: (sooner) => {
            if (!named.get(name)?.has(waiter)) return;
            clearTimeout(timer);
            timer = setTimeout(done, Math.min(sooner, endsAt - performance.now()));
          },
        };
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          remove(name, waiter);
          resolve();
        }
        signal.addEventListener('abort', done);
        add(name, waiter);
        if (signal.aborted) done();
        else look([waiter], true);
      }),
    wake: (name, isMeant) => {
      for (const waiter of [...(named.get(name) ?? [])]) if (isMeant?.(waiter.what) ?? true) waiter.wake();
    },
    wakeAll: () => {
      for (const waiter of all()) waiter.wake();
    },
  };
}
