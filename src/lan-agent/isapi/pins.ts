import { readFile } from 'node:fs/promises';
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

const FOLDER = 'certificates';

/** @param home state folder (home.ts); somebody who replaced a device's certificate on purpose deletes its file there */
export function openPins(home: string): Pins {
  const pathOf = (shortSerial: string) => join(home, FOLDER, `${shortSerial}.sha256`);
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
      const made = await ensureHome(home, FOLDER);
      if (!made.ok) return made;
      return replaceFile(pathOf(shortSerial), `${fingerprint}\n`);
    },
  };
}
