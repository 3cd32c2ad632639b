import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Network } from '../../../src/lan-agent/network/network.ts';
import type { DeviceSpec } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, manyCameras, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { besidesBuffer } from '../../support/small-buffer.ts';
import { emptyHome, rightAnswer, startAgent, TestClock, typePassword, wrongAnswer } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

const CAMERA = unbindableCamera.profile.shortSerial;
const MINUTE = 60_000;

/** A paired laptop at work, next to one camera. */
async function atWork(
  options: { camera?: Partial<DeviceSpec>; clock?: TestClock; survey?: Network['survey'] } = {},
) {
  const lan = await createEmulatedLan({ devices: [{ ...unbindableCamera, ...options.camera }] });
  onTestFinished(() => lan.close());
  const hub = await ScriptedHub.open(options.clock?.now);
  const home = await emptyHome();
  await hub.pair(home);
  const start = () =>
    startAgent({
      home,
      testNetwork: lan.testNetwork,
      ...(options.clock ? { clock: options.clock } : {}),
      ...(options.survey ? { survey: options.survey } : {}),
    });
  return { lan, hub, home, start, agent: start(), camera: lan.device(CAMERA) };
}
/** Names of the events that wait on the agent's disk, once there are so many. */
async function waiting(hub: ScriptedHub, home: string, count: number): Promise<string[]> {
  for (;;) {
    const files = await readdir(join(home, 'link', 'outbox')).catch(() => []);
    const names = files.filter((name) => name.endsWith('.json'));
    if (names.length >= count) return names;
    await hub.change();
  }
}
const unbind = {
  type: 'unbind',
  permit: 'permit-1',
  shortSerial: CAMERA,
  technician: 'Anna',
  language: 'en',
  afterLock: false,
} as const;

