import type { CaseRecord, JobKind } from '../../cases/case.ts';
import type { HouseFailure, JobRefusal } from '../../flows/ports.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Access } from '../door/access.ts';
import { DAILY_UNBINDS, type Limits } from '../door/limits.ts';
import type { Notices } from '../house/notices.ts';
import type { Drivers } from './drivers.ts';

/** Whether a case may have an agent do a job now; null: it may. */
export type JobRules = (
  record: CaseRecord,
  kind: JobKind,
  agentId: string,
) => Promise<Result<JobRefusal | null, HouseFailure>>;

/**
 * The last look before an agent gets work: is the technician still admitted, is the device free of complaints, has
 * nobody else the wheel, was it stated on whose order, was the PIN typed where one is asked for, is the day's number not
 * used up. Asked here whatever was asked before, because access may have been taken away in the middle of a conversation.
 */
export function createJobRules({
  access,
  limits,
  drivers,
  notices,
  pinOpen,
}: {
  access: Pick<Access, 'roleOf'>;
  limits: Pick<Limits, 'isDenied' | 'takeUnbind'>;
  drivers: Pick<Drivers, 'take'>;
  notices: Pick<Notices, 'raise'>;
  /** Whether the PIN was typed for this case, or none is asked for. */
  pinOpen(chatId: number, caseId: string): Promise<Result<boolean, unknown>>;
}): JobRules {
  return async (record, kind, agentId) => {
    const role = await access.roleOf(record.chatId);
    if (!role.ok) return fail('store-unavailable');
    if (role.value === null) return ok('not-yours');
    const denied = await limits.isDenied(record.device?.shortSerial ?? '');
    if (!denied.ok) return fail('store-unavailable');
    if (denied.value) return ok('case-closed');
    const driving = await drivers.take(agentId, record.chatId);
    if (!driving.ok) return fail('store-unavailable');
    if (!driving.value) return ok('driven');
    if (kind !== 'unbind') return ok(null);
    if (!record.order) return ok('needs-order');
    const open = await pinOpen(record.chatId, record.id);
    if (!open.ok) return fail('store-unavailable');
    if (!open.value) return ok('needs-pin');
    const counted = await limits.takeUnbind(record.chatId, record.id);
    if (!counted.ok) return fail('store-unavailable');
    if (counted.value) return ok(null);
    await notices.raise({ kind: 'limit.reached', person: record.chatId, most: DAILY_UNBINDS });
    return ok('daily-limit');
  };
}
