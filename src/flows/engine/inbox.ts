/** What reaches a chat from the house: heard at once, put away until a wait is named for it, or heard by nobody. */
import type { CaseRefusal } from '../../cases/case.ts';
import { type HouseEvent, isUnbindEnd } from './events.ts';
import type { GuardedPlay } from './guarded.ts';
import { wanted } from './heard.ts';
import { pendingSpec } from './pending.ts';
import { putAway, type Turn } from './state.ts';

/** Events one handling may deliver; more would mean a stage that asks for the same event for ever. */
const REPLAYED_EVENTS = 20;

/**
 * Gives the pending wait every event of its own case in the inbox that it is named for, oldest first. One of a case that
 * was left is delivered nowhere and missed by nobody: it is on record, and the stage that takes the case up reads that.
 */
export async function drain(turn: Turn, stages: GuardedPlay): Promise<void> {
  const { chat } = turn;
  for (let delivered = 0; delivered < REPLAYED_EVENTS; delivered++) {
    const active = chat.conversation;
    chat.inbox = chat.inbox.filter(({ caseId }) => caseId === active?.args.caseId);
    if (!active) return;
    const spec = pendingSpec(active);
    const index = chat.inbox.findIndex((event) => wanted({ kind: 'event', event }, spec));
    const event = chat.inbox[index];
    if (!event) return;
    chat.inbox = chat.inbox.filter((_, at) => at !== index);
    await stages.resume(turn, { kind: 'event', event });
  }
}

/**
 * Takes an event that is on record. Only the conversation of its own case may ever hear it, and one that the case has
 * not taken only a wait for that very job: to it, it is no news from another. A passing event, and the end of an unbind,
 * are heard now or never: the latter is told then beside what goes on. `drain` delivers what is put away.
 * @param refused why its case has not taken it, if so
 * @param save writes the chat as it is
 */
export async function takeEvent(
  turn: Turn,
  stages: GuardedPlay,
  event: HouseEvent,
  refused: CaseRefusal | null,
  save: () => Promise<void>,
): Promise<'taken' | 'unheard'> {
  await stages.modernise(turn);
  const active = turn.chat.conversation;
  const isOfCase = event.caseId === '' || active?.args.caseId === event.caseId;
  if (active === null || !isOfCase) return 'unheard';
  const spec = pendingSpec(active);
  const isWanted = wanted({ kind: 'event', event }, spec) && (refused === null || spec.jobId !== null);
  if (event.caseId === '' || isUnbindEnd(event)) {
    if (isWanted) await stages.resume(turn, { kind: 'event', event });
    return isWanted ? 'taken' : 'unheard';
  }
  if (refused !== null && !isWanted) return 'unheard';
  turn.chat.inbox = putAway(turn.chat.inbox, event);
  // Safe before it is told: a crash while a picture is being sent must not cost its answer.
  await save();
  return 'taken';
}
