import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SECRET_NAMES, SETTINGS } from '../../../src/bot/settings/registry.ts';
import { readSettings } from '../../../src/bot/settings.ts';
import { temporaryFolder } from '../../support/store.ts';

const TOKEN = `123456789:${'A'.repeat(35)}`;
const ADMIN = { ADMIN_IDS: '42' };

async function folder(files: Record<string, string>): Promise<(name: string) => string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return (name) => join(path, name);
}

function problemsOf(env: Record<string, string>) {
  const read = readSettings(env);
  if (read.ok) throw new Error('the settings were accepted');
  return read.failure.map(({ setting, problem, detail, needs }) => ({
    setting,
    problem,
    ...(detail && { detail }),
    ...(needs && { needs }),
  }));
}

it('takes a secret out of the file that is named for it', async () => {
  const at = await folder({ token: `${TOKEN}\n`, hook: `${'s'.repeat(32)}\r\n` });
  const read = readSettings({
    ...ADMIN,
    BOT_TOKEN_FILE: at('token'),
    WEBHOOK_SECRET_FILE: at('hook'),
    WEBHOOK_URL: 'https://bot.example.org/x',
  });
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  expect(read.value.token.reveal()).toBe(TOKEN);
  expect(read.value.updates).toMatchObject({ mode: 'webhook' });
  expect(read.value.secretFiles).toEqual([at('token'), at('hook')]);
});

it('takes a secret from systemd, as the credential of its name', async () => {
  const at = await folder({ BOT_TOKEN: TOKEN });
  const read = readSettings({ ...ADMIN, CREDENTIALS_DIRECTORY: at('') });
  expect(read.ok && read.value.token.reveal()).toBe(TOKEN);
  // Others that systemd hands over are nobody's business, and what is not there is not missed.
  expect(problemsOf({ ...ADMIN, CREDENTIALS_DIRECTORY: join(at(''), 'none') })).toEqual([
    { setting: 'BOT_TOKEN', problem: 'missing' },
  ]);
});

it('reads every secret from a file, and nothing else', () => {
  const secret = Object.entries(SETTINGS).filter(([, setting]) => 'secret' in setting);
  expect(SECRET_NAMES).toEqual(secret.map(([name]) => name));
  expect(problemsOf({ ...ADMIN, BOT_TOKEN: TOKEN, ADMIN_IDS: '', ADMIN_IDS_FILE: '/x' })).toEqual([
    { setting: 'ADMIN_IDS', problem: 'missing' },
  ]);
});

it('names what is wrong with such a file once, without waiting for it and without what is in it', async () => {
  const at = await folder({ empty: ' \n', big: 'x'.repeat(5_000), nonsense: 'hunter2', token: TOKEN });
  await mkdir(at('folder'));
  const file = (name: string) => problemsOf({ ...ADMIN, BOT_TOKEN_FILE: name });
  expect(file(at('none'))).toEqual([
    { setting: 'BOT_TOKEN_FILE', problem: 'file-unreadable', detail: 'ENOENT' },
  ]);
  expect(file(at('folder'))).toMatchObject([{ problem: 'file-unreadable', detail: 'no file' }]);
  expect(file('/dev/zero')).toMatchObject([{ problem: 'file-unreadable', detail: 'no file' }]);
  expect(file(at('big'))).toMatchObject([{ problem: 'file-unreadable', detail: '5000 bytes' }]);
  expect(file(at('empty'))).toEqual([{ setting: 'BOT_TOKEN_FILE', problem: 'file-empty' }]);
  expect(file(at('nonsense'))).toEqual([{ setting: 'BOT_TOKEN', problem: 'malformed' }]);
  // A token where its file should be named is not shown.
  expect(JSON.stringify(readSettings({ ...ADMIN, BOT_TOKEN_FILE: TOKEN }))).not.toContain('AAAA');
  expect(problemsOf({ ...ADMIN, BOT_TOKEN: TOKEN, BOT_TOKEN_FILE: at('token') })).toEqual([
    { setting: 'BOT_TOKEN', problem: 'set-twice', needs: 'BOT_TOKEN_FILE' },
  ]);
  const webhook = { ...ADMIN, BOT_TOKEN: TOKEN, WEBHOOK_URL: 'https://bot.example.org/x' };
  expect(problemsOf({ ...webhook, WEBHOOK_SECRET_FILE: at('none') })).toEqual([
    { setting: 'WEBHOOK_SECRET_FILE', problem: 'file-unreadable', detail: 'ENOENT' },
  ]);
});
