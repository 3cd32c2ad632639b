import { type Kind, readAs } from '../kind.ts';
import { parseRecord, recordText, UnreadableRecord } from '../record-text.ts';
import type { RecordChange, RecordKey, Records, Under } from './records.ts';

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

/**
 * Changes a record of the store's own (`Records.change`), where one that cannot be read is as good as none: it is set
 * aside, and `decide` is asked as if nothing were there.
 */
export async function changeAnyway(
  records: Records,
  key: RecordKey,
  decide: (current: string | undefined) => RecordChange | null,
  under?: Under,
): Promise<boolean> {
  try {
    return await records.change(key, decide, under);
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    await records.setAside(key, error.misfit);
    return records.change(key, () => decide(undefined), under);
  }
}
