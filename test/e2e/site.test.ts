import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../locales/language.ts';
import { DEMO_PASSWORD } from '../../src/sandbox/device/profiles.ts';
import { siteOf } from '../../src/sandbox/device/site.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import { anyText } from '../support/any-text.ts';
import { walkGroup } from '../support/group-walker.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

const DEVICES = siteOf(12);
/** Serial numbers of the site by place, from 0 (src/sandbox/device/site.ts). */
const serial = (at: number) => DEVICES[at]?.profile.shortSerial ?? '';

describe.each(LANGUAGES)('a site of twelve devices, in %s', (language) => {
  const t = anyText(language);
  const plain = (key: string) => t(key).replace(/<[^>]+>/g, '');
  let house: House;

  beforeAll(async () => {
    house = await openHouse(DEVICES, language);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);

  it('sends no list where somebody at the laptop says no', async () => {
    const { technician, laptop } = house;
    await technician.send('/site');
    await laptop.answer(false);
    const told = await technician.waitFor(
      ({ text }) => text.includes(plain('site:failed.survey-refused')),
      STEP,
    );
    expect(technician.transcript()).not.toContain(serial(0));
    expect(offering('again')(told)).toBe(true);
  }, 60_000);

  it('lists what the laptop sees once that is allowed, bound ones first, and finds a typed piece', async () => {
    const { technician, laptop } = house;
    await pressId(technician, 'again');
    await laptop.answer(true);
    const list = await technician.waitFor(offering('all'), STEP);
    const listed = ({ buttons }: ChatMessage) =>
      buttons.flat().flatMap(({ text }) => /· (\w{9})/.exec(text)?.[1] ?? []);
    // Those in the laptop's subnet by their addresses; the locked one and the one with another password do not show it.
    expect(listed(list)).toEqual([0, 1, 2, 4, 6, 7, 10, 11].map(serial));
    await technician.send('CS-CB2');
    const found = await technician.waitFor((message) => listed(message).includes(serial(5)), STEP);
    expect(listed(found)).toEqual([serial(5)]);
    expect(found.text).toContain(plain('site:list.way.previous-owner'));
    await pressId(technician, 'whole');
    await technician.waitFor(offering('shown'), STEP);
  }, 60_000);

  it('is worked through until every device has its end, one wrong password in all', async () => {
    const { technician, stage, laptop } = house;
    await pressId(technician, 'shown');
    for (const id of ['owner', 'none', 'same']) {
      await technician.waitFor(offering(id), STEP);
      await pressId(technician, id);
    }
    const walk = () =>
      walkGroup(technician, {
        picture: () => laptop.lastPicture(),
        confirm: (isKept) => (isKept ? laptop.answer(true) : laptop.typePassword(DEMO_PASSWORD)),
      });
    expect(await walk()).toContain(serial(6));
    await pressId(technician, 'on');
    expect(await walk()).toContain(serial(11));
    await pressId(technician, 'on');
    const end = await walk();
    const counters = DEVICES.map(({ profile }) => stage.lan.device(profile.shortSerial).snapshot());
    const unbound = [0, 1, 2, 4, 7, 10];
    expect(counters.map(({ unbindsExecuted }) => unbindsExecuted)).toEqual(
      DEVICES.map((_, at) => (unbound.includes(at) ? 1 : 0)),
    );
    expect(counters.reduce((sum, { passwordsWrong }) => sum + passwordsWrong, 0)).toBeLessThanOrEqual(1);
    for (const at of [3, 5, 6, 9, 11]) expect(end).toContain(serial(at));
    for (const at of unbound) expect(end).not.toContain(serial(at));
  }, 180_000);
});
