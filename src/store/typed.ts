import { type Kind, readAs } from './kind.ts';
import { parseRecord, recordText, UnreadableRecord } from './record-text.ts';

/** The text of a record that lives `ttlMs` milliseconds from now. What Keyv does for values. */
export function textOf<T>({ version }: Kind<T>, value: T, ttlMs: number): string {
  return recordText(version, Date.now() + ttlMs, value);
}

/**
 * What a text holds; undefined for none.
 * @throws UnreadableRecord
 */
export function dataOf<T>(kind: Kind<T>, text: string): T;
export function dataOf<T>(kind: Kind<T>, text: string | undefined): T | undefined;
export function dataOf<T>(kind: Kind<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  const read = readAs(kind, parseRecord(text));
  if (!read.ok) throw new UnreadableRecord(read.failure);
  return read.value;
}
