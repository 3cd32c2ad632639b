import type { CaseRecord, JobKind } from '../../cases/case.ts';
import type { HouseFailure, JobRefusal } from '../../flows/ports.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import { mayUnbind } from '../../groups/group.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Access } from '../door/access.ts';
import { DAILY_UNBINDS, type Limits } from '../door/limits.ts';
import type { PinRule } from '../door/pin-rule.ts';
import type { Notices } from '../house/notices.ts';
import type { Drivers } from './drivers.ts';

/** Whether a case may have an agent do a job now; null: it may. */
export type JobRules = (
  record: CaseRecord,
  kind: JobKind,
  agentId: string,
) => Promise<Result<JobRefusal | null, HouseFailure>>;

/** Whether somebody may have an agent do anything now, and takes its wheel; null: they may. */
export type DriveRule = (chatId: number, agentId: string) => Promise<Result<JobRefusal | null, HouseFailure>>;

/** Is the technician still admitted, has nobody else the wheel. */
export function createDriveRule({
  access,
  drivers,
}: {
  access: Pick<Access, 'roleOf'>;
  drivers: Pick<Drivers, 'take'>;
}): DriveRule {
  return async (chatId, agentId) => {
    const role = await access.roleOf(chatId);
    if (!role.ok) return fail('store-unavailable');
    if (role.value === null) return ok('not-yours');
    const driving = await drivers.take(agentId, chatId);
    if (!driving.ok) return fail('store-unavailable');
    return ok(driving.value ? null : 'driven');
  };
}

/**
 * The last look before an agent gets work: is the technician still admitted, is the device free of complaints, has
 * nobody else the wheel, was it stated on whose order, does the group of the case go on and stand at this one, was the PIN typed
 * where one is asked for, is the day's number not used up. Asked here whatever was asked before, because access may have been
 * taken away, and a group stopped, in the middle of a conversation.
 */
export function createJobRules({
  access,
  limits,
  drivers,
  groups,
  notices,
  pinOpen,
}: {
  access: Pick<Access, 'roleOf'>;
  limits: Pick<Limits, 'isDenied' | 'takeUnbind'>;
  drivers: Pick<Drivers, 'take'>;
  groups: Pick<GroupDesk, 'get'>;
  notices: Pick<Notices, 'raise'>;
  pinOpen: PinRule;
}): JobRules {
  const mayDrive = createDriveRule({ access, drivers });

  /** Whether the group of a case lets it unbind. One that is kept no more, after months, asks nothing of anybody. */
  async function isItsTurn({ id, group }: CaseRecord): Promise<Result<boolean, HouseFailure>> {
    if (group === null) return ok(true);
    const found = await groups.get(group);
    if (found.ok) return ok(found.value === null || mayUnbind(found.value, id));
    // That it is there forbids it, whatever it says.
    return found.failure.reason === 'unreadable' ? ok(false) : fail('store-unavailable');
  }

  return async (record, kind, agentId) => {
    const denied = await limits.isDenied(record.device?.shortSerial ?? '');
    if (!denied.ok) return fail('store-unavailable');
    if (denied.value) return ok('case-closed');
    const refused = await mayDrive(record.chatId, agentId);
    if (!refused.ok || refused.value !== null || kind !== 'unbind') return refused;
    if (!record.order) return ok('needs-order');
    const isNext = await isItsTurn(record);
    if (!isNext.ok) return isNext;
    if (!isNext.value) return ok('group-stopped');
    const open = await pinOpen(record);
    if (!open.ok) return fail('store-unavailable');
    if (!open.value) return ok('needs-pin');
    const counted = await limits.takeUnbind(record.chatId, record.id);
    if (!counted.ok) return fail('store-unavailable');
    if (counted.value) return ok(null);
    await notices.raise({ kind: 'limit.reached', person: record.chatId, most: DAILY_UNBINDS });
    return ok('daily-limit');
  };
}
