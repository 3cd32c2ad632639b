import { stage } from './stages.ts';
import { wayBack } from './way-back.ts';

/** Longest text of an announcement, characters: it has to fit into one message with its head. */
const LONGEST = 3000;

/** Stage announce: an admin writes to everybody; shown as it will come, and sent by a press alone. */
export const announce = stage('announce', {
  version: 1,
  async run(dialogue, args) {
    const { t, chatId } = dialogue;
    const back = await wayBack(dialogue, args);
    const people = await dialogue.house((house) => house.announcements.audience(chatId));
    const answer = await dialogue.ask(t('bot:announce.ask', { people }), { wants: ['note'] });
    if (answer.kind !== 'note') return back;
    const { text } = answer;
    if (text.length > LONGEST) {
      await dialogue.say(t('bot:announce.tooLong', { most: LONGEST }));
      return { go: 'announce', with: args.with };
    }
    const preview = [t('bot:announce.preview', { people }), t('bot:announce.message', { text })];
    const confirmed = await dialogue.ask(preview.join('\n\n'), {
      buttons: [[{ id: 'send', text: t('bot:announce.button.send'), pressOnly: true, style: 'danger' }]],
    });
    if (confirmed.kind !== 'button') return back;
    if (confirmed.id === 'back') return { go: 'announce', with: args.with };
    if (confirmed.id !== 'send') return back;
    const begun = await dialogue.house((house) => house.announcements.begin(chatId, text));
    if (begun === null) await dialogue.say(t('bot:invite.onlyAdmins'));
    else
      await dialogue.send(t('bot:announce.begun', { people }), [
        [{ text: t('bot:announce.button.stop'), data: `announce:${begun}` }],
      ]);
    return back;
  },
});
