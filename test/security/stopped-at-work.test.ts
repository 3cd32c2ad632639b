import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import type { Laptop } from '../../src/sandbox/laptop.ts';
import { pairLaptop } from '../../src/sandbox/pairing.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { online, openStage, STEP, toThePicture } from '../support/stage.ts';

const CAMERA = unbindableCamera.profile.shortSerial;

describe('a technician who is stopped while the laptop asks for the password', () => {
  let stage: Stage;
  let admin: SimUser;
  let mallory: SimUser;
  let laptop: Laptop;
  /** What the laptop says to the person at it. */
  let lines: string[];

  beforeEach(async () => {
    stage = await openStage({ devices: [unbindableCamera] });
    admin = stage.technician('en');
    await admin.send('/invite');
    const invited = await admin.waitFor(/start=/);
    mallory = stage.api.user({ firstName: 'Mallory', languageCode: 'en' });
    await mallory.send(`/start ${/start=([\w-]+)/.exec(invited.text)?.[1]}`);
    await mallory.waitFor(/Welcome/);
    lines = [];
    laptop = await stage.laptop('theirs', 'en', (line) => lines.push(line));
    await pairLaptop(stage, laptop, mallory);
    laptop.start();
    await online(mallory);
    await toThePicture(mallory, CAMERA);
    await mallory.send(laptop.lastPicture());
    await mallory.waitFor(/password/, STEP);
  }, 90_000);
  afterEach(() => stage.close(), 60_000);

  /** The page with the prompt is gone, or too late: whatever is typed, the device hears nothing. */
  async function typeAnyway(): Promise<void> {
    const address = lines.findLast((line) => line.startsWith('http')) ?? '';
    const answered = await fetch(address, {
      method: 'POST',
      headers: { origin: new URL(address).origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ password: DEMO_PASSWORD }).toString(),
    }).catch(() => null);
    expect(answered?.status ?? 410).toBe(410);
  }
  const device = () => stage.lan.device(CAMERA).snapshot();

  it('gets nothing done when access was taken away: the job ends, the key is wiped, the agent stops', async () => {
    await admin.send(`/revoke ${mallory.id}`);
    await admin.waitFor(/is out/, STEP);
    expect(await laptop.ended()).toBe('revoked');
    await typeAnyway();
    expect(device()).toMatchObject({ bound: true, passwordsTried: 0, unbindsReceived: 0 });
    expect(await readdir(join(dirname(stage.storeFolder), 'theirs'))).not.toContain('identity.json');
  }, 90_000);

  it('gets nothing done when the device was reported stolen, and may go on with others', async () => {
    await admin.send(`/deny ${CAMERA}`);
    await mallory.waitFor(/reported as stolen/, STEP);
    await admin.waitFor(/tried to work on/, { ...STEP, after: 'start' });
    // Until the laptop has heard of it, it takes what is typed, and is refused the permit.
    await expect.poll(() => lines.join('\n')).toContain('Cancelled in the chat');
    await typeAnyway();
    expect(device()).toMatchObject({ bound: true, passwordsTried: 0, unbindsReceived: 0 });
    await mallory.send(CAMERA);
    await mallory.waitFor(/reported as stolen/, STEP);
    await online(mallory);
  }, 90_000);
});
