import { stat } from 'node:fs/promises';

/** A file with a secret that more people of this machine may read than have to. */
export interface ExposedFile {
  readonly file: string;
  /** Permissions, octal, such as `644`. */
  readonly mode: string;
}

const OTHERS = 0o007;
const GROUP = 0o070;

/**
 * Which of these files others may read or change. A group may where the file is not our own: then somebody has given
 * it to us on purpose (`root:unbind-bot`, 640). Windows has no such permissions; a file that is not there is nobody's.
 */
export async function exposedFiles(files: readonly string[]): Promise<ExposedFile[]> {
  const us = process.geteuid?.();
  if (us === undefined) return [];
  const found = await Promise.all(
    files.map(async (file) => {
      const seen = await stat(file).catch(() => null);
      if (!seen) return [];
      const open = seen.mode & (seen.uid === us ? OTHERS | GROUP : OTHERS);
      return open === 0 ? [] : [{ file, mode: (seen.mode & 0o777).toString(8) }];
    }),
  );
  return found.flat();
}
