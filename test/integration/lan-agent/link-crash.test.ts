import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { ulid } from 'ulid';
import { describe, expect, it, onTestFinished } from 'vitest';
import { childEnv } from '../../../src/kernel/child-env.ts';
import type { DeviceChanges, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { filesOf, hits, type Places } from '../../support/canary.ts';
import { bundled } from '../../support/programs.ts';
import { emptyHome, press, rightAnswer, Stream, startAgent, typePassword } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

const AGENT_PROCESS = await bundled('test/integration/lan-agent/link-agent-process.ts');
const CAMERA = unbindableCamera.profile.shortSerial;
/** Kept for a group; nothing else says it. */
const KEPT = 'Canary-Kept-66';
const unbind = {
  type: 'unbind',
  permit: 'permit-1',
  shortSerial: CAMERA,
  technician: 'Anna',
  language: 'en',
  afterLock: false,
} as const;

/** An agent process that has got as far as the password page. */
async function atThePassword(camera: DeviceChanges = {}, group?: object) {
  const lan = await createEmulatedLan({ devices: [unbindableCamera] });
  onTestFinished(() => lan.close());
  const device = lan.device(CAMERA);
  device.set(camera);
  const hub = await ScriptedHub.open();
  const home = await emptyHome();
  await hub.pair(home);

  const agent = spawn(process.execPath, [AGENT_PROCESS], {
    env: { ...childEnv(), UNBIND_AGENT_HOME: home, UNBIND_AGENT_TEST_NETWORK: lan.testNetwork },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void agent.kill('SIGKILL'));
  const pages = new Stream<string>();
  let screen = '';
  agent.stderr.on('data', (bytes: Buffer) => {
    screen += bytes.toString();
    const opened = [...screen.matchAll(/^prompt-page: (\S+)$/gm)].map(([, page = '']) => page);
    for (const page of opened.slice(pages.all.length)) pages.push(page);
  });
  const kill = async () => {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
  };

  /** The page of a job, once its picture is read. */
  const asked = async (jobId: string) => {
    const before = pages.all.length;
    hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
    return pages.first((page) => pages.all.indexOf(page) >= before);
  };
  const jobId = hub.give({ ...unbind, ...group });
  const page = await asked(jobId);
  const restart = () => startAgent({ home, testNetwork: lan.testNetwork });
  /** Everything the process can be seen by, but for its memory. */
  const places = async (): Promise<Places> => ({
    ...(await filesOf(home, 'home')),
    'screen and log': Buffer.from(screen),
    events: Buffer.from(JSON.stringify(hub.events)),
  });
  /** Words and environment it was started with, where the system shows them. */
  const startedWith = async () =>
    Buffer.concat(
      await Promise.all(
        ['cmdline', 'environ'].map((name) =>
          readFile(`/proc/${agent.pid}/${name}`).catch(() => Buffer.alloc(0)),
        ),
      ),
    );
  return { hub, device, jobId, page, asked, kill, restart, places, startedWith };
}

/** Resolves when the device has seen so many unbind datagrams. */
function unbindReceived(device: EmulatedDevice): Promise<void> {
  return new Promise((resolve) => {
    const stop = device.onChange(({ unbindsReceived }) => {
      if (unbindsReceived === 0) return;
      stop();
      resolve();
    });
  });
}

describe('an agent that is killed', () => {
  it('while the password is waited for: the job failed, and nothing was or will be sent', async () => {
    const { hub, device, jobId, kill, restart } = await atThePassword();
    await kill();
    hub.forgetful = true;
    const agent = restart();
    expect(await hub.heard(jobId, 'job-failed')).toMatchObject({ reason: 'interrupted' });

    const next = hub.give({ type: 'status', shortSerial: CAMERA });
    expect(await hub.heard(next, 'status')).toMatchObject({ status: 'can-unbind' });
    expect(agent.pages.all).toEqual([]);
    expect(hub.permits).toEqual([]);
    expect(device.snapshot()).toMatchObject({ bound: true, exchanges: 0, unbindsReceived: 0 });
    expect(hub.of(jobId).filter(({ type }) => type === 'challenge')).toHaveLength(1);
  });

  it('after the datagram: the status tells the outcome, and no second datagram leaves', async () => {
    // The status changes late enough to be killed before the agent has seen it.
    const { hub, device, jobId, page, kill, restart } = await atThePassword({ settleAfterMs: 4_000 });
    const sent = unbindReceived(device);
    await typePassword(page, DEMO_PASSWORD);
    await sent;
    await kill();
    const agent = restart();
    const { report } = await hub.heard(jobId, 'outcome');
    expect(report).toMatchObject({ outcome: 'unbound', reason: 'earlier-attempt', verified: true });
    expect(agent.pages.all).toEqual([]);
    expect(hub.permits).toEqual(['permit-1']);
    expect(device.snapshot()).toMatchObject({ bound: false, unbindsReceived: 1 });
  });

  it('while a password is kept for its group: it lies nowhere, and has to be typed again', async () => {
    const group = { group: { id: ulid(), samePassword: true, last: false, number: 1, of: 3 } };
    const agent = await atThePassword({}, group);
    const { hub, page, asked, kill, restart, places, startedWith } = agent;
    hub.grantsPermits = false;
    await typePassword(page, KEPT);
    await hub.heard(agent.jobId, 'outcome');
    const second = hub.give({ ...unbind, ...group, permit: 'permit-2' });
    await press(await asked(second), 'agree');
    expect(await hub.heard(second, 'prompt', 1)).toMatchObject({ state: 'typed', asks: 'confirm' });
    await hub.heard(second, 'outcome');
    const third = hub.give({ ...unbind, ...group, permit: 'permit-3' });
    await asked(third);
    const atWork = { ...(await places()), 'started with': await startedWith() };
    await kill();
    const left = await places();
    expect(Object.keys(left).length).toBeGreaterThan(5);
    expect(String(left['screen and log'])).toContain('"level"');
    for (const searched of [atWork, left]) expect(hits({ 'kept password': KEPT }, searched)).toEqual([]);

    const again = restart();
    const fourth = hub.give({ ...unbind, ...group, permit: 'permit-4' });
    hub.give(rightAnswer(await hub.heard(fourth, 'challenge')));
    expect(await hub.heard(fourth, 'prompt')).toMatchObject({ state: 'shown', asks: 'password' });
    await again.pages.first(() => true);
  });
});
