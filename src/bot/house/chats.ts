import { chatState } from '../../flows/engine/state.ts';
import { kind } from '../../store/kind.ts';

/** What the engine remembers of each chat. */
export const CHATS = kind({ name: 'chats', version: 1, schema: chatState });
