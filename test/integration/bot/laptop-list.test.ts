/** /agents: one list, with the version of each agent and where the newer one is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOT_VERSION } from '../../../src/bot/version.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import type { TestAgent } from '../hub/house.ts';

describe('/agents', () => {
  let fortress: Fortress;
  let ann: SimUser;
  let annas: TestAgent;
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
    annas = await fortress.laptop(ann, '192.0.2.11');
    annas.host = { ...annas.host, name: 'Old one', agentVersion: '0.0.9' };
    await annas.poll();
    const second = await fortress.laptop(ann, '192.0.3.11');
    second.host = { ...second.host, agentVersion: BOT_VERSION };
    await second.poll();
    const third = await fortress.laptop(fortress.admin, '192.0.4.11');
    third.host = { ...third.host, agentVersion: 'who knows' };
    await third.poll();
  });
  afterAll(() => fortress.close());

  it.each([
    [/Your laptops/, 'newer version', 'get it at'],
    [/Ваши ноутбуки/, 'новая версия', 'возьмите на'],
  ] as const)(
    'tells the version of each, and of an old one where the newer is: %s',
    async (title, newer, get) => {
      if (newer !== 'newer version') {
        await ann.send('/language');
        await ann.waitFor(/Language/);
        await ann.press('l:ru');
        await ann.waitFor(({ from }) => from === 'bot');
      }
      await ann.send('/agents');
      const { text } = await ann.waitFor(title);
      expect(text).toContain('0.0.9');
      expect(text.split(newer)).toHaveLength(2);
      expect(text).toContain(`${newer} ${BOT_VERSION}: ${get} ${fortress.url}/agent`);
    },
  );

  it('is one list for admins: their own first, by the numbers of /rename, and everybody’s', async () => {
    await fortress.admin.send('/agents');
    const { text, buttons } = await fortress.admin.waitFor(/All laptops of the house: 3/);
    expect(text).toContain('who knows');
    expect(text.indexOf('Olga')).toBeLessThan(text.indexOf('Ann'));
    const verbs = buttons.flat().map(({ data }) => data?.split(':').slice(0, 2).join(':'));
    expect(verbs).toEqual(['a:revoke', 'h:revoke', 'h:revoke']);
    await fortress.admin.send('/rename 1 Van 7');
    await fortress.admin.waitFor(/is now “Van 7”/);
    await fortress.admin.send('/agents');
    const renamed = await fortress.admin.waitFor(/All laptops of the house: 3/);
    expect(renamed.text).toMatch(/1\. Van 7/);
  });
});
