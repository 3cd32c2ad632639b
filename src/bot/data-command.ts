/** `unbind-bot data check`: what is wrong in files of packs and firmware, in words. Results on standard output. */
import { readFile } from 'node:fs/promises';
import type { Texts } from '../kernel/texts.ts';
import { faultsOf, type LocatedFault } from '../policy/operator-file.ts';
import { isoDay } from './operator-data.ts';

/** A file to look at; `product`: firmware alone, as it comes with the product. */
export interface DataFile {
  readonly path: string;
  readonly of?: 'operator' | 'product';
}

/** A fault as a line: file, line, field, what is wrong. */
export function faultText(t: Texts, file: string, { line, path, problem, detail }: LocatedFault): string {
  return t('bot:data.fault', {
    file,
    line,
    field: path,
    problem: t(`bot:data.problem.${problem}`, { detail }),
  });
}

/**
 * Looks at files and prints every fault, or that there is none.
 * @param now milliseconds since 1970
 * @returns whether all of them are right
 */
export async function checkData(
  files: readonly DataFile[],
  { texts: t, print }: { texts: Texts; print(line: string): void },
  now: number,
): Promise<boolean> {
  let areRight = true;
  for (const { path, of = 'operator' } of files) {
    const text = await readFile(path, 'utf8').catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    const said =
      text instanceof Error
        ? [t('bot:data.unreadable', { file: path, detail: text.message })]
        : faultsOf(text, isoDay(now), of).map((found) => faultText(t, path, found));
    for (const line of said) print(line);
    if (said.length === 0) print(t('bot:data.right', { file: path }));
    areRight &&= said.length === 0;
  }
  return areRight;
}
