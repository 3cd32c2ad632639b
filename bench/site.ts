/**
 * A site through the bot: so many cameras, worked through as one group by a technician who reads a picture at once and
 * confirms at the laptop at once, beside the same cameras one case after another. The bot's process, the agent's process,
 * the emulated devices and Telegram are on this machine. What is left is how long the programs take, what the chat costs the
 * technician, and what each device has counted. In the middle the bot is killed (SIGKILL), later the laptop's agent, then both.
 *
 *   npx tsx bench/site.ts [--devices 60]
 */
import { DEMO_PASSWORD, manyCameras } from '../src/sandbox/device/profiles.ts';
import type { Stage } from '../src/sandbox/stage.ts';
import type { SimUser } from '../src/sandbox/telegram/people.ts';
import { walkGroup } from '../test/support/group-walker.ts';
import { type MortalLaptop, openMortalLaptop } from '../test/support/mortal-laptop.ts';
import setup from '../test/support/programs.ts';
import {
  offering,
  offeringUnbind,
  online,
  openStage,
  pressId,
  STEP,
  toTheOffer,
  unbindNow,
} from '../test/support/stage.ts';
import { against, asked, note, plain, report } from './bench.ts';

const { devices: DEVICES } = asked({ devices: 60 });
/** Cameras that are walked by themselves, for the line beside it. */
const ALONE = 4;

/** What a walk has cost, for each device. */
interface Cost {
  readonly devices: number;
  readonly seconds: number;
  /** Messages of the bot that stay in the chat. */
  readonly messages: number;
  readonly presses: number;
  /** Fields typed into: in the chat, passwords at the laptop; and pages there with one button. */
  readonly typed: number;
  readonly passwords: number;
  readonly confirmed: number;
}

async function costOf(
  technician: SimUser,
  { answered }: MortalLaptop,
  devices: number,
  walk: () => Promise<void>,
): Promise<Cost> {
  const { password, consent } = answered;
  const last = technician.messages.at(-1)?.id ?? 0;
  const pressed = technician.answers.length;
  const began = performance.now();
  await walk();
  const seconds = (performance.now() - began) / 1000;
  const since = technician.messages.filter(({ id }) => id > last);
  return {
    devices,
    seconds,
    messages: since.filter(({ from }) => from === 'bot').length,
    presses: technician.answers.length - pressed,
    typed: since.filter(({ from }) => from === 'user').length,
    passwords: answered.password - password,
    confirmed: answered.consent - consent,
  };
}

/** One camera by itself: the numbers of the visit were stated, so nothing is asked but what its own case needs. */
async function alone(technician: SimUser, laptop: MortalLaptop, serial: string): Promise<void> {
  await technician.send(serial);
  await toTheOffer(technician);
  await technician.waitFor(offeringUnbind, STEP);
  await unbindNow(technician);
  await technician.waitFor(({ kind }) => kind === 'photo', STEP);
  await technician.send(laptop.picture);
  await technician.waitFor(/Unbound, verified/, STEP);
}

async function inGroup(
  stage: Stage,
  technician: SimUser,
  laptop: MortalLaptop,
  serials: readonly string[],
): Promise<void> {
  await technician.send(serials.join('\n'));
  for (const id of ['all', 'none', 'same']) {
    await technician.waitFor(offering(id), STEP);
    await pressId(technician, id);
  }
  const kills: Readonly<Record<number, string>> = {
    [Math.ceil(serials.length / 4)]: 'bot',
    [Math.ceil(serials.length / 2)]: 'laptop',
    [Math.ceil((3 * serials.length) / 4)]: 'bot and laptop',
  };
  const end = await walkGroup(
    technician,
    { picture: () => laptop.picture, confirm: async () => undefined },
    async (number) => {
      const killed = kills[number];
      if (killed === undefined) return;
      note(`kill -9 of ${killed} at picture ${number}`);
      if (killed !== 'laptop') {
        await stage.bot.kill();
        await stage.bot.start();
      }
      if (killed !== 'bot') {
        await laptop.kill();
        laptop.start();
      }
    },
  );
  note(`${end.split('\n').slice(0, 2).join(' ')}`);
}

const over = await setup();
const cameras = manyCameras(DEVICES + ALONE);
const serials = cameras.map(({ profile }) => profile.shortSerial);
const stage = await openStage({ devices: cameras });
const technician = stage.technician('en');
const laptop = await openMortalLaptop(stage, technician, DEMO_PASSWORD);
await online(technician);
// More than anybody may unbind in a day.
await technician.send(`/lift ${technician.id}`);
await technician.waitFor(({ from }) => from === 'bot', STEP);

const single = await costOf(technician, laptop, ALONE, async () => {
  for (const serial of serials.slice(0, ALONE)) await alone(technician, laptop, serial);
});
const group = serials.slice(ALONE);
const together = await costOf(technician, laptop, DEVICES, () => inGroup(stage, technician, laptop, group));
const counted = group.map((serial) => stage.lan.device(serial).snapshot());
await laptop.kill();
await stage.close();
await over();
note(
  `at the laptop: ${together.passwords} passwords, ${together.confirmed} confirmations for ${DEVICES} devices`,
);
const unbinds = counted.map(({ unbindsExecuted }) => unbindsExecuted);
const wrong = counted.reduce((all, { passwordsWrong }) => all + passwordsWrong, 0);
const each = (key: 'seconds' | 'messages' | 'presses' | 'typed') =>
  [
    together[key] / together.devices,
    { name: 'one case after another', value: single[key] / single.devices },
  ] as const;
report([
  against('a device', 's', ...each('seconds')),
  against('messages of a device', 'count', ...each('messages')),
  against('presses of a device', 'count', ...each('presses')),
  against('typed in the chat for a device', 'count', ...each('typed')),
  plain('unbinds of the device with the most', 'count', Math.max(...unbinds), { reach: { atMost: 1 } }),
  plain('unbinds of the device with the fewest', 'count', Math.min(...unbinds), {
    reach: { atLeast: 1 },
    better: 'more',
  }),
  plain('wrong passwords', 'count', wrong, { reach: { atMost: 0 } }),
]);
