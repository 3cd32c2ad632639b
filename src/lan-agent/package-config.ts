import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../kernel/result.ts';
import { PACKAGE_CONFIG_FILE, type PackageConfig, packageConfig } from '../link/packages.ts';
import { errorCode } from './error-code.ts';

/** Far longer than any such file, characters. */
const LONGEST = 4_096;

/**
 * What the package this program came in says of its bot; null where it came in none. `damaged`: there is such a file, and
 * nobody can say whose bot it means.
 * @param folder where the program lies
 */
export async function readPackageConfig(folder: string): Promise<Result<PackageConfig | null, 'damaged'>> {
  try {
    const text = await readFile(join(folder, PACKAGE_CONFIG_FILE), 'utf8');
    const read = packageConfig.safeParse(text.length > LONGEST ? null : JSON.parse(text));
    return read.success ? ok(read.data) : fail('damaged');
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok(null) : fail('damaged');
  }
}

/** The folder of the program that runs, whatever link it was started through. */
export async function programFolder(): Promise<string> {
  const program = process.argv[1] ?? '';
  return dirname(await realpath(program).catch(() => program));
}
