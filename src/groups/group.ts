/**
 * A group: what of a site comes next, and when everything stops. A pure state machine like a case (cases/case.ts):
 * `applyGroup(group, action)` gives the next group or says why not, and applying an action twice gives what applying it once
 * gives. A group does nothing itself: every member has a case of its own, and all that keeps a device safe holds there.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CaseOrder, CaseOutcome } from '../cases/case.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import {
  type GroupEzviz,
  type GroupRecord,
  type GroupState,
  type Member,
  type MemberState,
  MOST_MEMBERS,
} from './record.ts';

export type * from './record.ts';

/** A device that is to be a member. */
export type NewMember = Pick<Member, 'shortSerial' | 'fullSerial' | 'model' | 'address'>;

/** How a member ends where no laptop has reported an unbind. */
export type OwnEnd = Extract<MemberState, 'nothing-to-do' | 'own-way' | 'left-out'>;

export type GroupAction =
  /** What holds for all of them. What is left out stays as it was said. */
  | { type: 'said'; order?: CaseOrder; ezviz?: GroupEzviz; samePassword?: boolean }
  | { type: 'started' }
  | { type: 'member-begun'; shortSerial: string; caseId: string }
  | { type: 'member-ended'; shortSerial: string; end: OwnEnd; word: string }
  /** A laptop has reported an unbind of it. */
  | { type: 'member-reported'; shortSerial: string; jobId: string; outcome: string }
  /** The case of a member was closed. */
  | { type: 'member-closed'; caseId: string; outcome: CaseOutcome }
  /** Its case is worked on without the group from now on, or by somebody else. */
  | { type: 'member-left'; caseId: string; word: string }
  /** The technician has taken back that he cancelled its case. */
  | { type: 'member-reopened'; caseId: string }
  | { type: 'paused' }
  /** Something else than a member's end stops it, such as the laptop's word that it has. */
  | { type: 'stopped'; shortSerial: string; word: string }
  /** `after`: the run that whoever resumes it has seen end; null: none had begun. */
  | { type: 'resumed'; after: string | null }
  | { type: 'ended' };

/** Why an action was not applied. */
export type GroupRefusal =
  | 'over'
  /** It is not running. */
  | 'not-running'
  /** The order, EZVIZ or the password were not said. */
  | 'unanswered'
  | 'no-such-member'
  /** Another member is worked on. */
  | 'another-doing'
  /** This member has ended, or has another case. */
  | 'not-waiting';

/** A planned group. `now` in milliseconds; of a device named twice the first counts. */
export function newGroup(
  id: string,
  { chatId, agentId, members }: { chatId: number; agentId: string; members: readonly NewMember[] },
  now: number,
): GroupRecord {
  const each = new Map(members.toReversed().map((member) => [member.shortSerial, member]));
  return {
    id,
    chatId,
    agentId,
    createdAt: now,
    updatedAt: now,
    revision: 0,
    members: [...each.values()]
      .toReversed()
      .slice(0, MOST_MEMBERS)
      .map(({ shortSerial, fullSerial, model, address }) => ({
        shortSerial,
        fullSerial,
        model,
        address,
        caseId: null,
        state: 'waiting',
        word: null,
        reportedBy: null,
      })),
    order: null,
    ezviz: null,
    samePassword: null,
    state: 'planned',
    run: null,
    stop: null,
  };
}

/** Outcomes that are the device's own word that it is not bound. */
const SETTLED: ReadonlyMap<string, MemberState> = new Map([
  ['unbound', 'verified'],
  ['not-bound', 'nothing-to-do'],
]);

/** Outcomes before which no password has left the laptop. */
const REFUSED: readonly string[] = ['refused', 'not-found'];

/**
 * What an unbind's end makes of a member. All but the device's own word that it is not bound, and a refusal before the
 * password was sent, stops the group: the next device may have the same password, and one wrong try is enough.
 */
export function endOfReport(outcome: string): MemberState {
  return SETTLED.get(outcome) ?? (REFUSED.includes(outcome) ? 'refused' : 'stopped');
}

