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
  /** Makes sure that the end of an unbind was told: the last thing in the turn in which it came. */
  async function ensureTold(
    controls: Controls,
    chatId: number,
    event: UnbindEnd,
    refused: CaseRefusal | null,
  ): Promise<void> {
    const { caseId, jobId } = event;
    const look = async () => must(await cases.get(caseId));
    const record = await look();
    if (record === null || wasTold(record, jobId)) return;
    // Whoever was turned away hears nothing more of this house.
    if (must(await access.roleOf(chatId)) === null) return;
    const isReport = event.type === 'outcome' && refused === null;
    // What the technician has stopped himself he knows; where it comes with a report, it is a word.
    const isOwnWish = endOf(event).reason === 'cancelled';
    if (isOwnWish && event.type === 'job-failed') return;

    const active = controls.active();
    const isHere = active?.caseId === caseId;
    const isInStage = isHere && active.flow !== 'switch' && record.closedAt === null;
    if (isReport && !isOwnWish && isInStage) {
      await controls.start('close', { caseId });
      // A stage that breaks has told nothing.
      if (wasTold((await look()) ?? record, jobId)) return;
    }
    const language = await profiles.language(chatId);
    const settled = event.type === 'outcome' ? settledBy(event.report) : null;
    // Who is at work on something else finds them in /cases.
    const others = settled && active === null ? must(await cases.untouched(record)) : [];
    const offer = offerOf(htmlTextsFor(language), caseId, others);
    const text = [lateNotice(record, event, language), offer?.text ?? ''].filter(Boolean).join('\n\n');
    lastWord(await telegram.tell(chatId, text, offer ? { rows: offer.rows } : {}));
    must(await cases.apply(caseId, { type: 'end-told', jobId, ...endOf(event) }));
    if (!isReport) return;
    if (isOwnWish) must(await cases.apply(caseId, { type: 'report-read' }));
    else if (settled && !isHere) must(await cases.apply(caseId, { type: 'closed', outcome: settled }));
  }

  const deliver: Deliver = (chatId, event, record) =>
    orBusy(() =>
      engine.handleEvent(chatId, event, record, async (controls, refused) => {
        if (isUnbindEnd(event)) await ensureTold(controls, chatId, event, refused);
      }),
    );

  return { deliver };
}
