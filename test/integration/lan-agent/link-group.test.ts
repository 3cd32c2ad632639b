import { ulid } from 'ulid';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GROUP_PASSWORD_MS } from '../../../src/lan-agent/times.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, manyCameras } from '../../../src/sandbox/device/profiles.ts';
import { filesOf, hits } from '../../support/canary.ts';
import { emptyHome, press, rightAnswer, startAgent, TestClock, typePassword } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

const WRONG = 'Not-The-One-9';

/** A paired laptop at work on a site of some cameras, and what its person is asked there, page by page. */
async function onSite(count: number, { clock, unbound }: { clock?: TestClock; unbound?: number } = {}) {
  const site = manyCameras(count).map((camera, at) =>
    at === unbound ? { ...camera, state: { bound: false } } : camera,
  );
  const lan = await createEmulatedLan({ devices: site });
  onTestFinished(() => lan.close());
  const hub = await ScriptedHub.open(clock?.now);
  const home = await emptyHome();
  await hub.pair(home);
  const start = () => startAgent({ home, testNetwork: lan.testNetwork, ...(clock ? { clock } : {}) });
  let agent = start();
  let answered = 0;
  const serials = site.map(({ profile }) => profile.shortSerial);
  const run = ulid();

  /** An unbind of one of them, in a group unless told otherwise. */
  const give = (at: number, group: object | null = {}) =>
    hub.give({
      type: 'unbind',
      permit: `permit-${at}`,
      shortSerial: serials[at] ?? '',
      technician: 'Anna',
      language: 'en',
      afterLock: false,
      ...(group && {
        group: {
          ...{ id: run, samePassword: true, last: at === count - 1, number: at + 1, of: count },
          ...group,
        },
      }),
    });
  /** The next page that opens. */
  const page = async () => {
    const nth = answered++;
    await agent.pages.first(() => agent.pages.all.length > nth);
    return agent.pages.all[nth] ?? '';
  };
  /** Reads the picture of a job; resolves once the person at the laptop is asked. */
  const asked = async (jobId: string) => {
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    return { ...(await hub.heard(jobId, 'prompt')), page: await page() };
  };
  /** An unbind from its picture to its end, with the password typed or its button pressed. */
  const unbind = async (at: number, password: string | null, group: object | null = {}) => {
    const jobId = give(at, group);
    const { page: url, asks } = await asked(jobId);
    expect(await (password === null ? press(url, 'agree') : typePassword(url, password))).toBe(200);
    return { asks, report: (await hub.heard(jobId, 'outcome')).report };
  };
  return {
    hub,
    home,
    serials,
    run,
    give,
    page,
    asked,
    unbind,
    /** What is asked for; the hub then grants no permit, so that the device never hears of it. */
    tried: async (at: number, password: string | null, group: object | null = {}) => {
      hub.grantsPermits = false;
      const { asks, report } = await unbind(at, password, group);
      hub.grantsPermits = true;
      expect(report).toMatchObject({ outcome: 'refused', reason: 'permit-refused' });
      return asks;
    },
    agent: () => agent,
    again: async () => {
      await agent.stop();
      agent = start();
      answered = 0;
    },
    camera: (at: number) => lan.device(serials[at] ?? '').snapshot(),
  };
}
const said = 'The password of the group is forgotten';

