import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BACKOFF_CEILING_MS, BACKOFF_FLOOR_MS, MOST_RETRY_AFTER_MS } from '../../../src/link/times.ts';
import { emptyHome, type Laptop, startAgent, TestClock } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

/** No device is needed here: nothing listens on this port of loopback. */
const NO_DEVICES = '127.0.0.1/8:9';
const scan = { type: 'discover', until: null, waitMs: 500 } as const;

async function atWork(clock?: TestClock, hubNow?: () => number) {
  const hub = await ScriptedHub.open(hubNow ?? clock?.now);
  const home = await emptyHome();
  await hub.pair(home);
  const start = () => startAgent({ home, testNetwork: NO_DEVICES, ...(clock ? { clock } : {}) });
  return { hub, home, start, agent: start() };
}

/** What the laptop was told of its connection. */
const howItStood = ({ news }: Laptop) =>
  news.all.flatMap((one) =>
    one.kind === 'connected' ? [one.kind] : one.kind === 'away' ? [one.reason] : [],
  );

describe('an agent whose hub says no', () => {
  it('forgets its key when it was revoked', async () => {
    const { hub, home, start, agent } = await atWork();
    await agent.said.first((line) => line.includes('Connected'));
    hub.fault('*', { error: 'revoked' });
    expect(await agent.done).toBe('revoked');
    expect(agent.said.all.at(-1)).toContain('was revoked');
    expect(await readdir(home)).toEqual([]);
    expect(await start().done).toBe('not-paired');
  });

  it.each(['revoked', 'superseded'] as const)(
    'does not believe %s without the hub’s signature',
    async (error) => {
      const { hub, home, agent } = await atWork();
      await agent.said.first((line) => line.includes('Connected'));
      hub.fault('*', { error, signed: false });
      await agent.said.first((line) => line.includes('Somebody else answered'));
      hub.fault('*', null);
      await agent.stop();
      expect(await readdir(home)).toContain('identity.json');
    },
  );

  it('makes way for a newer process with the same pairing', async () => {
    const { hub, start, agent } = await atWork();
    await agent.said.first((line) => line.includes('Connected'));
    const newer = start();
    expect(await agent.done).toBe('superseded');
    expect(agent.said.all.at(-1)).toContain('taken over');
    const jobId = hub.give(scan);
    await hub.heard(jobId, 'discovered');
    expect(await newer.stop()).toBe('stopped');
  });

  it.each([
    ['version-unsupported', 'newer agent'],
    ['unknown-agent', 'pair again'],
    ['not-confirmed', 'pair again'],
    ['bad-signature', 'pair again'],
  ] as const)('stops at %s and says what to do', async (error, sentence) => {
    const { hub, home, agent } = await atWork();
    hub.fault('*', { error, signed: false });
    expect(await agent.done).toBe(error);
    expect(agent.said.all.at(-1)).toContain(sentence);
    expect(await readdir(home)).toContain('identity.json');
  });

  it('takes commands from nobody who has not the hub’s key', async () => {
    const { hub, agent } = await atWork();
    hub.signs = false;
    const jobId = hub.give(scan);
    await agent.said.first((line) => line.includes('Somebody else answered'));
    expect(hub.of(jobId)).toEqual([]);
  });
});

