/** What a developer has set for a bot of his own, in `.env` or in his shell, reaches neither the sandbox nor the tests. */
import { execFile } from 'node:child_process';
import { cp, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { SETTINGS } from '../support/own-environment.ts';
import { temporaryFolder } from '../support/store.ts';

/** No setting takes this: a bot that heard of one of them ends and names it. */
const POISON = Object.fromEntries(SETTINGS.map((name) => [name, 'poison, from the caller']));

it('knows every setting there is', () => {
  expect(SETTINGS).toEqual(expect.arrayContaining(['BOT_TOKEN', 'ADMIN_IDS', 'STORE_URL', 'WEBHOOK_URL']));
  expect(SETTINGS.length).toBeGreaterThan(15);
});

it('is not what the sandbox’s bot works with', async () => {
  const { path, remove } = await temporaryFolder();
  for (const folder of ['src', 'locales']) await cp(resolve(folder), join(path, folder), { recursive: true });
  await cp(resolve('package.json'), join(path, 'package.json'));
  await symlink(resolve('node_modules'), join(path, 'node_modules'), 'junction');
  const lines = Object.entries(POISON).map(([name, value]) => `${name}="${value}"\n`);
  await writeFile(join(path, '.env'), lines.join(''), { mode: 0o600 });
  await writeFile(
    join(path, 'stage.mts'),
    `import { createStage } from './src/sandbox/stage.ts';
     const stage = await createStage({ devices: [] });
     await stage.bot.start().then(() => console.log('ready'), (error) => console.log(error.message));
     await stage.close();`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'stage.mts'], {
    cwd: path,
    env: { ...process.env, ...POISON },
  });
  expect(stdout).toBe('ready\n');
  await remove();
}, 120_000);

it('is gone from the environment before any test begins', async () => {
  const others = { UNBIND_AGENT_HOME: '/home/caller', HTTPS_PROXY: 'http://user:pass@proxy', no_proxy: '*' };
  for (const [name, value] of Object.entries({ ...POISON, ...others })) vi.stubEnv(name, value);
  vi.resetModules();
  await import('../support/own-environment.ts');
  for (const name of [...SETTINGS, ...Object.keys(others)]) expect(process.env[name], name).toBeUndefined();
  vi.unstubAllEnvs();
});
