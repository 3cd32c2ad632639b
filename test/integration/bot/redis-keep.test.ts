/** What an operator does with a store in Redis: the doctor, the set-up that is shown, backup, restore, the backup before an update. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { checkRedis } from '../../../src/bot/cli/doctor/redis-checks.ts';
import { makeBackup } from '../../../src/bot/keep/backup.ts';
import { forget } from '../../../src/bot/keep/erase.ts';
import { restoreBackup } from '../../../src/bot/keep/restore.ts';
import { bringUpToDate, STORE_STAMP } from '../../../src/bot/keep/stamp.ts';
import { KINDS } from '../../../src/bot/kinds.ts';
import { createRoll } from '../../../src/bot/server/roll.ts';
import { checkStore } from '../../../src/bot/store-command.ts';
import { newCase } from '../../../src/cases/case.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { CASES } from '../../../src/cases/record.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { childEnv } from '../../../src/kernel/child-env.ts';
import { FROM_SOURCE } from '../../../src/sandbox/stage.ts';
import { createEpochs } from '../../../src/store/epoch.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { value } from '../../contract/store/contract.ts';
import { cutOff, NO_REDIS, type RedisOptions, startRedis } from '../../support/redis.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const SEAL = (text: string) => `seal of ${text}`;
const TAKEN_AT = 1_780_000_000_000;

async function redisWith(options: RedisOptions = {}) {
  const redis = await startRedis(options);
  onTestFinished(() => redis.end());
  return redis;
}

async function inStore<T>(url: string, task: (store: Store) => Promise<T>): Promise<T> {
  const store = await value(openStore(url));
  try {
    return await task(store);
  } finally {
    await store.close();
  }
}

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return path;
}

async function found(url: string) {
  const checked = await checkRedis(url, Date.now);
  const words = (result: string) =>
    checked?.checks.filter((one) => one.result === result).map(({ check, detail }) => `${check}.${detail}`);
  const sentences = checked?.checks.flatMap((one) => [
    one.sentence(textsFor('en')),
    one.sentence(textsFor('ru')),
  ]);
  return { failed: words('failed'), warned: words('warning'), said: sentences?.join('\n') ?? '' };
}

const run = promisify(execFile);

describe.skipIf(NO_REDIS !== null)(`a store in Redis (${NO_REDIS ?? 'redis-server'})`, () => {
  it('is opened by the bot as its source stands there, too', async () => {
    const { url } = await redisWith();
    const env = { ...childEnv(), BOT_TOKEN: `1234567:${'A'.repeat(35)}`, ADMIN_IDS: '1', STORE_URL: url };
    const { stdout } = await run(process.execPath, [...FROM_SOURCE, 'audit', 'verify'], {
      cwd: await folder(),
      env,
    });
    expect(stdout).toContain('Entries: 0');
  });

  describe('before the doctor', () => {
    it('is told from a store in a folder', async () => {
      expect(await checkRedis(`lmdb:${await folder()}`, Date.now)).toBeNull();
    });

    it('is warned of where a crash of the server forgets, and where nothing stands in for it', async () => {
      const { url } = await redisWith();
      expect(await found(url)).toMatchObject({
        failed: ['redis.forgets'],
        warned: ['redis.alone', 'bot.none'],
      });
    });

    it('has nothing wrong with a replica that is waited for, and counts the bots at work', async () => {
      const primary = await redisWith({ appendonly: true });
      await redisWith({ appendonly: true, replicaOf: primary });
      const url = `${primary.url}?replicas=1`;
      await inStore(url, async (store) => {
        const rolls = [createRoll(store, Date.now), createRoll(store, Date.now)];
        for (const roll of rolls) await value(roll.enter());
        const { failed, warned, said } = await found(url);
        expect({ failed, warned }).toEqual({ failed: [], warned: [] });
        expect(said).toContain('Bots that work with this store: 2');
        for (const roll of rolls) await roll.leave();
      });
      expect((await found(primary.url)).warned).toContain('redis.notWaited');
    });

    it('is too few where replicas are asked for that are not there', async () => {
      const primary = await redisWith({ appendonly: true });
      const replica = await redisWith({ appendonly: true, replicaOf: primary });
      await cutOff(replica);
      await replica.kill();
      await vi.waitFor(async () => expect(await primary.info('connected_slaves')).toBe('0'));
      expect(await found(`${primary.url}?replicas=1`)).toMatchObject({ failed: ['redis.tooFew'] });
    });

    it('says which password, primary or server is wrong, and never a password', async () => {
      const redis = await redisWith({ password: 'the-right-word', appendonly: true });
      const wrong = await found(`redis://:a-wrong-word@127.0.0.1:${redis.port}`);
      expect(wrong.failed).toEqual(['store.wrong-password']);
      expect(wrong.said).not.toMatch(/-word/);
      await redis.kill();
      expect((await found(redis.url)).failed).toEqual(['store.unreachable']);
    });
  });

  it('works as deploy/redis and docs/install.md set it up, for a user with no more rights than that', async () => {
    const config = await readFile(new URL('../../../deploy/redis/redis.conf', import.meta.url), 'utf8');
    const lines = config.split('\n').filter((line) => /^(?!port|protected-mode|aclfile)\w/.test(line));
    const redis = await redisWith({ config: lines });
    const docs = await readFile(new URL('../../../docs/install.md', import.meta.url), 'utf8');
    const rights = /user unbind on #%s ([^'\\]+)/.exec(docs)?.[1] ?? '';
    await redis.command('ACL', 'SETUSER', 'unbind', 'on', '>its-password', ...rights.trim().split(' '));
    const url = `redis://unbind:its-password@127.0.0.1:${redis.port}`;
    expect((await found(url)).failed).toEqual([]);
    await inStore(url, async (store) => {
      await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
      await value(store.claims.take('one', 1_000, 'me'));
      const head = createAudit(store, Date.now, SEAL);
      await value(head.append({ what: 'case.one', case: null, by: 7, detail: {} }));
    });
    const file = join(await folder(), 'backup');
    expect(await value(backupOf(url, file))).toMatchObject({ cases: 1, trail: { entries: 1, faults: [] } });
    expect(await value(restore(url, file))).toMatchObject({ epoch: 1 });
  });

  const backupOf = (storeUrl: string, to: string) =>
    makeBackup(to, {
      storeUrl,
      kinds: KINDS,
      seal: SEAL,
      recipients: [],
      header: { at: TAKEN_AT, program: '1.2.3' },
    });
  const restore = (storeUrl: string, from: string) =>
    restoreBackup(from, { storeUrl, kinds: KINDS, seal: SEAL, identities: [], lost: null, clock: Date.now });

  it('takes over what a store in a folder kept, by a backup of it, and gives it back the same way', async () => {
    const { url } = await redisWith();
    const place = await folder();
    const lmdbUrl = `lmdb:${join(place, 'store')}`;
    const before = await openTestStore(join(place, 'store'));
    await value(before.values(CASES).set('c1', newCase('c1', 7, 1)));
    const audit = createAudit(before, Date.now, SEAL);
    await value(audit.append({ what: 'case.one', case: null, by: 7, detail: {} }));
    const head = await value(audit.head());
    await before.close();
    await value(backupOf(lmdbUrl, join(place, 'to-redis')));

    expect(await value(restore(url, join(place, 'to-redis')))).toMatchObject({ epoch: 1, before: null });
    await inStore(url, async (store) => {
      expect(await value(store.values(CASES).get('c1'))).toMatchObject({ chatId: 7 });
      const checked = await value(createAudit(store, Date.now, SEAL).verify(head));
      expect(checked.faults).toEqual([]);
      await value(store.values(CASES).set('c2', newCase('c2', 8, 1)));
    });

    await value(backupOf(url, join(place, 'to-lmdb')));
    expect(await value(restore(lmdbUrl, join(place, 'to-lmdb')))).toMatchObject({ epoch: 2 });
    const after = await openTestStore(join(place, 'store'));
    expect(await value(after.values(CASES).get('c2'))).toMatchObject({ chatId: 8 });
    await after.close();
  });

  it('is not replaced while a bot works with it; afterwards the one before lies beside it', async () => {
    const { url, command } = await redisWith();
    const file = join(await folder(), 'backup');
    await inStore(url, async (store) => {
      await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
      await value(backupOf(url, file));
      const roll = createRoll(store, Date.now);
      await value(roll.enter());
      expect(await restore(url, file)).toMatchObject({ ok: false, failure: { reason: 'taken' } });
      await roll.leave();
    });
    const { before } = await value(restore(url, file));
    const name = before?.split(' ').at(-1) ?? '';
    expect(await command('EXISTS', `${name}:records`)).toBe(1);
    await inStore(url, async (store) => {
      expect((await value(createEpochs(store).current()))?.confirmedAt).toBeNull();
    });
  });

  it('forgets a case, and its records are read through and named by kind', async () => {
    const { url } = await redisWith();
    await inStore(url, async (store) => {
      const audit = createAudit(store, Date.now, SEAL);
      const desk = createCaseDesk(store, audit, Date.now);
      const one = await value(desk.open(7));
      await value(desk.apply(one.id, { type: 'closed', outcome: 'unbound' }));
      const printed: string[] = [];
      const output = { texts: textsFor('en'), print: (line: string) => void printed.push(line) };
      expect(await value(checkStore(url, output))).toBe(true);
      expect(printed.join('\n')).toContain('value:cases');
      await value(forget({ store, audit }, { of: 'case', typed: one.id }));
      expect(await value(store.values(CASES).get(one.id))).toBeUndefined();
    });
  });

  it('of an earlier version is backed up into the working directory before it is used', async () => {
    const { url } = await redisWith();
    const place = await folder();
    vi.spyOn(process, 'cwd').mockReturnValue(place);
    onTestFinished(() => void vi.restoreAllMocks());
    await inStore(url, async (store) => {
      await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
      await value(store.values(STORE_STAMP).set('stamp', { program: '0.0.1', kinds: { cases: 0 } }));
      const brought = await value(
        bringUpToDate(store, {
          storeUrl: url,
          kinds: KINDS,
          seal: SEAL,
          recipients: [],
          program: '9.9.9',
          clock: Date.now,
        }),
      );
      expect(brought).toMatchObject({ from: '0.0.1' });
      expect(brought?.backup).toContain(place);
    });
    expect(await readdir(join(place, 'backups'))).toHaveLength(1);
  });
});
