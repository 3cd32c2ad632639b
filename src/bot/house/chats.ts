import { cardWithoutQuestion, chatState } from '../../flows/engine/state.ts';
import { kind, step } from '../../store/kind.ts';

const beforeQuestions = chatState.extend({ card: cardWithoutQuestion.exactOptional() });
const beforeCards = beforeQuestions.omit({ card: true, touchedAt: true });

/** What the engine remembers of each chat. */
export const CHATS = kind({
  name: 'chats',
  gathers: true,
  trusted: true,
  version: 4,
  schema: chatState,
  steps: [
    step(
      'no message is remembered and no stage unsaid',
      beforeCards.omit({ recent: true, unsaid: true }),
      (old) => old,
    ),
    step('no case has a card', beforeCards, (old) => old),
    step('nobody knows what a card asks', beforeQuestions, (old) => old),
  ],
});
