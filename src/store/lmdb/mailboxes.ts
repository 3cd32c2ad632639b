import { MAILBOX_LIMIT, type Mailboxes } from '../store.ts';
import { nextUlid } from '../ulid.ts';
import { StoreError } from './guard.ts';
import type { RecordKey, Records } from './records.ts';

/** How often a wait looks for messages that another process appended. */
const LOOK_EVERY_MS = 400;
/** The last id of a mailbox outlives its messages this long, so that ids ascend across restarts and clock changes. */
const LAST_ID_MEMORY_MS = 30 * 24 * 3_600_000;

interface Waiter {
  readonly box: string;
  readonly after: string | null;
  readonly wake: () => void;
}

/** Mailboxes and the way to end all waits at once. */
export function lmdbMailboxes(records: Records): { mailboxes: Mailboxes; wakeAll: () => void } {
  const waiters = new Set<Waiter>();
  let looking: NodeJS.Timeout | undefined;

  const at = (box: string, id: string): RecordKey => ['message', box, id];
  /** Keys of the live messages after a cursor; the cursor itself is the first key and is left out. */
  function* keysAfter(box: string, after: string | null): Generator<RecordKey> {
    for (const key of records.keysFrom(at(box, after ?? '0'))) if (key[2] !== after) yield key;
  }

  const countAll = (box: string) => records.count(at(box, '0'), at(box, '~'), MAILBOX_LIMIT);

  function wakeIfReady(waiter: Waiter): void {
    try {
      let waiting = false;
      for (const _ of keysAfter(waiter.box, waiter.after)) {
        waiting = true;
        break;
      }
      if (!waiting) return;
    } catch {
      // The read that follows a wait reports the failure.
    }
    waiter.wake();
  }

  function look(): void {
    records.refresh();
    for (const waiter of [...waiters]) wakeIfReady(waiter);
  }

  function add(waiter: Waiter): void {
    waiters.add(waiter);
    looking ??= setInterval(look, LOOK_EVERY_MS).unref();
  }

  function remove(waiter: Waiter): void {
    waiters.delete(waiter);
    if (waiters.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  }

  const mailboxes: Mailboxes = {
    append: (box, message, ttlMs) =>
      records.run(async () => {
        // What has run out and was not swept yet takes no room.
        if (countAll(box) === MAILBOX_LIMIT) await records.sweep();
        let id = '';
        await records.change(['last-id', box], (current) => {
          if (countAll(box) === MAILBOX_LIMIT) {
            throw new StoreError('full', `mailbox holds ${MAILBOX_LIMIT} messages`);
          }
          id = nextUlid((current as string | undefined) ?? null, Date.now());
          const also = [{ key: at(box, id), write: { data: message, ttlMs } }];
          return { data: id, ttlMs: ttlMs + LAST_ID_MEMORY_MS, also };
        });
        for (const waiter of [...waiters]) if (waiter.box === box) waiter.wake();
        return id;
      }),

    read: (box, after, max) =>
      records.run(async () => {
        const keys: RecordKey[] = [];
        for (const key of keysAfter(box, after)) if (keys.push(key) >= max) break;
        const found = keys.map(async (key) => ({ id: key[2] ?? '', message: await records.read(key) }));
        // What ran out between the two looks is no message any more.
        return (await Promise.all(found)).filter(({ message }) => message !== undefined);
      }),

    wait: (box, after, ms, signal) =>
      new Promise((resolve) => {
        const waiter: Waiter = { box, after, wake: done };
        const timer = setTimeout(done, ms);
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          remove(waiter);
          resolve();
        }
        signal.addEventListener('abort', done);
        add(waiter);
        if (signal.aborted) done();
        else wakeIfReady(waiter);
      }),

    ack: (box, upTo) =>
      records.run(async () => {
        const done: RecordKey[] = [];
        for (const key of keysAfter(box, null)) {
          if ((key[2] ?? '') > upTo) break;
          done.push(key);
        }
        await records.remove(done);
      }),

    clear: (box) => records.run(() => records.remove([...keysAfter(box, null)])),
  };

  return {
    mailboxes,
    wakeAll: () => {
      for (const waiter of [...waiters]) waiter.wake();
    },
  };
}
