import { askUntil, contactOf, exampleOf } from './contact.ts';
import type { Dialogue } from './engine/dialogue.ts';
import type { Contact } from './ports.ts';
import { stage } from './stages.ts';
import { wayBack } from './way-back.ts';

/** Stage me: how the technician is named in letters and reports; shown, changed, forgotten. */
export const me = stage('me', {
  version: 2,
  async run(dialogue, args) {
    const back = await wayBack(dialogue, args);
    const { firm } = await dialogue.house((house) => house.contacts.suggested(dialogue.chatId));
    const known = await dialogue.house((house) => house.contacts.get(dialogue.chatId));
    if (known === null) {
      const asked = await contactOf(dialogue);
      if ('contact' in asked) await dialogue.say(dialogue.t('report:me.kept'));
      return back;
    }
    const forget = { id: 'forget', text: dialogue.t('report:me.button.forget') };
    const answer = await askUntil(dialogue, shown(dialogue, known, firm), [[forget]], firm);
    if ('said' in answer) {
      await dialogue.house((house) => house.contacts.keep(dialogue.chatId, answer.said));
      await dialogue.say(dialogue.t('report:me.kept'));
    } else if ('pressed' in answer) {
      await dialogue.house((house) => house.contacts.forget(dialogue.chatId));
      await dialogue.say(dialogue.t('report:me.forgotten'));
    }
    return back;
  },
});

function shown({ t }: Dialogue, { name, firm, phone }: Contact, houseFirm: string | null): string {
  const lines = [
    name === null ? '' : t('report:me.name', { name }),
    firm === null ? '' : t('report:me.firm', { firm }),
    phone === null ? '' : t('report:me.phone', { phone }),
  ].filter(Boolean);
  return [
    [t('report:me.shown'), ...(lines.length === 0 ? [t('report:me.nothing')] : lines)].join('\n'),
    houseFirm === null ? '' : t('report:me.house'),
    t('report:me.change', { example: exampleOf(t, houseFirm) }),
  ]
    .filter(Boolean)
    .join('\n\n');
}
