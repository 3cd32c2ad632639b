/** Stores of many cases, for what must not grow with them: written as records, past every desk. */
import { monotonicFactory } from 'ulid';
import { applyAction, type CaseRecord, newCase } from '../../src/cases/case.ts';
import { CASES, CHAT_CASES } from '../../src/cases/record.ts';
import type { Kind } from '../../src/store/kind.ts';
import { replaceStore } from '../../src/store/open.ts';
import { recordText } from '../../src/store/record-text.ts';
import type { StoredRecord } from '../../src/store/store.ts';

/** Records that go into a store at once. */
const BATCH = 5_000;
/** When the first of them was opened, ms, and how long after it the next one was. */
export const FIRST_AT = Date.UTC(2026, 0, 1);
export const APART_MS = 60_000;

export interface FilledStore {
  /** Ids of a chat's cases, oldest first. */
  idsOf(chatId: number): readonly string[];
}

/** A device of its own for each number below 100,000,000. */
export const serialOf = (number: number) => `J${String(number).padStart(8, '0')}`;

/** A case as a technician left it: closed but for the last of a chat, each of another device and named beside the next two. */
function caseAt(id: string, chatId: number, number: number, isOpen: boolean): CaseRecord {
  const at = FIRST_AT + number * APART_MS;
  const other = (n: number) => ({ shortSerial: serialOf(n), fullSerial: null, model: null, doubt: null });
  const actions = [
    {
      type: 'identified',
      device: { shortSerial: serialOf(number), fullSerial: null, model: 'DS-7608NI-K2', manufactured: null },
    },
    { type: 'others-named', others: [other(number + 1), other(number + 2)] },
    ...(isOpen ? [] : [{ type: 'closed', outcome: 'service-centre' } as const]),
  ] as const;
  return actions.reduce<CaseRecord>(
    (record, action) => {
      const applied = applyAction(record, action, at);
      if (!applied.ok) throw new Error(`${action.type}: ${applied.failure}`);
      return applied.value;
    },
    newCase(id, chatId, at),
  );
}

/**
 * Makes a store in which every chat has so many cases, as the version before indexes left it: whoever opens it brings it up
 * to date.
 */
export async function filledStore(
  storeUrl: string,
  chats: readonly { readonly chatId: number; readonly cases: number }[],
): Promise<FilledStore> {
  const nextId = monotonicFactory();
  const ids = new Map<number, string[]>();
  let number = 0;
  const as = <T>(kind: Kind<T>, key: string, value: T): StoredRecord => ({
    key: ['value', kind.name, key],
    text: recordText(kind.version, null, value),
  });
  const made = await replaceStore(storeUrl, async ({ put }) => {
    let records: StoredRecord[] = [];
    const flush = async () => {
      const written = await put(records);
      if (!written.ok) throw new Error(written.failure.detail);
      records = [];
    };
    for (const { chatId, cases } of chats) {
      const own: string[] = [];
      ids.set(chatId, own);
      for (let n = 0; n < cases; n++) {
        number += 1;
        const id = nextId(FIRST_AT + number * APART_MS);
        own.push(id);
        records.push(as(CASES, id, caseAt(id, chatId, number, n === cases - 1)));
        records.push(as(CHAT_CASES, `${chatId}:${id}`, true));
        if (records.length >= BATCH) await flush();
      }
    }
    await flush();
    return { ok: true, value: undefined };
  });
  if (!made.ok) throw new Error('the store could not be made', { cause: made.failure });
  return { idsOf: (chatId) => ids.get(chatId) ?? [] };
}
