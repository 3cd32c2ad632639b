import * as z from 'zod';
import { type Kind, kind } from '../kind.ts';
import { fromUnversioned, headOf, UnreadableRecord } from '../record-text.ts';
import type { SetAside, Unreadable } from '../store.ts';
import { CLAIM, ONCE } from './claims.ts';
import { LAST_ID } from './mailboxes.ts';
import type { RecordKey, Records } from './records.ts';
import { dataOf } from './typed.ts';

/** A record that was set aside: its bytes in base64, when (ms since 1970), and why (kind.ts). */
const ASIDE = kind({
  name: 'aside',
  version: 1,
  schema: z.object({
    bytes: z.base64(),
    at: z.number(),
    misfit: z.object({
      why: z.enum(['no-record', 'newer', 'no-step', 'no-fit']),
      version: z.number().optional(),
      step: z.string().optional(),
      at: z.string().optional(),
    }),
  }),
});

/** Kinds the store itself writes, beside those of its rooms. */
export const OWN_KINDS: readonly Kind<unknown>[] = [CLAIM, ONCE, LAST_ID, ASIDE];

/** Every record that cannot be read as what one of these kinds says. Changes nothing. */
export function unreadableOf(records: Records, kinds: readonly Kind<unknown>[]): Unreadable[] {
  const found: Unreadable[] = [];
  for (const { key, text } of records.all()) {
    const meant = kindAt(key, kinds);
    try {
      if (meant) dataOf(meant, text);
      else found.push({ key, why: 'no-kind' });
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      found.push({ key, ...error.misfit });
    }
  }
  return found;
}

/** The copies that were set aside, oldest first (of one millisecond: by their records' keys), each with its place. */
export function asideOf(records: Records): { place: RecordKey; found: SetAside }[] {
  const copies: { place: RecordKey; found: SetAside }[] = [];
  for (const { key: place, text } of records.aside()) {
    const [, copy = '', ...key] = place;
    const { misfit, at } = dataOf(ASIDE, text);
    copies.push({ place, found: { copy, key, why: misfit.why, at, expires: headOf(text)?.expires ?? null } });
  }
  return copies.sort(
    ({ found: one }, { found: other }) => one.at - other.at || (String(one.key) < String(other.key) ? -1 : 1),
  );
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
