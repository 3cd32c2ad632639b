import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyGroup,
  endOfReport,
  type GroupAction,
  type GroupRecord,
  groupOfJob,
  isOpen,
  mayUnbind,
  newGroup,
  nextMember,
} from '../../../src/groups/group.ts';
import { MEMBER_STATES, MOST_MEMBERS } from '../../../src/groups/record.ts';
import { MOST_IN_GROUP } from '../../../src/link/messages.ts';

const SERIALS = ['J50000061', 'J50000062', 'J50000063', 'J50000064'] as const;
const memberOf = (shortSerial: string) => ({ shortSerial, fullSerial: null, model: null, address: null });
const planned = newGroup('G', { chatId: 7, agentId: 'A', members: SERIALS.map(memberOf) }, 1);

/** Runs are numbered: what a run is called is the desk's affair. */
let runs = 0;
const apply = (record: GroupRecord, action: GroupAction) => {
  runs += 1;
  return applyGroup(record, action, 10, `run ${runs}`);
};

/** Applies actions in turn; every one must apply. */
function groupAfter(...actions: GroupAction[]): GroupRecord {
  return actions.reduce((record, action) => {
    const applied = apply(record, action);
    if (!applied.ok) throw new Error(`${action.type}: ${applied.failure}`);
    return applied.value;
  }, planned);
}
const refusal = (record: GroupRecord, action: GroupAction) => {
  const applied = apply(record, action);
  return applied.ok ? null : applied.failure;
};
const stateOf = ({ members }: GroupRecord, at: number) => members[at]?.state;

const SAID: GroupAction = {
  type: 'said',
  order: { by: 'owner', statedAt: 1 },
  ezviz: { said: 'none', serials: [] },
  samePassword: true,
};
const begun = (at: number): GroupAction => ({
  type: 'member-begun',
  shortSerial: SERIALS[at] ?? '',
  caseId: `case ${at}`,
});
const reported = (at: number, outcome: string, jobId = `job ${at}`): GroupAction => ({
  type: 'member-reported',
  shortSerial: SERIALS[at] ?? '',
  jobId,
  outcome,
});

/** Every outcome a case may be reported with (link/messages.ts), and what the house makes of one it does not believe. */
const STOPPING = [
  'wrong-password',
  'denied',
  'locked',
  'unknown',
  'accepted-unconfirmed',
  'unproven',
] as const;
const GOING_ON = ['unbound', 'not-bound', 'refused', 'not-found'] as const;

