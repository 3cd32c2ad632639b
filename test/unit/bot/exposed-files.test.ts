import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exposedFiles } from '../../../src/bot/server/exposed-files.ts';

async function fileWith(mode: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'exposed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, '.env');
  await writeFile(file, 'BOT_TOKEN=\n');
  await chmod(file, mode);
  return file;
}

describe.skipIf(process.platform === 'win32')('a file with a secret', () => {
  it.each([[0o644], [0o640], [0o604], [0o666], [0o602]])(
    'is named when others may read or change it: %o',
    async (mode) => {
      const file = await fileWith(mode);
      expect(await exposedFiles([file])).toEqual([{ file, mode: mode.toString(8) }]);
    },
  );

  it.each([[0o600], [0o400], [0o700]])('is not named when it is its owner’s alone: %o', async (mode) => {
    expect(await exposedFiles([await fileWith(mode)])).toEqual([]);
  });

  it('is not named when it is not there', async () => {
    expect(await exposedFiles([join(tmpdir(), 'no-such-folder', '.env')])).toEqual([]);
  });

  it.skipIf(process.geteuid?.() !== 0)('may be given to our group by somebody else', async () => {
    const file = await fileWith(0o640);
    await chown(file, 4321, 0);
    expect(await exposedFiles([file])).toEqual([]);
  });
});
