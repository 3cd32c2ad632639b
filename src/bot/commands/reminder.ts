/** The buttons under a word about a case that was left in the middle. */
import { stageOf } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { Reminders } from '../house/reminders.ts';
import type { Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';
import { caseOf } from './case-of.ts';

export function createReminderCommands({
  cases,
  reminders,
}: {
  cases: Pick<CaseDesk, 'get'>;
  reminders: Pick<Reminders, 'want'>;
}): CommandSet {
  async function goOn(call: Call, caseId: string | undefined): Promise<undefined> {
    const record = await caseOf(cases, call, caseId);
    if (record === null) return;
    const stage = stageOf(record);
    // Nothing unbinds by this button, and what is closed is shown.
    const isShown = record.closedAt !== null || stage === 'lan-unbind';
    await call.controls.start(isShown ? 'case' : stage, { caseId: record.id });
  }

  async function want({ chatId, say, t }: Call, wanted: boolean): Promise<Told> {
    const kept = await reminders.want(chatId, wanted);
    if (!kept.ok) return say(t('bot:error.unreachable'));
    if (wanted) return say(t('bot:reminder.on'));
    return say(t('bot:reminder.off'), [[{ text: t('bot:reminder.button.on'), data: 'left:want' }]]);
  }

  return {
    commands: {},
    buttons: {
      left: (call, [verb, caseId]) => (verb === 'on' ? goOn(call, caseId) : want(call, verb === 'want')),
    },
  };
}