describe('a group', () => {
  it('has room for as many as the laptop is told of', () => {
    expect(MOST_MEMBERS).toBe(MOST_IN_GROUP);
  });

  it('takes each device once, in the order in which they are named, and no more than there is room for', () => {
    const many = Array.from({ length: MOST_MEMBERS + 5 }, (_, n) => memberOf(`J5000${1000 + n}`));
    const { members } = newGroup(
      'G',
      { chatId: 7, agentId: 'A', members: [...many.slice(0, 3), ...many] },
      1,
    );
    expect(members.map(({ shortSerial }) => shortSerial)).toEqual(
      many.slice(0, MOST_MEMBERS).map(({ shortSerial }) => shortSerial),
    );
  });

  it('begins only once all was said that holds for all of them', () => {
    expect(refusal(planned, { type: 'started' })).toBe('unanswered');
    expect(refusal(planned, begun(0))).toBe('not-running');
    expect(refusal(groupAfter(SAID, { type: 'said', samePassword: false }), { type: 'started' })).toBeNull();
    const half = groupAfter({ type: 'said', samePassword: false });
    expect(refusal(half, { type: 'started' })).toBe('unanswered');
    expect(groupAfter(SAID, { type: 'said', samePassword: false })).toMatchObject({
      samePassword: false,
      ezviz: { said: 'none' },
    });
  });

  it('hands its members out one after another, each with its own case', () => {
    const running = groupAfter(SAID, { type: 'started' });
    expect(nextMember(running)).toMatchObject({ shortSerial: SERIALS[0], state: 'waiting' });
    const first = groupAfter(SAID, { type: 'started' }, begun(0));
    expect(nextMember(first)).toMatchObject({ caseId: 'case 0', state: 'doing' });
    expect(refusal(first, begun(1))).toBe('another-doing');
    expect(refusal(first, { ...begun(0), caseId: 'other' } as GroupAction)).toBe('not-waiting');
    const second = groupAfter(SAID, { type: 'started' }, begun(0), reported(0, 'unbound'));
    expect(nextMember(second)).toMatchObject({ shortSerial: SERIALS[1] });
  });

  it('goes on after a member that has another way, and after one that was refused before a password was sent', () => {
    const record = groupAfter(
      SAID,
      { type: 'started' },
      { type: 'member-ended', shortSerial: SERIALS[0], end: 'own-way', word: 'ezviz-brand' },
      begun(1),
      reported(1, 'refused'),
    );
    expect(record.members.map(({ state }) => state)).toEqual(['own-way', 'refused', 'waiting', 'waiting']);
    expect(nextMember(record)).toMatchObject({ shortSerial: SERIALS[2] });
  });

  it.each(STOPPING)('stops at %s, and says at which device', (outcome) => {
    const stopped = groupAfter(SAID, { type: 'started' }, begun(0), reported(0, outcome));
    expect(stopped).toMatchObject({ state: 'stopped', stop: { shortSerial: SERIALS[0], word: outcome } });
    expect(stateOf(stopped, 0)).toBe('stopped');
    expect(nextMember(stopped)).toBeNull();
    expect(refusal(stopped, begun(1))).toBe('not-running');
  });

  it.each(GOING_ON)('goes on after %s', (outcome) => {
    expect(groupAfter(SAID, { type: 'started' }, begun(0), reported(0, outcome)).state).toBe('running');
    expect(endOfReport(outcome)).not.toBe('stopped');
  });

  it('stops at an outcome nobody knows', () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        fc.pre(!(GOING_ON as readonly string[]).includes(word));
        expect(endOfReport(word)).toBe('stopped');
      }),
    );
  });

  it('stops at a device reported stolen, and at the word of the laptop that it has', () => {
    const closed = { type: 'member-closed', caseId: 'case 0', outcome: 'stopped' } as const;
    expect(groupAfter(SAID, { type: 'started' }, begun(0), closed).state).toBe('stopped');
    const there = { type: 'stopped', shortSerial: SERIALS[0], word: 'group-stopped' } as const;
    const stopped = groupAfter(SAID, { type: 'started' }, begun(0), there);
    expect(stopped).toMatchObject({ state: 'stopped', stop: { word: 'group-stopped' } });
    // Nothing was sent to that device: it is still the one at hand.
    expect(stateOf(stopped, 0)).toBe('doing');
  });

  it('stops while it is paused, too, and for what was heard before it is resumed', () => {
    const paused = groupAfter(SAID, { type: 'started' }, begun(0), { type: 'paused' });
    expect(nextMember(paused)).toBeNull();
    const applied = apply(paused, reported(0, 'wrong-password'));
    expect(applied.ok && applied.value.state).toBe('stopped');
  });

  it('is resumed by whoever has seen it stop, with another run, and not by a step that is repeated', () => {
    const running = groupAfter(SAID, { type: 'started' }, begun(0));
    const stopped = groupAfter(SAID, { type: 'started' }, begun(0), reported(0, 'wrong-password'));
    const resume: GroupAction = { type: 'resumed', after: stopped.run };
    const resumed = apply(stopped, resume);
    if (!resumed.ok) throw new Error(resumed.failure);
    expect(resumed.value).toMatchObject({ state: 'running', stop: null });
    expect(resumed.value.run).not.toBe(stopped.run);
    expect(stateOf(resumed.value, 0)).toBe('stopped');
    expect(nextMember(resumed.value)).toMatchObject({ shortSerial: SERIALS[1] });
    // Stopped again meanwhile: the same wish, repeated after a crash, was about the stop before.
    const again = apply(resumed.value, reported(1, 'locked'));
    if (!again.ok) throw new Error(again.failure);
    expect(apply(again.value, resume)).toEqual({ ok: true, value: again.value });
    expect(apply(running, { type: 'resumed', after: running.run })).toEqual({ ok: true, value: running });
  });

  it('hears the end of each job once, so that a repeated one does not stop what was resumed', () => {
    const stopped = groupAfter(SAID, { type: 'started' }, begun(0), reported(0, 'wrong-password'));
    const resumed = apply(stopped, { type: 'resumed', after: stopped.run });
    if (!resumed.ok) throw new Error(resumed.failure);
    expect(apply(resumed.value, reported(0, 'wrong-password'))).toEqual(resumed);
    expect(apply(resumed.value, reported(0, 'wrong-password', 'another job'))).toMatchObject({
      value: { state: 'stopped' },
    });
  });

  it('lets the case of a member unbind in its turn, and by itself once that has left it', () => {
    const running = groupAfter(SAID, { type: 'started' }, begun(0));
    expect(mayUnbind(running, 'case 0')).toBe(true);
    expect(mayUnbind(running, 'of no member')).toBe(false);
    const paused = groupAfter(SAID, { type: 'started' }, begun(0), { type: 'paused' });
    expect(mayUnbind(paused, 'case 0')).toBe(false);
    const away: GroupAction = { type: 'member-left', caseId: 'case 0', word: 'alone' };
    expect(mayUnbind(groupAfter(SAID, { type: 'started' }, begun(0), away), 'case 0')).toBe(true);
    const stopped = groupAfter(SAID, { type: 'started' }, begun(0), reported(0, 'denied'));
    expect(mayUnbind(stopped, 'case 0')).toBe(false);
    const over = groupAfter(SAID, { type: 'started' }, begun(0), reported(0, 'denied'), { type: 'ended' });
    expect(mayUnbind(over, 'case 0')).toBe(true);
    expect(over.members.map(({ state }) => state)).toEqual(['stopped', 'left-out', 'left-out', 'left-out']);
  });

  it('tells the laptop its run, its place, and which device is the last', () => {
    const record = groupAfter(SAID, { type: 'started' }, begun(0));
    expect(groupOfJob(record, 'case 0')).toEqual({
      id: record.run,
      samePassword: true,
      last: false,
      number: 1,
      of: 4,
    });
    expect(groupOfJob(record, 'case 1')).toBeNull();
    const leave = (at: number): GroupAction => ({
      type: 'member-ended',
      shortSerial: SERIALS[at] ?? '',
      end: 'left-out',
      word: 'left-out',
    });
    const last = groupAfter(SAID, { type: 'started' }, leave(0), leave(1), leave(2), begun(3));
    expect(groupOfJob(last, 'case 3')).toMatchObject({ last: true, number: 4, of: 4 });
  });

  it('takes a member up again whose case was cancelled by a slip, while no other has begun', () => {
    const cancel: GroupAction = { type: 'member-closed', caseId: 'case 0', outcome: 'cancelled' };
    const undo: GroupAction = { type: 'member-reopened', caseId: 'case 0' };
    const back = groupAfter(SAID, { type: 'started' }, begun(0), cancel, undo);
    expect(nextMember(back)).toMatchObject({ caseId: 'case 0', state: 'doing' });
    const further = groupAfter(SAID, { type: 'started' }, begun(0), cancel, begun(1));
    expect(refusal(further, undo)).toBe('another-doing');
    expect(mayUnbind(further, 'case 0')).toBe(true);
  });
});

