import { isDeepStrictEqual } from 'node:util';
import { monotonicFactory } from 'ulid';
import { device } from '../audit/naming.ts';
import type { Audit, AuditNote } from '../audit/trail.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { orNone } from '../store/or-none.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import {
  applyGroup,
  type GroupAction,
  type GroupRecord,
  type GroupRefusal,
  type NewMember,
  newGroup,
} from './group.ts';
import { CHAT_GROUPS, GROUP_MS, GROUPS } from './record.ts';

/** What an action came to: the group as it is now, and why the action was refused if it was. */
export interface GroupApplied {
  group: GroupRecord;
  refused: GroupRefusal | null;
}

/** Where groups are opened, changed and remembered, each for `GROUP_MS` after its last change. Callers keep one chat's calls in order. */
export interface GroupDesk {
  /**
   * A planned group. One of this chat that was only planned makes way, or is handed out again where it is the same.
   * `open-group`: another one has begun and is not over.
   */
  open(
    chatId: number,
    what: { agentId: string; members: readonly NewMember[] },
  ): Promise<Result<GroupRecord, StoreFailure | 'open-group'>>;
  get(id: string): Promise<Result<GroupRecord | null, StoreFailure>>;
  /** The group of a chat that is not over; null: there is none. */
  of(chatId: number): Promise<Result<GroupRecord | null, StoreFailure>>;
  apply(
    id: string,
    action: GroupAction,
  ): Promise<Result<GroupApplied, StoreFailure | { reason: 'no-such-group' }>>;
}

/**
 * Opens the desk on a store. As with cases, every change is in the audit trail before it is in the group. `clock` in
 * milliseconds.
 */
export function createGroupDesk(
  store: Pick<Store, 'values'>,
  audit: Pick<Audit, 'append'>,
  clock: () => number,
): GroupDesk {
  const groups = store.values(GROUPS);
  const ofChats = store.values(CHAT_GROUPS);
  const nextId = monotonicFactory();

  const get: GroupDesk['get'] = async (id) => {
    const found = await groups.get(id);
    return found.ok ? ok(found.value ?? null) : found;
  };

  const of: GroupDesk['of'] = async (chatId) => {
    const id = orNone(await ofChats.get(String(chatId)));
    if (!id.ok) return id;
    if (id.value === undefined) return ok(null);
    // One that cannot be read for good must not keep its technician from the next site.
    const found = orNone(await groups.get(id.value));
    if (!found.ok) return found;
    return ok(found.value === undefined || found.value.state === 'over' ? null : found.value);
  };

  const apply: GroupDesk['apply'] = async (id, action) => {
    const found = await groups.get(id);
    if (!found.ok) return found;
    if (!found.value) return fail({ reason: 'no-such-group' });
    const now = clock();
    const applied = applyGroup(found.value, action, now, nextId(now));
    if (!applied.ok) return ok({ group: found.value, refused: applied.failure });
    if (applied.value === found.value) return ok({ group: found.value, refused: null });
    for (const note of notesOf(found.value, action, applied.value)) {
      const noted = await audit.append(note);
      if (!noted.ok) return noted;
    }
    const saved = await groups.set(id, applied.value, GROUP_MS);
    return saved.ok ? ok({ group: applied.value, refused: null }) : saved;
  };

  return {
    get,
    of,
    apply,

    async open(chatId, { agentId, members }) {
      const before = await of(chatId);
      if (!before.ok) return before;
      const now = clock();
      const opened = newGroup(nextId(now), { chatId, agentId, members }, now);
      if (before.value !== null) {
        if (before.value.state !== 'planned') return fail('open-group');
        const isSame =
          before.value.agentId === agentId && isDeepStrictEqual(before.value.members, opened.members);
        if (isSame) return ok(before.value);
        const ended = await apply(before.value.id, { type: 'ended' });
        // One that is gone by now is no longer in the way.
        if (!ended.ok && ended.failure.reason !== 'no-such-group') return fail(ended.failure);
      }
      const detail = { group: opened.id, members: opened.members.length, agent: agentId };
      const noted = await audit.append({ what: 'group.opened', case: null, by: chatId, detail });
      if (!noted.ok) return noted;
      const saved = await groups.set(opened.id, opened, GROUP_MS);
      if (!saved.ok) return saved;
      const listed = await ofChats.set(String(chatId), opened.id, GROUP_MS);
      return listed.ok ? ok(opened) : listed;
    },
  };
}

/** What an action adds to the trail: itself, and that the group was stopped by it. */
function notesOf(before: GroupRecord, action: GroupAction, after: GroupRecord): AuditNote[] {
  const { id: group, revision, chatId: by, run } = after;
  const note = (what: `group.${string}`, caseId: string | null, detail: AuditNote['detail']): AuditNote => ({
    what,
    case: caseId,
    by,
    detail: { group, revision, ...detail },
  });
  const { shortSerial, caseId, word } = memberOf(action, after) ?? {};
  const serial = shortSerial === undefined ? {} : { serial: device(shortSerial) };
  const notes = [note(`group.${action.type}`, caseId ?? null, { run, ...serial, ...detailOf(action) })];
  const isStopped = after.state === 'stopped' && before.state !== 'stopped';
  if (isStopped && action.type !== 'stopped') {
    notes.push(note('group.stopped', caseId ?? null, { run, ...serial, word: word ?? null }));
  }
  return notes;
}

function memberOf(action: GroupAction, { members }: GroupRecord) {
  if ('shortSerial' in action) return members.find(({ shortSerial }) => shortSerial === action.shortSerial);
  return 'caseId' in action ? members.find(({ caseId }) => caseId === action.caseId) : undefined;
}

/** What of an action belongs in the audit trail: chosen word by word. */
function detailOf(action: GroupAction): AuditNote['detail'] {
  switch (action.type) {
    case 'said':
      return {
        ...(action.order ? { order: action.order.by } : {}),
        ...(action.ezviz ? { ezviz: action.ezviz.said, inEzviz: action.ezviz.serials.length } : {}),
        ...(action.samePassword === undefined ? {} : { samePassword: action.samePassword }),
      };
    case 'member-ended':
      return { end: action.end, word: action.word };
    case 'member-reported':
      return { job: action.jobId, outcome: action.outcome };
    case 'member-closed':
      return { outcome: action.outcome };
    case 'member-left':
    case 'stopped':
      return { word: action.word };
    case 'member-reopened':
    case 'started':
    case 'member-begun':
    case 'paused':
    case 'resumed':
    case 'ended':
      return {};
  }
}
