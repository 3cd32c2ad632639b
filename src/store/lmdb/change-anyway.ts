import { UnreadableRecord } from '../record-text.ts';
import type { RecordChange, RecordKey, Records, Under } from './records.ts';

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
