import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recorder4 } from '../../../src/sandbox/device/profiles.ts';
import { CAMERA, oneCamera, PASSWORD, site } from './agent.ts';

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

  it('finds out that a device takes commands by multicast only, and wants the cable confirmed', async (t) => {
    const at = await oneCamera(t, { quirks: { ignoresUnicast: true } });
    const without = await at.unbind();
    expect(without.json()).toMatchObject({ outcome: 'refused', reason: 'no-direct-cable' });
    expect(without.code).toBe(3);
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
    expect((await at.unbind({ words: ['--direct-cable'] })).json()).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot().unbindsReceived).toBe(1);
  }, 60_000);

  it('is not misled by decoys, copies, braces and a slow device', async (t) => {
    const at = await oneCamera(t, {
      quirks: { decoys: true, duplicateReplies: 2, uuid: 'braces', replyDelayMs: 150, replyBy: 'both' },
    });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, passwordsTried: 1 });
  });

  it('waits for a device that needs two seconds for every answer, and sends one datagram', async (t) => {
    const at = await oneCamera(t, { quirks: { replyDelayMs: 2000 } });
    const ended = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: '20' } });
    expect(ended.json()).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot().unbindsReceived).toBe(1);
  }, 60_000);

  it('leaves no password, key or salt in journal, ledger or output', async (t) => {
    const at = await oneCamera(t);
    const { stdout, stderr } = await at.unbind({ env: { LOG_LEVEL: 'trace' } });
    const files = await Promise.all(
      ['journal.jsonl', `ledger/${CAMERA}.json`].map((name) => readFile(join(at.home, name), 'utf8')),
    );
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
    const status = await at.agent(['status', CAMERA]);
    expect(status.stdout).toContain('does not say its MAC address');
    expect(at.camera.snapshot().statusAsked).toBe(0);
  });

  it('costs no attempt where a pipe has changed the letters of the password', async (t) => {
    const at = await oneCamera(t);
    const words = ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin', '--json'];
    const ended = await at.agent(words, { input: Buffer.from([0xcf, 0xe0, 0xf0, 0x0a]) });
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'password-not-utf8' });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it('takes a Cyrillic letter in a serial number for the Latin one, and drops what nobody sees', async (t) => {
    const at = await oneCamera(t);
    const cyrillic = CAMERA.replace('A', '\u0410').replace('C', '\u0421');
    expect(cyrillic).not.toBe(CAMERA);
    const ended = await at.agent(
      ['unbind', `\ufeff${cyrillic}\u200b`, '--confirm', cyrillic, '--password-stdin', '--json'],
      {
        input: `\ufeff${PASSWORD}\r\n`,
      },
    );
    expect(ended.json()).toMatchObject({ outcome: 'unbound', verified: true });
    expect(at.camera.snapshot()).toMatchObject({ passwordsTried: 1 });
  });

  it.for([
    ['status', CAMERA],
    ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin'],
    ['inspect', CAMERA, '--password-stdin'],
  ])('takes --interface and names those that exist: %s', async (words, t) => {
    const at = await oneCamera(t);
    const wrong = await at.agent([...words, '--interface', 'nope0'], { input: PASSWORD });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('test (127.0.0.1)');
    const right = await at.agent([...words, '--interface', 'test'], { input: PASSWORD });
    expect(right.stdout).not.toContain('not found');
    expect(right.code).not.toBe(2);
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
    { from: '127.0.1.66', order: 'after', delayMs: 0 },
    { from: '127.0.1.66', order: 'before', delayMs: 0 },
    { from: null, order: 'after', delayMs: 0 },
    { from: null, order: 'after', delayMs: 1300 },
  ] as const)(
    'stops when somebody else answers the exchange ($from, $order, $delayMs)',
    async (spoofExchange, t) => {
      const at = await oneCamera(t, { quirks: { spoofExchange } });
      const ended = await at.unbind();
      expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'spoofed-exchange' });
      expect(ended.code).toBe(3);
      expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 0, passwordsLeaked: 0 });
    },
  );

  it('refuses a device that is too slow to be told from somebody faster', async (t) => {
    const at = await oneCamera(t, { quirks: { replyDelayMs: 2800 } });
    expect((await at.unbind()).json()).toMatchObject({ outcome: 'refused', reason: 'slow-device' });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it('tells and puts on record a second answer to the exchange that came too late to stop', async (t) => {
    const spoofExchange = { from: null, order: 'after', delayMs: 2300 } as const;
    const at = await oneCamera(t, { quirks: { spoofExchange, settleAfterMs: 20_000 } });
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'unknown', reason: 'late-answer', verified: false });
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('Somebody else has answered after the unbind was sent.');
    const journal = await at.journal();
    expect(journal.map(({ event }) => event)).toEqual(['begun', 'intent', 'late-answer', 'result']);
  }, 60_000);

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
    await writeFile(join(at.home, 'locks', `${CAMERA}.lock`), `${process.ppid} somebody\n`);
    const ended = await at.unbind();
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'busy' });
    expect(ended.code).toBe(3);
  });
});
