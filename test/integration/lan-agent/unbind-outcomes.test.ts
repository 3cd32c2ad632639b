import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAMERA, oneCamera, PASSWORD, type Site, WRONG_PASSWORD } from './agent.ts';

/** The ledger's file of the camera. */
async function ledger({ home }: Site): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(home, 'ledger', `${CAMERA}.json`), 'utf8'));
}

/** Puts the end of the lock into the past. */
async function endLock(at: Site): Promise<void> {
  const before = await ledger(at);
  const entry = { ...before, lock: { ...(before.lock as object), until: Date.now() - 1000 } };
  await writeFile(join(at.home, 'ledger', `${CAMERA}.json`), JSON.stringify(entry));
}

describe.concurrent('wrong passwords and locks', () => {
  it('counts down by the device, and stops where few attempts are left', async (t) => {
    const at = await oneCamera(t);
    for (const attemptsLeft of [5, 4, 3, 2]) {
      const ended = await at.unbind({ password: WRONG_PASSWORD, words: ['--same-password'] });
      expect(ended.json()).toEqual({
        shortSerial: CAMERA,
        outcome: 'wrong-password',
        attemptsLeft,
        verified: false,
      });
      expect(ended.code).toBe(1);
    }
    const refused = await at.unbind();
    expect(refused.json()).toMatchObject({ outcome: 'refused', reason: 'few-attempts', attemptsLeft: 2 });
    expect(refused.code).toBe(3);
    expect(at.camera.snapshot()).toMatchObject({ passwordsTried: 4, unbindsReceived: 4, triesLeft: 2 });
  }, 60_000);

  it('tries one password only once', async (t) => {
    const at = await oneCamera(t, { quirks: { duplicateReplies: 1 } });
    await at.unbind({ password: WRONG_PASSWORD });
    expect(at.camera.snapshot()).toMatchObject({ passwordsTried: 1, unbindsReceived: 1, triesLeft: 5 });
  });

  it('asks before the same wrong password is sent again, and sends it when that is meant', async (t) => {
    const at = await oneCamera(t);
    await at.unbind({ password: WRONG_PASSWORD });
    const again = await at.unbind({ password: WRONG_PASSWORD });
    expect(again.json()).toEqual({
      shortSerial: CAMERA,
      outcome: 'refused',
      reason: 'refused-before',
      verified: false,
    });
    expect(again.code).toBe(3);
    expect(at.camera.snapshot()).toMatchObject({ passwordsTried: 1, exchanges: 1 });
    const meant = await at.unbind({ password: WRONG_PASSWORD, words: ['--same-password'] });
    expect(meant.json()).toMatchObject({ outcome: 'wrong-password', attemptsLeft: 4 });
    const right = await at.unbind();
    expect(right.json()).toMatchObject({ outcome: 'unbound' });
    expect(await readdir(at.home)).not.toContain('last-refused');
  }, 60_000);

  it.for([
    { what: 'no counter', quirks: { noCounter: true }, outcome: 'wrong-password' },
    { what: 'failed', quirks: { failedForWrongPassword: true }, outcome: 'denied' },
  ])(
    'gives the device half an hour after a failure that says $what, then makes one try',
    async ({ quirks, outcome }, t) => {
      const at = await oneCamera(t, { quirks });
      const first = await at.unbind({ password: WRONG_PASSWORD });
      expect(first.json()).toEqual({ shortSerial: CAMERA, outcome, verified: false });
      expect(first.code).toBe(1);
      const second = await at.unbind();
      expect(second.json()).toEqual({
        shortSerial: CAMERA,
        outcome: 'refused',
        reason: 'lock-assumed',
        lockMinutes: 30,
        lockAssumed: true,
        verified: false,
      });
      expect(second.code).toBe(3);
      expect(at.camera.snapshot().passwordsTried).toBe(1);

      await endLock(at);
      expect((await at.unbind()).json()).toMatchObject({ outcome: 'refused', reason: 'after-lock' });
      const careful = await at.unbind({ words: ['--after-lock'] });
      expect(careful.json()).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
      expect(at.camera.snapshot().passwordsTried).toBe(2);
    },
  );

  it('passes on the lock, then keeps to it without asking the device again', async (t) => {
    const at = await oneCamera(t, { state: { lockedUntil: Date.now() + 29 * 60_000 } });
    const first = await at.unbind();
    expect(first.json()).toEqual({
      shortSerial: CAMERA,
      outcome: 'locked',
      lockMinutes: 29,
      verified: false,
    });
    expect(first.code).toBe(1);
    const exchanges = at.camera.snapshot().exchanges;

    at.camera.set({ lockedUntil: null });
    const second = await at.unbind();
    expect(second.json()).toMatchObject({ outcome: 'locked', reason: 'lock-running', lockMinutes: 29 });
    expect(second.code).toBe(3);
    expect(at.camera.snapshot().exchanges).toBe(exchanges);
  });

  it('makes one careful try after a lock, and only when a person says so', async (t) => {
    const at = await oneCamera(t, { state: { lockedUntil: Date.now() + 60_000 } });
    await at.unbind();
    at.camera.set({ lockedUntil: null });
    await endLock(at);

    const without = await at.unbind();
    expect(without.json()).toMatchObject({ outcome: 'refused', reason: 'after-lock' });
    expect(without.code).toBe(3);

    at.camera.set({ noCounter: true });
    const careful = await at.unbind({ password: WRONG_PASSWORD, words: ['--after-lock'] });
    expect(careful.json()).toMatchObject({ outcome: 'wrong-password' });
    const again = await at.agent(
      ['unbind', CAMERA, '--confirm', CAMERA, '--after-lock', '--password-stdin'],
      {
        input: PASSWORD,
      },
    );
    expect(again.code).toBe(3);
    expect(again.stdout).toContain('The owner’s own login leads on');
    expect(at.camera.snapshot().passwordsTried).toBe(1);
  }, 60_000);

  it('refuses when the attempts on record cannot be read', async (t) => {
    const at = await oneCamera(t);
    await mkdir(join(at.home, 'ledger'));
    await writeFile(join(at.home, 'ledger', `${CAMERA}.json`), '{"attemptsLeft": "ma');
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'refused', reason: 'ledger-unreadable' });
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it('forgets failures after a success', async (t) => {
    const at = await oneCamera(t);
    expect((await at.unbind({ password: WRONG_PASSWORD })).json()).toMatchObject({
      outcome: 'wrong-password',
    });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'unbound' });
    expect(await ledger(at)).toMatchObject({ attemptsLeft: null, withoutResult: 0, lock: null });
  });
});

