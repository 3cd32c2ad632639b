/** What `npm run demo` opens: clean chats, and a tour whose stories are played with the real bot and agent. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoDevices, intercom } from '../../src/sandbox/device/profiles.ts';
import { createDemo } from '../../src/sandbox/interactive.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { STORIES } from '../../src/sandbox/stories.ts';
import type { DeviceState, TourState } from '../../src/sandbox/telegram/page.ts';
import { type PageEvent, pageEvents } from '../support/page-events.ts';
import { releasedBot } from '../support/programs.ts';

let demo: Stage;
const broken: string[] = [];
beforeAll(async () => {
  demo = await createDemo({
    devices: demoDevices,
    program: [await releasedBot()],
    readingMs: 0,
    say: (line) => broken.push(line),
  });
}, 120_000);
afterAll(() => demo.close());

/** Presses a button of the tour. */
async function press(step: 'start' | 'next' | 'stop'): Promise<void> {
  const address = `${demo.api.url}/page/users/${demo.technician('ru').id}/tour/${step}`;
  expect((await fetch(address, { method: 'POST' })).status).toBe(200);
}

/** Follows the tour until it is over; `at` hears of each step. @returns what was said, in English */
async function follow(at: (state: TourState) => Promise<void> = async () => undefined): Promise<string[]> {
  const said: string[] = [];
  for await (const event of pageEvents(demo.api.url, demo.technician('ru').id)) {
    if (event.type === 'state') await press('start');
    if (event.type !== 'tour') continue;
    const state = event.tour as TourState | null;
    if (state === null) break;
    said.push(`${state.story} ${state.caption.en}`);
    await at(state);
  }
  return said;
}

it('begins with chats in which nothing was said, and a laptop for each technician', async () => {
  for (const language of ['en', 'ru'] as const) expect(demo.technician(language).messages).toEqual([]);
  for await (const event of pageEvents(demo.api.url, demo.technician('en').id)) {
    expect(event).toMatchObject({ laptops: [{ name: 'laptop-1' }, { name: 'laptop-2' }] });
    break;
  }
});

it('has a hand do to the emulated devices what the page says, and shows what they say then', async () => {
  const { shortSerial } = intercom.profile;
  const events = pageEvents(demo.api.url, demo.technician('en').id);
  await events.next();
  const after = async (act: string) => {
    const { status } = await fetch(`${demo.api.url}/page/devices/${shortSerial}/${act}`, { method: 'POST' });
    expect(status).toBe(200);
    const { value } = await events.next();
    const { devices } = value as PageEvent & { devices: readonly DeviceState[] };
    return devices.find(({ serial }) => serial === shortSerial);
  };
  expect(await after('unplug')).toMatchObject({ plugged: false });
  expect(demo.lan.device(shortSerial).snapshot().plugged).toBe(false);
  expect(await after('plug')).toMatchObject({ plugged: true });
  expect(await after('cloud-off')).toMatchObject({ cloud: 'disabled' });
  expect(await after('cloud-on')).toMatchObject({ cloud: 'online' });
  expect(await after('unbind')).toMatchObject({ bound: false, executions: 0 });
  expect(await after('bind')).toMatchObject({ bound: true });
  expect(await after('lock')).toMatchObject({ triesLeft: 0, lockMinutes: 30 });
  expect(await after('unlock')).toMatchObject({ triesLeft: 6, lockMinutes: 0 });
  await events.return(undefined);
});

it('tells four stories to their ends, and each device counts exactly what its story did', async () => {
  const said = await follow();
  expect(broken).toEqual([]);
  expect(said.length).toBeGreaterThan(STORIES.length * 3);
  expect([...new Set(said.map((line) => line[0]))]).toEqual(['1', '2', '3', '4']);
  for (const { device, ends } of STORIES) {
    expect(demo.lan.device(device.profile.shortSerial).snapshot()).toMatchObject(ends);
  }
}, 360_000);

it('goes on to the next story in the middle of one, and ends when it is told to', async () => {
  const said = await follow(async ({ story }) => await press(story === 1 ? 'next' : 'stop'));
  expect(broken).toEqual([]);
  expect(said.map((line) => line[0])).toEqual(['1', '2']);
  // Bound as new: the first story begins again, and was left before anything was unbound.
  const [camera] = STORIES;
  expect(demo.lan.device(camera?.device.profile.shortSerial ?? '').snapshot()).toMatchObject({
    bound: true,
    unbindsExecuted: 1,
  });
}, 120_000);
