import { appendFile, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readLine } from '../../../src/audit/chain.ts';
import { AUDIT_LINES, createAudit } from '../../../src/audit/trail.ts';
import { INVITATIONS, TECHNICIANS } from '../../../src/bot/door/access.ts';
import { JOB_NOTES, JOB_STORIES } from '../../../src/bot/jobs/records.ts';
import { makeBackup } from '../../../src/bot/keep/backup.ts';
import { restoreBackup } from '../../../src/bot/keep/restore.ts';
import { KINDS } from '../../../src/bot/kinds.ts';
import { runningBot, takePlace } from '../../../src/bot/server/one-bot.ts';
import { WAITING_UPDATES } from '../../../src/bot/telegram/shelf.ts';
import { newCase } from '../../../src/cases/case.ts';
import { CASES } from '../../../src/cases/record.ts';
import { PERMITS, TRADES } from '../../../src/hub/desk.ts';
import { CODES } from '../../../src/hub/pairing.ts';
import { COMMANDS } from '../../../src/hub/polls.ts';
import { createEpochs } from '../../../src/store/epoch.ts';
import { ON_DISK, type Store } from '../../../src/store/store.ts';
import { value } from '../../contract/store/contract.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const HOUR = 3_600_000;
const SEAL = (text: string) => `seal of ${text}`;
const TAKEN_AT = 1_780_000_000_000;

let folder: string;
let storeUrl: string;
let file: string;

beforeEach(async () => {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  folder = path;
  storeUrl = `lmdb:${join(path, 'store')}`;
  file = join(path, 'backup');
});

const backup = (recipients: string[] = [], to = file) =>
  makeBackup(to, {
    storeUrl,
    kinds: KINDS,
    seal: SEAL,
    recipients,
    header: { at: TAKEN_AT, program: '1.2.3' },
  });
const restore = (identities: string[] = [], lost: { seq: number; hash: string } | null = null, from = file) =>
  restoreBackup(from, { storeUrl, kinds: KINDS, seal: SEAL, identities, lost, clock: Date.now });

/** Opens the store for a task and closes it. */
async function inStore<T>(task: (store: Store) => Promise<T>): Promise<T> {
  const store = await openTestStore(join(folder, 'store'));
  try {
    return await task(store);
  } finally {
    await store.close();
  }
}

/** Entries of the trail with these words. */
async function write(store: Store, ...whats: `case.${string}`[]) {
  const audit = createAudit(store, Date.now, SEAL);
  for (const what of whats) await value(audit.append({ what, case: null, by: 7, detail: {} }));
  return value(audit.head());
}

async function entries(store: Store) {
  const lines: string[] = [];
  await value(createAudit(store, Date.now, SEAL).read((line) => lines.push(line)));
  return lines.map((line) => readLine(line));
}

const failure = async (result: Promise<{ ok: boolean; failure?: { reason: string } }>) =>
  (await result).failure?.reason;