describe('the devices of a group', () => {
  it('have their password typed once, and one key pressed for each of the others', async () => {
    const { hub, agent, unbind, camera, home } = await onSite(2);
    const done = [await unbind(0, DEMO_PASSWORD), await unbind(1, null)];
    expect(done.map(({ asks }) => asks)).toEqual(['password', 'confirm']);
    for (const { report } of done) expect(report).toMatchObject({ outcome: 'unbound', verified: true });
    for (const at of [0, 1])
      expect(camera(at)).toMatchObject({ bound: false, unbindsReceived: 1, passwordsTried: 1 });
    expect(hub.permits).toEqual(['permit-0', 'permit-1']);
    await agent().said.first((line) => line.includes(said));
    expect(agent().said.all.filter((line) => line.includes('Confirmed: the password'))).toHaveLength(1);
    await agent().stop();
    const places = {
      ...(await filesOf(home, 'home')),
      events: Buffer.from(JSON.stringify(hub.events)),
      screen: Buffer.from(agent().said.all.join('\n')),
    };
    expect(hits({ password: DEMO_PASSWORD }, places)).toEqual([]);
  });

  it('are done with once one has refused the password: nothing of the same run is sent to the next', async () => {
    const { hub, agent, run, unbind, tried, give, camera } = await onSite(3);
    expect((await unbind(0, WRONG)).report).toMatchObject({ outcome: 'wrong-password' });
    for (const at of [1, 2]) {
      const jobId = give(at);
      expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'group-stopped' });
      expect(hub.of(jobId)).toHaveLength(1);
      expect(camera(at)).toMatchObject({ bound: true, passwordsTried: 0, unbindsReceived: 0, exchanges: 0 });
    }
    expect(agent().pages.all).toHaveLength(1);
    expect(hub.permits).toEqual(['permit-0']);
    // The next run has a number of its own, and begins with a password of its own.
    const next = { id: ulid() };
    expect(next.id).not.toBe(run);
    expect(await tried(1, DEMO_PASSWORD, next)).toBe('password');
    expect(await tried(2, null, next)).toBe('confirm');
  });

  it('go on past one that has nothing to do, or is refused before its password was sent', async () => {
    const { hub, tried, give, unbind } = await onSite(3, { unbound: 0 });
    expect((await hub.heard(give(0), 'outcome')).report).toMatchObject({ outcome: 'not-bound' });
    expect(await tried(1, DEMO_PASSWORD)).toBe('password');
    expect(await unbind(2, null)).toMatchObject({ asks: 'confirm', report: { verified: true } });
  });

  it('have their password asked for anew once the person has said no to one', async () => {
    const { hub, give, asked, tried, camera } = await onSite(3);
    await tried(0, DEMO_PASSWORD);
    const jobId = give(1);
    await press((await asked(jobId)).page, 'cancel');
    expect(await hub.heard(jobId, 'prompt', 1)).toMatchObject({ state: 'abandoned', asks: 'confirm' });
    expect((await hub.heard(jobId, 'outcome')).report).toMatchObject({ reason: 'abandoned' });
    expect(camera(1).exchanges).toBe(0);
    expect(await tried(1, DEMO_PASSWORD)).toBe('password');
  });

  it('lose the question and the password when the chat cancels one', async () => {
    const { hub, agent, give, asked, tried, camera } = await onSite(3);
    await tried(0, DEMO_PASSWORD);
    const jobId = give(1);
    const { page } = await asked(jobId);
    hub.give({ type: 'cancel', jobId });
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'cancelled' });
    await agent().said.first((line) => line.includes(said));
    await expect(press(page, 'agree')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(camera(1).exchanges).toBe(0);
    expect(await tried(1, DEMO_PASSWORD)).toBe('password');
  });

  it('are over when the chat ends their run, with the password forgotten between two of them', async () => {
    const { hub, agent, run, give, tried } = await onSite(3);
    await tried(0, DEMO_PASSWORD);
    hub.give({ type: 'cancel', jobId: run });
    await agent().said.first((line) => line.includes(said));
    expect(await hub.heard(give(1), 'job-failed')).toMatchObject({ reason: 'group-stopped' });
  });

  it('are over at once when the chat ends their run, also the one whose password is being typed', async () => {
    const { hub, run, give, asked, camera } = await onSite(2);
    const jobId = give(0);
    const { page } = await asked(jobId);
    hub.give({ type: 'cancel', jobId: run });
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'cancelled' });
    await expect(press(page, 'cancel')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(camera(0)).toMatchObject({ passwordsTried: 0, exchanges: 0 });
    expect(await hub.heard(give(1), 'job-failed')).toMatchObject({ reason: 'group-stopped' });
  });

  it('do not lend their password to a device that stands alone, and have none after it', async () => {
    const { tried } = await onSite(3);
    await tried(0, DEMO_PASSWORD);
    expect(await tried(1, DEMO_PASSWORD, null)).toBe('password');
    expect(await tried(2, DEMO_PASSWORD)).toBe('password');
  });

  it('have no password after ten minutes without a key pressed, or after the agent has stopped', async () => {
    const clock = new TestClock();
    const { agent, again, tried } = await onSite(4, { clock });
    await tried(0, DEMO_PASSWORD);
    expect(await tried(1, null)).toBe('confirm');
    clock.advance(GROUP_PASSWORD_MS);
    await agent().said.first((line) => line.includes(said));
    expect(await tried(1, DEMO_PASSWORD)).toBe('password');
    const before = agent();
    await again();
    expect(before.said.all.filter((line) => line.includes(said))).toHaveLength(2);
    expect(await tried(2, DEMO_PASSWORD)).toBe('password');
  });

  it('are asked for the password where it is forgotten while the key is waited for', async () => {
    const clock = new TestClock();
    const { hub, give, asked, page, tried } = await onSite(3, { clock });
    await tried(0, DEMO_PASSWORD);
    clock.advance(GROUP_PASSWORD_MS / 2);
    const jobId = give(1);
    expect((await asked(jobId)).asks).toBe('confirm');
    clock.advance(GROUP_PASSWORD_MS / 2);
    expect(await hub.heard(jobId, 'prompt', 1)).toMatchObject({ state: 'shown', asks: 'password' });
    await typePassword(await page(), DEMO_PASSWORD);
    expect(await hub.heard(jobId, 'prompt', 2)).toMatchObject({ state: 'typed', asks: 'password' });
  });
});

