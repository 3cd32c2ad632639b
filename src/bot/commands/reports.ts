/** /report and /me, and the button under the end of a case: what is asked for them is asked in their stages. */
import type { CaseDesk } from '../../cases/desk.ts';
import type { StageName } from '../../flows/stages.ts';
import type { Call, CommandSet } from './call.ts';
import { caseOf } from './case-of.ts';

/** Stages that are entered from the side: none of them is gone back to. */
const ASIDE: readonly StageName[] = ['report', 'me', 'announce', 'trouble', 'switch'];

export function createReportCommands(cases: Pick<CaseDesk, 'get'>): CommandSet {
  /** The case that is being worked on, and the stage to go back to. */
  function running({ controls }: Call): { caseId: string; resume?: StageName } {
    const active = controls.active();
    if (!active) return { caseId: '' };
    return { caseId: active.caseId, ...(ASIDE.includes(active.flow) ? {} : { resume: active.flow }) };
  }

  async function enter(call: Call, stage: 'report' | 'me', of?: string): Promise<undefined> {
    const { caseId, ...resume } = running(call);
    if (stage === 'me') await call.controls.start('me', { caseId, with: resume });
    else await call.controls.start('report', { caseId, with: { ...resume, ...(of ? { of } : {}) } });
    return undefined;
  }

  return {
    commands: {
      report: (call) => enter(call, 'report'),
      me: (call) => enter(call, 'me'),
    },
    buttons: {
      visit: (call) => enter(call, 'report'),
      async report(call, [caseId = '']) {
        if ((await caseOf(cases, call, caseId)) === null) return undefined;
        return enter(call, 'report', caseId);
      },
    },
  };
}
