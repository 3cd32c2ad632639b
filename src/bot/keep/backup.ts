/**
 * `unbind-bot backup`: everything the store holds at one moment, in one file, beside a running bot. The file has its name only
 * after it was read again from the disk, to its last byte and record.
 */
import { access, rename, rm } from 'node:fs/promises';
import type { Seal } from '../../audit/chain.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Kind } from '../../store/kind.ts';
import { dumpStore, type Unsupported } from '../../store/open.ts';
import type { OpenFailure } from '../../store/store.ts';
import {
  type BackupHeader,
  type FileFault,
  faultOf,
  readBackupFile,
  writeBackupFile,
} from './backup-file.ts';
import { type Contents, createContents } from './contents.ts';

export interface BackupOptions {
  readonly storeUrl: string;
  /** Every kind of record the bot stores. */
  readonly kinds: readonly Kind<unknown>[];
  readonly seal: Seal | null;
  /** Public keys of age; none: the file is not encrypted. */
  readonly recipients: readonly string[];
  readonly header: BackupHeader;
}

/** What a backup came to, as it was read back from the disk. */
export interface Backup extends Contents {
  readonly bytes: number;
}

/**
 * Makes a backup. It is encrypted to one key more than was asked for, which is made here, reads the file again and is
 * forgotten: nobody has to bring the private key to the server in order to know that the file is good.
 */
export async function makeBackup(
  path: string,
  { storeUrl, kinds, seal, recipients, header }: BackupOptions,
): Promise<Result<Backup, OpenFailure | Unsupported | FileFault>> {
  if (await isThere(path)) return fail({ reason: 'exists', path, detail: '' });
  const part = `${path}.part`;
  const made = await write();
  if (!made.ok) await rm(part, { force: true }).catch(() => undefined);
  return made;

  async function write(): Promise<Result<Backup, OpenFailure | Unsupported | FileFault>> {
    try {
      // Of a backup that was killed.
      await rm(part, { force: true });
      const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
      const own = recipients.length === 0 ? null : await generateX25519Identity();
      const all = own === null ? [] : [...recipients, await identityToRecipient(own)];
      const written = await writeBackupFile(part, header, all, (take) => dumpStore(storeUrl, take));
      if (!written.ok) return written;
      const contents = createContents(kinds, seal);
      const read = await readBackupFile(part, own === null ? [] : [own], contents.take);
      if (!read.ok) return read;
      await rename(part, path);
      return ok({ ...contents.end(), bytes: written.value.bytes });
    } catch (error) {
      return fail(faultOf(error, path));
    }
  }
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
