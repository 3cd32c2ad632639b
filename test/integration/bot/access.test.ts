import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createAccess } from '../../../src/bot/door/access.ts';
import { keyFor } from '../../../src/bot/keys.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { openStore } from '../../../src/store/open.ts';

const ADMIN = 1;
const HOUR = 60 * 60 * 1000;

/** Access on a store on disk. `token` is the bot's: it is what invitations are hashed with. */
async function house({ token = '1:first', now = Date.now } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'access-'));
  const opened = await openStore(`lmdb:${folder}`);
  if (!opened.ok) throw new Error(opened.failure.reason);
  const store = opened.value;
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const audit = createAudit(store, now);
  const accessWith = (botToken: string) =>
    createAccess({ store, audit, adminIds: [ADMIN], key: keyFor(new Secret(botToken), 'invitations'), now });
  const access = accessWith(token);
  const invited = async () => {
    const invitation = await access.invite(ADMIN);
    if (!invitation.ok) throw new Error(invitation.failure.detail);
    return invitation.value.token;
  };
  return { folder, store, access, accessWith, invited };
}

const user = (id: number, name = 'Ivan') => ({ id, name });

describe('access', () => {
  it('knows admins from the settings and nobody else', async () => {
    const { access } = await house();
    expect(await access.roleOf(ADMIN)).toEqual(ok('admin'));
    expect(await access.roleOf(2)).toEqual(ok(null));
  });

  it('is given by an invitation and taken away at once', async () => {
    const { access, invited } = await house();
    const token = await invited();
    expect(token).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(await access.redeem(token, user(7))).toMatchObject({
      ok: true,
      value: { userId: 7, name: 'Ivan', invitedBy: ADMIN },
    });
    expect(await access.roleOf(7)).toEqual(ok('technician'));
    expect(await access.revoke(ADMIN, 7)).toEqual(ok(undefined));
    expect(await access.roleOf(7)).toEqual(ok(null));
    expect(await access.revoke(ADMIN, 7)).toEqual(fail('not-a-member'));
    expect(await access.redeem(token, user(7))).toEqual(fail('used'));
  });

  it('is given to one of many who use the same invitation at the same moment', async () => {
    const { access, invited } = await house();
    const token = await invited();
    const users = Array.from({ length: 20 }, (_, n) => user(100 + n));
    const answers = await Promise.all(users.map((each) => access.redeem(token, each)));
    expect(answers.filter(({ ok: admitted }) => admitted)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.failure === 'used')).toHaveLength(19);
    const list = await access.list();
    expect(list.ok && list.value.length).toBe(1);
  });

  it('does not use up the invitation of someone who is in already', async () => {
    const { access, invited } = await house();
    const token = await invited();
    expect(await access.redeem(token, user(ADMIN))).toEqual(fail('member'));
    expect(await access.redeem(token, user(8))).toMatchObject({ ok: true });
    const second = await invited();
    expect(await access.redeem(second, user(8))).toEqual(fail('member'));
    expect(await access.redeem(second, user(9))).toMatchObject({ ok: true });
  });

  it('ends with the 24 hours of an invitation', async () => {
    let time = 1_000_000;
    const { access, invited } = await house({ now: () => time });
    const [early, late] = [await invited(), await invited()];
    time += 23 * HOUR;
    expect(await access.redeem(early, user(2))).toMatchObject({ ok: true });
    time += HOUR;
    expect(await access.redeem(late, user(3))).toEqual(fail('unknown'));
  });

  it.each(['', 'x', 'A'.repeat(32), '../../etc', 'a'.repeat(5000), '__proto__'])(
    'is not given for the invented invitation %j',
    async (token) => {
      const { access } = await house();
      expect(await access.redeem(token, user(2))).toEqual(fail('unknown'));
    },
  );

  it('is not given for an invitation hashed under another bot token', async () => {
    const { accessWith, invited } = await house();
    const token = await invited();
    expect(await accessWith('1:second').redeem(token, user(2))).toEqual(fail('unknown'));
  });

  it('leaves no invitation on disk that could be used', async () => {
    const { folder, store, invited } = await house();
    const token = await invited();
    await store.close();
    for (const name of await readdir(folder, { recursive: true })) {
      const bytes = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
      expect(bytes.includes(token)).toBe(false);
    }
  });

  it('keeps names readable: no control or direction characters, no endless ones', async () => {
    const { access, invited } = await house();
    const name = `\u202eevil\n${'x'.repeat(500)}`;
    await access.redeem(await invited(), user(5, name));
    const list = await access.list();
    expect(list.ok && list.value[0]?.name).toBe(`evil${'x'.repeat(60)}`);
  });

  it('of an admin cannot be revoked, and the list is in order of arrival', async () => {
    let time = 1_000_000;
    const { access, invited } = await house({ now: () => time });
    expect(await access.revoke(ADMIN, ADMIN)).toEqual(fail('admin'));
    for (const id of [30, 4, 12]) {
      await access.redeem(await invited(), user(id));
      time += 1;
    }
    const list = await access.list();
    expect(list.ok && list.value.map(({ userId }) => userId)).toEqual([30, 4, 12]);
  });

  it('is refused as a broken store, not as a stranger, while the store is down', async () => {
    const { access, store } = await house();
    await store.close();
    expect(await access.roleOf(2)).toMatchObject({ ok: false, failure: { reason: 'unavailable' } });
    expect(await access.roleOf(ADMIN)).toEqual(ok('admin'));
    expect(await access.shouldAnswerStranger(2)).toBe(false);
  });
});

describe('a stranger', () => {
  it('is answered once, whoever else is', async () => {
    const { access } = await house();
    const answers = await Promise.all([5, 5, 5, 6].map((id) => access.shouldAnswerStranger(id)));
    expect(answers.filter(Boolean)).toHaveLength(2);
    expect(await access.shouldAnswerStranger(5)).toBe(false);
  });
});