/** What the closing of its case makes of a member: a device reported stolen stops the group. */
const CLOSED: Readonly<Record<CaseOutcome, MemberState>> = {
  unbound: 'verified',
  'nothing-to-do': 'nothing-to-do',
  'service-centre': 'own-way',
  'reported-done': 'own-way',
  cancelled: 'left-out',
  stopped: 'stopped',
};

/** States that are no end. */
const OPEN: readonly MemberState[] = ['waiting', 'doing'];

/** Whether a member is still to be worked on. */
export function isOpen({ state }: Pick<Member, 'state'>): boolean {
  return OPEN.includes(state);
}

/** The member whose turn it is: the one that was begun, else the first that waits. Null: none, or the group does not run. */
export function nextMember({ state, members }: Pick<GroupRecord, 'state' | 'members'>): Member | null {
  if (state !== 'running') return null;
  return doing(members) ?? members.find(({ state }) => state === 'waiting') ?? null;
}

/**
 * Whether the case of a member may have its device unbound: while the group runs, in its turn; and by itself, once the member has
 * left the group, unless that is stopped. A group that is over asks nothing of anybody.
 */
export function mayUnbind(
  { state, members }: Pick<GroupRecord, 'state' | 'members'>,
  caseId: string,
): boolean {
  if (state === 'over') return true;
  const member = ofCase({ members }, caseId);
  if (member === undefined) return false;
  return state === 'running' || (state === 'paused' && !isOpen(member));
}

/** What the laptop is told of the group of a case (link/messages.ts, `unbind`); null: the case is worked on by itself. */
export function groupOfJob(
  { state, members, run, samePassword }: GroupRecord,
  caseId: string,
): { id: string; samePassword: boolean; last: boolean; number: number; of: number } | null {
  const at = members.findIndex((member) => member.caseId === caseId && member.state === 'doing');
  if (state !== 'running' || run === null || at === -1) return null;
  return {
    id: run,
    samePassword: samePassword ?? false,
    last: !members.some(({ state }) => state === 'waiting'),
    number: at + 1,
    of: members.length,
  };
}

/**
 * The group after `action`, or why it does not apply; the very same group where nothing changes.
 * @param now milliseconds
 * @param run id of the run that begins, if one does (ULID)
 */
export function applyGroup(
  record: GroupRecord,
  action: GroupAction,
  now: number,
  run: string,
): Result<GroupRecord, GroupRefusal> {
  const change = changeOf(record, action, run);
  if (!change.ok) return change;
  if (change.value === null) return ok(record);
  return ok({ ...record, ...change.value, updatedAt: now, revision: record.revision + 1 });
}

/** Null: it is so already. */
type Change = Result<Partial<GroupRecord> | null, GroupRefusal>;

function changeOf(record: GroupRecord, action: GroupAction, run: string): Change {
  const { state } = record;
  switch (action.type) {
    case 'said': {
      if (state === 'over') return fail('over');
      const { order, ezviz, samePassword } = record;
      const before = { order, ezviz, samePassword };
      const { type: _, ...said } = action;
      const after = { ...before, ...said };
      return ok(isDeepStrictEqual(before, after) ? null : after);
    }
    case 'started':
      if (state === 'over') return fail('over');
      return state === 'planned' ? running(record, run) : ok(null);
    case 'member-begun':
      return begun(record, action);
    case 'member-ended': {
      const member = record.members.find(({ shortSerial }) => shortSerial === action.shortSerial);
      if (member === undefined) return fail('no-such-member');
      if (state === 'over') return fail('over');
      return ok(isOpen(member) ? withMember(record, member, action.end, action.word) : null);
    }
    case 'member-reported':
      return reported(record, action);
    case 'member-closed':
      return endedByCase(record, action.caseId, CLOSED[action.outcome], action.outcome);
    case 'member-left':
      return endedByCase(record, action.caseId, 'left-out', action.word);
    case 'member-reopened': {
      const member = ofCase(record, action.caseId);
      if (member === undefined) return fail('no-such-member');
      if (member.state !== 'left-out' || member.word !== 'cancelled') return ok(null);
      if (doing(record.members) !== undefined) return fail('another-doing');
      return state === 'over' ? fail('over') : ok(withMember(record, member, 'doing', null));
    }
    case 'paused':
      if (state === 'over') return fail('over');
      return ok(state === 'running' ? { state: 'paused' } : null);
    case 'stopped':
      if (state === 'over') return fail('over');
      return ok(state === 'stopped' ? null : stoppedBy(record, action));
    case 'resumed':
      if (state === 'over') return fail('over');
      // Whoever asks again after a crash has seen an older run end than the one that may have been stopped since.
      if (record.run !== action.after || state === 'running' || state === 'planned') return ok(null);
      return running(record, run);
    case 'ended':
      return ok(state === 'over' ? null : ended(record));
  }
}

