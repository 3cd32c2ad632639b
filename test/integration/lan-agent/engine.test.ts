import { createSocket } from 'node:dgram';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { createEngine, type Engine } from '../../../src/lan-agent/engine.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { UnbindPlan, UnbindRequest } from '../../../src/lan-agent/unbind/contract.ts';
import { unbindReport } from '../../../src/link/messages.ts';
import type { EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import * as profiles from '../../../src/sandbox/device/profiles.ts';
import { CAMERA, oneCamera, PASSWORD } from './agent.ts';

interface Bench {
  engine: Engine;
  camera: EmulatedDevice;
  home: string;
  /** Of SADP on this LAN. */
  port: number;
  /** What was asked of whom, in order. */
  log: string[];
  /** The Buffer the engine was given. */
  password: Buffer;
  request(changes?: Partial<UnbindRequest>): UnbindRequest;
}

/** An unbind as the bot asks for it: everybody says yes. */
async function bench(t: TestContext, changes: Parameters<typeof oneCamera>[1] = {}): Promise<Bench> {
  const { lan, home, camera } = await oneCamera(t, changes);
  const network = testNetwork(lan.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  const log: string[] = [];
  const password = Buffer.from(PASSWORD);
  return {
    engine: createEngine({ home, network: network.value, sadp31: true }),
    camera,
    home,
    port: lan.port,
    log,
    password,
    request: (overrides = {}) => ({
      shortSerial: CAMERA,
      origin: 'bot',
      caseId: 'case-1',
      technician: 'Ann',
      afterLock: false,
      signal: new AbortController().signal,
      onStage: (stage) => log.push(stage),
      challenge: async () => {
        log.push('picture passed');
        return 'passed';
      },
      prompt: async () => {
        log.push('password typed');
        return { kind: 'typed', password };
      },
      permit: async () => {
        log.push('permit granted');
        return true;
      },
      ...overrides,
    }),
  };
}

describe.concurrent('an unbind that the bot asked for', () => {
  it('goes from the status to the datagram in the one safe order', async (t) => {
    const at = await bench(t);
    const report = await at.engine.performUnbind(at.request());
    expect(report).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(unbindReport.parse(report)).toEqual(report);
    expect(at.log).toEqual([
      'discovering',
      'status',
      'ledger',
      'challenge',
      'picture passed',
      'password',
      'password typed',
      'permit',
      'permit granted',
      'exchange',
      'sent',
      'verifying',
    ]);
    const journal = await readFile(join(at.home, 'journal.jsonl'), 'utf8');
    expect(JSON.parse(journal.split('\n')[0] ?? '')).toMatchObject({
      origin: 'bot',
      caseId: 'case-1',
      technician: 'Ann',
    });
  });

  it('shows the person at the laptop what is about to be done', async (t) => {
    const at = await bench(t);
    const shown: UnbindPlan[] = [];
    const prompt: UnbindRequest['prompt'] = async (plan) => {
      shown.push(plan);
      return { kind: 'abandoned' };
    };
    await at.engine.performUnbind(at.request({ prompt }));
    const { fullSerial, model, address, mac } = at.camera.profile;
    expect(shown).toEqual([
      {
        shortSerial: CAMERA,
        fullSerial,
        model,
        address,
        mac,
        interface: 'test',
        driver: 'sadp-3.0',
        wireMac: null,
        askCable: false,
        attemptsLeft: null,
        attemptsAssumed: false,
        technician: 'Ann',
        origin: 'bot',
      },
    ]);
  });

  it('shows the address that answers, not the one it announces', async (t) => {
    const { fullSerial, mac } = profiles.unbindableCamera.profile;
    const announced = '192.168.1.1';
    const inquiry = [
      `<ProbeMatch><Uuid></Uuid><Types>inquiry</Types><DeviceSN>${fullSerial}</DeviceSN><MAC>${mac}</MAC><IPv4Address>${announced}</IPv4Address></ProbeMatch>`,
    ];
    const at = await bench(t, { canned: { inquiry } });
    const shown: string[] = [];
    const prompt: UnbindRequest['prompt'] = async ({ address }) => {
      shown.push(address);
      return { kind: 'abandoned' };
    };
    await at.engine.performUnbind(at.request({ prompt }));
    expect(shown).toEqual([at.camera.profile.address]);
  });

  it('ends at the first stranger that answers for the device, and names it', async (t) => {
    const at = await bench(t, { quirks: { ignoresUnicast: true } });
    const strangers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (number) => {
        const stranger = createSocket({ type: 'udp4' });
        t.onTestFinished(() => void stranger.close());
        await new Promise<void>((done) => stranger.bind(0, `127.0.2.${number}`, done));
        return stranger;
      }),
    );
    const ear = createSocket({ type: 'udp4', reuseAddr: true });
    t.onTestFinished(() => void ear.close());
    await new Promise<void>((done) => ear.bind(at.port, '239.255.255.250', done));
    ear.addMembership('239.255.255.250', '127.0.0.1');
    ear.on('message', (bytes, { address, port }) => {
      const question = String(bytes);
      if (!question.startsWith('<?xml') || !question.includes('<Types>getUnbindStatus<')) return;
      const reply = question.replaceAll('Probe>', 'ProbeMatch>');
      for (const stranger of [...strangers, ...strangers]) stranger.send(reply, port, address);
    });
    const notes: string[] = [];
    const report = await at.engine.performUnbind(
      at.request({ onNote: (note) => notes.push(note.kind === 'foreign-reply' ? note.from : note.kind) }),
    );
    expect(report).toMatchObject({ outcome: 'refused', reason: 'ambiguous-device' });
    expect(at.log).not.toContain('password typed');
    expect(notes[0]).toMatch(/^127\.0\.2\./);
    expect(new Set(notes).size).toBe(notes.length);
  });

  it('takes no more than sixteen different answers to one question, and refuses where there were more', async (t) => {
    const at = await bench(t, { quirks: { ignoresUnicast: true, replyDelayMs: 300 } });
    const { address, mac } = at.camera.profile;
    // Somebody who sends with the device's own address.
    const forger = createSocket({ type: 'udp4' });
    const ear = createSocket({ type: 'udp4', reuseAddr: true });
    for (const socket of [forger, ear]) t.onTestFinished(() => void socket.close());
    await new Promise<void>((done) => forger.bind(0, address, done));
    await new Promise<void>((done) => ear.bind(at.port, '239.255.255.250', done));
    ear.addMembership('239.255.255.250', '127.0.0.1');
    ear.on('message', (bytes, sender) => {
      const question = String(bytes);
      const uuid = /<Uuid>([^<]+)/.exec(question)?.[1];
      if (!uuid || !question.includes('<Types>getUnbindStatus<') || sender.address === address) return;
      for (let i = 0; i < 20; i++) {
        const answer = `<ProbeMatch><Uuid>${uuid}</Uuid><MAC>${mac}</MAC><Types>getUnbindStatus</Types><Result>success</Result><N>${i}</N></ProbeMatch>`;
        forger.send(answer, sender.port, sender.address);
      }
    });
    const report = await at.engine.performUnbind(at.request({ directCable: true }));
    expect(report).toMatchObject({ outcome: 'refused', reason: 'flooded' });
    expect(at.log).not.toContain('password typed');
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it('closes the prompt when a second device claims the serial number meanwhile', async (t) => {
    const at = await bench(t);
    const { fullSerial, mac } = at.camera.profile;
    const twin = createSocket({ type: 'udp4' });
    t.onTestFinished(() => void twin.close());
    await new Promise<void>((done) => twin.bind(0, '127.0.2.9', done));
    twin.setMulticastInterface('127.0.0.1');
    const hello = `<Hello><Uuid>x</Uuid><Types>hello</Types><DeviceSN>${fullSerial}</DeviceSN><MAC>${mac}</MAC></Hello>`;
    const report = await at.engine.performUnbind(
      at.request({
        prompt: (_plan, over) =>
          new Promise((done) => {
            over.addEventListener('abort', () => done({ kind: 'abandoned' }), { once: true });
            twin.send(hello, at.port, '239.255.255.250');
          }),
      }),
    );
    expect(report).toMatchObject({ outcome: 'refused', reason: 'ambiguous-device' });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  const refusals: [string, Partial<UnbindRequest>, string][] = [
    ['the picture was wrong', { challenge: async () => 'failed' }, 'challenge-failed'],
    ['the picture went stale', { challenge: async () => 'expired' }, 'challenge-expired'],
    ['the prompt was left', { prompt: async () => ({ kind: 'abandoned' }) }, 'abandoned'],
    ['nobody can be asked', { prompt: async () => ({ kind: 'unavailable' }) }, 'no-terminal'],
    ['the permit was refused', { permit: async () => false }, 'permit-refused'],
  ];

  it.for(refusals)('sends nothing when %s', async ([, changes, reason], t) => {
    const at = await bench(t);
    const report = await at.engine.performUnbind(at.request(changes));
    expect(report).toEqual({ shortSerial: CAMERA, outcome: 'refused', reason, verified: false });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it.for(['challenge', 'password', 'permit', 'exchange'] as const)(
    'can be cancelled at %s',
    async (stage, t) => {
      const at = await bench(t);
      const stop = new AbortController();
      const onStage = (now: string) => void (now === stage && stop.abort());
      const report = await at.engine.performUnbind(at.request({ signal: stop.signal, onStage }));
      expect(report).toMatchObject({ outcome: 'refused', reason: 'cancelled' });
      expect(at.camera.snapshot().unbindsReceived).toBe(0);
    },
  );

  it('zeroes the password on every way out', async (t) => {
    for (const changes of [{}, { permit: async () => false }]) {
      const at = await bench(t);
      await at.engine.performUnbind(at.request(changes));
      expect(at.password.equals(Buffer.alloc(PASSWORD.length))).toBe(true);
    }
  });

  it('sends nothing when the disk fills up while the password is typed', async (t) => {
    const at = await bench(t);
    const path = join(at.home, 'journal.jsonl');
    const prompt = async () => {
      await rename(path, `${path}.away`);
      await mkdir(path);
      return { kind: 'typed', password: at.password } as const;
    };
    const report = await at.engine.performUnbind(at.request({ prompt }));
    expect(report).toMatchObject({ outcome: 'refused', reason: 'journal-unwritable' });
    expect(at.camera.snapshot().unbindsReceived).toBe(0);
  });

  it('sends nothing when the attempts cannot be written down', async (t) => {
    const at = await bench(t);
    const prompt = async () => {
      await rm(join(at.home, 'ledger'), { recursive: true, force: true });
      await mkdir(join(at.home, 'ledger', `${CAMERA}.json`, 'x'), { recursive: true });
      return { kind: 'typed', password: at.password } as const;
    };
    const report = await at.engine.performUnbind(at.request({ prompt }));
    expect(report).toMatchObject({ outcome: 'refused', reason: 'journal-unwritable' });
    expect(at.camera.snapshot().unbindsReceived).toBe(0);
  });

  it('does one unbind of a device at a time', async (t) => {
    const at = await bench(t);
    const reasons: unknown[] = [];
    const prompt = async () => {
      reasons.push((await at.engine.performUnbind(at.request())).reason);
      return { kind: 'typed', password: at.password } as const;
    };
    const report = await at.engine.performUnbind(at.request({ prompt }));
    expect([report.outcome, ...reasons]).toEqual(['unbound', 'busy']);
  });

  it('notes a stranger who answers the status question, and believes the device', async (t) => {
    const at = await bench(t, { quirks: { decoys: true } });
    const report = await at.engine.performUnbind(at.request());
    expect(report.outcome).toBe('unbound');
  });
});

describe.concurrent('protocol 3.1, switched on', () => {
  const salted = {
    profile: { salt: 'b6'.repeat(32), salt2: '6b'.repeat(32) },
    quirks: { sadpVersion: '3.1' },
  } as const;

  it('unbinds a device that offers nothing else', async (t) => {
    const at = await bench(t, salted);
    expect(await at.engine.performUnbind(at.request())).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, passwordsTried: 1 });
  });

  it('refuses a password with two readings before anything is sent', async (t) => {
    const at = await bench(t, {
      profile: { salt: '000f'.repeat(16), salt2: null },
      quirks: { sadpVersion: '3.1' },
    });
    const prompt = async () => ({ kind: 'typed', password: Buffer.from('Abc12345') }) as const;
    expect(await at.engine.performUnbind(at.request({ prompt }))).toMatchObject({
      outcome: 'refused',
      reason: 'ambiguous-digest',
    });
    expect(at.camera.snapshot().exchanges).toBe(0);
  });

  it('uses 3.0 where both are offered', async (t) => {
    const at = await bench(t, { quirks: { sadpVersion: '3.0,3.1' } });
    let driver = '';
    const prompt: UnbindRequest['prompt'] = async (plan) => {
      driver = plan.driver;
      return { kind: 'abandoned' };
    };
    await at.engine.performUnbind(at.request({ prompt }));
    expect(driver).toBe('sadp-3.0');
  });
});
