import { stageOf } from '../cases/case.ts';
import { refusal } from './identify.ts';
import { stage } from './stages.ts';

/** A photo or serial number in the middle of a case: another device, or a slip? One question tells. */
export const switchCase = stage('switch', {
  version: 3,
  async run(dialogue, args) {
    const { heard, resume } = args.with;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    // Begun anew, for instance in another language: what was heard is gone, the case is not.
    if (!heard || !resume) return { go: record === null ? 'identify' : stageOf(record) };
    if (!record?.device) return { go: 'identify', with: { heard } };
    if (heard.kind === 'refused-label') {
      // No device at all: said what it is, and the case goes on.
      const { reason, host, messageId } = heard;
      await dialogue.say(dialogue.t(await refusal(dialogue, reason, messageId), { host: host ?? '' }));
      return { go: resume };
    }
    const named = heard.kind === 'serials' ? heard.devices : [];
    if (named.length === 1 && named[0]?.shortSerial === record.device.shortSerial) return { go: resume };

    const answer = await dialogue.ask(dialogue.t('bot:switch.ask', { serial: record.device.shortSerial }), {
      buttons: [
        [{ id: 'new', text: dialogue.t('bot:switch.button.new'), said: ['yes'] }],
        [{ id: 'stay', text: dialogue.t('bot:switch.button.stay'), said: ['no'] }],
      ],
      back: false,
    });
    if (answer.kind !== 'button' || answer.id !== 'new') return { go: resume };
    await dialogue.house((house) => house.agents.cancel(args.caseId));
    const fresh = await dialogue.house((house) => house.cases.open(dialogue.chatId));
    return { go: 'identify', caseId: fresh.id, with: { heard } };
  },
});