/** A new run, of a group of which everything was said. */
function running({ order, ezviz, samePassword }: GroupRecord, run: string): Change {
  if (order === null || ezviz === null || samePassword === null) return fail('unanswered');
  return ok({ state: 'running', run, stop: null });
}

function begun(
  record: GroupRecord,
  { shortSerial, caseId }: Extract<GroupAction, { type: 'member-begun' }>,
): Change {
  const { state, members } = record;
  if (state !== 'running') return fail(state === 'over' ? 'over' : 'not-running');
  const member = members.find((member) => member.shortSerial === shortSerial);
  if (member === undefined) return fail('no-such-member');
  if (member.state === 'doing' && member.caseId === caseId) return ok(null);
  if (member.state !== 'waiting') return fail('not-waiting');
  if (doing(members) !== undefined) return fail('another-doing');
  return ok(withMember(record, { ...member, caseId }, 'doing', null));
}

/** A member ends with its case, where it has not before. */
function endedByCase(record: GroupRecord, caseId: string, end: MemberState, word: string): Change {
  const member = ofCase(record, caseId);
  if (member === undefined) return fail('no-such-member');
  return ok(isOpen(member) ? withMember(record, member, end, word) : null);
}

function ofCase({ members }: Pick<GroupRecord, 'members'>, caseId: string): Member | undefined {
  return members.find((member) => member.caseId === caseId);
}

/** The end of an unbind counts whatever the group does meanwhile, once for each job. */
function reported(
  record: GroupRecord,
  { shortSerial, jobId, outcome }: Extract<GroupAction, { type: 'member-reported' }>,
): Change {
  const member = record.members.find((member) => member.shortSerial === shortSerial);
  if (member === undefined) return fail('no-such-member');
  if (member.reportedBy === jobId) return ok(null);
  const end = endOfReport(outcome);
  // What was unbound here is found not bound by whoever looks again.
  const state = member.state === 'verified' && end === 'nothing-to-do' ? 'verified' : end;
  return ok(withMember(record, { ...member, reportedBy: jobId }, state, outcome));
}

/** The group with a member in another state; one that stops it stops it, unless it is over. */
function withMember(
  record: GroupRecord,
  member: Member,
  state: MemberState,
  word: string | null,
): Partial<GroupRecord> {
  const { shortSerial } = member;
  const members = record.members.map((other) =>
    other.shortSerial === shortSerial ? { ...member, state, word } : other,
  );
  const stops = state === 'stopped' && record.state !== 'over';
  return { members, ...(stops ? stoppedBy(record, { shortSerial, word: word ?? '' }) : {}) };
}

/** What stopped it first stays the reason. */
function stoppedBy(
  { state, stop }: GroupRecord,
  by: { shortSerial: string; word: string },
): { state: GroupState; stop: GroupRecord['stop'] } {
  const { shortSerial, word } = by;
  return { state: 'stopped', stop: state === 'stopped' && stop !== null ? stop : { shortSerial, word } };
}

function ended({ members }: GroupRecord): Partial<GroupRecord> {
  return {
    state: 'over',
    stop: null,
    members: members.map((member) =>
      isOpen(member) ? { ...member, state: 'left-out', word: 'ended' } : member,
    ),
  };
}

function doing(members: readonly Member[]): Member | undefined {
  return members.find(({ state }) => state === 'doing');
}
