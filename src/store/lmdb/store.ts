import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Store, StoreFailure } from '../store.ts';
import { keyvValues } from '../values.ts';
import { lmdbClaims } from './claims.ts';
import { looksLikeLmdb, prepareFiles } from './files.ts';
import { guarded } from './guard.ts';
import { lmdbMailboxes } from './mailboxes.ts';
import { Records } from './records.ts';
import { lmdbValues } from './values.ts';

/** Opens (and makes, if need be) a store in a directory. Several processes of one machine may have it open. */
export async function openLmdbStore(directory: string): Promise<Result<Store, StoreFailure>> {
  const opened = await guarded(async () => {
    await prepareFiles(directory);
    return (await looksLikeLmdb(directory)) ? new Records(directory) : null;
  });
  if (!opened.ok) return opened;
  const records = opened.value;
  if (!records) return fail({ reason: 'corrupt', detail: 'data.mdb is not an LMDB file' });

  const swept = await records.run(() => records.sweep());
  if (!swept.ok) {
    await records.close();
    return swept;
  }
  const { mailboxes, wakeAll } = lmdbMailboxes(records);
  return ok({
    values: <T>(namespace: string) => keyvValues<T>(lmdbValues(records, namespace)),
    claims: lmdbClaims(records),
    mailboxes,
    close: () => {
      const closed = records.close();
      wakeAll();
      return closed;
    },
  });
}
