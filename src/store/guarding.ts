/** Which claims a write is done under: known to the store itself, so that no room can forget to say so. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Held, Store } from './store.ts';

export interface Guarding {
  readonly guarded: Store['guarded'];
  /** The claims whoever asks works under, outermost first; each has to be its holder's still for a write to be done. */
  held(): readonly Held[];
}

/** A task under a claim. What goes on after it has ended is nobody's turn any more, and not held to it. */
interface Guard {
  readonly held: Held;
  hasEnded: boolean;
}

/** One for each store: a claim in one says nothing of another. */
export function createGuarding(): Guarding {
  const guards = new AsyncLocalStorage<readonly Guard[]>();
  const NONE: readonly Held[] = [];
  return {
    async guarded(held, task) {
      const guard: Guard = { held, hasEnded: false };
      try {
        return await guards.run([...(guards.getStore() ?? []), guard], task);
      } finally {
        guard.hasEnded = true;
      }
    },
    held: () => guards.getStore()?.flatMap(({ held, hasEnded }) => (hasEnded ? [] : [held])) ?? NONE,
  };
}
