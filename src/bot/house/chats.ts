import * as z from 'zod';
import { chatState } from '../../flows/engine/state.ts';
import { kind, step } from '../../store/kind.ts';

const chatState1 = chatState.extend({ inbox: z.array(z.unknown()) });

/** What the engine remembers of each chat. */
export const CHATS = kind({
  name: 'chats',
  version: 2,
  schema: chatState,
  steps: [
    // All of them are on record in their cases, which the stages begin from.
    step('events of before the end of an unbind was told at once are let go', chatState1, (old) => ({
      ...old,
      inbox: [],
    })),
  ],
});
