import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

const CAMERA = unbindableCamera.profile.shortSerial;

let house: House;
beforeAll(async () => {
  house = await openHouse([unbindableCamera]);
}, 90_000);
afterAll(async () => {
  await house.stage.close();
}, 60_000);

/** Buttons that have the laptop do what it was away for, offered now that it is back. */
const BACK: readonly [id: string, isOffered: (message: ChatMessage) => boolean][] = [
  ['again', (message) => offering('again')(message) && message.text.includes('is connected now')],
  ['laptop', offering('laptop')],
];

/**
 * Waits until the bot has understood. A laptop finds the bot again within seconds, the bot goes on at once: what it was still
 * away for is asked of it once more, by the button that a technician gets then.
 */
async function understood(technician: SimUser, fits: (message: ChatMessage) => boolean): Promise<void> {
  for (;;) {
    const back = (message: ChatMessage) => BACK.find(([, isOffered]) => isOffered(message))?.[0];
    const seen = await technician.waitFor((message) => fits(message) || back(message) !== undefined, STEP);
    const button = fits(seen) ? undefined : back(seen);
    if (button === undefined) return;
    await pressId(technician, button);
  }
}

describe('kill -9 of the bot between any two waits', () => {
  it('costs a repeated message at most: the case ends, and the device was told once', async () => {
    const { technician, laptop, stage } = house;
    /** What a technician does, and what shows that the bot has understood it. */
    const steps: [() => Promise<unknown>, (message: ChatMessage) => boolean][] = [
      [() => technician.send(CAMERA), offering('no')],
      [() => pressId(technician, 'no'), ({ text }) => text.includes('Do you have the admin password')],
      [() => pressId(technician, 'yes'), offering('sadp')],
      [() => pressId(technician, 'sadp'), offering('owner')],
      [() => pressId(technician, 'owner'), (message) => message.kind === 'photo'],
      [
        () => technician.send(laptop.lastPicture()),
        ({ text }) => text.includes('Now type the admin password'),
      ],
    ];
    let kills = 0;
    for (const [act, shown] of steps) {
      await act();
      // In the middle of handling it, or before it was even fetched: whichever it happens to be.
      await stage.bot.kill();
      await stage.bot.start();
      await understood(technician, shown);
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
