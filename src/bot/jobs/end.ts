import type { CaseDesk } from '../../cases/desk.ts';
import { ok, type Result } from '../../kernel/result.ts';

/** Ends a job of a case. One that the case does not have any more has ended already: that is what was wanted. */
export async function endJob(
  cases: Pick<CaseDesk, 'apply'>,
  caseId: string,
  jobId: string,
): Promise<Result<void, unknown>> {
  const ended = await cases.apply(caseId, { type: 'job-ended', jobId });
  return ended.ok ? ok(undefined) : ended;
}
