import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import { label, qr, table } from '../integration/label/photos.ts';
import { walkGroup } from '../support/group-walker.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

const DEVICES = manyCameras(7);
const serial = (at: number) => DEVICES[at]?.profile.shortSerial ?? '';

describe('devices that were named together', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(DEVICES);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);

  const unbinds = () =>
    DEVICES.map(({ profile }) => house.stage.lan.device(profile.shortSerial).snapshot().unbindsExecuted);

  function walk(onPicture?: (number: number) => Promise<void>): Promise<string> {
    const { technician, laptop } = house;
    const atLaptop = {
      picture: () => laptop.lastPicture(),
      confirm: (isKept: boolean) => (isKept ? laptop.answer(true) : laptop.typePassword(DEMO_PASSWORD)),
    };
    return walkGroup(technician, atLaptop, onPicture);
  }

  async function say(...answers: string[]): Promise<void> {
    for (const id of answers) {
      await house.technician.waitFor(offering(id), STEP);
      await pressId(house.technician, id);
    }
  }

  it('on one photo are worked through as a group', async () => {
    const { technician } = house;
    const photo = await table([
      { code: await qr(label(serial(0))), left: 100 },
      { code: await qr(label(serial(1))), left: 600 },
    ]);
    const { id } = await technician.sendPhoto(await photo.jpeg().toBuffer());
    await say('all', 'owner', 'none', 'same');
    expect(await walk()).toMatch(/unbound: 2/);
    // The picture with the places, one for each device, and the end: no question and no card is left.
    const stays = () => technician.messages.filter((message) => message.id > id && message.from === 'bot');
    await technician.until(() => stays().length === 4);
    expect(stays().map(({ kind }) => kind)).toEqual(['photo', 'photo', 'photo', 'text']);
    const asks = stays().filter(({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('f:')));
    expect(asks).toEqual([]);
    expect(unbinds()).toEqual([1, 1, 0, 0, 0, 0, 0]);
  }, 120_000);

  it('in an album are, too, with the device of its first photo', async () => {
    const { technician } = house;
    for (const at of [2, 3, 4]) {
      const device = DEVICES[at];
      if (device) await technician.sendPhoto(await labelOf(device.profile), { mediaGroupId: 'album' });
    }
    const all = (found: { buttons: readonly (readonly { data: string | null }[])[] }) =>
      found.buttons.flat().some(({ data }) => data?.startsWith('all:'));
    await technician.waitFor(all, { ...STEP, after: 'start' });
    await technician.press(/^all:/);
    // The order of the visit holds.
    await say('none', 'same');
    expect(await walk()).toMatch(/unbound: 3/);
    expect(unbinds()).toEqual([1, 1, 1, 1, 1, 0, 0]);
  }, 120_000);

  it('rest after /cancel, over a restart, until somebody says that they go on', async () => {
    const { technician, laptop, stage } = house;
    await technician.send(`${serial(5)} ${serial(6)}`);
    await say('all', 'none', 'same');
    const picture = ({ kind }: { kind: string }) => kind === 'photo';
    await technician.waitFor(picture, STEP);
    await technician.send('/cancel');
    await technician.waitFor(offering('on'), STEP);
    await laptop.stop();
    await stage.bot.kill();
    await stage.bot.start();
    await technician.send('/site');
    await technician.waitFor(offering('on'), STEP);
    expect(unbinds().slice(5)).toEqual([0, 0]);
    await pressId(technician, 'on');
    laptop.start();
    // The password is asked for again: the walk types it at its first device.
    expect(await walk()).toMatch(/unbound: 2/);
    expect(unbinds()).toEqual([1, 1, 1, 1, 1, 1, 1]);
  }, 120_000);

  it('go on without one that is left out, and what is not there leaves with a case of its own', async () => {
    const { technician, stage } = house;
    for (const at of [5, 6]) stage.lan.device(serial(at)).set({ bound: true });
    await technician.send(`${serial(5)} ${serial(6)} J50000077`);
    await say('all', 'none', 'same');
    // At its picture: a search, which offers the same, may be over before the button is pressed.
    await technician.waitFor((message) => message.kind === 'photo' && offering('skip')(message), STEP);
    await pressId(technician, 'skip');
    const end = await walk();
    expect(end).toMatch(new RegExp(`${serial(5)} left out`));
    expect(end).toMatch(/J50000077 own way: the laptop does not see it/);
    expect(unbinds().slice(5)).toEqual([1, 2]);
  }, 120_000);

  it('above the limit of the day are told so before they start, and the admins are asked', async () => {
    const { technician } = house;
    // One of twenty for each case that came to an unbind: the eight from above, and one that was left out.
    await technician.send(Array.from({ length: 13 }, (_, at) => `J500001${at + 10}`).join(' '));
    await say('all', 'none');
    const start = await technician.waitFor(offering('more'), STEP);
    expect(start.text).toMatch(/You may unbind \d+ more within 24 hours, these are 13/);
    await say('more');
    const asked = await technician.waitFor(/I have asked the admins/, STEP);
    expect(offering('more')(asked)).toBe(false);
    await pressId(technician, 'cancel');
    await technician.waitFor(/Nothing was begun/, STEP);
  }, 60_000);
});