describe('the list of devices of a network', () => {
  const survey = (change: object = {}) =>
    ({
      type: 'survey',
      technician: 'Anna',
      language: 'en',
      visit: ulid(),
      waitMs: 1_000,
      ...change,
    }) as const;

  it('is sent once the person at the laptop has allowed it, and not asked about again for the visit', async () => {
    const { hub, agent, page, serials, camera } = await onSite(12);
    const visit = survey();
    const jobId = hub.give(visit);
    expect(await hub.heard(jobId, 'prompt')).toMatchObject({
      state: 'shown',
      asks: 'survey',
      attemptsLeft: null,
    });
    expect(hub.of(jobId)).toHaveLength(1);
    await press(await page(), 'agree');
    expect(await hub.heard(jobId, 'prompt', 1)).toMatchObject({ state: 'typed' });
    const { devices, omitted, interfaces } = await hub.heard(jobId, 'surveyed');
    expect(devices.map(({ shortSerial }) => shortSerial).sort()).toEqual([...serials].sort());
    expect([omitted, interfaces]).toMatchObject([0, [{ used: true }]]);
    await agent().said.first((line) => line.includes('Allowed: the list of devices goes to the chat'));
    for (const at of serials.keys()) expect(camera(at)).toMatchObject({ passwordsTried: 0, exchanges: 0 });

    const again = hub.give(visit);
    expect((await hub.heard(again, 'surveyed')).devices).toHaveLength(12);
    expect(hub.of(again)).toHaveLength(1);
    expect(agent().pages.all).toHaveLength(1);
  });

  it('is not sent where the person refuses', async () => {
    const { hub, page } = await onSite(2);
    const jobId = hub.give(survey());
    await press(await page(), 'cancel');
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'survey-refused' });
    expect(hub.of(jobId).map(({ type }) => type)).toEqual(['prompt', 'prompt', 'job-failed']);
  });

  it('is not sent where the chat takes its wish back, and the question goes away', async () => {
    const { hub, page } = await onSite(2);
    const jobId = hub.give(survey());
    const url = await page();
    // Nobody can say for how long a person is waited for.
    expect(await hub.heard(hub.give(survey()), 'job-failed')).toMatchObject({ reason: 'busy' });
    hub.give({ type: 'cancel', jobId });
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'cancelled' });
    await expect(press(url, 'agree')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each([
    ['another visit', { visit: ulid() }],
    ['another technician', { technician: 'Boris' }],
  ])('is asked about anew for %s, and after a new start of the agent', async (_, change) => {
    const { hub, page, again } = await onSite(2);
    const first = survey();
    for (const command of [first, { ...first, ...change }]) {
      const jobId = hub.give(command);
      await press(await page(), 'agree');
      await hub.heard(jobId, 'surveyed');
    }
    await again();
    const jobId = hub.give(first);
    expect(await hub.heard(jobId, 'prompt')).toMatchObject({ asks: 'survey' });
    await press(await page(), 'cancel');
  });
});