describe('a backup', () => {
  it('is made beside whoever has the store open, read again, and its owner’s alone', async () => {
    await inStore(async (store) => {
      await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
      const head = await write(store, 'case.one', 'case.two');
      const made = await value(backup());
      expect(made).toMatchObject({ cases: 1, unreadable: 0, trail: { head, faults: [], entries: 2 } });
    });
    const { size, mode } = await stat(file);
    expect(mode & 0o777).toBe(0o600);
    expect(size).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['backup', 'store']);
  });

  it('writes over nothing', async () => {
    await inStore((store) => write(store, 'case.one'));
    await writeFile(file, 'mine');
    expect(await failure(backup())).toBe('exists');
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it('names what is wrong with the place, and leaves nothing', async () => {
    await inStore((store) => write(store, 'case.one'));
    expect(await failure(backup([], join(folder, 'none', 'backup')))).toBe('missing');
    expect(await failure(backup(['age1nonsense']))).toBe('bad-recipient');
    expect(await readdir(folder)).toEqual(['store']);
  });

  it('is not made of a store that is not there', async () => {
    expect(await backup()).toMatchObject({ ok: false, failure: { problem: 'nothing' } });
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that a trail was changed, and keeps it as it is', async () => {
    await inStore(async (store) => {
      await write(store, 'case.one', 'case.two');
      await value(store.values(AUDIT_LINES).set('000000000001', '{"forged":true}'));
      expect((await value(backup())).trail.faults).not.toEqual([]);
    });
  });

  it('keeps records nobody can read, as they lie there', async () => {
    await inStore(async (store) => {
      await value(
        store.values({ ...CASES, schema: TECHNICIANS.schema } as never).set('c1', 'no case' as never),
      );
      expect(await value(backup())).toMatchObject({ cases: 1, unreadable: 1 });
    });
    await value(restore());
    await inStore(async (store) => {
      expect((await store.values(CASES).get('c1')).ok).toBe(false);
    });
  });

  it('is opened by the private key alone where it is encrypted', async () => {
    const own = await generateX25519Identity();
    const other = await generateX25519Identity();
    // Long enough not to stand in any ciphertext by chance.
    const id = 'case-that-is-searched';
    await inStore((store) => value(store.values(CASES).set(id, newCase(id, 7, 1))));
    expect(await value(backup([await identityToRecipient(own)]))).toMatchObject({ cases: 1 });
    expect((await readFile(file)).includes(id)).toBe(false);
    expect(await failure(restore())).toBe('encrypted');
    expect(await failure(restore([other]))).toBe('wrong-key');
    expect(await value(restore([other, own]))).toMatchObject({ contents: { cases: 1 } });
  });
});

describe('a file that is no whole backup', () => {
  it.each([0, 1, 10, 50, 90, 99])('is refused cut off at %i %%, and changes nothing', async (percent) => {
    await inStore(async (store) => {
      await write(store, 'case.one', 'case.two');
      await value(backup());
      await write(store, 'case.three');
    });
    await truncate(file, Math.floor(((await stat(file)).size * percent) / 100));
    expect(await failure(restore())).toMatch(/^(damaged|not-a-backup)$/);
    await inStore(async (store) => expect(await entries(store)).toHaveLength(3));
  });

  it('is refused where a byte of it was changed, encrypted or not', async () => {
    const own = await generateX25519Identity();
    await inStore((store) => write(store, 'case.one', 'case.two'));
    for (const recipients of [[], [await identityToRecipient(own)]]) {
      const to = `${file}-${recipients.length}`;
      await value(backup(recipients, to));
      const bytes = await readFile(to);
      for (let at = 12; at < bytes.length; at += Math.ceil(bytes.length / 25)) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        await writeFile(to, changed);
        const restored = await restore([own], null, to);
        // A bit of gzip's own that says nothing may change; then what is in it has not.
        if (restored.ok) expect(gunzipSync(changed).equals(gunzipSync(bytes))).toBe(true);
      }
    }
  });

  it('is refused where something stands behind its end', async () => {
    await inStore((store) => write(store, 'case.one'));
    await value(backup());
    await appendFile(file, 'more');
    expect(await failure(restore())).toMatch(/^(damaged|not-a-backup)$/);
    await writeFile(join(folder, 'text'), 'no backup');
    expect(await failure(restore([], null, join(folder, 'text')))).toBe('not-a-backup');
    expect(await failure(restore([], null, join(folder, 'none')))).toBe('missing');
  });
});

