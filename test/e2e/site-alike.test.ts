import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manyCameras } from '../../src/sandbox/device/profiles.ts';
import { eventually } from '../support/eventually.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

const DEVICES = manyCameras(3);
const SERIALS = DEVICES.map(({ profile }) => profile.shortSerial);

describe('a group whose laptop cannot work', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(DEVICES);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);

  async function say(...answers: string[]): Promise<void> {
    for (const id of answers) {
      await house.technician.waitFor(offering(id), STEP);
      await pressId(house.technician, id);
    }
  }

  it('asks at its first device where it hears none at all, and goes on with that one once it does', async () => {
    const { technician, stage } = house;
    for (const serial of SERIALS) stage.lan.device(serial).set({ plugged: false });
    await technician.send(SERIALS.join(' '));
    await say('all', 'owner', 'none', 'same');
    const asked = await technician.waitFor(
      (message) => offering('again')(message) || /The group is through/.test(message.text),
      STEP,
    );
    expect(asked.text).toMatch(/1 of 3/);
    expect(offering('skip')(asked)).toBe(true);
    expect(asked.text).not.toMatch(/own way/);
    for (const serial of SERIALS) stage.lan.device(serial).set({ plugged: true });
    await pressId(technician, 'again');
    await technician.waitFor(({ kind }) => kind === 'photo', STEP);
    await pressId(technician, 'cancel');
    await technician.waitFor(offering('on'), STEP);
  }, 120_000);

  it('rests where it cannot write its journal, and begins none of the others', async () => {
    const { technician, stage } = house;
    const journal = join(dirname(stage.storeFolder), 'laptop', 'journal.jsonl');
    // The end of the job before may be written in between.
    await eventually(async () => {
      await rm(journal, { force: true });
      await mkdir(journal);
    });
    await pressId(technician, 'on');
    const rests = await technician.waitFor(/cannot write its journal/, STEP);
    const end = rests.text.includes('The group rests')
      ? rests
      : await technician.waitFor(offering('end'), STEP);
    expect(end.text).toMatch(/left: 2/);
  }, 120_000);
});
