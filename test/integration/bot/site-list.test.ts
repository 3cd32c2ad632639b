/** The list of a site as a laptop sends it: what it has no room for is not dropped in silence. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, nextCommand, openFortress } from '../../security/fortress.ts';
import { DEVICE, event } from '../../security/walk.ts';
import { STEP } from '../../support/stage.ts';

describe('a list of devices', () => {
  let house: Fortress;
  let ann: SimUser;
  beforeAll(async () => {
    house = await openFortress();
    ann = await house.technician('Ann');
  });
  afterAll(() => house.close());

  it('says how many devices have found no room in it, and what to do about them', async () => {
    const laptop = await house.laptop(ann);
    await ann.send('/site');
    const { jobId } = await nextCommand(laptop, 'survey');
    await laptop.sendEvents([event('surveyed', { jobId, devices: [DEVICE], omitted: 3, interfaces: [] })]);
    const list = await ann.waitFor(/Devices of this network: 1/, STEP);
    expect(list.text).toContain(DEVICE.model);
    expect(list.text).toMatch(/3 more do not fit into the list\. Send me their labels/);
  });
});
