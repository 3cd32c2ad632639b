import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { walkGroup } from '../support/group-walker.ts';
import { type MortalLaptop, openMortalLaptop } from '../support/mortal-laptop.ts';
import { offering, online, openStage, pressId, STEP } from '../support/stage.ts';

const DEVICES = manyCameras(5);
const SERIALS = DEVICES.map(({ profile }) => profile.shortSerial);

describe('a group whose bot and laptop are killed in the middle', () => {
  let stage: Stage;
  let technician: SimUser;
  let laptop: MortalLaptop;

  beforeAll(async () => {
    stage = await openStage({ devices: DEVICES });
    technician = stage.technician('en');
    laptop = await openMortalLaptop(stage, technician, DEMO_PASSWORD);
    await online(technician);
  }, 120_000);
  afterAll(async () => {
    await laptop.kill();
    await stage.close();
  }, 60_000);

  /** Begins a group of these as a typed list, which needs no leave at the laptop: the technician has the numbers. */
  async function begin(serials: readonly string[]): Promise<void> {
    await technician.send(serials.join('\n'));
    for (const id of ['all', 'owner', 'none', 'same']) {
      await technician.waitFor(offering(id), STEP);
      await pressId(technician, id);
    }
  }

  it('goes on by itself: every device is unbound once, and nothing is typed twice to it', async () => {
    await begin(SERIALS);
    const end = await walkGroup(
      technician,
      { picture: () => laptop.picture, confirm: async () => undefined },
      async (number) => {
        if (number === 2 || number === 4) {
          await stage.bot.kill();
          await stage.bot.start();
        }
        if (number === 3 || number === 4) {
          await laptop.kill();
          laptop.start();
        }
      },
    );
    const counters = SERIALS.map((serial) => stage.lan.device(serial).snapshot());
    expect(
      counters.map(({ unbindsExecuted }) => unbindsExecuted),
      end,
    ).toEqual(SERIALS.map(() => 1));
    expect(counters.map(({ passwordsWrong }) => passwordsWrong)).toEqual(SERIALS.map(() => 0));
    for (const serial of SERIALS) expect(end).not.toContain(serial);
    // One at the start and one for each agent that had lost it.
    expect(laptop.answered.password).toBeLessThanOrEqual(3);
  }, 240_000);
});