describe('any sequence of actions', () => {
  const at = fc.nat(SERIALS.length - 1);
  const action: fc.Arbitrary<GroupAction> = fc.oneof(
    fc.constant(SAID),
    fc.constant<GroupAction>({ type: 'started' }),
    at.map<GroupAction>(begun),
    fc
      .tuple(at, fc.constantFrom(...STOPPING, ...GOING_ON), fc.nat(2))
      .map<GroupAction>(([member, outcome, job]) => reported(member, outcome, `job ${member} ${job}`)),
    fc
      .tuple(at, fc.constantFrom('nothing-to-do', 'own-way', 'left-out'))
      .map<GroupAction>(([member, end]) => ({
        type: 'member-ended',
        shortSerial: SERIALS[member] ?? '',
        end,
        word: end,
      })),
    fc
      .tuple(at, fc.constantFrom('unbound', 'cancelled', 'service-centre', 'stopped'))
      .map<GroupAction>(([member, outcome]) => ({
        type: 'member-closed',
        caseId: `case ${member}`,
        outcome,
      })),
    at.map<GroupAction>((member) => ({ type: 'member-left', caseId: `case ${member}`, word: 'alone' })),
    at.map<GroupAction>((member) => ({ type: 'member-reopened', caseId: `case ${member}` })),
    fc.constant<GroupAction>({ type: 'paused' }),
    at.map<GroupAction>((member) => ({
      type: 'stopped',
      shortSerial: SERIALS[member] ?? '',
      word: 'group-stopped',
    })),
    fc.constant<GroupAction>({ type: 'resumed', after: 'the run that was seen' }),
    fc.constant<GroupAction>({ type: 'ended' }),
  );
  /** Groups on their way: whoever resumes one has seen its run. */
  const way = fc
    .tuple(
      fc.constantFrom<GroupAction[]>([], [SAID, { type: 'started' }, begun(0)]),
      fc.array(action, { maxLength: 40 }),
    )
    .map(([first, then]) => [...first, ...then]);
  const meant = (record: GroupRecord, wish: GroupAction): GroupAction =>
    wish.type === 'resumed' ? { type: 'resumed', after: record.run } : wish;

  function walk(
    actions: readonly GroupAction[],
    look: (before: GroupRecord, wish: GroupAction, after: GroupRecord) => void,
  ) {
    actions.reduce((record, one) => {
      const wish = meant(record, one);
      const applied = apply(record, wish);
      const after = applied.ok ? applied.value : record;
      look(record, wish, after);
      return after;
    }, planned);
  }

  it('applied twice gives what it gives once', () => {
    fc.assert(
      fc.property(way, (actions) => {
        walk(actions, (before, wish, after) => {
          const once = apply(before, wish);
          if (!once.ok) return;
          const twice = applyGroup(once.value, wish, 99, 'another run');
          expect(twice).toEqual({ ok: true, value: once.value });
          expect({ ...once.value, run: null }).toEqual({ ...after, run: null });
        });
      }),
    );
  });

  it('begins no member, and lets none of its members unbind, from what stops it to what resumes it', () => {
    fc.assert(
      fc.property(way, (actions) => {
        let isStopped = false;
        walk(actions, (before, wish, after) => {
          const isNews = after !== before;
          if (isNews && wish.type === 'member-reported' && endOfReport(wish.outcome) === 'stopped') {
            isStopped = before.state !== 'over';
          }
          if (isNews && (wish.type === 'resumed' || wish.type === 'ended')) isStopped = false;
          if (!isStopped) return;
          expect(after.state).toBe('stopped');
          expect(nextMember(after)).toBeNull();
          const begins = ({ members }: GroupRecord) =>
            members.filter(({ state }) => state === 'doing').length;
          expect(begins(after)).toBeLessThanOrEqual(begins(before));
          for (const { caseId } of after.members) {
            if (caseId === null) continue;
            expect(mayUnbind(after, caseId)).toBe(false);
            expect(groupOfJob(after, caseId)).toBeNull();
          }
        });
      }),
    );
  });

  it('keeps every member, in one known state, at most one of them at work, and says why it is stopped', () => {
    fc.assert(
      fc.property(way, (actions) => {
        walk(actions, (before, wish, after) => {
          expect(after.members.map(({ shortSerial }) => shortSerial)).toEqual(SERIALS);
          for (const { state } of after.members) expect(MEMBER_STATES).toContain(state);
          expect(after.members.filter(({ state }) => state === 'doing').length).toBeLessThanOrEqual(1);
          expect(after.stop !== null).toBe(after.state === 'stopped');
          expect(after.revision - before.revision).toBe(after === before ? 0 : 1);
          if (before.state === 'over') expect(after.state).toBe('over');
          if (after.state === 'over') expect(after.members.some(isOpen)).toBe(false);
          if (wish.type === 'member-begun' && after !== before) expect(before.state).toBe('running');
        });
      }),
    );
  });

  it('has another run each time it begins to run, and only then', () => {
    fc.assert(
      fc.property(way, (actions) => {
        walk(actions, (before, _, after) => {
          const begins = after.state === 'running' && before.state !== 'running';
          expect(after.run !== before.run).toBe(begins);
        });
      }),
    );
  });
});
