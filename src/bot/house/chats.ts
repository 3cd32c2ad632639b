import { chatState } from '../../flows/engine/state.ts';
import { kind, step } from '../../store/kind.ts';

/** What the engine remembers of each chat. */
export const CHATS = kind({
  name: 'chats',
  version: 2,
  schema: chatState,
  steps: [
    step(
      'no message is remembered and no stage unsaid',
      chatState.omit({ recent: true, unsaid: true }),
      (old) => old,
    ),
  ],
});