describe.concurrent('outcomes that stay open', () => {
  const QUICK = { UNBIND_AGENT_VERIFY_SECONDS: '12' };

  it('says unknown when the datagram was lost, and sends no second one', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindRequest: true } });
    const ended = await at.unbind({ env: QUICK });
    expect(ended.json()).toEqual({
      shortSerial: CAMERA,
      outcome: 'unknown',
      reason: 'no-reply',
      verified: false,
    });
    expect(ended.code).toBe(4);
    expect(at.camera.snapshot()).toMatchObject({ bound: true, exchanges: 1 });
  });

  it('says accepted when the device does not confirm in time', async (t) => {
    const at = await oneCamera(t, { quirks: { settleAfterMs: 600_000 } });
    const ended = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: '5' } });
    expect(ended.json()).toEqual({ shortSerial: CAMERA, outcome: 'accepted-unconfirmed', verified: false });
    expect(ended.code).toBe(4);
  });

  it('says unknown when the device answers without saying what happened', async (t) => {
    const unreadable =
      '<ProbeMatch><Uuid></Uuid><MAC>00-00-5e-00-53-a1</MAC><Types>ezvizUnbind</Types></ProbeMatch>';
    const at = await oneCamera(t, { canned: { ezvizUnbind: [unreadable] } });
    const ended = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: '5' } });
    expect(ended.json()).toMatchObject({ outcome: 'unknown', reason: 'unreadable-reply' });
  });

  it('tells how it stands when a person stops the verification', async (t) => {
    const at = await oneCamera(t, { quirks: { settleAfterMs: 600_000 } });
    const words = ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin', '--json'];
    const { child, ended } = at.start(words, { input: PASSWORD });
    await unbindArrived(at);
    child.kill('SIGINT');
    expect((await ended).json()).toMatchObject({
      outcome: expect.stringMatching(/^(accepted-unconfirmed|unknown)$/),
    });
    expect((await ended).code).toBe(4);
    expect((await at.journal()).at(-1)).toMatchObject({ event: 'result' });
  });

  it('settles an attempt that a kill cut off, before anything else', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindReply: true } });
    const words = ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin', '--json'];
    const { child, ended } = at.start(words, { input: PASSWORD });
    await unbindArrived(at);
    child.kill('SIGKILL');
    await ended;
    expect((await at.journal()).map(({ event }) => event)).toEqual(['begun', 'intent']);

    const next = await at.unbind();
    expect(next.json()).toEqual({
      shortSerial: CAMERA,
      outcome: 'unbound',
      reason: 'earlier-attempt',
      verified: true,
    });
    expect(next.code).toBe(0);
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, exchanges: 1 });
    expect((await at.journal()).at(-1)).toMatchObject({ event: 'settled', outcome: 'unbound' });
  });

  it('waits for an unbind that is still on its way, and sends no second one', async (t) => {
    const at = await oneCamera(t, { quirks: { settleAfterMs: 11_000 } });
    const first = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: '5' } });
    expect(first.json()).toMatchObject({ outcome: 'accepted-unconfirmed' });

    const next = await at.unbind();
    expect(next.json()).toMatchObject({ outcome: 'unbound', reason: 'earlier-attempt', verified: true });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, exchanges: 1 });
  }, 60_000);

  it('waits for an unbind whose answer was lost, and sends no second one', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindReply: true, settleAfterMs: 15_000 } });
    const first = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: '5' } });
    expect(first.json()).toMatchObject({ outcome: 'unknown' });

    const next = await at.unbind();
    expect(next.json()).toMatchObject({ outcome: 'unbound', reason: 'earlier-attempt', verified: true });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, exchanges: 1 });
  }, 60_000);

  it('lets a person try again after a kill that changed nothing, with one try less', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindReply: true } });
    const words = ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin', '--json'];
    const { child, ended } = at.start(words, { input: WRONG_PASSWORD });
    await unbindArrived(at);
    child.kill('SIGKILL');
    await ended;
    at.camera.set({ loseUnbindReply: false });

    // Ten seconds later: an unattended run at once has no time for two readings that count, and leaves it open.
    const journal = join(at.home, 'journal.jsonl');
    const lines = (await at.journal()).map((entry) => {
      const earlier = new Date(Date.parse(String(entry.at)) - 10_000).toISOString();
      return `${JSON.stringify({ ...entry, at: earlier })}\n`;
    });
    await writeFile(journal, lines.join(''));
    const next = await at.unbind();
    expect(next.stderr).toContain('The device says that it is still bound: nothing was carried out');
    expect(next.json()).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(at.camera.snapshot().unbindsReceived).toBe(2);
    expect((await at.journal()).map(({ event }) => event)).toContain('settled');
  }, 60_000);
});

