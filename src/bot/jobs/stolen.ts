import type { CaseRecord } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Limits } from '../door/limits.ts';
import type { Notices } from '../house/notices.ts';
import type { Notify } from '../house/notify.ts';

/** A case as it may be worked on. */
type WatchedCase = (id: string) => Promise<Result<CaseRecord | null, unknown>>;

/**
 * Stops cases of devices reported stolen, at whatever step they are: every stage asks for its case when it begins, and
 * such a case is closed before it is handed out, and the technician and the admins are told.
 */
export function createStolenWatch({
  cases,
  limits,
  cancel,
  notify,
  notices,
}: {
  cases: Pick<CaseDesk, 'get' | 'apply'>;
  limits: Pick<Limits, 'isDenied'>;
  /** Ends the case's job, if any. */
  cancel(caseId: string): Promise<Result<unknown, unknown>>;
  notify: Notify;
  notices: Pick<Notices, 'raise'>;
}): WatchedCase {
  async function report({ chatId, device }: CaseRecord): Promise<void> {
    const serial = device?.shortSerial ?? '';
    await notify(chatId, 'bot:limits.stolen', { serial });
    await notices.raise({ kind: 'stolen.tried', person: chatId, serial });
  }

  return async (id) => {
    const found = await cases.get(id);
    if (!found.ok || !found.value?.device || found.value.closedAt !== null) return found;
    const denied = await limits.isDenied(found.value.device.shortSerial);
    if (!denied.ok) return denied;
    if (!denied.value) return found;
    const cancelled = await cancel(id);
    if (!cancelled.ok) return cancelled;
    const closed = await cases.apply(id, { type: 'closed', outcome: 'stopped' });
    if (!closed.ok) return closed;
    await report(closed.value.case);
    return ok(closed.value.case);
  };
}
