import { type CaseRecord, stageOf } from '../cases/case.ts';
import type { Dialogue } from './engine/dialogue.ts';
import type { NamedDevice } from './engine/named.ts';
import { refusal } from './identify.ts';
import { otherOf } from './others.ts';
import { stage } from './stages.ts';

/** A photo or serial number in the middle of a case: another device, or a slip? One question tells. */
export const switchCase = stage('switch', {
  version: 4,
  async run(dialogue, args) {
    const { heard, resume, left } = args.with;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    // Begun anew, for instance in another language: what was heard is gone, the case is not.
    if (!heard || !resume) return { go: record === null ? 'identify' : stageOf(record) };
    if (!record?.device) return { go: 'identify', with: { heard, left } };
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
    if (answer.kind !== 'button' || answer.id !== 'new') {
      await keepList(dialogue, record, named);
      return { go: resume };
    }
    await dialogue.house((house) => house.agents.cancel(args.caseId));
    const fresh = await dialogue.house((house) => house.cases.open(dialogue.chatId));
    return { go: 'identify', caseId: fresh.id, with: { heard, left } };
  },
});

/** A list in the middle of a case is no slip: what is on it waits with the case. */
async function keepList(
  dialogue: Dialogue,
  { id, closedAt }: CaseRecord,
  named: readonly NamedDevice[],
): Promise<void> {
  if (named.length < 2 || closedAt !== null) return;
  const { others } = await dialogue.change(id, { type: 'others-named', others: named.map(otherOf) });
  if (others.length > 0) await dialogue.say(dialogue.t('bot:others.kept', { count: others.length }));
}
