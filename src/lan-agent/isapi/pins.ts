import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { errorCode } from '../error-code.ts';
import { ensureHome, type HomeFailure, replaceFile } from '../home.ts';

/** Fingerprints of certificates, one file per device: the certificates of devices are vouched for by nobody. */
export interface Pins {
  /** Null: none is kept yet. */
  known(shortSerial: string): Promise<Result<string | null, HomeFailure>>;
  keep(shortSerial: string, fingerprint: string): Promise<Result<void, HomeFailure>>;
}

/** @param home state folder (home.ts); somebody who replaced a device's certificate on purpose deletes its file there */
export function openPins(home: string): Pins {
  const folder = join(home, 'certificates');
  const pathOf = (shortSerial: string) => join(folder, `${shortSerial}.sha256`);
  return {
    known: async (shortSerial) => {
      try {
        return ok((await readFile(pathOf(shortSerial), 'utf8')).trim());
      } catch (error) {
        const code = errorCode(error);
        return code === 'ENOENT' ? ok(null) : fail({ reason: 'unwritable', code });
      }
    },
    keep: async (shortSerial, fingerprint) => {
      const made = await ensureHome(home);
      if (!made.ok) return made;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
      } catch (error) {
        return fail({ reason: 'unwritable', code: errorCode(error) });
      }
      return replaceFile(pathOf(shortSerial), `${fingerprint}\n`);
    },
  };
}
