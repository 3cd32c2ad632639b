import type { WaitSpec } from './heard.ts';
import type { ActiveConversation } from './state.ts';

/** Of the entry of a log it was read from: of one update it is asked for half a dozen times, and an entry does not change. */
const read = new WeakMap<object, WaitSpec>();

/** The wait a conversation is at, read from its log. @throws where that has none, or none that can be read */
export function pendingSpec(conversation: ActiveConversation): WaitSpec {
  const { replay, interrupts } = conversation.state;
  const at = interrupts[0];
  const entry = at === undefined ? undefined : replay.send[at];
  if (entry?.payload === undefined) throw new Error('a stored conversation has no pending wait');
  const spec = read.get(entry) ?? specOf(entry.payload);
  read.set(entry, spec);
  return spec;
}

function specOf(payload: string): WaitSpec {
  // One that an older version has stored is looked at, too, before its stage begins anew.
  const older: Pick<WaitSpec, 'buttons' | 'things'> = { buttons: [], things: [] };
  return { ...older, ...(JSON.parse(payload) as WaitSpec) };
}
