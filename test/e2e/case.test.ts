import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, recorder3, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

const CAMERA = unbindableCamera.profile.shortSerial;

let house: House;

/** From the serial number to the picture in the chat. */
async function toThePicture(): Promise<void> {
  const { technician } = house;
  await technician.send(CAMERA);
  await technician.waitFor(offering('no'), STEP);
  await pressId(technician, 'no');
  await technician.waitFor(offering('yes'), STEP);
  await pressId(technician, 'yes');
  await technician.waitFor(offering('sadp'), STEP);
  await pressId(technician, 'sadp');
  await technician.waitFor((message) => message.kind === 'photo', STEP);
}

describe('a case with a laptop on the LAN', () => {
  beforeEach(async () => {
    house = await openHouse([unbindableCamera, recorder3]);
  }, 90_000);
  afterEach(async () => {
    await house.stage.close();
  }, 60_000);

  it('goes from the label photo to "unbound, verified", and the device was told once', async () => {
    const { technician, laptop, stage } = house;
    await technician.sendPhoto(await labelOf(unbindableCamera.profile));
    await technician.waitFor(offering('no'), STEP);
    await pressId(technician, 'no');
    await technician.waitFor(offering('yes'), STEP);
    await pressId(technician, 'yes');
    await technician.waitFor(offering('sadp'), STEP);
    await pressId(technician, 'sadp');
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({
      bound: false,
      unbindsReceived: 1,
      unbindsExecuted: 1,
      passwordsTried: 1,
    });
  }, 90_000);

  it('survives kill -9 of the bot while a picture waits for its answer', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture();
    await stage.bot.kill();
    await technician.send(laptop.lastPicture());
    await stage.bot.start();
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({ bound: false, unbindsExecuted: 1 });
  }, 120_000);

  it('uses one attempt on a wrong password, says how many are left and repeats nothing', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture();
    await technician.send(laptop.lastPicture());
    await laptop.typePassword('Wrong-Pass1');
    const told = await technician.waitFor(/wrong password/, STEP);
    expect(told.text).toContain('5 attempts left');
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({
      bound: true,
      passwordsTried: 1,
      unbindsReceived: 1,
      triesLeft: 5,
    });
  }, 90_000);

  it('says what to do when the laptop is closed in the middle, and goes on when the technician decides', async () => {
    const { technician, laptop } = house;
    await toThePicture();
    await laptop.stop();
    await pressId(technician, 'refresh');
    await technician.send('/agents');
    await technician.waitFor(/laptop/, STEP);
    await technician.send('/cancel');
    await technician.waitFor(/Case closed/, STEP);
  }, 90_000);
});
