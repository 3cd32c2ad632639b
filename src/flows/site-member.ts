/** A member of a group that was looked at: what the group does with it without a question. */
import { type CaseRecord, verdictOf } from '../cases/case.ts';
import type { GroupRecord } from '../groups/group.ts';
import { nextQuestion } from '../policy/questions.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { groupOf, leaveGroup, sayMember, TO_GROUP } from './group.ts';
import { goWay } from './order.ts';
import type { Next } from './stages.ts';

/**
 * Goes on with a member: over the LAN where that is the verdict, and nothing speaks against it. Whatever needs a question or
 * another way leaves the group, and its case waits for that.
 */
export async function goAlong(dialogue: Dialogue, record: CaseRecord, group: GroupRecord): Promise<Next> {
  const verdict = verdictOf(record);
  if (verdict.method === 'nothing-to-do') {
    await dialogue.house((house) =>
      house.cases.apply(record.id, { type: 'closed', outcome: 'nothing-to-do' }),
    );
    return sayEnd(dialogue, record);
  }
  const isAsked = nextQuestion(record.facts, record.tried) !== null;
  const isOurs = verdict.method === 'sadp' && verdict.by === 'agent' && verdict.blockers.length === 0;
  if (isOurs && !isAsked) return goWay(dialogue, record, 'sadp');
  const word = isAsked || verdict.rule === null ? 'look' : verdict.rule;
  return leaveGroup(dialogue, record, group, { end: 'own-way', word });
}

/** How a member has ended, as a line of the card, and on to the next. */
export async function sayEnd(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const group = await groupOf(dialogue, record);
  if (group) await sayMember(dialogue, group, record.device?.shortSerial ?? '');
  return TO_GROUP;
}
