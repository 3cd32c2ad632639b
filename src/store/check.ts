/** What records are, and which of them cannot be read; whatever the store is made of. */
import { createHash } from 'node:crypto';
import type { Kind, Misfit } from './kind.ts';
import { ASIDE, OWN_KINDS } from './own-kinds.ts';
import { fromUnversioned, headOf, recordText, UnreadableRecord } from './record-text.ts';
import type { SetAside, StoredRecord, Unreadable } from './store.ts';
import { dataOf } from './typed.ts';

/** Why a record cannot be read as what one of these kinds says; null: it can. */
export function misfitOf(kinds: readonly Kind<unknown>[], { key, text }: StoredRecord): Unreadable | null {
  const meant = kindAt(key, kinds);
  if (!meant) return { key, why: 'no-kind' };
  try {
    dataOf(meant, text);
    return null;
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    return { key, ...error.misfit };
  }
}

/** A copy that was set aside, and its place. */
export interface Copy {
  readonly place: StoredRecord['key'];
  readonly found: SetAside;
}

/** @param record `['aside', name of the copy, ...key of the record]` */
export function copyOf({ key: place, text }: StoredRecord): Copy {
  const [, copy = '', ...key] = place;
  const { misfit, at } = dataOf(ASIDE, text);
  return { place, found: { copy, key, why: misfit.why, at, expires: headOf(text)?.expires ?? null } };
}

/** Oldest first; of one millisecond: by their records' keys. */
export function inOrder(copies: readonly Copy[]): Copy[] {
  return [...copies].sort(
    ({ found: one }, { found: other }) => one.at - other.at || (String(one.key) < String(other.key) ? -1 : 1),
  );
}

/**
 * The record that keeps a copy of another one, each once and for as long as that would have lived itself.
 * @param isFleeting nothing but its names and the fault are kept
 */
export function asideOf(
  key: StoredRecord['key'],
  bytes: Buffer,
  misfit: Misfit,
  isFleeting: boolean,
): StoredRecord {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return {
    key: ['aside', digest, ...key],
    text: recordText(ASIDE.version, headOf(bytes.toString())?.expires ?? null, {
      bytes: isFleeting ? '' : bytes.toString('base64'),
      at: Date.now(),
      misfit,
    }),
  };
}

/** Whether a record's text is what one of these kinds says; nobody has to have the store open. */
export function readsAs(kinds: readonly Kind<unknown>[]) {
  return (key: readonly string[], text: string): boolean => {
    const meant = kindAt(key, kinds);
    const today = headOf(text) ? text : fromUnversioned(text, key[0] === 'value');
    if (!meant || today === null) return false;
    try {
      dataOf(meant, today);
      return true;
    } catch (error) {
      if (error instanceof UnreadableRecord) return false;
      throw error;
    }
  };
}

function kindAt(
  [sort, name = '']: readonly string[],
  kinds: readonly Kind<unknown>[],
): Kind<unknown> | undefined {
  switch (sort) {
    case 'value':
      return kinds.find((kind) => kind.name === name);
    case 'message':
      return kinds.find((kind) => name.startsWith(`${kind.name}:`));
    default:
      return OWN_KINDS.find((kind) => kind.name === sort);
  }
}
