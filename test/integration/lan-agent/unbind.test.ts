import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recorder4 } from '../../../src/sandbox/device/profiles.ts';
import { CAMERA, oneCamera, PASSWORD, type Site, site, WRONG_PASSWORD } from './agent.ts';

/** The ledger's file of the camera. */
async function ledger({ home }: Site): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(home, 'ledger', `${CAMERA}.json`), 'utf8'));
}

async function changeLedger(at: Site, changes: Record<string, unknown>): Promise<void> {
  const entry = { ...(await ledger(at)), ...changes };
  await writeFile(join(at.home, 'ledger', `${CAMERA}.json`), JSON.stringify(entry));
}

describe.concurrent('an unbind that works', () => {
  it('sends one datagram and says so only after the device did', async (t) => {
    const at = await oneCamera(t);
    const ended = await at.unbind();
    expect(ended.json()).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(ended.code).toBe(0);
    expect(at.camera.snapshot()).toMatchObject({ bound: false, unbindsReceived: 1, passwordsTried: 1 });
    const journal = await at.journal();
    expect(journal.map(({ event }) => event)).toEqual(['begun', 'intent', 'result']);
    expect(journal.at(-1)).toMatchObject({ outcome: 'unbound', verified: true, origin: 'local' });
  });

  it('takes the full serial number and repeats only the short one', async (t) => {
    const at = await oneCamera(t);
    const words = ['unbind', at.camera.profile.fullSerial, '--confirm', CAMERA, '--password-stdin', '--json'];
    const ended = await at.agent(words, { input: PASSWORD });
    expect(ended.json()).toMatchObject({ shortSerial: CAMERA, outcome: 'unbound' });
  });

  it('waits for a device that needs a while to leave the cloud', async (t) => {
    const at = await oneCamera(t, { quirks: { settleAfterMs: 6000 } });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'unbound', verified: true });
    expect(at.camera.snapshot().unbindsReceived).toBe(1);
  });

  it('settles a lost reply by the status, never by a second datagram', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindReply: true } });
    const ended = await at.unbind();
    expect(ended.json()).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, exchanges: 1 });
  });

  it('reaches a device of another subnet by multicast', async (t) => {
    const at = await oneCamera(t, {
      profile: { announcedAddress: '192.168.1.64', subnetMask: '255.255.255.0' },
      quirks: { ignoresUnicast: true },
    });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'unbound' });
  });

  it('finds out that a device takes commands by multicast only', async (t) => {
    const at = await oneCamera(t, { quirks: { ignoresUnicast: true } });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot().unbindsReceived).toBe(1);
  });

  it('is not misled by decoys, copies, braces and a slow device', async (t) => {
    const at = await oneCamera(t, {
      quirks: { decoys: true, duplicateReplies: 2, uuid: 'braces', replyDelayMs: 150, replyBy: 'both' },
    });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, passwordsTried: 1 });
  });

  it('copes with an exchange that is answered later than it is repeated', async (t) => {
    const at = await oneCamera(t, { quirks: { replyDelayMs: 2800 } });
    const ended = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: '20' } });
    expect(ended.json()).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot().unbindsReceived).toBe(1);
  }, 60_000);

  it('leaves no password, key or salt in journal, ledger or output', async (t) => {
    const at = await oneCamera(t);
    const { stdout, stderr } = await at.unbind({ env: { LOG_LEVEL: 'trace' } });
    const files = [await readFile(join(at.home, 'journal.jsonl'), 'utf8'), JSON.stringify(await ledger(at))];
    for (const text of [stdout, stderr, ...files]) {
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(at.camera.profile.salt);
      expect(text).not.toMatch(/MIGJAoGB/);
    }
  });
});

describe.concurrent('nothing to do, or not possible', () => {
  it('sends nothing to a device that is not bound', async (t) => {
    const at = await oneCamera(t, { state: { bound: false } });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'not-bound' });
    expect(ended.code).toBe(0);
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it.for([
    { cloud: 'offline', reason: 'cloud-offline' },
    { cloud: 'disabled', reason: 'cloud-disabled' },
  ] as const)('refuses with $reason', async ({ cloud, reason }, t) => {
    const at = await oneCamera(t, { state: { cloud } });
    const ended = await at.unbind();
    expect(ended.json()).toEqual({ shortSerial: CAMERA, outcome: 'refused', reason, verified: false });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it('refuses when the status question stays unanswered', async (t) => {
    const at = await oneCamera(t, { quirks: { answersStatus: false } });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'unanswered' });
    expect(ended.code).toBe(3);
  });

  it('refuses a device that is not activated', async (t) => {
    const at = await oneCamera(t, { state: { activated: false } });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'refused', reason: 'not-activated' });
  });

  it('refuses a device that does not say its MAC', async (t) => {
    const announced = `<ProbeMatch><Uuid></Uuid><Types>inquiry</Types><DeviceSN>${CAMERA}</DeviceSN></ProbeMatch>`;
    const at = await oneCamera(t, { canned: { inquiry: [announced] } });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'refused', reason: 'no-mac' });
  });

  it('does not find what is not there', async (t) => {
    const at = await site(t, []);
    const ended = await at.unbind();
    expect(ended.json()).toEqual({ shortSerial: CAMERA, outcome: 'not-found', verified: false });
    expect(ended.code).toBe(1);
  });

  it('refuses a serial number that two devices claim', async (t) => {
    const at = await oneCamera(t);
    const { shortSerial, fullSerial } = at.camera.profile;
    // The emulator knows devices by their short serial, so the twin is registered under another one.
    await at.lan.add({
      ...recorder4,
      profile: { ...recorder4.profile, fullSerial, shortSerial: 'G70000199', address: '127.0.1.77' },
    });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ shortSerial, outcome: 'refused', reason: 'ambiguous-device' });
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it('refuses protocol 3.1 until the operator switches it on', async (t) => {
    const at = await oneCamera(t, { quirks: { sadpVersion: '3.1' } });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'refused', reason: 'no-driver' });
    expect(at.camera.snapshot().exchanges).toBe(0);
  });
});

