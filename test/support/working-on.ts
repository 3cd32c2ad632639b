import { createLog } from '../../src/kernel/log.ts';
import { createDuty, type Duty } from '../../src/store/duty.ts';
import { createHolds, type Holds } from '../../src/store/holds.ts';
import type { Store } from '../../src/store/store.ts';

/** What a part of the bot works with besides its store, as a process has it. The test stops the duty. */
export function workingOn(store: Store): { store: Store; holds: Holds; duty: Duty } {
  const holds = createHolds(store);
  return { store, holds, duty: createDuty(holds, createLog('silent', 'test')) };
}

/** The store as one that others may have open at the same time, which lmdb allows and the bot does not use. */
export function asShared(store: Store): Store {
  return { ...store, isShared: true };
}
