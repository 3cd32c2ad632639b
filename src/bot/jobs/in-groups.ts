/** What happens to a case that is in a group, and what its laptop reports, on the group's record. */
import type { CaseAction, CaseRecord } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { HouseEvent } from '../../flows/engine/events.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import type { GroupAction } from '../../groups/group.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { StoreFailure } from '../../store/store.ts';

/**
 * Puts an action on a group. One that is kept no more has nothing to stop, and one that cannot be read stops everything as it is
 * (may-start.ts): neither may hold up what is reported.
 */
export async function putOnGroup(
  groups: Pick<GroupDesk, 'apply'>,
  id: string,
  action: GroupAction,
): Promise<Result<void, StoreFailure>> {
  const applied = await groups.apply(id, action);
  if (applied.ok) return ok(undefined);
  const { failure } = applied;
  return failure.reason === 'no-such-group' || failure.reason === 'unreadable'
    ? ok(undefined)
    : { ok: false, failure };
}

/**
 * The desk of cases, where what ends a case or takes it out of its group is on the group's record first: cut off in between, the
 * group knows more than the case, never less.
 */
export function keepingGroups(desk: CaseDesk, groups: Pick<GroupDesk, 'apply'>): CaseDesk {
  async function note(id: string, action: CaseAction): Promise<Result<void, StoreFailure>> {
    const found = await desk.get(id);
    if (!found.ok) return found;
    const group = found.value?.group ?? null;
    const what = found.value && meaningFor(found.value, action);
    return group === null || what === null ? ok(undefined) : putOnGroup(groups, group, what);
  }

  return {
    ...desk,
    async apply(id, action) {
      const noted = await note(id, action);
      return noted.ok ? desk.apply(id, action) : noted;
    },
    async handOver(id, hands) {
      const noted = await note(id, { type: 'handed-over', ...hands });
      return noted.ok ? desk.handOver(id, hands) : noted;
    },
  };
}

/** What a job's event means for the group it belongs to; null: nothing. */
export function meaningForGroup(heard: HouseEvent, shortSerial: string): GroupAction | null {
  if (heard.type === 'outcome') {
    const { jobId, report } = heard;
    return { type: 'member-reported', shortSerial, jobId, outcome: report.outcome };
  }
  // The laptop has stopped this run, for a reason that never arrived here.
  const isStopped = heard.type === 'job-failed' && heard.reason === STOPPED_THERE;
  return isStopped ? { type: 'stopped', shortSerial, word: STOPPED_THERE } : null;
}

/** What a laptop says that has stopped a run of a group itself (link/messages.ts). */
const STOPPED_THERE = 'group-stopped';

/** What an action on a case means for its group; null: nothing. */
function meaningFor(record: CaseRecord, action: CaseAction): GroupAction | null {
  const { id: caseId, chatId, group, device, job, closedAt } = record;
  const left = (word: string): GroupAction => ({ type: 'member-left', caseId, word });
  switch (action.type) {
    case 'closed':
      return closedAt === null ? { type: 'member-closed', caseId, outcome: action.outcome } : null;
    case 'reopened':
      return { type: 'member-reopened', caseId };
    case 'identified':
      return device !== null && device.shortSerial !== action.device.shortSerial
        ? left('other-device')
        : null;
    case 'handed-over':
      // Not where it is refused.
      return chatId === action.from && job === null && closedAt === null ? left('handed-over') : null;
    case 'grouped':
      return action.group === group ? null : left('alone');
    default:
      return null;
  }
}
