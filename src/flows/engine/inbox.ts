/** What reaches a chat from the house: heard at once, put away until a wait is named for it, or heard by nobody. */
import type { CaseRefusal } from '../../cases/case.ts';
import type { HouseEvent } from './events.ts';
import type { Stages } from './guarded.ts';
import { wanted } from './heard.ts';
import { pendingSpec } from './play.ts';
import { type ActiveConversation, putAway } from './state.ts';
import type { Turn } from './turn.ts';

/** Events one handling may deliver; more would mean a stage that asks for the same event for ever. */
const REPLAYED_EVENTS = 20;

/** Gives the pending wait every event in the inbox it is named for, oldest first. */
export async function drain(turn: Turn, stages: Stages): Promise<void> {
  const { chat } = turn;
  for (let delivered = 0; delivered < REPLAYED_EVENTS; delivered++) {
    if (!chat.conversation) return;
    const spec = pendingSpec(chat.conversation);
    const index = chat.inbox.findIndex((event) => wanted({ kind: 'event', event }, spec));
    const event = chat.inbox[index];
    if (!event) return;
    chat.inbox = chat.inbox.filter((_, at) => at !== index);
    await stages.resume(turn, { kind: 'event', event });
  }
}

/**
 * Takes an event that is on record. Only the conversation of its own case may ever hear it; a passing one is worth
 * hearing now or never. `drain` delivers what is put away.
 * @param refused why its case has not taken it, if so
 * @param save writes the chat as it is
 */
export async function takeEvent(
  turn: Turn,
  stages: Stages,
  event: HouseEvent,
  refused: CaseRefusal | null,
  save: () => Promise<void>,
): Promise<'taken' | 'unheard'> {
  await stages.modernise(turn);
  const active = turn.chat.conversation;
  const isOfCase = event.caseId === '' || active?.args.caseId === event.caseId;
  if (active === null || !isOfCase || isMissed(active, event, refused)) return 'unheard';
  if (event.caseId !== '') {
    turn.chat.inbox = putAway(turn.chat.inbox, event);
    // Safe before it is told: a crash while a picture is being sent must not cost its answer.
    await save();
  } else if (wanted({ kind: 'event', event }, pendingSpec(active))) {
    await stages.resume(turn, { kind: 'event', event });
  }
  return 'taken';
}

/** Whether an outcome would wait in the inbox for a wait that may never come, or is none of the case's. */
function isMissed(active: ActiveConversation, event: HouseEvent, refused: CaseRefusal | null): boolean {
  if (event.type !== 'outcome') return false;
  return refused !== null || !wanted({ kind: 'event', event }, pendingSpec(active));
}