describe('an unbind that the bot asks for', () => {
  it('that was sent, and comes again to an agent without its memory, is settled and not sent a second time', async () => {
    const { hub, home, start, agent, camera } = await atWork();
    const jobId = hub.give(unbind);
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    await typePassword(await agent.pages.first(() => true), 'Not-The-One-9');
    expect((await hub.heard(jobId, 'outcome')).report).toMatchObject({ outcome: 'wrong-password' });
    await agent.stop();
    await rm(join(home, 'link', 'commands.json'));

    // As of a house that has forgotten what became of it, and gives out a second permit.
    hub.commands.length = 0;
    const again = start();
    hub.give({ ...unbind, permit: 'permit-2', jobId });
    expect((await hub.heard(jobId, 'outcome', 1)).report).toMatchObject({
      outcome: 'unknown',
      reason: 'earlier-attempt',
      verified: false,
    });
    expect(again.pages.all).toEqual([]);
    expect(hub.permits).toEqual(['permit-1']);
    expect(camera.snapshot()).toMatchObject({ bound: true, unbindsReceived: 1, passwordsTried: 1 });
  });

  it('goes from a wrong picture over a fresh one and the password to a verified outcome', async () => {
    const { hub, agent, camera } = await atWork();
    const jobId = hub.give(unbind);

    const first = await hub.heard(jobId, 'challenge');
    expect(Buffer.from(first.image, 'base64').subarray(1, 4).toString()).toBe('PNG');
    expect(first.triesLeft).toBe(2);
    expect(first.expiresAt - Date.now()).toBeGreaterThan(4 * MINUTE);
    hub.give(wrongAnswer(first));
    expect(await hub.heard(jobId, 'challenge-result')).toMatchObject({ result: 'wrong', triesLeft: 1 });

    hub.give({ type: 'challenge-refresh', jobId, challengeId: first.challengeId });
    const second = await hub.heard(jobId, 'challenge', 1);
    expect(second.triesLeft).toBe(1);
    hub.give(rightAnswer(second));
    expect(await hub.heard(jobId, 'challenge-result', 1)).toMatchObject({ result: 'passed' });

    expect(await hub.heard(jobId, 'prompt')).toMatchObject({ state: 'shown', attemptsLeft: null });
    const page = await agent.pages.first(() => true);
    expect(hub.permits).toEqual([]);
    expect(await typePassword(page, DEMO_PASSWORD)).toBe(200);
    await agent.said.first((line) => line.includes('The result comes to the chat'));

    const { report } = await hub.heard(jobId, 'outcome');
    expect(report).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(hub.permits).toEqual(['permit-1']);
    expect(camera.snapshot()).toMatchObject({ bound: false, unbindsReceived: 1 });
    expect(hub.of(jobId).map(({ type }) => type)).toEqual([
      'challenge',
      'challenge-result',
      'challenge',
      'challenge-result',
      'prompt',
      'prompt',
      'outcome',
    ]);
    expect(await hub.heard(jobId, 'prompt', 1)).toMatchObject({ state: 'typed' });
    expect(JSON.stringify(hub.events)).not.toContain(DEMO_PASSWORD);
    await agent.said.first((line) => line.includes('Unbound.'));
    expect(agent.said.all).toEqual([
      expect.stringContaining('Connected'),
      `Anna asks to unbind ${CAMERA}.`,
      'Asking whether it is bound …',
      'Looking how many attempts the device has left …',
      'A picture with a code is in the chat; it is answered there. Tries: 2.',
      'The code of the picture was wrong. Tries left: 1.',
      'A picture with a code is in the chat; it is answered there. Tries: 1.',
      'The code of the picture was right.',
      'The password is used now, once. The result comes to the chat.',
      'Asking the bot for its one permission …',
      'Exchanging keys with the device …',
      'The unbind was sent, once.',
      'Asking the device whether it worked …',
      `${CAMERA}: Unbound. The device itself says that it is not bound any more.`,
    ]);
    expect(JSON.stringify(agent.news.all)).not.toContain(DEMO_PASSWORD);
  });

  it('asks in English where the bot speaks a language it does not know yet', async () => {
    const { hub, agent } = await atWork();
    const jobId = hub.give({ ...unbind, language: 'uz-Latn' });
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    const page = await fetch(await agent.pages.first(() => true));
    // It stays open until the password is typed.
    const shown = await page.body?.getReader().read();
    expect(Buffer.from(shown?.value ?? []).toString()).toContain('<html lang="en">');
  });

  it('reports a wrong password with what the device says, and tries no other', async () => {
    const { hub, agent, camera } = await atWork();
    const jobId = hub.give(unbind);
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    await typePassword(await agent.pages.first(() => true), 'Not-The-One-9');
    const { report } = await hub.heard(jobId, 'outcome');
    expect(report).toMatchObject({ outcome: 'wrong-password', attemptsLeft: 5, verified: false });
    expect(camera.snapshot()).toMatchObject({ bound: true, passwordsTried: 1 });
  });

  it('fails after two wrong answers, before any password is asked for', async () => {
    const { hub, agent, camera } = await atWork();
    const jobId = hub.give(unbind);
    const challenge = await hub.heard(jobId, 'challenge');
    // The first is handed in twice: by a bot that was cut off.
    for (const [at, typed, triesLeft] of [
      [0, 'NOPE', 1],
      [1, 'NOPE', 1],
      [2, 'NONE', 0],
    ] as const) {
      hub.give(wrongAnswer(challenge, typed));
      expect(await hub.heard(jobId, 'challenge-result', at)).toMatchObject({ result: 'wrong', triesLeft });
    }
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'challenge-failed' });
    expect(agent.pages.all).toEqual([]);
    expect(camera.snapshot().exchanges).toBe(0);
  });

  it('ends when the picture is not answered in time', async () => {
    const clock = new TestClock();
    const { hub } = await atWork({ clock });
    const jobId = hub.give({ ...unbind, expiresAt: clock.now() + 60 * MINUTE });
    const { challengeId } = await hub.heard(jobId, 'challenge');
    await clock.waits.first((ms) => ms === 5 * MINUTE);
    clock.advance(5 * MINUTE);
    expect(await hub.heard(jobId, 'challenge-result')).toMatchObject({ challengeId, result: 'expired' });
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'challenge-expired' });
  });

  it('tells that an old picture is no longer open, without taking a try', async () => {
    const { hub } = await atWork();
    const jobId = hub.give(unbind);
    const first = await hub.heard(jobId, 'challenge');
    hub.give({ type: 'challenge-refresh', jobId, challengeId: first.challengeId });
    const second = await hub.heard(jobId, 'challenge', 1);
    // A second press on the first picture's button brings no third picture.
    hub.give({ type: 'challenge-refresh', jobId, challengeId: first.challengeId });
    hub.give(rightAnswer(first));
    expect(await hub.heard(jobId, 'challenge-result')).toMatchObject({ result: 'expired', triesLeft: 2 });
    hub.give(rightAnswer(second));
    expect(await hub.heard(jobId, 'challenge-result', 1)).toMatchObject({ result: 'passed' });
    expect(hub.of(jobId).filter(({ type }) => type === 'challenge')).toHaveLength(2);
  });

  it('is cancelled while the picture is open', async () => {
    const { hub } = await atWork();
    const jobId = hub.give(unbind);
    await hub.heard(jobId, 'challenge');
    hub.give({ type: 'cancel', jobId });
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'cancelled' });
  });

  it('is cancelled while the password is asked for, and the page goes away', async () => {
    const { hub, agent, camera } = await atWork();
    const jobId = hub.give(unbind);
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    const page = await agent.pages.first(() => true);
    hub.give({ type: 'cancel', jobId });
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'cancelled' });
    await expect(typePassword(page, DEMO_PASSWORD)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(camera.snapshot().exchanges).toBe(0);
  });

  it('tells that the password prompt was left', async () => {
    const { hub, agent } = await atWork();
    const jobId = hub.give(unbind);
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    await typePassword(await agent.pages.first(() => true), '', 'cancel');
    expect(await hub.heard(jobId, 'prompt', 1)).toMatchObject({ state: 'abandoned' });
    const { report } = await hub.heard(jobId, 'outcome');
    expect(report).toMatchObject({ outcome: 'refused', reason: 'abandoned' });
    expect(hub.permits).toEqual([]);
  });

  it.each([
    ['is not bound', { bound: false }, { outcome: 'not-bound', verified: true }],
    ['is offline', { cloud: 'offline' }, { outcome: 'refused', reason: 'cloud-offline' }],
  ] as const)('shows no picture for a device that %s', async (_, state, expected) => {
    const { hub } = await atWork({ camera: { state } });
    const jobId = hub.give(unbind);
    expect((await hub.heard(jobId, 'outcome')).report).toMatchObject(expected);
    expect(hub.of(jobId)).toHaveLength(1);
  });

  it('sends nothing to the device when the hub refuses the permit', async () => {
    const { hub, agent, camera } = await atWork();
    hub.grantsPermits = false;
    const jobId = hub.give(unbind);
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    await typePassword(await agent.pages.first(() => true), DEMO_PASSWORD);
    const { report } = await hub.heard(jobId, 'outcome');
    expect(report).toMatchObject({ outcome: 'refused', reason: 'permit-refused' });
    expect(camera.snapshot().exchanges).toBe(0);
  });
});

