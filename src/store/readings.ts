/** What records of a kind were read as, so that one that has not changed is not read again (docs/decisions/0080). */
import type { Kind } from './kind.ts';

/** A record's data, and when it goes, ms since 1970; null: never. */
export interface Reading<T> {
  readonly value: T;
  readonly expires: number | null;
}

/** How a text of a kind becomes data. */
export interface Reader<T> {
  /** As its kind says: steps of older versions, and the schema. @throws where the text is no record of this kind */
  read(text: string): Reading<T>;
  /** As it lies there. @throws where it is no record */
  plain(text: string): Reading<T>;
}

/** What is read of a kind. */
export interface Readings<T> {
  /** The data of a record's text. @throws as `Reader.read` */
  of(key: string, text: string): Reading<T>;
  /** Hears of a text that is being written here. */
  written(key: string, text: string): void;
}

/** Records of a kind that are kept in mind: those of who is at work just now. */
const KEPT = 256;

/**
 * Reads texts of a kind. Of one that is `frozen` the same text of a record is read once. Of that, and of one that is `trusted`, a
 * text that this process has written itself is not held to the schema: it was made as the kind's type says, and comes back as it went.
 */
export function createReadings<T>(
  { frozen, trusted }: Pick<Kind<T>, 'frozen' | 'trusted'>,
  { read, plain }: Reader<T>,
): Readings<T> {
  if (!frozen && !trusted) return { of: (_key, text) => read(text), written: () => undefined };
  const own = createKept<string>();
  const readOrTaken = (key: string, text: string) => (own.get(key) === text ? plain(text) : read(text));
  const written = own.set;
  if (!frozen) return { of: readOrTaken, written };
  const kept = createKept<Reading<T> & { readonly text: string }>();
  return {
    of(key, text) {
      const known = kept.get(key);
      if (known?.text === text) return known;
      const reading = { ...readOrTaken(key, text), text };
      kept.set(key, reading);
      return reading;
    },
    written,
  };
}

/** The newest by their keys. */
function createKept<V>() {
  const kept = new Map<string, V>();
  return {
    get: (key: string) => kept.get(key),
    set(key: string, value: V): void {
      // The newest last, so that the oldest is found at once.
      kept.delete(key);
      kept.set(key, value);
      const [oldest] = kept.keys();
      if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    },
  };
}
