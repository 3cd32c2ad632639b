/** What is in a backup, looked at record by record as a start of the bot would: every one as its kind, the trail as a chain. */
import type { Seal } from '../../audit/chain.ts';
import { type AuditCheck, createTrailCheck } from '../../audit/trail.ts';
import { CASES } from '../../cases/record.ts';
import type { Kind } from '../../store/kind.ts';
import { readsAs } from '../../store/open.ts';
import type { StoredRecord } from '../../store/store.ts';

export interface Contents {
  readonly records: number;
  readonly cases: number;
  /** Records that this version of the program cannot read. They are in the backup as they lay in the store. */
  readonly unreadable: number;
  readonly trail: AuditCheck;
}

/**
 * @param kinds every kind of record the bot stores
 * @param seal null: who let the trail begin where it does is not asked
 */
export function createContents(kinds: readonly Kind<unknown>[], seal: Seal | null) {
  const reads = readsAs(kinds);
  const trail = createTrailCheck(seal);
  let records = 0;
  let cases = 0;
  let unreadable = 0;
  return {
    /** @returns true */
    take(record: StoredRecord): true {
      const { key, text } = record;
      records += 1;
      if (!reads(key, text)) unreadable += 1;
      if (key[0] === 'value' && key[1] === CASES.name) cases += 1;
      trail.record(record);
      return true;
    },
    end: (): Contents => ({ records, cases, unreadable, trail: trail.end() }),
  };
}
