import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { open } from 'lmdb';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Language } from '../../../locales/language.ts';
import { PROFILES } from '../../../src/bot/house/profiles.ts';
import { checkStore, eraseAside, listAside, storeTrouble } from '../../../src/bot/store-command.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import type { OpenProblem } from '../../../src/store/store.ts';
import { releasedBot } from '../../support/programs.ts';
import { anyKind, openTestStore, temporaryFolder } from '../../support/store.ts';

/** A closed store with two namespaces in a folder of its own. */
async function filledFolder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const store = await openTestStore(path);
  for (let n = 0; n < 30; n++)
    await store.values(anyKind('cases')).set(`case ${n}`, { text: 'x'.repeat(n * 100) });
  await store.values(anyKind('chats')).set('1', 'secret');
  await store.close();
  return path;
}

async function check(path: string, language: Language = 'en', known = [anyKind('cases'), anyKind('chats')]) {
  const lines: string[] = [];
  const output = { texts: textsFor(language), print: (line: string) => void lines.push(line) };
  const checked = await checkStore(`lmdb:${path}`, output, known);
  return { checked, lines, text: lines.join('\n') };
}

describe('unbind-bot store check', () => {
  it('counts what is there, by kind, also while somebody has it open', async () => {
    const path = await filledFolder();
    const store = await openTestStore(path);
    onTestFinished(() => store.close());
    const { checked, lines } = await check(path);
    expect(checked).toEqual({ ok: true, value: true });
    expect(lines.slice(1)).toEqual(['value:cases: 30', 'value:chats: 1', 'Nothing is damaged.']);
  });

  it('names the kind of a record that cannot be read, and nothing of it', async () => {
    const path = await filledFolder();
    const engine = open({ path, noSubdir: false, overlappingSync: false });
    const records = engine.openDB({ name: 'records', encoding: 'string', useVersions: true });
    await records.put(['value', 'chats', '1'], '{"data":"secret', 1);
    await engine.close();
    const { checked, text } = await check(path);
    expect(checked).toEqual({ ok: true, value: false });
    expect(text).toContain('value:chats: 1, of which 1 cannot be read');
    expect(text).not.toContain('secret');
  });

  it.each(['en', 'ru'] as const)(
    'says in %s what is damaged, what is left and what to do, and changes nothing',
    async (language) => {
      const path = await filledFolder();
      const data = join(path, 'data.mdb');
      const { length } = await readFile(data);
      await truncate(data, length - 3 * 4_096);
      const before = await readFile(data);
      const { checked, text } = await check(path, language);
      expect(checked).toEqual({ ok: true, value: false });
      expect(text).toContain(String(length));
      expect(text).toContain(textsFor(language)('bot:startup.storeCure'));
      expect((await readFile(data)).equals(before)).toBe(true);
    },
  );

  it('names a kind whose records are not what this version says', async () => {
    const path = await filledFolder();
    const { text } = await check(path, 'en', [anyKind('cases'), PROFILES]);
    expect(text).toContain('value:chats: 1, of which 1 cannot be read');
    const store = await openTestStore(path);
    await store.values(anyKind('profiles')).set('1', { language: 'xx' });
    await store.close();
    expect((await check(path, 'en', [anyKind('cases'), anyKind('chats'), PROFILES])).text).toContain(
      'value:profiles: 1, of which 1 cannot be read',
    );
  });

  it('makes no store where there is none', async () => {
    const { path, remove } = await temporaryFolder();
    onTestFinished(remove);
    const { checked } = await check(join(path, 'none'));
    expect(checked).toMatchObject({ ok: false, failure: { problem: 'nothing' } });
  });

  it('has a sentence for everything that can be wrong, in both languages', () => {
    const problems: Record<OpenProblem, true> = {
      nothing: true,
      foreign: true,
      'other-version': true,
      header: true,
      'cut-off': true,
      pages: true,
      'not-a-folder': true,
      'no-rights': true,
      'read-only': true,
      'no-room': true,
      'broken-disk': true,
      unreachable: true,
      'wrong-password': true,
      forbidden: true,
      'no-primary': true,
      evicts: true,
      'no-memory': true,
      unsaved: true,
      'old-server': true,
      'taken-names': true,
      other: true,
    };
    for (const problem of Object.keys(problems) as OpenProblem[]) {
      for (const language of ['en', 'ru'] as const) {
        const numbers = { bytes: 1, needed: 2, damaged: 3 };
        const failure = { reason: 'corrupt', detail: 'E', problem, place: '/place', numbers } as const;
        const [sentence = ''] = storeTrouble(textsFor(language), failure);
        expect(sentence).toContain('/place');
        expect(sentence).not.toMatch(/\{\{|startup\./);
      }
    }
  });
});

describe('unbind-bot store aside', () => {
  it.each(['en', 'ru'] as const)(
    'lists copies in %s by name, place, reason and date, and erases them by choice',
    async (language) => {
      const path = await filledFolder();
      const store = await openTestStore(path);
      onTestFinished(() => store.close());
      const texts = textsFor(language);
      const lines: string[] = [];
      const output = { texts, language, print: (line: string) => void lines.push(line) };
      expect(await listAside(store, output)).toEqual({ ok: true, value: true });
      expect(lines.splice(0)).toEqual([texts('bot:store.aside.none')]);
      for (const name of ['1', '2']) {
        await store.values(anyKind('profiles')).set(name, { language: 'canary' });
        await store.values(PROFILES).get(name);
      }
      await listAside(store, output);
      const [first = '', second = '', how = ''] = lines.splice(0);
      expect(first).toMatch(/^[0-9a-f]{16} {2}value profiles [12] /);
      expect(first).toContain(texts('bot:store.aside.why.no-fit'));
      expect(first + second).toContain(texts('bot:store.aside.kept'));
      expect(first + second).not.toMatch(/canary|\{\{|aside\./);
      expect(how).toContain('--erase-all');
      // Both hold the same: one name.
      expect(await eraseAside(store, ['0123456789abcdef'], output)).toEqual({ ok: true, value: false });
      expect(lines.splice(0)).toEqual([
        texts('bot:store.aside.noSuch', { copy: '0123456789abcdef' }),
        texts('bot:store.aside.erased', { count: 0 }),
      ]);
      expect(await eraseAside(store, [first.slice(0, 16)], output)).toEqual({ ok: true, value: true });
      await listAside(store, output);
      expect(lines.splice(0)).toEqual([
        texts('bot:store.aside.erased', { count: 2 }),
        texts('bot:store.aside.none'),
      ]);
      await store.values(PROFILES).get('1');
      expect(await eraseAside(store, 'all', output)).toEqual({ ok: true, value: true });
    },
  );

  it('is a command of the program, which makes no store', async () => {
    const path = await filledFolder();
    const store = await openTestStore(path);
    await store.values(anyKind('profiles')).set('1', { language: 'canary' });
    await store.values(PROFILES).get('1');
    await store.close();
    const program = await releasedBot();
    const run = (storeUrl: string, ...args: string[]) =>
      promisify(execFile)(process.execPath, [program, 'store', 'aside', ...args], {
        env: { LANG: 'en', BOT_TOKEN: `123456789:${'A'.repeat(35)}`, ADMIN_IDS: '1', STORE_URL: storeUrl },
        cwd: path,
      });
    const copy = (await run(`lmdb:${path}`)).stdout.slice(0, 16);
    expect((await run(`lmdb:${path}`, '--erase', copy)).stdout).toBe('Erased: 1 copy.\n');
    expect((await run(`lmdb:${path}`, '--erase-all')).stdout).toBe('Erased: 0 copies.\n');
    await expect(run(`lmdb:${join(path, 'none')}`)).rejects.toMatchObject({ code: 1 });
    expect(existsSync(join(path, 'none'))).toBe(false);
  }, 60_000);
});

describe('a bot whose store is damaged', () => {
  it('does not start, says what is damaged, and ends with a code of its own', async () => {
    const path = await filledFolder();
    await truncate(join(path, 'data.mdb'), 3 * 4_096);
    const main = fileURLToPath(new URL('../../../src/bot/main.ts', import.meta.url));
    const env = {
      PATH: process.env.PATH,
      LANG: 'en_GB.UTF-8',
      BOT_TOKEN: '123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      ADMIN_IDS: '1',
      STORE_URL: `lmdb:${path}`,
      HUB_LISTEN: '127.0.0.1:0',
      WATCH_LISTEN: '127.0.0.1:0',
      LOG_LEVEL: 'silent',
    };
    const child = spawn(process.execPath, ['--import', 'tsx', main], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const [code, signal] = await once(child, 'close');
    expect({ code, signal }).toEqual({ code: 3, signal: null });
    expect(said).toMatch(/damaged: its file was cut off.*\n.*store check/);
    expect(said).not.toContain(' at ');
  });
});
