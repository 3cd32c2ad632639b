import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOT_VERSION } from '../../../src/bot/version.ts';
import { LINK_VERSION } from '../../../src/link/messages.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { TestAgent } from '../hub/house.ts';

describe('what a laptop speaks', () => {
  let fortress: Fortress;
  let ann: SimUser;
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
  });
  afterAll(() => fortress.close());

  const saidOf = (words: RegExp) => ann.messages.filter(({ text }) => words.test(text)).length;

  it('is told to whose laptop was turned away for it, once, with the way to the newest agent', async () => {
    const laptop = await fortress.laptop(ann);
    laptop.version = 0;
    for (let times = 0; times < 3; times++) expect((await laptop.poll()).status).toBe(426);
    expect((await ann.waitFor(/is too old for me/)).text).toContain('/agent');
    laptop.version = LINK_VERSION + 1;
    expect((await laptop.poll()).body).toMatchObject({ error: 'version-unsupported' });
    await ann.waitFor(/is newer than I am/);
    expect(saidOf(/is too old for me/)).toBe(1);
  });

  it('is told in the chat whose code is on its screen', async () => {
    const code = await fortress.code(ann);
    const laptop = new TestAgent(fortress.from('192.0.2.77'));
    expect((await laptop.openPairing(code, { version: 1 })).status).toBe(426);
    await ann.waitFor(/has your code, but its program is too old/);
    expect((await laptop.openPairing(code)).status).toBe(200);
  });

  it('is no bar to hearing whose it is, and what the newest agent is', async () => {
    const laptop = await fortress.laptop(ann);
    expect((await laptop.poll()).body.about).toEqual({
      bot: expect.stringMatching(/bot$/i),
      laptop: expect.stringContaining('Laptop'),
      owners: [expect.stringContaining('Ann')],
      newest: { version: BOT_VERSION, address: expect.stringMatching(/\/agent$/) },
    });
    expect((await laptop.poll({ waitMs: 1 })).body).not.toHaveProperty('about');
  });

  it('has a name of its own where another laptop came with the same one', async () => {
    await ann.send('/agents');
    const before = (await ann.waitFor(/Your laptops/)).text;
    expect(before).toContain('Laptop');
    const laptop = await fortress.laptop(ann);
    await ann.waitFor(/Another laptop is called so already/);
    const about = (await laptop.poll()).body.about as { laptop: string };
    expect(about.laptop).toMatch(/^Laptop \d+$/);
    expect(before).not.toContain(`${about.laptop}<`);
  });
});
