/** The button under a case that was cancelled: opens it again as it was. */
import { type CaseRecord, caseNumber, stageOf } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { Limits } from '../door/limits.ts';
import type { Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';
import { caseOf } from './case-of.ts';

export function createReopenCommands({
  cases,
  limits,
}: {
  cases: Pick<CaseDesk, 'get' | 'apply'>;
  limits: Pick<Limits, 'isDenied'>;
}): CommandSet {
  /** Where it stood, in the conversation; in the middle of something else that goes on, and the case waits in /cases. */
  async function goOn({ controls, say, t }: Call, record: CaseRecord): Promise<Told | undefined> {
    const active = controls.active();
    if (active && active.caseId !== record.id)
      return say(t('bot:reopen.waits', { case: caseNumber(record) }));
    await controls.start(stageOf(record), { caseId: record.id });
    return undefined;
  }

  return {
    commands: {},
    buttons: {
      async u(call, [caseId = '']) {
        const { say, t } = call;
        const found = await caseOf(cases, call, caseId);
        if (found === null) return undefined;
        const { device } = found;
        const denied = device === null ? null : await limits.isDenied(device.shortSerial);
        if (denied?.ok === false) return say(t('bot:error.unreachable'));
        if (device !== null && denied?.value)
          return say(t('bot:reopen.stolen', { serial: device.shortSerial }));
        const applied = await cases.apply(caseId, { type: 'reopened' });
        if (!applied.ok) return say(t('bot:error.unreachable'));
        const { case: record, refused } = applied.value;
        if (refused === null) return goOn(call, record);
        return say(refused === 'too-late' ? t('bot:reopen.tooLate') : t('bot:reopen.ended'));
      },
    },
  };
}
