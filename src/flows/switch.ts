import { type CaseRecord, stageOf } from '../cases/case.ts';
import type { Dialogue } from './engine/dialogue.ts';
import type { NamedDevice } from './engine/named.ts';
import { knownText, refusal } from './identify.ts';
import { otherOf } from './others.ts';
import { stage } from './stages.ts';
import { takeWords } from './words.ts';

/** A photo or serial number in the middle of a case: another device, or a slip? One question tells. */
export const switchCase = stage('switch', {
  version: 5,
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
    const known = await openAbout(dialogue, args.caseId, named);

    const question = [
      dialogue.t('bot:switch.ask', { serial: record.device.shortSerial }),
      known === null ? '' : knownText(dialogue, 'bot:switch.known', known),
    ];
    const answer = await dialogue.ask(question.filter(Boolean).join('\n\n'), {
      buttons: [
        ...(known === null
          ? []
          : [[{ id: 'known', text: dialogue.t('bot:switch.button.known'), said: ['yes' as const] }]]),
        [
          {
            id: 'new',
            text: dialogue.t('bot:switch.button.new'),
            ...(known === null ? { said: ['yes' as const] } : {}),
          },
        ],
        [{ id: 'stay', text: dialogue.t('bot:switch.button.stay'), said: ['no'] }],
      ],
      back: false,
    });
    if (known !== null && answer.kind === 'button' && answer.id === 'known') {
      await dialogue.house((house) => house.agents.cancel(args.caseId));
      const said = 'said' in heard ? heard.said : undefined;
      if (said) await takeWords(dialogue, known.id, { said });
      if (left && left.length > 0) await dialogue.change(known.id, { type: 'others-named', others: left });
      return { go: stageOf(known), caseId: known.id };
    }
    if (answer.kind !== 'button' || answer.id !== 'new') {
      await keepList(dialogue, record, named);
      return { go: resume };
    }
    await dialogue.house((house) => house.agents.cancel(args.caseId));
    const fresh = await dialogue.house((house) => house.cases.open(dialogue.chatId));
    return { go: 'identify', caseId: fresh.id, with: { heard, left, isNew: known !== null } };
  },
});

/** An open case about the one device that is named; a photo is not read yet. */
async function openAbout(
  dialogue: Dialogue,
  caseId: string,
  [device, ...more]: readonly NamedDevice[],
): Promise<CaseRecord | null> {
  if (!device || device.doubt !== null || more.length > 0) return null;
  const known = await dialogue.house((house) => house.cases.openAbout(dialogue.chatId, device.shortSerial));
  return known?.id === caseId ? null : known;
}

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
