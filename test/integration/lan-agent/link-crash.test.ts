import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { childEnv } from '../../../src/kernel/child-env.ts';
import type { DeviceChanges, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { bundled } from '../../support/programs.ts';
import { emptyHome, rightAnswer, Stream, startAgent, typePassword } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

const AGENT_PROCESS = await bundled('test/integration/lan-agent/link-agent-process.ts');
const CAMERA = unbindableCamera.profile.shortSerial;
const unbind = {
  type: 'unbind',
  permit: 'permit-1',
  shortSerial: CAMERA,
  technician: 'Anna',
  language: 'en',
  afterLock: false,
} as const;

/** An agent process that has got as far as the password page. */
async function atThePassword(camera: DeviceChanges = {}) {
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
    const page = /^prompt-page: (\S+)$/m.exec(screen)?.[1];
    if (page) pages.push(page);
  });
  const kill = async () => {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
  };

  const jobId = hub.give(unbind);
  hub.give(rightAnswer(await hub.heard(jobId, 'challenge')));
  const page = await pages.first(() => true);
  const restart = () => startAgent({ home, testNetwork: lan.testNetwork });
  return { hub, device, jobId, page, kill, restart };
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
});
