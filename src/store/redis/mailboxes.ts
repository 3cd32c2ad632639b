import { ulid } from 'ulid';
import type { Kind } from '../kind.ts';
import { UnreadableRecord } from '../record-text.ts';
import { MAILBOX_LIMIT, type Mailboxes, type MailboxMessage } from '../store.ts';
import { checkTtl, StoreError } from '../store-error.ts';
import { dataOf, textOf } from '../typed.ts';
import type { Waiters } from '../waiters.ts';
import { below, escaped } from './keys.ts';
import { checked, type RedisRecords } from './records.ts';
import { BEFORE_ID, type Waited } from './waiting.ts';

/** Characters of a ULID that are its time; the others are random. */
const TIME_LENGTH = 10;

/** Mailboxes of every kind: a stream each, gone while it is empty. */
export function redisMailboxes(
  records: RedisRecords,
  waiters: Waiters<Waited>,
): <T>(kind: Kind<T>) => Mailboxes<T> {
  const { scripts, keys } = records;

  return <T>(kind: Kind<T>): Mailboxes<T> => {
    const boxOf = (name: string) => `${kind.name}:${name}`;
    const streamOf = (box: string) => {
      checked(['last-id', box]);
      return keys.boxes + escaped(box);
    };
    /** What the fields of a box's messages begin with. */
    const fieldsOf = (box: string) => below('message', box);

    /** The message of an id; undefined where it cannot be read: then it is set aside, and leaves the box. */
    async function readOne(box: string, id: string, text: string): Promise<MailboxMessage<T> | undefined> {
      try {
        return { id, message: dataOf(kind, text) };
      } catch (error) {
        if (!(error instanceof UnreadableRecord)) throw error;
        await records.setAsideBytes(['message', box, id], Buffer.from(text), error.misfit, kind.fleeting);
        // Left in the box it would wake its reader for ever.
        await records.tell(scripts.remove, [fieldsOf(box), id], streamOf(box));
        return undefined;
      }
    }

    return {
      append: (name, message, ttlMs) =>
        records.run(async () => {
          checkTtl(ttlMs);
          const box = boxOf(name);
          const text = textOf(kind, message, ttlMs);
          const random = ulid(0).slice(TIME_LENGTH);
          const args = [checked(['last-id', box]), fieldsOf(box), text, random, waitName(box) + BEFORE_ID];
          try {
            return String(await records.tell(scripts.append, args, streamOf(box)));
          } catch (error) {
            if (!(error instanceof Error) || !error.message.startsWith('FULLBOX')) throw error;
            throw new StoreError('full', `mailbox holds ${MAILBOX_LIMIT} messages`);
          }
        }),

      read: (name, after, max) =>
        records.run(async () => {
          const box = boxOf(name);
          const answer = await records.ask(scripts.read, [after ?? '', String(max)], streamOf(box));
          const found: MailboxMessage<T>[] = [];
          const parts = answer as string[];
          for (let at = 0; at < parts.length; at += 2) {
            const message = await readOne(box, parts[at] ?? '', parts[at + 1] ?? '');
            if (message) found.push(message);
          }
          return found;
        }),

      wait: (name, after, ms, signal) => {
        const box = boxOf(name);
        return waiters.wait(
          waitName(box),
          { sort: 'message', name: escaped(box), after: after ?? '' },
          ms,
          signal,
        );
      },

      ack: (name, upTo) =>
        records.run(async () => {
          const box = boxOf(name);
          if (upTo !== '') await records.tell(scripts.ack, [fieldsOf(box), upTo], streamOf(box));
        }),

      clear: (name) =>
        records.run(async () => {
          const box = boxOf(name);
          await records.tell(scripts.ack, [fieldsOf(box), ''], streamOf(box));
        }),
    };
  };
}

/** What is told when a message comes in. */
const waitName = (box: string) => `message ${escaped(box)}`;
