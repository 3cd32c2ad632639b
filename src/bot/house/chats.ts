import { type ChatStates, cardWithoutQuestion, chatState, pictureAnswer } from '../../flows/engine/state.ts';
import { kind, step } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';

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

/**
 * By chat: which update a picture took last. Apart from the chat, which is written when the turn is over: this is there as soon as the
 * laptop may act on it.
 */
export const PICTURE_ANSWERS = kind({
  name: 'picture-answers',
  gathers: true,
  version: 1,
  schema: pictureAnswer,
});

/** For so long an update may be handed in again (telegram/shelf.ts), ms. */
const AGAIN_MS = 24 * 60 * 60_000;

/** What the engine keeps, in the bot's store. */
export function openChatStates(store: Pick<Store, 'values'>): ChatStates {
  const chats = store.values(CHATS);
  const answers = store.values(PICTURE_ANSWERS);
  return {
    load: (chatId) => chats.get(String(chatId)),
    save: (chatId, state) => chats.set(String(chatId), state),
    answered: async (chatId) => orNone(await answers.get(String(chatId))),
    answer: (chatId, said) => answers.set(String(chatId), said, AGAIN_MS),
  };
}