describe('an agent whose hub is away', () => {
  it('comes back by itself, ever more patiently, and says so once', async () => {
    const clock = new TestClock();
    const { hub, agent } = await atWork(clock);
    await agent.said.first((line) => line.includes('Connected'));
    hub.fault('*', 'broken');
    for (let round = 0; round < 8; round++) {
      const before = clock.waits.all.length;
      if (before <= round) await clock.waits.first(() => clock.waits.all.length > round);
      const wait = clock.waits.all[round] ?? 0;
      expect(wait).toBeGreaterThanOrEqual(BACKOFF_FLOOR_MS);
      expect(wait).toBeLessThanOrEqual(Math.min(BACKOFF_CEILING_MS, 2 * BACKOFF_FLOOR_MS * 2 ** round));
      if (round === 7) hub.fault('*', null);
      clock.advance(wait);
    }
    const jobId = hub.give(scan);
    await hub.heard(jobId, 'discovered');
    expect(howItStood(agent)).toEqual(['connected', 'reset', 'connected']);
  });

  it('leaves the hub alone for as long as it asks, and each agent a while of its own longer', async () => {
    const waits: number[] = [];
    for (let agents = 0; agents < 5; agents++) {
      const clock = new TestClock();
      const { hub, agent } = await atWork(clock);
      hub.fault('*', { error: 'too-many-requests', retryAfter: 20 });
      const wait = await clock.waits.first((ms) => ms > BACKOFF_CEILING_MS);
      expect(wait).toBeGreaterThanOrEqual(20_000 + BACKOFF_FLOOR_MS);
      expect(wait).toBeLessThanOrEqual(20_000 + BACKOFF_CEILING_MS);
      waits.push(wait);
      hub.fault('*', null);
      clock.advance(wait);
      await agent.said.first((line) => line.includes('Connected'));
    }
    // All of them were told the same number at the same time.
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('is asked for longer than it will wait', async () => {
    const clock = new TestClock();
    const { hub } = await atWork(clock);
    hub.fault('*', { error: 'store-unavailable', retryAfter: 3_600 });
    const wait = await clock.waits.first((ms) => ms > BACKOFF_CEILING_MS);
    expect(wait).toBeLessThanOrEqual(MOST_RETRY_AFTER_MS + BACKOFF_CEILING_MS);
  });

  it('is not asked in a tight circle by one that answers once and is gone again', async () => {
    const clock = new TestClock();
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    onTestFinished(() => random.mockRestore());
    const { hub } = await atWork(clock);
    for (let round = 0; round < 5; round++) {
      hub.fault('*', 'broken');
      await clock.waits.first(() => clock.waits.all.length > round);
      // The next poll works, and the one after it does not.
      hub.fault('*', null);
      const asked = hub.requests;
      clock.advance(clock.waits.all[round] ?? 0);
      while (hub.requests === asked) await hub.change();
    }
    expect(clock.waits.all.slice(0, 5)).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  });
});

describe('an agent whose clock is wrong', () => {
  const tenMinutes = 10 * 60_000;
  const day = 24 * 60 * 60_000;

  it.each([-day, day])('is told the time by the hub and goes on: %d ms away', async (away) => {
    const { hub, agent } = await atWork(undefined, () => Date.now() + away);
    const jobId = hub.give({ ...scan, expiresAt: Date.now() + away + 120_000 });
    const { at } = await hub.heard(jobId, 'discovered');
    // Nearer to the hub's time than to its own.
    expect(Math.abs(at - Date.now() - away)).toBeLessThan(day / 2);
    expect(howItStood(agent)).toEqual(['connected']);
  });

  it('lets nobody in the middle tell it the time', async () => {
    const { hub, agent } = await atWork(undefined, () => Date.now() + tenMinutes);
    hub.lies = day;
    await agent.said.first((line) => line.includes('Somebody else answered'));
    // Whoever sits there cannot make it sign requests that are good tomorrow.
    hub.lies = 0;
    const jobId = hub.give({ ...scan, expiresAt: Date.now() + tenMinutes + 120_000 });
    const { at } = await hub.heard(jobId, 'discovered');
    expect(Math.abs(at - Date.now() - tenMinutes)).toBeLessThan(tenMinutes / 2);
  });

  it('knows by the hub’s time which commands have expired', async () => {
    const { hub, agent } = await atWork(undefined, () => Date.now() + tenMinutes);
    // Good for two minutes of the hub's time, which by this laptop's clock is long to come.
    const jobId = hub.give({ ...scan, expiresAt: Date.now() + tenMinutes + 120_000 });
    const late = hub.give({ ...scan, expiresAt: Date.now() + tenMinutes - 1_000 });
    const { at } = await hub.heard(jobId, 'discovered');
    expect(Math.abs(at - Date.now() - tenMinutes)).toBeLessThan(tenMinutes / 2);
    expect(await hub.heard(late, 'job-failed')).toMatchObject({ reason: 'expired' });
    expect(howItStood(agent)).toEqual(['connected']);
  });
});

describe('an agent whose state folder is not as it left it', () => {
  it('says that it is not paired', async () => {
    const agent = startAgent({ home: await emptyHome(), testNetwork: NO_DEVICES });
    expect(await agent.done).toBe('not-paired');
    expect(agent.said.all.at(-1)).toContain('not paired');
  });

  it.each(['', 'nonsense', '{"version":1}', '{"version":1,"privateKey":"AA"}'])(
    'says that the pairing cannot be read: %j',
    async (content) => {
      const home = await emptyHome();
      await writeFile(join(home, 'identity.json'), content);
      const agent = startAgent({ home, testNetwork: NO_DEVICES });
      expect(await agent.done).toBe('damaged');
    },
  );

  it('says that the folder cannot be used', async () => {
    const { home, start, agent } = await atWork();
    await agent.stop();
    await rm(join(home, 'link'), { recursive: true });
    await writeFile(join(home, 'link'), '');
    const blocked = start();
    expect(await blocked.done).toBe('home-unwritable');
    expect(blocked.said.all.at(-1)).toContain('state folder');
  });

  it('takes nothing while the disk refuses, and what was sent again afterwards', async () => {
    const clock = new TestClock();
    const { hub, home, agent } = await atWork(clock);
    await agent.said.first((line) => line.includes('Connected'));
    // A folder in place of the file: no rename onto it works.
    await rm(join(home, 'link', 'commands.json'));
    await mkdir(join(home, 'link', 'commands.json', 'x'), { recursive: true });
    const jobId = hub.give(scan);
    await agent.said.first((line) => line.includes('state folder'));
    expect(hub.of(jobId)).toEqual([]);
    await rm(join(home, 'link', 'commands.json'), { recursive: true });
    clock.advance(60_000);
    await hub.heard(jobId, 'discovered');
  });
});
