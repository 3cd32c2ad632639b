/** `unbind-bot precompile`: what each start would compile anew, once, beside the program (docs/decisions/0081). */
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { type AddCommand, EXIT } from './cli.ts';
import { rehearse } from './precompile/rehearsal.ts';

export const addPrecompile: AddCommand = (program, { t, print, complain, launch }) => {
  program
    .command('precompile')
    .description(t('operator:precompile.about'))
    .action(async () => {
      process.exitCode = EXIT.failed;
      if (!launch) return complain(t('operator:precompile.fromSource'));
      const rehearsed = await rehearse();
      if (!rehearsed.ok) return complain(t('operator:precompile.failed', { detail: rehearsed.failure }));
      const content = launch.compiled();
      const written = await writeWhole(launch.file, content);
      if (written !== null)
        return complain(t('operator:precompile.notWritten', { file: launch.file, detail: written }));
      print(t('operator:precompile.written', { file: launch.file, bytes: content.length }));
      process.exitCode = EXIT.done;
    });
};

/** There is the old file or the whole new one, whenever this ends. @returns null: written; or the system's code */
async function writeWhole(file: string, content: Buffer): Promise<string | null> {
  const part = `${file}.${process.pid}`;
  try {
    await writeFile(part, content, { flag: 'wx', flush: true });
    // Whoever installs may keep what he writes to himself; the bot is somebody else.
    await chmod(part, 0o644);
    await rename(part, file);
    return null;
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
