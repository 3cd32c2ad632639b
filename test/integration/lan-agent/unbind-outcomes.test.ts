import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAMERA, oneCamera, PASSWORD, type Site, WRONG_PASSWORD } from './agent.ts';

/** The ledger's file of the camera. */
async function ledger({ home }: Site): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(home, 'ledger', `${CAMERA}.json`), 'utf8'));
}

async function changeLedger(at: Site, changes: Record<string, unknown>): Promise<void> {
  const entry = { ...(await ledger(at)), ...changes };
  await writeFile(join(at.home, 'ledger', `${CAMERA}.json`), JSON.stringify(entry));
}

describe.concurrent('wrong passwords and locks', () => {
  it('counts down by the device, and stops where few attempts are left', async (t) => {
    const at = await oneCamera(t);
    for (const attemptsLeft of [5, 4, 3, 2]) {
      const ended = await at.unbind({ password: WRONG_PASSWORD });
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

  it.for([
    { what: 'no counter', quirks: { noCounter: true }, outcome: 'wrong-password' },
    { what: 'failed', quirks: { failedForWrongPassword: true }, outcome: 'denied' },
  ])('refuses after a failure that says $what', async ({ quirks, outcome }, t) => {
    const at = await oneCamera(t, { quirks });
    const first = await at.unbind({ password: WRONG_PASSWORD });
    expect(first.json()).toEqual({ shortSerial: CAMERA, outcome, verified: false });
    expect(first.code).toBe(1);
    const second = await at.unbind();
    expect(second.json()).toMatchObject({ outcome: 'refused', reason: 'few-attempts' });
    expect(at.camera.snapshot().passwordsTried).toBe(1);
  });

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
    await changeLedger(at, { lockedUntil: Date.now() - 1000 });

    const without = await at.unbind();
    expect(without.json()).toMatchObject({ outcome: 'refused', reason: 'after-lock' });
    expect(without.code).toBe(3);

    at.camera.set({ noCounter: true });
    const careful = await at.unbind({ password: WRONG_PASSWORD, words: ['--after-lock'] });
    expect(careful.json()).toMatchObject({ outcome: 'wrong-password' });
    const again = await at.unbind({ words: ['--after-lock'] });
    expect(again.json()).toMatchObject({ outcome: 'refused', reason: 'few-attempts' });
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
    await at.unbind({ password: WRONG_PASSWORD });
    await at.unbind();
    expect(await ledger(at)).toMatchObject({ failed: false, attemptsLeft: null, withoutResult: 0 });
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

    const next = await at.unbind();
    expect(next.stderr).toContain('How an earlier attempt ended was not known');
    expect(next.json()).toMatchObject({ outcome: 'unbound', verified: true });
    expect(at.camera.snapshot().unbindsReceived).toBe(2);
    expect((await at.journal()).map(({ event }) => event)).toContain('settled');
  }, 60_000);
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
