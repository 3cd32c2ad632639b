/**
 * `unbind-bot store check`: the full look at the store; `store aside`: the copies of what could not be read. Both beside a
 * running bot if need be, with results on standard output.
 */
import type { Language } from '../../locales/language.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Kind } from '../store/kind.ts';
import { lookAtStore, type Unsupported } from '../store/open.ts';
import type { OpenFailure, Store, StoreFailure } from '../store/store.ts';
import { KINDS } from './kinds.ts';

/** The file itself is damaged: starting again does not help, and nothing was changed. */
const DAMAGED: readonly string[] = ['foreign', 'other-version', 'header', 'cut-off', 'pages'];

/** Whether the store is not opened because of what lies there, whatever the system allows. */
export function isDamaged(failure: OpenFailure): boolean {
  return DAMAGED.includes(failure.problem);
}

/** Why the store is not opened and what to do about it, as lines. */
export function storeTrouble(t: Texts, failure: OpenFailure): string[] {
  const { problem, place, detail, numbers } = failure;
  const sentence = t(`bot:startup.store.${problem}`, {
    place,
    detail,
    bytes: 0,
    needed: 0,
    damaged: 0,
    ...numbers,
  });
  return isDamaged(failure) ? [sentence, t('bot:startup.storeCure')] : [sentence];
}

/**
 * Reads every record as its kind is today, says how many there are of each and what cannot be read.
 * @returns whether all of it can be read
 */
export async function checkStore(
  storeUrl: string,
  { texts: t, print }: { texts: Texts; print(line: string): void },
  known: readonly Kind<unknown>[] = KINDS,
): Promise<Result<boolean, OpenFailure | Unsupported>> {
  const looked = await lookAtStore(storeUrl, known);
  if (!looked.ok) return looked;
  const { place, size, kinds, damage } = looked.value;
  print(t('bot:store.found', { place, bytes: size }));
  for (const { kind, records, unreadable } of kinds) {
    const key = unreadable > 0 ? 'bot:store.unreadable' : 'bot:store.kind';
    print(t(key, { kind, records, unreadable }));
  }
  const isWhole = kinds.every(({ unreadable }) => unreadable === 0);
  if (damage) for (const line of [t('bot:store.left'), ...storeTrouble(t, damage)]) print(line);
  else print(t(isWhole ? 'bot:store.whole' : 'bot:store.records'));
  return ok(isWhole && damage === null);
}

/** The name of a record's kind, as notices and lists name it. `key`: as the store names a record. */
export function kindAt([sort = '', name = '']: readonly string[]): string {
  return sort === 'value' || sort === 'message' ? (name.split(':')[0] ?? '') : sort;
}

interface AsideOutput {
  readonly texts: Texts;
  readonly language: Language;
  print(line: string): void;
}

/**
 * Lists the copies of records that could not be read: name, place, why and since when. Nothing of what is in them.
 * @returns true
 */
export async function listAside(
  store: Pick<Store, 'aside'>,
  { texts: t, language, print }: AsideOutput,
): Promise<Result<true, StoreFailure>> {
  const found = await store.aside();
  if (!found.ok) return found;
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  for (const { copy, key, why, at, expires } of found.value) {
    const kept = expires === null ? t('bot:store.aside.kept') : moment.format(expires);
    const reason = t(`bot:store.aside.why.${why}`);
    print(t('bot:store.aside.copy', { copy, key: key.join(' '), why: reason, at: moment.format(at), kept }));
  }
  print(t(found.value.length === 0 ? 'bot:store.aside.none' : 'bot:store.aside.howToErase'));
  return ok(true);
}

/**
 * Erases copies by their names; all of them where `copies` is `all`.
 * @returns whether there was one for each name
 */
export async function eraseAside(
  store: Pick<Store, 'aside' | 'eraseAside'>,
  copies: readonly string[] | 'all',
  { texts: t, print }: Pick<AsideOutput, 'texts' | 'print'>,
): Promise<Result<boolean, StoreFailure>> {
  const there = await store.aside();
  if (!there.ok) return there;
  const missing =
    copies === 'all' ? [] : copies.filter((name) => !there.value.some(({ copy }) => copy === name));
  for (const copy of missing) print(t('bot:store.aside.noSuch', { copy }));
  const erased = await (copies === 'all' ? store.eraseAside() : store.eraseAside(copies));
  if (!erased.ok) return erased;
  print(t('bot:store.aside.erased', { count: erased.value }));
  return ok(missing.length === 0);
}
