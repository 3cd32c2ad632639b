import { type CaseRecord, ORDERS, type Order } from '../cases/case.ts';
import type { Button } from './engine/buttons.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { type GuideId, WAYS_THAT_UNBIND } from './guides.ts';
import { cancelled } from './identify.ts';
import { type Next, stage } from './stages.ts';
import { takeWords } from './words.ts';

/** Stage order: on whose order the technician unbinds. One tap, remembered for the visit, before anything unbinds. */
export const order = stage('order', {
  version: 2,
  async run(dialogue, args) {
    const { way } = args.with;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record || record.closedAt !== null) return { end: true };
    const answer = await dialogue.ask(dialogue.t('bot:order.ask'), {
      buttons: orderButtons(dialogue),
      wants: ['words'],
    });
    if (answer.kind === 'words') {
      await takeWords(dialogue, record.id, answer);
      return { go: 'order', with: args.with };
    }
    const given = answer.kind === 'button' ? answer.id : null;
    if (given === 'cancel') return cancelled(dialogue, record.id);
    const by = orderIn(given);
    if (by === undefined) return { go: 'assess', with: { withoutLaptop: true } };
    return goOrdered(dialogue, record, by, way);
  },
});

/** On whose order, a button each: a statement that is kept, and the last press before an unbind, made by a finger. */
export function orderButtons(dialogue: Dialogue, look: Pick<Button, 'style'> = {}): Button[][] {
  return ORDERS.map((by) => [
    { id: by, text: dialogue.t(`bot:order.button.${by}`), pressOnly: true, ...look },
  ]);
}

/** The order that a pressed button states; undefined: it is none of these. */
export function orderIn(pressed: string | null): Order | undefined {
  return ORDERS.find((by) => by === pressed);
}

/** Puts down on whose order, and goes the way it was stated for, else back to the verdict. */
export async function goOrdered(
  dialogue: Dialogue,
  record: CaseRecord,
  by: Order,
  way: 'sadp' | GuideId | undefined,
): Promise<Next> {
  await dialogue.change(record.id, { type: 'ordered', by, statedAt: null });
  return way === undefined ? { go: 'assess', with: { withoutLaptop: true } } : stageOfWay(way);
}

/** On whose order this case's device is unbound: as stated, else as stated before in this visit; null: not yet. */
export async function orderOf(dialogue: Dialogue, record: CaseRecord): Promise<Order | null> {
  if (record.order) return record.order.by;
  const before = await dialogue.house((house) => house.cases.orderOfVisit(record.chatId));
  return before?.by ?? null;
}

/** Goes a way. One that unbinds needs the order: what was stated before in this visit is put down for this case. */
export async function goWay(dialogue: Dialogue, record: CaseRecord, way: 'sadp' | GuideId): Promise<Next> {
  if (record.order || !WAYS_THAT_UNBIND.includes(way)) return stageOfWay(way);
  const before = await dialogue.house((house) => house.cases.orderOfVisit(record.chatId));
  if (before === null) return { go: 'order', with: { way } };
  await dialogue.change(record.id, { type: 'ordered', by: before.by, statedAt: before.statedAt });
  return stageOfWay(way);
}

function stageOfWay(way: 'sadp' | GuideId): Next {
  return way === 'sadp' ? { go: 'lan-unbind' } : { go: 'guide', with: { way } };
}

/** A line that names the order, for reports; empty where none was stated. */
export function orderLine(t: Dialogue['t'], record: Pick<CaseRecord, 'order'>): string {
  return record.order ? t('bot:order.line', { order: t(`bot:order.button.${record.order.by}`) }) : '';
}
