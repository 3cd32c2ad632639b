import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

const CAMERA = unbindableCamera.profile.shortSerial;

let house: House;
beforeAll(async () => {
  house = await openHouse([unbindableCamera]);
}, 90_000);
afterAll(async () => {
  await house.stage.close();
}, 60_000);

describe('kill -9 of the bot between any two waits', () => {
  it('costs a repeated message at most: the case ends, and the device was told once', async () => {
    const { technician, laptop, stage } = house;
    /** What a technician does, and what shows that the bot has understood it. */
    const steps: [() => Promise<unknown>, Parameters<typeof technician.waitFor>[0]][] = [
      [() => technician.send(CAMERA), offering('no')],
      [() => pressId(technician, 'no'), /Do you have the admin password/],
      [() => pressId(technician, 'yes'), offering('sadp')],
      [() => pressId(technician, 'sadp'), offering('owner')],
      [() => pressId(technician, 'owner'), (message) => message.kind === 'photo'],
      [() => technician.send(laptop.lastPicture()), /Now type the admin password/],
    ];
    let kills = 0;
    for (const [act, understood] of steps) {
      await act();
      // In the middle of handling it, or before it was even fetched: whichever it happens to be.
      await stage.bot.kill();
      await stage.bot.start();
      await technician.waitFor(understood, STEP);
      // And right after the answer was sent, before or after it was noted.
      await stage.bot.kill();
      await stage.bot.start();
      kills += 2;
    }
    expect(kills).toBe(12);
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({
      bound: false,
      unbindsReceived: 1,
      unbindsExecuted: 1,
      passwordsTried: 1,
    });
  }, 240_000);
});
