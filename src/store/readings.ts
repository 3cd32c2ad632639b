/** What records of a kind were read as, so that one that has not changed is not read again (docs/decisions/0080). */
import type { Kind } from './kind.ts';

/** A record's data, and when it goes, ms since 1970; null: never. */
export interface Reading<T> {
  readonly value: T;
  readonly expires: number | null;
}

/** Records of a kind whose reading is kept: the cases of those who are at work just now. */
const KEPT = 256;

/**
 * Reads texts of a kind; of one that is `frozen` the same text of a record is read once.
 * @param read throws where the text is no record of this kind
 * @returns the data of a record's text. @throws as `read`
 */
export function createReadings<T>(
  { frozen }: Pick<Kind<T>, 'frozen'>,
  read: (text: string) => Reading<T>,
): (key: string, text: string) => Reading<T> {
  if (!frozen) return (_key, text) => read(text);
  const kept = new Map<string, Reading<T> & { readonly text: string }>();
  return (key, text) => {
    const known = kept.get(key);
    if (known?.text === text) return known;
    const { value, expires } = read(text);
    const reading = { value, expires, text };
    // The newest last, so that the oldest is found at once.
    kept.delete(key);
    kept.set(key, reading);
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    return reading;
  };
}
