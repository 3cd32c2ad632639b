/** The buttons under a case that a colleague offers. */
import type { HandOvers } from '../jobs/hand-overs.ts';
import type { CommandSet } from './call.ts';

export function createHandOverCommands(handOvers: Pick<HandOvers, 'answer'>): CommandSet {
  return {
    commands: {},
    buttons: {
      async hand({ chatId, say, t }, [verb, caseId = '']) {
        const answered = await handOvers.answer(caseId, chatId, verb === 'yes');
        if (!answered.ok) return say(t('bot:error.unreachable'));
        // That it has come is told by whoever moves it.
        if (answered.value === 'accepted') return undefined;
        return say(t(answered.value === 'gone' ? 'bot:handOver.gone' : 'bot:handOver.youDeclined'));
      },
    },
  };
}