describe('the agent at work', () => {
  it('says whose it is, and once that there is a newer agent', async () => {
    const { hub, agent } = await atWork();
    await agent.said.first((line) => line.includes('Connected'));
    hub.about = {
      bot: 'demo_bot',
      laptop: 'Van 7\u202e',
      owners: ['Anna', 'Boris'],
      newest: { version: '99.0.0', address: 'https://bot.example.org/agent' },
    };
    for (const away of [1, 2]) {
      hub.fault('/v1/poll', 'broken');
      await agent.news.first(
        ({ kind }) => kind === 'away' && agent.news.all.filter((one) => one.kind === kind).length === away,
      );
      hub.fault('/v1/poll', null);
      await agent.news.first(
        ({ kind }) => kind === 'whose' && agent.news.all.filter((one) => one.kind === kind).length === away,
      );
    }
    expect(agent.said.all).toContain('Bot: @demo_bot. This laptop is “Van 7” there, for: Anna, Boris');
    expect(agent.said.all.filter((line) => line.includes('newer agent'))).toEqual([
      'There is a newer agent, 99.0.0. Get it when it suits you: https://bot.example.org/agent',
    ]);
  });

  it.each([
    ['an older hub', undefined],
    ['a newer one', { bot: 7, laptop: null, more: 'words' }],
    ['no newer agent', { bot: 'b', laptop: 'l', owners: [], newest: { version: '0.0.0-test', address: '' } }],
  ])('works without a word about a newer agent with %s', async (_, about) => {
    const { hub, agent } = await atWork();
    hub.about = about;
    const jobId = hub.give({ type: 'discover', until: CAMERA, waitMs: 10_000 });
    expect((await hub.heard(jobId, 'discovered')).devices).toHaveLength(1);
    expect(agent.said.all.join()).not.toContain('newer agent');
  });

  it('finds devices and reads their status', async () => {
    const { hub, agent } = await atWork();
    const scan = hub.give({ type: 'discover', until: CAMERA, waitMs: 5_000 });
    const { devices, interfaces } = await hub.heard(scan, 'discovered');
    expect(devices).toMatchObject([{ shortSerial: CAMERA, bindStatus: 'bound' }]);
    expect(interfaces).toMatchObject([{ used: true }]);
    expect((await hub.heard(scan, 'discovered')).hindrances).toEqual([]);
    const look = hub.give({ type: 'status', shortSerial: CAMERA });
    expect(await hub.heard(look, 'status')).toMatchObject({ status: 'can-unbind', shortSerial: CAMERA });
    expect(await agent.stop()).toBe('stopped');
    expect(agent.said.all.map(besidesBuffer).filter(Boolean)).toEqual([
      expect.stringContaining('Connected'),
      `Looking for ${CAMERA} …`,
      'Devices found: 1',
      `${CAMERA} is on this network.`,
      `Asking ${CAMERA} whether it is bound …`,
      expect.stringContaining('can be unbound now'),
    ]);
  });

  it('tells the chat why a device was not heard, in every job', async () => {
    const tunnel = { name: 'tun0', address: '10.8.0.2', prefix: 24, reason: 'vpn' } as const;
    const { hub } = await atWork({ survey: () => ({ used: [], skipped: [tunnel] }) });
    const why = [{ kind: 'no-interface' }, { kind: 'interface-skipped', name: 'tun0' }];
    const scan = hub.give({ type: 'discover', until: CAMERA, waitMs: 500 });
    expect(await hub.heard(scan, 'discovered')).toMatchObject({ devices: [], hindrances: why });
    const look = hub.give({ type: 'status', shortSerial: CAMERA });
    expect(await hub.heard(look, 'status')).toMatchObject({ status: 'not-found', hindrances: why });
    const jobId = hub.give(unbind);
    const ended = await hub.heard(jobId, 'outcome');
    expect(ended).toMatchObject({ report: { outcome: 'not-found' }, hindrances: why });
  });

  it('tells the chat that a device was found through an interface set aside', async () => {
    const bridge = { name: 'bridge100', address: '127.0.0.1', prefix: 8, reason: 'virtual' } as const;
    const { hub } = await atWork({ survey: () => ({ used: [], skipped: [bridge] }) });
    const scan = hub.give({ type: 'discover', until: CAMERA, waitMs: 5_000 });
    expect(await hub.heard(scan, 'discovered')).toMatchObject({
      devices: [{ shortSerial: CAMERA, interface: 'bridge100' }],
      hindrances: [{ kind: 'found-set-aside', name: 'bridge100' }],
    });
  });

  it('does one job at a time: others are busy while people are waited for', async () => {
    const { hub } = await atWork();
    const jobId = hub.give(unbind);
    await hub.heard(jobId, 'challenge');
    const second = hub.give({ ...unbind, permit: 'permit-2' });
    expect(await hub.heard(second, 'job-failed')).toMatchObject({ reason: 'busy' });
    const third = hub.give({ type: 'status', shortSerial: CAMERA });
    expect(await hub.heard(third, 'job-failed')).toMatchObject({ reason: 'busy' });
    expect(hub.of(jobId)).toHaveLength(1);
  });

  it('lets a short job wait for another one', async () => {
    const { hub } = await atWork();
    const first = hub.give({ type: 'discover', until: null, waitMs: 500 });
    const second = hub.give({ type: 'status', shortSerial: CAMERA });
    const third = hub.give({ type: 'discover', until: null, waitMs: 500 });
    hub.give({ type: 'cancel', jobId: third });
    await hub.heard(first, 'discovered');
    await hub.heard(second, 'status');
    expect(await hub.heard(third, 'job-failed')).toMatchObject({ reason: 'cancelled' });
  });

  it('tells of the wanted device alone, however many have answered before it, and how many others there are', async () => {
    const site = manyCameras(520);
    const lan = await createEmulatedLan({ devices: site });
    onTestFinished(() => lan.close());
    const hub = await ScriptedHub.open();
    const home = await emptyHome();
    await hub.pair(home);
    startAgent({ home, testNetwork: lan.testNetwork });
    const wanted = site.at(-1)?.profile.shortSerial ?? '';
    const jobId = hub.give({ type: 'discover', until: wanted, waitMs: 20_000 });
    const { devices, omitted } = await hub.heard(jobId, 'discovered');
    expect(devices.map(({ shortSerial }) => shortSerial)).toEqual([wanted]);
    expect(omitted).toBeGreaterThan(0);
    expect(JSON.stringify(hub.of(jobId))).not.toContain(site[0]?.profile.shortSerial);
  });

  it('says to the person at the laptop what it noticed on the way, once', async () => {
    const word =
      '<ProbeMatch><Uuid></Uuid><Types>getUnbindStatus</Types><Result>platformBusy</Result></ProbeMatch>';
    const { hub, agent } = await atWork({ camera: { canned: { getUnbindStatus: [word] } } });
    for (let times = 0; times < 2; times++) {
      expect(await hub.heard(hub.give(unbind), 'outcome')).toMatchObject({
        report: { outcome: 'refused', reason: 'status-unexpected' },
      });
    }
    expect(agent.said.all.filter((line) => line.includes('platformBusy'))).toHaveLength(1);
  });

  it('refuses a command that has expired', async () => {
    const { hub } = await atWork();
    const jobId = hub.give({ ...unbind, expiresAt: Date.now() - 1 });
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'expired' });
  });

  it('carries a command out once, however often it comes and the agent restarts', async () => {
    const { hub, agent, start } = await atWork();
    const first = hub.give({ type: 'status', shortSerial: CAMERA });
    await hub.heard(first, 'status');
    hub.forgetful = true;
    const second = hub.give({ type: 'status', shortSerial: CAMERA });
    await hub.heard(second, 'status');
    await agent.stop();
    start();
    const third = hub.give({ type: 'status', shortSerial: CAMERA });
    await hub.heard(third, 'status');
    expect([hub.of(first).length, hub.of(second).length, hub.of(third).length]).toEqual([1, 1, 1]);
  });

  it('keeps an event until the hub has it, over a restart', async () => {
    const { hub, agent, home, start } = await atWork();
    hub.fault('/v1/events', { error: 'store-unavailable' });
    const jobId = hub.give({ type: 'status', shortSerial: CAMERA });
    const [kept] = await waiting(hub, home, 1);
    await agent.stop();
    hub.fault('/v1/events', null);
    start();
    const event = await hub.heard(jobId, 'status');
    expect(`${event.id}.json`).toBe(kept);
    expect(hub.of(jobId)).toHaveLength(1);
  });

  it('lets go of an event the hub will never take, and of no other', async () => {
    const { hub, home } = await atWork();
    hub.dislikes.add('discovered');
    hub.fault('/v1/events', { error: 'store-unavailable' });
    const bad = hub.give({ type: 'discover', until: CAMERA, waitMs: 5_000 });
    const good = hub.give({ type: 'status', shortSerial: CAMERA });
    await waiting(hub, home, 2);
    hub.fault('/v1/events', null);
    await hub.heard(good, 'status');
    expect(hub.of(bad)).toEqual([]);
  });

  it('is not kept from stopping by a hub that never answers its goodbye, or is one of before', async () => {
    for (const fault of ['silent', { error: 'bad-request' }] as const) {
      const { hub, agent } = await atWork();
      await agent.said.first((line) => line.includes('Connected'));
      hub.fault('/v1/goodbye', fault);
      const asked = hub.requests;
      expect(await agent.stop()).toBe('stopped');
      expect(hub.requests).toBeGreaterThan(asked);
    }
  });

  it('says no goodbye to a hub that is away already', async () => {
    const { hub, agent } = await atWork();
    await agent.said.first((line) => line.includes('Connected'));
    hub.fault('*', 'broken');
    await agent.said.first((line) => line.includes('broke off'));
    hub.fault('/v1/goodbye', 'silent');
    const asked = hub.requests;
    expect(await agent.stop()).toBe('stopped');
    expect(hub.requests).toBe(asked);
  });

  it('tells the chat when it is stopped in the middle of an unbind', async () => {
    const { hub, agent } = await atWork();
    const jobId = hub.give(unbind);
    await hub.heard(jobId, 'challenge');
    expect(await agent.stop()).toBe('stopped');
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'interrupted' });
  });
});
