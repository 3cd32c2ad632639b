/** A wait that ends early, late or from outside, whichever comes first. */
export interface Limit {
  readonly signal: AbortSignal;
  /** Ends the wait; also to be called when it is over, to let go of timer and outer signal. */
  readonly end: () => void;
}

/**
 * A limit of `ms` that also follows `outer`. Not `AbortSignal.any` over `AbortSignal.timeout`: Node 20 may collect such
 * a timeout before it fires, and then the wait never ends.
 */
export function limit(ms: number, outer?: AbortSignal): Limit {
  const controller = new AbortController();
  const end = () => {
    clearTimeout(timer);
    outer?.removeEventListener('abort', end);
    controller.abort();
  };
  const timer = setTimeout(end, ms);
  outer?.addEventListener('abort', end, { once: true });
  if (outer?.aborted) end();
  return { signal: controller.signal, end };
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

/** Resolves after `ms`, or as soon as `signal` is aborted: whoever waits looks at the signal itself. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const wait = limit(ms, signal);
  await aborted(wait.signal);
}
