/** As stages.ts: every reason for which a laptop refuses an unbind says in the chat what may follow. */
import type { REFUSALS } from '../../src/flows/close.ts';
import type { UnbindReason } from '../../src/lan-agent/unbind/contract.ts';

/** Reasons of other outcomes, and what is refused at the command line alone. */
type NoRefusal =
  | 'lock-running'
  | 'late-answer'
  | 'unexpected-word'
  | 'no-reply'
  | 'unreadable-reply'
  | 'send-failed'
  | 'earlier-attempt'
  | 'earlier-accepted'
  | 'refused-before'
  | 'confirm-mismatch';

/** An error where anything is left. */
type None<Left extends never> = Left;
export type Untold = None<Exclude<UnbindReason, keyof typeof REFUSALS | NoRefusal>>;
