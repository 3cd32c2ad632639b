import { createSocket } from 'node:dgram';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { fail, ok } from '../../../src/kernel/result.ts';
import { createEngine, type Engine } from '../../../src/lan-agent/engine.ts';
import { openJournal } from '../../../src/lan-agent/journal.ts';
import type { Network } from '../../../src/lan-agent/network/network.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { UnbindPlan, UnbindRequest } from '../../../src/lan-agent/unbind/contract.ts';
import type { UnbindDriver } from '../../../src/lan-agent/unbind/driver.ts';
import { performUnbind } from '../../../src/lan-agent/unbind/perform.ts';
import { drivers } from '../../../src/lan-agent/unbind/sadp-driver.ts';
import { unbindReport } from '../../../src/link/messages.ts';
import type { EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import * as profiles from '../../../src/sandbox/device/profiles.ts';
import { CAMERA, oneCamera, PASSWORD } from './agent.ts';

/** Sends with an address of his choice what `answers` makes of every question to everybody. */
async function standIn(
  t: TestContext,
  at: Bench,
  answers: (question: string) => readonly string[],
  address = at.camera.profile.address,
): Promise<{ answered(): number; flood(text: string, times: number): Promise<void> }> {
  const voice = createSocket({ type: 'udp4' });
  const ear = createSocket({ type: 'udp4', reuseAddr: true });
  for (const socket of [voice, ear]) t.onTestFinished(() => void socket.close());
  await new Promise<void>((done) => voice.bind(0, address, done));
  await new Promise<void>((done) => ear.bind(at.port, '239.255.255.250', done));
  voice.setMulticastInterface('127.0.0.1');
  ear.addMembership('239.255.255.250', '127.0.0.1');
  let answered = 0;
  ear.on('message', (bytes, sender) => {
    const question = String(bytes);
    if (!question.includes('<Probe>') || sender.address === address) return;
    for (const answer of answers(question)) {
      answered++;
      voice.send(answer, sender.port, sender.address);
    }
  });
  return {
    answered: () => answered,
    flood: async (text, times) => {
      for (let i = 0; i < times; i++) {
        await new Promise((done) => voice.send(text, at.port, '239.255.255.250', done));
      }
    },
  };
}

/** The camera's answer to a question, as anybody can write it who has heard the question. */
function reply(question: string, elements: string): string {
  const part = (name: string) => new RegExp(`<${name}>[^<]*</${name}>`).exec(question)?.[0] ?? '';
  const mac = elements.includes('<MAC>') ? '' : `<MAC>${profiles.unbindableCamera.profile.mac}</MAC>`;
  return `<ProbeMatch>${part('Uuid')}${mac}${part('Types')}${elements}</ProbeMatch>`;
}

interface Bench {
  engine: Engine;
  camera: EmulatedDevice;
  home: string;
  network: Network;
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
    network: network.value,
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
        announcedAddress: null,
        wireMac: null,
        askCable: false,
        attemptsLeft: null,
        attemptsAssumed: false,
        technician: 'Ann',
        origin: 'bot',
      },
    ]);
  });

  it('shows the address that answers, and the one it announces beside it', async (t) => {
    const { fullSerial, mac } = profiles.unbindableCamera.profile;
    const announced = '192.168.1.1';
    const inquiry = [
      `<ProbeMatch><Uuid></Uuid><Types>inquiry</Types><DeviceSN>${fullSerial}</DeviceSN><MAC>${mac}</MAC><IPv4Address>${announced}</IPv4Address></ProbeMatch>`,
    ];
    const at = await bench(t, { canned: { inquiry } });
    const shown: (string | null)[] = [];
    const prompt: UnbindRequest['prompt'] = async ({ address, announcedAddress }) => {
      shown.push(address, announcedAddress);
      return { kind: 'abandoned' };
    };
    await at.engine.performUnbind(at.request({ prompt }));
    expect(shown).toEqual([at.camera.profile.address, announced]);
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

  it('says flooded where the answers to everybody’s question are too many, asked for the status alone', async (t) => {
    const at = await bench(t, { quirks: { ignoresUnicast: true, replyDelayMs: 300 } });
    const forger = await standIn(t, at, (question) => {
      if (!question.includes('<Types>getUnbindStatus<')) return [];
      return Array.from({ length: 20 }, (_, i) => reply(question, `<Result>success</Result><N>${i}</N>`));
    });
    const status = await at.engine.readStatus({ shortSerial: CAMERA });
    expect(status).toMatchObject({ status: 'unexpected', reason: 'flooded' });
    expect(forger.answered()).toBeGreaterThan(0);
  });

  it('does not take for unbound what somebody announces in the name of a device that is silent', async (t) => {
    const at = await bench(t, { quirks: { loseUnbindRequest: true, replyDelayMs: 300 } });
    let isSent = false;
    const { fullSerial } = at.camera.profile;
    const forger = await standIn(t, at, (question) =>
      isSent && question.includes('<Types>inquiry<')
        ? [reply(question, `<DeviceSN>${fullSerial}</DeviceSN><EZVIZBindStatus>2</EZVIZBindStatus>`)]
        : [],
    );
    const onStage = (stage: string) => {
      if (stage !== 'sent') return;
      isSent = true;
      at.camera.set({ answersStatus: false });
    };
    const report = await at.engine.performUnbind(at.request({ onStage, verifyMs: 5000 }));
    expect(report).toMatchObject({ outcome: 'unknown', verified: false });
    expect(at.camera.snapshot()).toMatchObject({ bound: true });
    expect(forger.answered()).toBeGreaterThan(0);
  }, 60_000);

  it('looks once more where something was lost while the permit was traded', async (t) => {
    const at = await bench(t);
    const { fullSerial, mac } = at.camera.profile;
    let isTraded = false;
    const twin = await standIn(
      t,
      at,
      (question) =>
        isTraded && question.includes('<Types>inquiry<')
          ? [reply(question, `<DeviceSN>${fullSerial}</DeviceSN><MAC>${mac}</MAC>`)]
          : [],
      '127.0.2.9',
    );
    const permit = async () => {
      // More in the device's name than is read in a second: his own announcement could be among it.
      await twin.flood(`<Junk>${CAMERA}</Junk>`, 200);
      isTraded = true;
      return true;
    };
    const report = await at.engine.performUnbind(at.request({ permit }));
    expect(report.outcome).toBe('refused');
    // What is read after the look alone meets the exchange.
    expect(['ambiguous-device', 'flooded']).toContain(report.reason);
    expect(at.camera.snapshot().unbindsReceived).toBe(0);
  });

  it('exchanges keys once more where something was lost in it, and asks nobody anything again', async (t) => {
    const at = await bench(t, { quirks: { replyDelayMs: 300 } });
    const noise = await standIn(t, at, () => []);
    const onStage = (stage: string) => {
      if (stage === 'exchange') void noise.flood('<Junk/>', 200);
    };
    const report = await at.engine.performUnbind(at.request({ onStage }));
    expect(report).toMatchObject({ outcome: 'unbound', verified: true });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 2, unbindsReceived: 1, passwordsTried: 1 });
    expect(at.log.filter((line) => line === 'password typed')).toHaveLength(1);
  });

  it('does not exchange them once more where everybody hears the question', async (t) => {
    const at = await bench(t, { quirks: { ignoresUnicast: true, replyDelayMs: 300 } });
    const noise = await standIn(t, at, () => []);
    const onStage = (stage: string) => {
      if (stage === 'exchange') void noise.flood('<Junk/>', 200);
    };
    const report = await at.engine.performUnbind(at.request({ directCable: true, onStage }));
    expect(report).toMatchObject({ outcome: 'refused', reason: 'flooded' });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 1, unbindsReceived: 0 });
  });

  it('does not exchange them once more where it goes on being lost', async (t) => {
    const at = await bench(t, { quirks: { replyDelayMs: 300 } });
    let isLoud = false;
    const noise = await standIn(t, at, (question) =>
      isLoud && question.includes('<Types>inquiry<') ? Array<string>(200).fill('<Junk/>') : [],
    );
    const onStage = (stage: string) => {
      if (stage !== 'exchange') return;
      isLoud = true;
      void noise.flood('<Junk/>', 200);
    };
    const report = await at.engine.performUnbind(at.request({ onStage }));
    expect(report).toMatchObject({ outcome: 'refused', reason: 'flooded' });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 1, unbindsReceived: 0 });
    expect(noise.answered()).toBeGreaterThan(0);
  });

  it('counts no attempt of which nothing was sent, stopped after it was put on record', async (t) => {
    const at = await bench(t);
    const stop = new AbortController();
    const real = drivers(false)[0];
    if (!real) throw new Error('no driver');
    const approach: UnbindDriver['approach'] = async (watch) => {
      const { answer, way } = await real.approach(watch);
      const unbind: typeof way.unbind = (password, steps) =>
        way.unbind(password, {
          ...steps,
          beforeSending: async () => {
            const reason = await steps.beforeSending();
            stop.abort();
            return reason;
          },
        });
      return { answer, way: { ...way, unbind } };
    };
    const report = await performUnbind(
      { home: at.home, network: at.network, drivers: [{ ...real, approach }] },
      at.request({ signal: stop.signal }),
    );
    expect(report).toMatchObject({ outcome: 'refused', reason: 'cancelled' });
    expect(at.camera.snapshot().unbindsReceived).toBe(0);
    const ledger = JSON.parse(await readFile(join(at.home, 'ledger', `${CAMERA}.json`), 'utf8'));
    expect(ledger).toMatchObject({ withoutResult: 0, notCarriedOut: 0, lastAttempt: null });
    expect(await openJournal(at.home).unsettled(CAMERA)).toEqual({ ok: true, value: [] });
  });

  it('unbinds over whatever a driver speaks: one call, put on record before it, confirmed by the device', async (t) => {
    const at = await bench(t);
    const calls: string[] = [];
    let isBound = true;
    const web = createServer((request, response) => {
      calls.push(`${request.method}`);
      if (request.method === 'PUT') isBound = false;
      response.end(JSON.stringify({ isBound }));
    });
    t.onTestFinished(() => void web.close());
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    const { port } = web.address() as AddressInfo;
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      const told = (await answer.json()) as { isBound: boolean };
      return { kind: told.isBound ? 'can-unbind' : 'not-bound' } as const;
    };
    const overHttp: UnbindDriver = {
      name: 'sadp-3.0',
      fits: () => true,
      objectsTo: () => null,
      check: (_device, password) => ok(Buffer.from(password)),
      approach: async (watch) => ({
        answer: await ask(),
        way: {
          watch,
          mac: watch.device.announcement.mac ?? '',
          wireMac: null,
          isDirect: true,
          isToEverybody: false,
          isTooSlow: () => false,
          ask,
          async unbind(_password, { beforeSending }) {
            const reason = await beforeSending();
            if (reason) return fail({ reason });
            calls.push('on record');
            await fetch(`http://127.0.0.1:${port}/`, { method: 'PUT' });
            return ok({
              current: () => ({ kind: 'success' }) as const,
              wait: async () => undefined,
              sendError: () => null,
              isDisputed: () => false,
            });
          },
        },
      }),
    };
    const tools = { home: at.home, network: at.network, drivers: [overHttp] };
    expect(await performUnbind(tools, at.request())).toMatchObject({ outcome: 'unbound', verified: true });
    expect(calls).toEqual(['GET', 'on record', 'PUT', 'GET']);
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

  it('sends nothing for a job that has sent before, whatever the bot grants for it', async (t) => {
    const at = await bench(t);
    const wrong = async () => ({ kind: 'typed', password: Buffer.from('Not-The-One-9') }) as const;
    const first = await at.engine.performUnbind(at.request({ prompt: wrong }));
    expect(first).toMatchObject({ outcome: 'wrong-password' });
    at.log.length = 0;
    const second = await at.engine.performUnbind(at.request());
    expect(second).toMatchObject({ outcome: 'refused', reason: 'permit-refused', verified: false });
    expect(at.log).toEqual(['discovering', 'status']);
    expect(at.camera.snapshot()).toMatchObject({ bound: true, unbindsReceived: 1, passwordsTried: 1 });
    // Another job of the same device is another wish of a person's.
    const next = await at.engine.performUnbind(at.request({ caseId: 'case-2' }));
    expect(next).toMatchObject({ outcome: 'unbound' });
    expect(at.camera.snapshot()).toMatchObject({ bound: false, unbindsReceived: 2, passwordsTried: 2 });
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
