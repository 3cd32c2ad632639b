/**
 * How what agents report reaches conversations, and the law of it (docs/decisions/0032): the end of an unbind is told in
 * the turn it comes in, once, by the stage that waits for it or beside whatever is going on.
 */
import { type CaseRefusal, wasTold } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { endOf, lateNotice, settledBy } from '../../flows/close.ts';
import { lastWord } from '../../flows/engine/bot-api.ts';
import { isUnbindEnd, type UnbindEnd } from '../../flows/engine/events.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { Controls, Conversations } from '../../flows/index.ts';
import { offerOf } from '../../flows/others.ts';
import { reportButton } from '../../flows/report.ts';
import type { Access } from '../door/access.ts';
import { orBusy } from '../house/chat-queue.ts';
import { must } from '../house/must.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Telegram } from '../house/telegram.ts';
import type { Deliver } from './events.ts';

export interface Delivery {
  deliver: Deliver;
}

export function createDelivery({
  engine,
  access,
  cases,
  profiles,
  telegram,
}: {
  engine: Pick<Conversations, 'handleEvent'>;
  access: Pick<Access, 'roleOf'>;
  /** Where closing a case takes nothing else from its technician: he may be at work on another one. */
  cases: Pick<CaseDesk, 'get' | 'apply' | 'untouched'>;
  profiles: Pick<Profiles, 'language'>;
  telegram: Pick<Telegram, 'tell'>;
}): Delivery {
  /**
   * Makes sure that the end of an unbind was told: the last thing in the turn in which it came.
   * @returns whether it was told, now or before
   */
  async function ensureTold(
    controls: Controls,
    chatId: number,
    event: UnbindEnd,
    refused: CaseRefusal | null,
  ): Promise<boolean> {
    const { caseId, jobId } = event;
    const look = async () => must(await cases.get(caseId));
    const record = await look();
    if (record === null) return false;
    if (wasTold(record, jobId)) return true;
    // Whoever was turned away hears nothing more of this house.
    if (must(await access.roleOf(chatId)) === null) return false;
    const isReport = event.type === 'outcome' && refused === null;
    // What the technician has stopped himself he knows; where it comes with a report, it is a word.
    const isOwnWish = endOf(event).reason === 'cancelled';
    if (isOwnWish && event.type === 'job-failed') return false;

    const active = controls.active();
    const isHere = active?.caseId === caseId;
    const isInStage = isHere && active.flow !== 'switch' && record.closedAt === null;
    if (isReport && !isOwnWish && isInStage) {
      await controls.start('close', { caseId });
      // A stage that breaks has told nothing.
      if (wasTold((await look()) ?? record, jobId)) return true;
    }
    const language = await profiles.language(chatId);
    const t = htmlTextsFor(language);
    const settled = event.type === 'outcome' ? settledBy(event.report) : null;
    // Who is at work on something else finds them in /cases.
    const others = settled && active === null ? must(await cases.untouched(record)) : [];
    const offer = offerOf(t, caseId, others);
    const text = [lateNotice(record, event, language), offer?.text ?? ''].filter(Boolean).join('\n\n');
    const rows = [...(offer?.rows ?? []), ...(settled ? [[reportButton(t, caseId)]] : [])];
    lastWord(await telegram.tell(chatId, text, { rows }));
    must(await cases.apply(caseId, { type: 'end-told', jobId, ...endOf(event) }));
    const isLeft = !isHere || (active.flow === 'switch' && record.group === null);
    if (isReport && isOwnWish) must(await cases.apply(caseId, { type: 'report-read' }));
    else if (isReport && settled && isLeft)
      must(await cases.apply(caseId, { type: 'closed', outcome: settled }));
    return true;
  }

  /**
   * Goes on with the other device that was named, where nothing is left to do about the one at hand: whether it is another one was
   * asked, and has answered itself. Not in a group, whose next member has its turn.
   * @returns whether it does
   */
  async function leftWhatIsOver(controls: Controls, { caseId }: UnbindEnd): Promise<boolean> {
    const active = controls.active();
    if (active?.flow !== 'switch' || active.caseId !== caseId) return false;
    const record = must(await cases.get(caseId));
    if (record === null || record.closedAt === null || record.group !== null) return false;
    await controls.again();
    return true;
  }

  const deliver: Deliver = (chatId, event, record) =>
    orBusy(() =>
      engine.handleEvent(chatId, event, record, async (controls, refused, heard) => {
        if (!isUnbindEnd(event)) return;
        const isTold = await ensureTold(controls, chatId, event, refused);
        // Also where it was told before: the process may have died between the word and this.
        const isLeft = await leftWhatIsOver(controls, event);
        if (isTold && !isLeft && heard === 'unheard') await controls.below();
      }),
    );

  return { deliver };
}
