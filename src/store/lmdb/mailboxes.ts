import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { behindWritten, type Gathering } from '../gathering.ts';
import type { Kind } from '../kind.ts';
import { LAST_ID, MEMORY_MS } from '../own-kinds.ts';
import { UnreadableRecord } from '../record-text.ts';
import { MAILBOX_LIMIT, type Mailboxes, type MailboxMessage } from '../store.ts';
import { checkTtl, StoreError } from '../store-error.ts';
import { dataOf, textOf } from '../typed.ts';
import { nextUlid } from '../ulid.ts';
import type { Waiters } from '../waiters.ts';
import { changeAnyway } from './change-anyway.ts';
import type { RecordKey, Records } from './records.ts';

/** Mailboxes of every kind. */
export function lmdbMailboxes(
  records: Records,
  waiters: Waiters<() => boolean>,
  gathering: Gathering,
): <T>(kind: Kind<T>) => Mailboxes<T> {
  const at = (box: string, id: string): RecordKey => ['message', box, id];
  /** Keys of the live messages after a cursor; the cursor itself is the first key and is left out. */
  function* keysAfter(box: string, after: string | null): Generator<RecordKey> {
    for (const key of records.keysFrom(at(box, after ?? '0'))) if (key[2] !== after) yield key;
  }

  const countAll = (box: string) => records.count(at(box, '0'), at(box, '~'), MAILBOX_LIMIT);

  function checkRoom(box: string): void {
    if (countAll(box) === MAILBOX_LIMIT)
      throw new StoreError('full', `mailbox holds ${MAILBOX_LIMIT} messages`);
  }

  function hasAfter(box: string, after: string | null): boolean {
    for (const _ of keysAfter(box, after)) return true;
    return false;
  }

  /** The message under a key; undefined where it ran out meanwhile, or cannot be read: then it is set aside. */
  async function readOne<T>(kind: Kind<T>, key: RecordKey): Promise<MailboxMessage<T> | undefined> {
    const text = await records.read(key);
    try {
      return text === undefined ? undefined : { id: key[2] ?? '', message: dataOf(kind, text) as T };
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      await records.setAside(key, error.misfit);
      // Left in the box it would wake its reader for ever.
      await records.remove([key]);
      return undefined;
    }
  }

  function mailboxesOf<T>(kind: Kind<T>): Mailboxes<T> {
    const boxOf = (name: string) => `${kind.name}:${name}`;
    return {
      append: (name, message, ttlMs) =>
        records.run(async () => {
          checkTtl(ttlMs);
          const box = boxOf(name);
          const text = textOf(kind, message, ttlMs);
          // What has run out and was not swept yet takes no room.
          if (countAll(box) === MAILBOX_LIMIT) await records.sweep();
          checkRoom(box);
          let id = '';
          const last: RecordKey = ['last-id', box];
          const next = (current: string | undefined) => {
            checkRoom(box);
            id = nextUlid(dataOf(LAST_ID, current) ?? null, Date.now());
            return { lastId: textOf(LAST_ID, id, ttlMs + MEMORY_MS), key: at(box, id) };
          };
          const task = isReadable(await records.read(last)) ? gathering.current() : null;
          // One commit with what the task has written so far. Others act on it, so it is made now.
          task?.amend({
            place: last,
            decide(current) {
              const { lastId, key } = next(current);
              return [
                { place: last, text: lastId },
                { place: key, text },
              ];
            },
          });
          await gathering.settle();
          if (!task)
            await changeAnyway(records, last, (current) => {
              const { lastId, key } = next(current);
              return { text: lastId, also: [{ key, text }] };
            });
          // Whoever waits for it goes before whoever has sent it: an answer is worth every millisecond.
          if (waiters.wake(waitName(box))) await turnOfOthers();
          return id;
        }),

      read: (name, after, max) =>
        records.run(async () => {
          const found: MailboxMessage<T>[] = [];
          for (const key of [...keysAfter(boxOf(name), after)]) {
            if (found.length === max) break;
            const message = await readOne(kind, key);
            if (message) found.push(message);
          }
          return found;
        }),

      wait: (name, after, ms, signal) => {
        const box = boxOf(name);
        return waiters.wait(waitName(box), () => hasAfter(box, after), ms, signal);
      },

      ack: (name, upTo) =>
        records.run(async () => {
          const done: RecordKey[] = [];
          for (const key of keysAfter(boxOf(name), null)) {
            if ((key[2] ?? '') > upTo) break;
            done.push(key);
          }
          await records.remove(done);
        }),

      clear: (name) => records.run(() => records.remove([...keysAfter(boxOf(name), null)])),
    };
  }

  const known = new Map<Kind<never>, Mailboxes<never>>();
  return <T>(kind: Kind<T>): Mailboxes<T> => {
    const made =
      known.get(kind as Kind<never>) ??
      (behindWritten(gathering, mailboxesOf(kind), ['ack', 'clear']) as Mailboxes<never>);
    known.set(kind as Kind<never>, made);
    return made as unknown as Mailboxes<T>;
  };
}

function isReadable(lastId: string | undefined): boolean {
  try {
    dataOf(LAST_ID, lastId);
    return true;
  } catch {
    return false;
  }
}

const waitName = (box: string) => `message ${box}`;