describe.concurrent('safety before the password leaves', () => {
  it('compares the confirmation with the short serial number', async (t) => {
    const at = await oneCamera(t);
    const words = ['unbind', CAMERA, '--confirm', 'AC7000999', '--password-stdin', '--json'];
    const ended = await at.agent(words, { input: PASSWORD });
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'confirm-mismatch' });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot().statusAsked).toBe(0);
  });

  it.for([
    { what: 'an empty one', input: '\n', reason: 'password-empty' },
    { what: 'no input at all', input: '', reason: 'password-empty' },
    { what: '17 bytes', input: 'Seventeen_chars17\n', reason: 'password-too-long' },
    {
      what: '17 bytes in 11 characters',
      input: '\u041f\u0430\u0440\u043e\u043b\u044c-1234\n',
      reason: 'password-too-long',
    },
  ])('refuses a password: $what', async ({ input, reason }, t) => {
    const at = await oneCamera(t);
    const ended = await at.unbind({ input });
    expect(ended.json()).toEqual({ shortSerial: CAMERA, outcome: 'refused', reason, verified: false });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it('refuses to ask for a password without a terminal', async (t) => {
    const at = await oneCamera(t);
    const ended = await at.agent(['unbind', CAMERA, '--confirm', CAMERA, '--json'], {
      input: `${PASSWORD}\n`,
    });
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'no-terminal' });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it.for([
    { from: '127.0.1.66', order: 'after' },
    { from: '127.0.1.66', order: 'before' },
    { from: null, order: 'after' },
  ] as const)('stops when somebody else answers the exchange ($from, $order)', async (spoofExchange, t) => {
    const at = await oneCamera(t, { quirks: { spoofExchange: { ...spoofExchange, delayMs: 0 } } });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'spoofed-exchange' });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 0, passwordsLeaked: 0 });
  });

  it.for([
    { exchangeReply: 'failed', reason: 'exchange-refused' },
    { exchangeReply: 'empty', reason: 'exchange-unreadable' },
  ] as const)('stops at $reason', async ({ exchangeReply, reason }, t) => {
    const at = await oneCamera(t, { quirks: { exchangeReply } });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason });
    expect(at.camera.snapshot().unbindsReceived).toBe(0);
  });

  it('repeats an exchange that stays unanswered, then gives up', async (t) => {
    const at = await oneCamera(t, { quirks: { answersUnbind: false } });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'exchange-unanswered' });
    expect(at.camera.snapshot().unbindsReceived).toBe(0);
  });

  it('refuses when the journal cannot be written', async (t) => {
    const at = await oneCamera(t);
    await mkdir(join(at.home, 'journal.jsonl'));
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'journal-unwritable' });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it('refuses when the state folder cannot be made', async (t) => {
    const at = await oneCamera(t);
    await writeFile(join(at.home, 'file'), '');
    const ended = await at.unbind({ env: { UNBIND_AGENT_HOME: join(at.home, 'file', 'folder') } });
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'journal-unwritable' });
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it('refuses while another agent is unbinding the same device', async (t) => {
    const at = await oneCamera(t);
    await mkdir(join(at.home, 'locks'));
    await writeFile(join(at.home, 'locks', `${CAMERA}.lock`), `${process.pid} somebody\n`);
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'busy' });
    expect(ended.code).toBe(3);
  });
});

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

  it('lets a person try again after a kill that changed nothing, with one try less', async (t) => {
    const at = await oneCamera(t, { quirks: { loseUnbindReply: true } });
    const words = ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin', '--json'];
    const { child, ended } = at.start(words, { input: WRONG_PASSWORD });
    await unbindArrived(at);
    child.kill('SIGKILL');
    await ended;
    at.camera.set({ loseUnbindReply: false });

    const next = await at.unbind();
    expect(next.stderr).toContain('An earlier attempt was cut off');
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
