/** What may happen between the first look at a device and the datagram, and must not cost an attempt. */
import { readdir } from 'node:fs/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { UnbindRequest } from '../../../src/lan-agent/unbind/contract.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { CAMERA, emptyFolder, PASSWORD } from './agent.ts';

const CAMERA_SPEC = { ...unbindableCamera, profile: { ...unbindableCamera.profile, httpPort: null } };

async function place(t: TestContext) {
  const lan = await createEmulatedLan({ devices: [CAMERA_SPEC] });
  t.onTestFinished(() => lan.close());
  const network = testNetwork(lan.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  const laptop = async () => {
    const home = await emptyFolder(t);
    const engine = createEngine({ home, network: network.value });
    const unbind = (prompt: UnbindRequest['prompt']) =>
      engine.performUnbind({
        shortSerial: CAMERA,
        origin: 'local',
        afterLock: false,
        signal: new AbortController().signal,
        prompt,
      });
    return { home, unbind };
  };
  return { lan, laptop };
}

const typed: UnbindRequest['prompt'] = async () => ({ kind: 'typed', password: Buffer.from(PASSWORD) });

describe.concurrent('a job that is disturbed in the middle', () => {
  it('by another laptop: one unbinds, the other is told, and neither loses an attempt', async (t) => {
    const { lan, laptop } = await place(t);
    const both = [await laptop(), await laptop()];
    let waiting = 0;
    let go = () => {};
    const together = new Promise<void>((done) => (go = done));
    const reports = await Promise.all(
      both.map(({ unbind }) =>
        unbind(async (...args) => {
          if (++waiting === both.length) go();
          await together;
          return typed(...args);
        }),
      ),
    );
    expect(reports.map(({ outcome, reason }) => reason ?? outcome).sort()).toEqual([
      'busy-elsewhere',
      'unbound',
    ]);
    expect(lan.device(CAMERA).snapshot()).toMatchObject({ unbindsReceived: 1, passwordsTried: 1 });
    const loser = both[reports.findIndex(({ outcome }) => outcome === 'refused')];
    expect(await readdir(loser?.home ?? '')).not.toContain('ledger');
    expect(await loser?.unbind(typed)).toMatchObject({ outcome: 'not-bound' });
  }, 60_000);

  it('by a new address of the device: nothing is sent, and the next run finds it', async (t) => {
    const { lan, laptop } = await place(t);
    const { home, unbind } = await laptop();
    const report = await unbind(async (...args) => {
      await lan.remove(CAMERA);
      await lan.add({ ...CAMERA_SPEC, profile: { ...CAMERA_SPEC.profile, address: '127.0.1.88' } });
      return typed(...args);
    });
    expect(report).toMatchObject({ outcome: 'refused' });
    expect(report.reason).toMatch(/^(ambiguous-device|exchange-unanswered)$/);
    expect(await readdir(home)).not.toContain('ledger');
    expect(await unbind(typed)).toMatchObject({ outcome: 'unbound', verified: true });
    expect(lan.device(CAMERA).snapshot()).toMatchObject({ unbindsReceived: 1, passwordsTried: 1 });
  }, 60_000);
});
