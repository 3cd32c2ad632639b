/** `unbind-bot store check`: the full look at the store, beside a running bot if need be. Results on standard output. */
import { ok, type Result } from '../kernel/result.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Kind } from '../store/kind.ts';
import { lookAtStore, type Unsupported } from '../store/open.ts';
import type { OpenFailure } from '../store/store.ts';
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
