import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../locales/language.ts';
import { lengthOf } from '../../../src/flows/engine/fit.ts';
import { htmlTextsFor } from '../../../src/flows/engine/html.ts';
import { overTexts } from '../../../src/flows/site-rest.ts';
import { type GroupRecord, newGroup } from '../../../src/groups/group.ts';
import { MEMBER_STATES, MOST_MEMBERS } from '../../../src/groups/record.ts';

describe('the end of a group', () => {
  it.each(LANGUAGES)(
    'names every device that is left, in messages that Telegram takes, in %s',
    (language) => {
      const serials = Array.from({ length: MOST_MEMBERS }, (_, at) => `J5${String(at).padStart(7, '0')}`);
      // As long as a model may be (link/messages.ts), of letters that Telegram's HTML writes longer.
      const model = '<&'.repeat(32);
      const members = serials.map((shortSerial) => ({ shortSerial, fullSerial: null, model, address: null }));
      const planned = newGroup('a-group', { chatId: 1, agentId: 'an-agent', members }, 1);
      for (const state of MEMBER_STATES) {
        if (state === 'verified' || state === 'nothing-to-do') continue;
        const word = 'owner-out-of-reach';
        const group: GroupRecord = {
          ...planned,
          members: planned.members.map((member) => ({ ...member, state, word })),
        };
        const texts = overTexts(htmlTextsFor(language), group);
        for (const text of texts) expect(lengthOf(text)).toBeLessThanOrEqual(4096);
        for (const serial of serials) expect(texts.join('\n')).toContain(serial);
      }
    },
  );
});
