import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import type { TestAgent } from '../integration/hub/house.ts';
import { offering, pressId } from '../support/stage.ts';
import { type Fortress, nextCommand, openFortress } from './fortress.ts';
import { askForUnbind, DEVICE, event, SERIAL, searched } from './walk.ts';

/** The advice that is wrong where the reason is known. */
const POWER = /power/i;
const TUNNEL = { kind: 'interface-skipped', name: '<b>tun0</b>' } as const;
const EVIL = { kind: 'text', name: 'Call 555 to unlock' } as never;

describe('a device that the laptop did not hear', () => {
  let fortress: Fortress;
  let ann: SimUser;
  let laptop: TestAgent;
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
    laptop = await fortress.laptop(ann);
  });
  afterAll(() => fortress.close());

  const unseen = async (hindrances?: readonly [typeof TUNNEL | { kind: 'no-interface' }]) => {
    const jobId = await searched(ann, laptop);
    const found = event('discovered', { jobId, devices: [], omitted: 0, interfaces: [] });
    await laptop.sendEvents([{ ...found, ...(hindrances ? { hindrances } : {}) } as typeof found]);
    const { text } = await ann.waitFor(/does not see this device/);
    await ann.send('/cancel');
    await ann.waitFor(/Case closed/);
    return text;
  };

  it('is told with the reason, where the laptop knows it', async () => {
    const text = await unseen([{ kind: 'no-interface' }]);
    expect(text).toContain('no network to search on');
    expect(text).not.toMatch(POWER);
  });

  it('is told with a name that stays a name', async () => {
    const text = await unseen([TUNNEL]);
    expect(text).toContain('<b>tun0</b> was not searched');
    expect(text).toContain(`unbind-agent unbind ${SERIAL} --interface`);
    const sent = fortress.api.calls.map(({ parameters }) => String(parameters.text ?? ''));
    expect(sent.some((one) => one.includes('<code>&lt;b&gt;tun0&lt;/b&gt;</code>'))).toBe(true);
    expect(sent.some((one) => one.includes('<b>tun0'))).toBe(false);
  });

  it('is told as before by an older agent, and by one that puts words of its own', async () => {
    expect(await unseen()).toMatch(POWER);
    expect(await unseen([EVIL])).toMatch(POWER);
    expect(ann.transcript()).not.toContain('555');
  });

  it('is told with the reason also when it is asked for its status', async () => {
    const jobId = await searched(ann, laptop);
    const oddly = [{ kind: 'found-set-aside', name: 'bridge100' } as const];
    await laptop.sendEvents([
      event('discovered', { jobId, devices: [DEVICE], omitted: 0, interfaces: [], hindrances: oddly }),
    ]);
    expect((await ann.waitFor(/Found on the network/)).text).toContain('Found through bridge100');
    const { jobId: asked } = await nextCommand(laptop, 'status');
    const lost = { shortSerial: SERIAL, status: 'not-found', device: null } as const;
    await laptop.sendEvents([event('status', { jobId: asked, ...lost, hindrances: [TUNNEL] })]);
    expect((await ann.waitFor(/did not hear the device/)).text).toContain('was not searched');
    await ann.send('/cancel');
    await ann.waitFor(/Case closed/);
  });

  it('is told with the reason after the unbind, with no article that says otherwise', async () => {
    await askForUnbind(ann, laptop);
    await ann.waitFor(/Asked the laptop/);
    const { jobId } = await nextCommand(laptop, 'unbind');
    const report = { shortSerial: SERIAL, outcome: 'not-found', verified: false } as const;
    const hindrances = [{ kind: 'send-failed', name: 'eth7' } as const];
    await laptop.sendEvents([event('outcome', { jobId, report, hindrances })]);
    const told = await ann.waitFor(/send nothing on eth7/);
    expect(told.text).not.toMatch(POWER);
    const labels = told.buttons.flat().map(({ text }) => text);
    expect(labels).toContain('Try again');
    expect(labels).not.toContain('What does it mean?');
    // Told anew from the case, as after a restart.
    await ann.send('/cases');
    await ann.waitFor(({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('c:')));
    await ann.press(/^c:/);
    await ann.waitFor(offering('go-on'));
    await pressId(ann, 'go-on');
    await ann.waitFor(offering('repeat'));
    await pressId(ann, 'repeat');
    expect((await ann.waitFor(/send nothing on eth7/)).text).not.toMatch(POWER);
  });
});
