import { stageOf } from '../cases/case.ts';
import type { Flow } from './engine/dialogue.ts';
import type { Heard } from './engine/heard.ts';
import { refusal } from './identify.ts';

interface SwitchWith {
  heard: Heard;
  /** Stage that was running. */
  resume: string;
}

/** A photo or serial number in the middle of a case: another device, or a slip? One question tells. */
export const switchCase: Flow = {
  name: 'switch',
  version: 2,
  async run(dialogue, args) {
    const given = args.with as unknown as SwitchWith | undefined;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    // Begun anew, for instance in another language: what was heard is gone, the case is not.
    if (!given) return { go: record === null ? 'identify' : stageOf(record) };
    if (!record?.device) return { go: 'identify', with: { heard: given.heard } };
    if (given.heard.kind === 'refused-label') {
      // No device at all: said what it is, and the case goes on.
      const { reason, host, messageId } = given.heard;
      await dialogue.say(dialogue.t(await refusal(dialogue, reason, messageId), { host: host ?? '' }));
      return { go: given.resume };
    }
    const named = given.heard.kind === 'serials' ? given.heard.devices : [];
    if (named.length === 1 && named[0]?.shortSerial === record.device.shortSerial)
      return { go: given.resume };

    const answer = await dialogue.ask(dialogue.t('bot:switch.ask', { serial: record.device.shortSerial }), {
      buttons: [
        [{ id: 'new', text: dialogue.t('bot:switch.button.new') }],
        [{ id: 'stay', text: dialogue.t('bot:switch.button.stay') }],
      ],
      help: 'bot:switch.help',
      back: false,
    });
    if (answer.kind !== 'button' || answer.id !== 'new') return { go: given.resume };
    await dialogue.house((house) => house.agents.cancel(args.caseId));
    const fresh = await dialogue.house((house) => house.cases.open(dialogue.chatId));
    return { go: 'identify', with: { caseId: fresh.id, heard: given.heard } };
  },
};
