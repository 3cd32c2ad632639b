import type { WaitSpec } from './heard.ts';
import type { ActiveConversation } from './state.ts';

/** The wait a conversation is at, read from its log. */
export function pendingSpec(conversation: ActiveConversation): WaitSpec {
  const { replay, interrupts } = conversation.state;
  const at = interrupts[0];
  const key = at === undefined ? undefined : replay.send[at]?.payload;
  if (key === undefined) throw new Error('a stored conversation has no pending wait');
  // One that an older version has stored is looked at, too, before its stage begins anew.
  const older: Pick<WaitSpec, 'buttons' | 'things'> = { buttons: [], things: [] };
  return { ...older, ...(JSON.parse(key) as WaitSpec) };
}