describe('a restore', () => {
  it('has everything as it was, and keeps what was there', async () => {
    await inStore(async (store) => {
      await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
      await value(backup());
      await value(store.values(CASES).set('c2', newCase('c2', 7, 2)));
    });
    const { before } = await value(restore());
    await inStore(async (store) => {
      expect(await value(store.values(CASES).keys())).toEqual(['c1']);
    });
    expect(before).not.toBeNull();
    const old = await openTestStore(before ?? '');
    expect(await value(old.values(CASES).keys())).toEqual(['c1', 'c2']);
    await old.close();
  });

  it('is refused while a bot works with a store that cannot be opened any more', async () => {
    const place = await inStore(async (store) => {
      await write(store, 'case.one');
      await value(backup());
      return value(takePlace(store, join(folder, 'store'), Date.now));
    });
    await truncate(join(folder, 'store', 'data.mdb'), 100);
    expect(await failure(restore())).toBe('taken');
    await place.leave();
    expect(await value(restore())).toMatchObject({ lost: null });
  });

  it('is refused while a bot works with the store, and no bot starts meanwhile', async () => {
    await inStore(async (store) => {
      await write(store, 'case.one');
      await value(backup());
      const place = await value(takePlace(store, join(folder, 'store'), Date.now));
      expect(await failure(restore())).toBe('taken');
      await place.leave();
    });
    await value(restore());
    await inStore(async (store) => {
      expect(await value(runningBot(store, join(folder, 'store')))).toBeNull();
      const place = await value(takePlace(store, join(folder, 'store'), Date.now));
      await place.leave();
    });
  });

  it('works where no store is left', async () => {
    await inStore((store) => value(store.values(CASES).set('c1', newCase('c1', 7, 1))));
    await value(backup());
    const elsewhere = `lmdb:${join(folder, 'elsewhere')}`;
    const options = { kinds: KINDS, seal: SEAL, identities: [], lost: null, clock: Date.now };
    const restored = await value(restoreBackup(file, { ...options, storeUrl: elsewhere }));
    expect(restored).toMatchObject({ before: null, epoch: 1, lost: null });
  });

  it('goes on with the trail by an entry that names both heads', async () => {
    const [kept, lost] = await inStore(async (store) => {
      const head = await write(store, 'case.one');
      await value(backup());
      return [head, await write(store, 'case.two', 'case.three')] as const;
    });
    expect(await value(restore())).toMatchObject({ lost, contents: { trail: { head: kept } } });
    await inStore(async (store) => {
      const [, restored] = await entries(store);
      expect(restored).toMatchObject({
        what: 'audit.restored',
        seq: 2,
        previous: kept.hash,
        detail: { epoch: 1, backup: `1:${kept.hash}`, lost: `3:${lost.hash}`, takenAt: TAKEN_AT },
      });
      expect(await value(createAudit(store, Date.now, SEAL).verify())).toMatchObject({ faults: [] });
    });
  });

  it('names the lost head as it was kept elsewhere where the store is gone', async () => {
    await inStore(async (store) => {
      await write(store, 'case.one');
      await value(backup());
    });
    await writeFile(join(folder, 'store', 'data.mdb'), 'broken');
    const lost = { seq: 9, hash: 'f'.repeat(64) };
    expect(await value(restore([], lost))).toMatchObject({ lost });
  });

  it('raises the epoch each time, beyond the store’s own and the backup’s', async () => {
    await inStore((store) => write(store, 'case.one'));
    await value(backup());
    expect(await value(restore())).toMatchObject({ epoch: 1 });
    expect(await value(restore())).toMatchObject({ epoch: 2 });
    await value(backup([], `${file}-2`));
    expect(await value(restore())).toMatchObject({ epoch: 3 });
    expect(await value(restore([], null, `${file}-2`))).toMatchObject({ epoch: 4 });
    await inStore(async (store) => {
      const epochs = createEpochs(store);
      expect(await value(epochs.current())).toMatchObject({ epoch: 4, confirmedAt: null, takenAt: TAKEN_AT });
      expect(await value(epochs.isPaused(TAKEN_AT))).toBe(true);
      expect(await value(epochs.isPaused(Date.now() + HOUR))).toBe(false);
      expect(await value(epochs.confirm(3, 5))).toBe(false);
      expect(await value(epochs.confirm(4, 5))).toBe(true);
      expect(await value(epochs.isPaused(TAKEN_AT))).toBe(false);
    });
  });

  it('voids whatever opens something, and what was on its way', async () => {
    const permit = { agentId: 'a', jobId: 'j', shortSerial: 's', caseId: 'c', hash: 'h'.repeat(64) };
    await inStore(async (store) => {
      await value(store.values(PERMITS).set('j', { ...permit, expiresAt: 9, earlier: [], term: ON_DISK }));
      await value(store.values(CODES).set('hash', 7));
      await value(store.values(INVITATIONS).set('hash', { by: 1, expiresAt: 9 }));
      await value(store.values(WAITING_UPDATES).set('1:1', { sealed: 'AAAA', deaths: 0 }));
      await value(
        store.mailboxes(COMMANDS).append('a', { type: 'cancel', jobId: '0'.repeat(26), expiresAt: 9 }, HOUR),
      );
      await value(store.values(TECHNICIANS).set('7', { userId: 7, name: 'Ann', invitedBy: 1, since: 5 }));
      await value(backup());
    });
    await value(restore());
    await inStore(async (store) => {
      for (const kind of [PERMITS, CODES, INVITATIONS, WAITING_UPDATES])
        expect(await value(store.values(kind as never).keys()), kind.name).toEqual([]);
      expect(await value(store.mailboxes(COMMANDS).read('a', null, 9))).toEqual([]);
      expect(await value(store.values(TECHNICIANS).keys())).toEqual(['7']);
    });
  });

  it('takes of every unbind under way the worst for granted', async () => {
    const device = { shortSerial: 'J50000062', fullSerial: null, model: null, manufactured: null };
    const note = { chatId: 7, agentId: 'a', kind: 'unbind', shortSerial: 'J50000062', sent: true } as const;
    const story = { wrong: 0, triesLeft: 2, outcome: null, heard: [], doubts: [], pictures: ['p'] };
    await inStore(async (store) => {
      const job = { id: 'running', kind: 'unbind', agentId: 'a', startedAt: 5 } as const;
      await value(store.values(CASES).set('c1', { ...newCase('c1', 7, 1), device, job }));
      await value(store.values(JOB_NOTES).set('stopped', { ...note, caseId: 'c2' }, HOUR));
      await value(store.values(JOB_STORIES).set('stopped', { ...story, step: 'picture' }, HOUR));
      await value(store.values(JOB_NOTES).set('over', { ...note, caseId: 'c2' }, HOUR));
      await value(store.values(JOB_STORIES).set('over', { ...story, step: 'over', outcome: 'denied' }, HOUR));
      await value(backup());
    });
    expect(await value(restore())).toMatchObject({ unknown: 2 });
    await inStore(async (store) => {
      const trades = store.values(TRADES);
      expect(await value(trades.keys())).toEqual(['a:J50000062', 'running', 'stopped']);
      for (const job of ['running', 'stopped']) {
        expect(await value(store.claims.once(`hub:permit:${job}`, HOUR)), job).toBe(false);
        expect(await value(store.values(JOB_STORIES).get(job))).toMatchObject({ step: 'prompt' });
        expect(await value(store.values(JOB_NOTES).get(job))).toMatchObject({ agentId: 'a', kind: 'unbind' });
      }
    });
  });
});