describe.concurrent('attempts without an end', () => {
  const QUICK = { UNBIND_AGENT_VERIFY_SECONDS: '5' };

  it('are no failures where the device has carried nothing out: two lost ones, and the third one works', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindRequest: true } });
    for (let round = 0; round < 2; round++) {
      const lost = await at.unbind({ env: QUICK });
      expect(lost.json()).toMatchObject({ outcome: 'unknown', reason: 'no-reply' });
    }
    at.camera.set({ loseUnbindRequest: false });
    const third = await at.unbind({ env: QUICK });
    expect(third.json()).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, passwordsTried: 1 });
  }, 120_000);

  it('are settled in the same run where there is time for it', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindRequest: true } });
    const lost = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: '32' } });
    expect(lost.json()).toMatchObject({ outcome: 'unknown', reason: 'no-reply' });
    expect(lost.stderr).toContain('no failure is counted');
    expect(await ledger(at)).toMatchObject({ withoutResult: 0, notCarriedOut: 1 });
    expect((await at.journal()).map(({ event }) => event)).toEqual(['begun', 'intent', 'settled', 'result']);
  }, 120_000);

  it('have no second unbind on their heels when the device has accepted them', async (t) => {
    const at = await oneCamera(t, { quirks: { settleAfterMs: 600_000 } });
    expect((await at.unbind({ env: QUICK })).json()).toMatchObject({ outcome: 'accepted-unconfirmed' });
    const again = await at.unbind({ env: QUICK });
    expect(again.json()).toEqual({
      shortSerial: CAMERA,
      outcome: 'accepted-unconfirmed',
      reason: 'earlier-accepted',
      verified: false,
    });
    expect(again.code).toBe(4);
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, exchanges: 1, passwordsTried: 1 });
    expect(await ledger(at)).toMatchObject({ withoutResult: 0, lock: null });
  }, 120_000);

  it('have worked when the device left the cloud with its status question and announces that it is not bound', async (t) => {
    const at = await oneCamera(t, { quirks: { settleAfterMs: 600_000 } });
    expect((await at.unbind({ env: QUICK })).json()).toMatchObject({ outcome: 'accepted-unconfirmed' });
    at.camera.set({ bound: false, answersStatus: false });
    const again = await at.unbind({ env: QUICK });
    expect(again.json()).toMatchObject({ outcome: 'unbound', reason: 'earlier-attempt', verified: true });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1 });
  }, 120_000);
});

/** Until the device has the unbind: the point of no return. */
function unbindArrived({ camera }: Awaited<ReturnType<typeof oneCamera>>): Promise<void> {
  return new Promise((done) => {
    const stop = camera.onChange(({ unbindsReceived }) => {
      if (unbindsReceived === 0) return;
      stop();
      done();
    });
  });
}
