import type { CaseRecord } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Limits } from '../door/limits.ts';

/**
 * Stops cases of devices reported stolen, at whatever step they are: every stage asks for its case when it begins, and
 * such a case is closed before it is handed out.
 */
export function createStolenWatch({
  cases,
  limits,
  cancel,
  report,
}: {
  cases: Pick<CaseDesk, 'apply'>;
  limits: Pick<Limits, 'isDenied'>;
  /** Ends the case's job, if any. */
  cancel(caseId: string): Promise<Result<unknown, unknown>>;
  /** Tells the technician and the admins. */
  report(record: CaseRecord): Promise<void>;
}) {
  /** The case as it may be worked on. */
  return async (record: CaseRecord): Promise<Result<CaseRecord, unknown>> => {
    if (!record.device || record.closedAt !== null) return ok(record);
    const denied = await limits.isDenied(record.device.shortSerial);
    if (!denied.ok) return denied;
    if (!denied.value) return ok(record);
    const cancelled = await cancel(record.id);
    if (!cancelled.ok) return cancelled;
    const closed = await cases.apply(record.id, { type: 'closed', outcome: 'stopped' });
    if (!closed.ok) return closed;
    await report(closed.value.case);
    return ok(closed.value.case);
  };
}
