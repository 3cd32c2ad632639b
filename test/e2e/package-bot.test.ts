/** What `npm run package:bot` makes: the same each time, and a bot that works from it as a container would run it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lockfile, neededPackages, packageBot } from '../../scripts/package/bot.ts';
import { contentsCheck } from '../../scripts/release/checks.ts';
import { childEnv } from '../../src/kernel/child-env.ts';
import { recorder3 } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import { localBotApi } from '../integration/bot/support.ts';
import { STEP } from '../support/stage.ts';
import { temporaryFolder } from '../support/store.ts';

/** Nobody of this machine; the one of the Containerfile. */
const NOBODY = 10_001;
const canBeNobody =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  spawnSync('setpriv', ['--version']).status === 0;

let folder: string;
beforeAll(async () => {
  const { path, remove } = await temporaryFolder();
  folder = join(path, 'unbind-bot');
  await packageBot(folder);
  // Whoever runs it is somebody else.
  await chmod(path, 0o755);
  return remove;
}, 300_000);

describe('the packaged bot', () => {
  it('is the same to the byte when it is made again, and belongs to nobody', async () => {
    const { path, remove } = await temporaryFolder();
    onTestFinished(remove);
    const again = join(path, 'again');
    await packageBot(again);
    const sums = await readFile(join(folder, 'SHA256SUMS'), 'utf8');
    // Compared as one word: the difference of five thousand lines helps nobody.
    expect((await readFile(join(again, 'SHA256SUMS'), 'utf8')) === sums).toBe(true);
    expect((await stat(join(again, 'unbind-bot.mjs'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(again, 'PACKAGES.txt'))).mtimeMs).toBe(315_532_800_000);
    for (const file of ['deploy/systemd/unbind-bot.service', 'deploy/container/compose.yaml', '.env.example'])
      expect(sums.includes(`  ${file}\n`), file).toBe(true);
    const packages = await readFile(join(again, 'PACKAGES.txt'), 'utf8');
    expect(packages).toMatch(/^lmdb \d/m);
    expect(packages).not.toMatch(/^(?:typescript|vitest|tsx|esbuild) /m);
  }, 300_000);

  it('holds what a release expects, and names nothing of this machine', async () => {
    const { packages } = lockfile.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
    expect((await contentsCheck(folder, neededPackages(packages))).faults).toEqual([]);
  }, 60_000);

  it.skipIf(!canBeNobody)(
    'reads a label, says that it is healthy and ends, as nobody, without rights and on a read-only root (needs root)',
    async () => {
      const api = await localBotApi();
      const admin = api.user({ languageCode: 'en' });
      const { path, remove } = await temporaryFolder();
      onTestFinished(remove);
      await chmod(path, 0o755);
      const state = join(path, 'state');
      await mkdir(state, { mode: 0o700 });
      await chown(state, NOBODY, NOBODY);
      const settings = {
        BOT_TOKEN: api.token,
        ADMIN_IDS: String(admin.id),
        TELEGRAM_API_ROOT: api.url,
        STORE_URL: `lmdb:${join(state, 'store')}`,
        HUB_LISTEN: '127.0.0.1:0',
        WATCH_LISTEN: '127.0.0.1:0',
      };
      const readOnly = `mount --bind ${state} ${state} && mount -o remount,bind,ro / && cd ${state} && exec "$@"`;
      const rights = [
        '--reuid',
        NOBODY,
        '--regid',
        NOBODY,
        '--clear-groups',
        '--no-new-privs',
        '--bounding-set=-all',
      ];
      const inside = (words: string[], env: Record<string, string>) =>
        spawn(
          'unshare',
          [
            ...['--mount', 'sh', '-c', readOnly, 'sh', 'setpriv', ...rights.map(String)],
            ...[process.execPath, join(folder, 'unbind-bot.mjs'), ...words],
          ],
          { env: { ...childEnv(), PATH: process.env.PATH ?? '', ...settings, ...env }, stdio: 'pipe' },
        );
      // By whoever installs it, as the image does.
      const precompiled = spawnSync(process.execPath, [join(folder, 'unbind-bot.mjs'), 'precompile'], {
        env: childEnv(),
      });
      expect(precompiled.status, String(precompiled.stderr)).toBe(0);
      const child = inside(['run'], {});
      const ended = once(child, 'exit');
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await ended;
      });
      const lines: string[] = [];
      const watch = await new Promise<string>((resolve, reject) => {
        createInterface({ input: child.stderr }).on('line', (line) => {
          lines.push(line);
          if (line.includes('"msg":"ready"')) resolve(String(JSON.parse(line).watch));
        });
        child.once('exit', () => reject(new Error(lines.join('\n'))));
      });
      const ready = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'ready');
      expect(ready).toMatchObject({ compiled: 'used' });
      await admin.send('/start');
      await admin.waitFor(({ from }) => from === 'bot', STEP);
      await admin.sendPhoto(await labelOf(recorder3.profile));
      await admin.waitFor(new RegExp(`Serial number ${recorder3.profile.shortSerial}`), STEP);

      const asked = inside(['health', '--ready'], { WATCH_LISTEN: new URL(watch).host });
      const [code] = await once(asked, 'exit');
      expect(code).toBe(0);
      const outside = spawnSync('touch', [join(folder, 'written')], { uid: NOBODY, gid: NOBODY });
      expect(outside.status).not.toBe(0);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      const silent = inside(['health'], { WATCH_LISTEN: new URL(watch).host });
      expect((await once(silent, 'exit'))[0]).toBe(1);
    },
    180_000,
  );
});
