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

type Fits = (message: ChatMessage) => boolean;

/** Whether the laptop, away until now, can be asked for what it was away for. */
const isBack: Fits = (message) => offering('again')(message) && message.text.includes('is connected now');

/**
 * Waits until the bot has understood. A laptop finds the bot again within seconds, the bot goes on at once; so what is asked
 * anew because the laptop is back is answered anew, and what it was away for is asked of it once more, as a technician does.
 */
async function understood(technician: SimUser, pressed: string | null, fits: Fits): Promise<void> {
  const wanted = (message: ChatMessage): string | null => {
    if (pressed !== null && offering(pressed)(message)) return pressed;
    if (isBack(message)) return 'again';
    return offering('laptop')(message) ? 'laptop' : null;
  };
  for (;;) {
    const seen = await technician.waitFor((message) => fits(message) || wanted(message) !== null, STEP);
    const button = fits(seen) ? null : wanted(seen);
    if (button === null) return;
    await pressId(technician, button);
  }
}

describe('kill -9 of the bot between any two waits', () => {
  it('costs a repeated message at most: the case ends, and the device was told once', async () => {
    const { technician, laptop, stage } = house;
    /** What a technician does, a button's id or something else, and what shows that the bot has understood it. */
    const steps: [act: string | (() => Promise<unknown>), shown: Fits][] = [
      [() => technician.send(CAMERA), offering('no')],
      ['no', ({ text }) => text.includes('Do you have the admin password')],
      ['yes', offering('owner')],
      ['owner', ({ kind }) => kind === 'photo'],
      [
        () => technician.send(laptop.lastPicture()),
        ({ text }) => text.includes('Now type the admin password'),
      ],
    ];
    let kills = 0;
    for (const [act, shown] of steps) {
      const pressed = typeof act === 'string' ? act : null;
      await (typeof act === 'string' ? pressId(technician, act) : act());
      // In the middle of handling it, or before it was even fetched: whichever it happens to be.
      await stage.bot.kill();
      await stage.bot.start();
      await understood(technician, pressed, shown);
      // And right after the answer was sent, before or after it was noted.
      await stage.bot.kill();
      await stage.bot.start();
      kills += 2;
    }
    expect(kills).toBe(10);
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
