/**
 * The law of groups (docs/decisions/0060), over the hub's own sockets and without any conversation: whatever a laptop
 * reports stops the group where its record stands, and nothing of it is unbound from then on.
 */
import { AsyncResource } from 'node:async_hooks';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAILY_UNBINDS } from '../../../src/bot/door/limits.ts';
import { ALARMS } from '../../../src/bot/house/alarms.ts';
import type { Jobs } from '../../../src/bot/jobs/jobs.ts';
import type { CaseDesk } from '../../../src/cases/desk.ts';
import type { GroupAction, GroupRecord } from '../../../src/groups/group.ts';
import { GROUPS } from '../../../src/groups/record.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { AgentEvent, UnbindOutcome } from '../../../src/link/messages.ts';
import { DEVICE, event, picture } from '../../security/walk.ts';
import { createLife, storeOf } from '../../support/mortal.ts';
import { anyKind } from '../../support/store.ts';
import { value } from '../hub/house.ts';
import { ADMIN, ANN, type JobsHouse, jobsOn, openJobsHouse } from './jobs-house.ts';

const SERIALS = ['J50000061', 'J50000062', 'J50000063'] as const;
const members = SERIALS.map((shortSerial) => ({ shortSerial, fullSerial: null, model: null, address: null }));

let at: JobsHouse;
let groupId: string;
beforeEach(async () => {
  at = await openJobsHouse();
  groupId = (await value(at.groups.open(ANN, { agentId: at.laptop.agentId, members }))).id;
  await apply({
    type: 'said',
    order: { by: 'owner', statedAt: 1 },
    ezviz: { said: 'none', serials: [] },
    samePassword: true,
  });
  await apply({ type: 'started' });
});
afterEach(() => at.close());

const apply = async (action: GroupAction) => {
  const { refused } = await value(at.groups.apply(groupId, action));
  expect(refused).toBeNull();
};

async function look(): Promise<GroupRecord> {
  const found = await value(at.groups.get(groupId));
  if (found === null) throw new Error('the group is gone');
  return found;
}

/** The case of a member in its turn, at which the laptop has seen the device. */
async function caseOf(n: number, cases: CaseDesk = at.cases): Promise<string> {
  const shortSerial = SERIALS[n] ?? '';
  const { id } = await value(cases.open(ANN));
  const device = { shortSerial, fullSerial: null, model: null, manufactured: null };
  const job = { id: ulid(), kind: 'discover' as const, agentId: at.laptop.agentId, startedAt: 1 };
  const sighting = { ...DEVICE, shortSerial, agentId: at.laptop.agentId };
  for (const action of [
    { type: 'identified', device },
    { type: 'job-started', job },
    { type: 'seen', jobId: job.id, agentId: at.laptop.agentId, sighting },
    { type: 'ordered', by: 'owner', statedAt: null },
    { type: 'grouped', group: groupId },
  ] as const)
    await value(cases.apply(id, action));
  await apply({ type: 'member-begun', shortSerial, caseId: id });
  return id;
}

const unbind = (caseId: string, jobs: Jobs = at.jobs) => value(jobs.unbind(caseId, { afterLock: false }));

/** Begins the unbind of a member's case; answers with the command that lies in the laptop's mailbox. */
async function unbinding(caseId: string) {
  expect(await unbind(caseId)).toMatchObject({ started: true });
  const command = (await at.commandsOf('unbind')).at(-1);
  if (!command) throw new Error('no command came');
  return command;
}

/** The laptop's way to where it sends: a picture that was read, the password, the permit. */
async function armed(caseId: string) {
  const command = await unbinding(caseId);
  const { jobId, permit, shortSerial } = command;
  const challengeId = ulid();
  await at.laptop.sendEvents([picture(jobId, { challengeId })]);
  expect(await value(at.jobs.answerChallenge(caseId, 'A'.repeat(22), 'p'.repeat(43)))).toBe(true);
  await at.laptop.sendEvents([
    event('challenge-result', { jobId, challengeId, result: 'passed', triesLeft: 2 }),
    event('prompt', { jobId, state: 'shown', attemptsLeft: 5 }),
    event('prompt', { jobId, state: 'typed', attemptsLeft: 5 }),
  ]);
  expect((await at.laptop.permit(permit, jobId, shortSerial)).body).toEqual({ granted: true });
  return command;
}

const outcome = (jobId: string, shortSerial: string, word: UnbindOutcome): AgentEvent =>
  event('outcome', {
    jobId,
    report: { shortSerial, outcome: word, verified: word === 'unbound' || word === 'not-bound' },
  });

/** A member unbound to its end. */
async function ended(n: number, word: UnbindOutcome): Promise<string> {
  const caseId = await caseOf(n);
  const { jobId, shortSerial } = await armed(caseId);
  await at.laptop.sendEvents([outcome(jobId, shortSerial, word)]);
  return caseId;
}

describe('an answer to a picture', () => {
  it('goes to the laptop only while the case shows that picture', async () => {
    const caseId = await caseOf(0);
    const answer = () => at.jobs.answerChallenge(caseId, 'A'.repeat(22), 'p'.repeat(43));
    expect(await value(answer())).toBe(false);
    const { jobId } = await unbinding(caseId);
    expect(await value(answer())).toBe(false);
    const challengeId = ulid();
    await at.laptop.sendEvents([picture(jobId, { challengeId })]);
    expect(await value(answer())).toBe(true);
    expect(await value(at.jobs.refreshChallenge(caseId, 'B'.repeat(22)))).toBe(false);
    expect(await value(at.jobs.refreshChallenge(caseId, 'A'.repeat(22)))).toBe(true);
    await at.laptop.sendEvents([picture(jobId, { nonce: 'B'.repeat(22) })]);
    expect(await value(answer())).toBe(false);
    expect(await at.commandsOf('challenge-answer')).toHaveLength(1);
  });

  it('is on disk with its alarm as soon as the laptop may have it', async () => {
    const caseId = await caseOf(0);
    const { jobId } = await unbinding(caseId);
    await at.laptop.sendEvents([picture(jobId, {})]);
    const { store } = at.house;
    // Reads nothing that the turn has gathered and not written.
    const elsewhere = new AsyncResource('elsewhere');
    const turn = await store.together(async () => {
      await value(at.jobs.answerChallenge(caseId, 'A'.repeat(22), 'p'.repeat(43)));
      return elsewhere.runInAsyncScope(() => store.values(ALARMS).get(jobId));
    });
    expect(turn).toMatchObject({ ok: true, value: { ok: true, value: { wait: { waiting: 'answer' } } } });
  });
});

describe('a group', () => {
  it('tells the laptop its run and the place of each device', async () => {
    const first = await unbinding(await caseOf(0));
    const { run } = await look();
    expect(first.group).toEqual({ id: run, samePassword: true, last: false, number: 1, of: 3 });
  });

  it.each(['wrong-password', 'denied', 'unknown', 'accepted-unconfirmed', 'locked'] as const)(
    'is stopped by %s where no conversation hears it, and nothing of it is unbound until it is resumed',
    async (word) => {
      const stopping = await caseOf(0);
      const { jobId, shortSerial } = await armed(stopping);
      at.deaf.add(ANN);
      await at.laptop.sendEvents([outcome(jobId, shortSerial, word)]);
      const stopped = await look();
      expect(stopped).toMatchObject({ state: 'stopped', stop: { shortSerial: SERIALS[0], word } });
      const { id: other } = await value(at.cases.open(ANN));
      const refused = await value(
        at.groups.apply(groupId, { type: 'member-begun', shortSerial: SERIALS[1], caseId: other }),
      );
      expect(refused.refused).toBe('not-running');
      const before = (await at.commandsOf('unbind')).length;
      expect(await unbind(stopping)).toEqual({ started: false, reason: 'group-stopped' });
      expect((await at.commandsOf('unbind')).length).toBe(before);
      await apply({ type: 'resumed', after: stopped.run });
      const next = await unbinding(await caseOf(1));
      expect(next.group).toMatchObject({ number: 2, of: 3 });
      expect(next.group?.id).not.toBe(stopped.run);
    },
  );

  it('goes on after a device that is unbound, one that is not bound, and a refusal before the password', async () => {
    await ended(0, 'unbound');
    const second = await caseOf(1);
    const { jobId, shortSerial } = await unbinding(second);
    await at.laptop.sendEvents([
      event('outcome', {
        jobId,
        report: { shortSerial, outcome: 'refused', reason: 'few-attempts', verified: false },
      }),
    ]);
    expect(await look()).toMatchObject({
      state: 'running',
      members: [{ state: 'verified' }, { state: 'refused' }, { state: 'waiting' }],
    });
    expect((await unbinding(await caseOf(2))).group).toMatchObject({ number: 3, last: true });
  });

  it('is stopped by an outcome that cannot be true', async () => {
    const caseId = await caseOf(0);
    const { jobId, shortSerial } = await unbinding(caseId);
    await at.laptop.sendEvents([outcome(jobId, shortSerial, 'unbound')]);
    expect(await look()).toMatchObject({ state: 'stopped', stop: { word: 'unproven' } });
  });

  it('is stopped by a job that broke after its permit was traded, and not by one that broke before', async () => {
    const caseId = await caseOf(0);
    const first = await unbinding(caseId);
    await at.laptop.sendEvents([event('job-failed', { jobId: first.jobId, reason: 'challenge-expired' })]);
    expect((await look()).state).toBe('running');
    const { jobId } = await armed(caseId);
    await at.laptop.sendEvents([event('job-failed', { jobId, reason: 'crashed' })]);
    expect(await look()).toMatchObject({ state: 'stopped', stop: { word: 'unknown' } });
  });

  it('is stopped when the laptop says that it has stopped this run', async () => {
    const { jobId } = await unbinding(await caseOf(0));
    await at.laptop.sendEvents([event('job-failed', { jobId, reason: 'group-stopped' })]);
    expect(await look()).toMatchObject({ state: 'stopped', stop: { word: 'group-stopped' } });
  });

  it('is stopped by the late word of a job whose case has left it', async () => {
    const caseId = await caseOf(0);
    const { jobId, shortSerial } = await armed(caseId);
    await value(at.cases.apply(caseId, { type: 'grouped', group: null }));
    await at.laptop.sendEvents([outcome(jobId, shortSerial, 'wrong-password')]);
    expect((await look()).state).toBe('stopped');
  });

  it('begins no other device before it is known what the password that was sent has come of', async () => {
    const first = await caseOf(0);
    const { jobId, shortSerial } = await armed(first);
    // Stopped in the chat, which comes too late, and left out.
    await value(at.jobs.cancel(first));
    await apply({ type: 'member-ended', shortSerial, end: 'left-out', word: 'skipped' });
    const second = await caseOf(1);
    expect(await unbind(second)).toEqual({ started: false, reason: 'group-open' });
    await at.laptop.sendEvents([outcome(jobId, shortSerial, 'unbound')]);
    expect(await unbind(second)).toMatchObject({ started: true });
  });

  it('is stopped by what comes of a device that was left out at work', async () => {
    const first = await caseOf(0);
    const { jobId, shortSerial } = await armed(first);
    await value(at.jobs.cancel(first));
    await apply({ type: 'member-ended', shortSerial, end: 'left-out', word: 'skipped' });
    const second = await caseOf(1);
    await at.laptop.sendEvents([outcome(jobId, shortSerial, 'wrong-password')]);
    expect(await unbind(second)).toEqual({ started: false, reason: 'group-stopped' });
  });

  it('unbinds nothing while it is paused, and nothing out of its turn', async () => {
    const caseId = await caseOf(0);
    await apply({ type: 'paused' });
    expect(await unbind(caseId)).toEqual({ started: false, reason: 'group-stopped' });
    await apply({ type: 'resumed', after: (await look()).run });
    expect(await unbind(caseId)).toMatchObject({ started: true });
  });

  it('lets the case of a member that has left it unbind by itself, and is stopped by how that ends', async () => {
    const caseId = await caseOf(0);
    await apply({ type: 'member-ended', shortSerial: SERIALS[0], end: 'own-way', word: 'recorder-menu' });
    const { jobId, shortSerial, group } = await armed(caseId);
    expect(group).toBeUndefined();
    await at.laptop.sendEvents([outcome(jobId, shortSerial, 'wrong-password')]);
    expect((await look()).state).toBe('stopped');
  });

  it('unbinds nothing when its record cannot be read, and everything again once it is kept no more', async () => {
    const caseId = await caseOf(0);
    const records = at.house.store.values(anyKind(GROUPS.name));
    await records.set(groupId, 'of another program');
    expect(await unbind(caseId)).toEqual({ started: false, reason: 'group-stopped' });
    await records.delete(groupId);
    expect(await unbind(caseId)).toMatchObject({ started: true });
  });

  it('keeps its laptop between two devices, and gives it back when it is over', async () => {
    const caseId = await ended(0, 'unbound');
    await value(at.cases.apply(caseId, { type: 'closed', outcome: 'unbound' }));
    expect(await value(at.drivers.of(at.laptop.agentId))).toMatchObject({ chatId: ANN });
    await apply({ type: 'ended' });
    expect(await value(at.drivers.of(at.laptop.agentId))).toBeNull();
  });
});

describe('cut off at any moment, what a laptop reports', () => {
  it('is on the group before it is on the case', async () => {
    const caseId = await caseOf(0);
    const { jobId, shortSerial } = await armed(caseId);
    const said = outcome(jobId, shortSerial, 'wrong-password');
    for (let acts = 1; ; acts++) {
      const life = createLife();
      const { jobs } = jobsOn(at.house, storeOf(at.house.store, life), at);
      life.dieAfter(acts);
      await Promise.race([jobs.take(at.laptop.agentId, said), life.died]);
      const record = await value(at.cases.get(caseId));
      const { state } = await look();
      if (record?.report != null) expect(state).toBe('stopped');
      if (!life.isDead) break;
    }
    expect((await look()).state).toBe('stopped');
    expect(await value(at.cases.get(caseId))).toMatchObject({ report: { outcome: 'wrong-password' } });
  });
});

describe('the day of a technician', () => {
  it('is counted before a group begins, stops it at its limit, and goes on once an admin has lifted that', async () => {
    const { limits } = at;
    expect(await limits.leftToday(ANN)).toEqual(ok(DAILY_UNBINDS));
    for (let n = 0; n < DAILY_UNBINDS - 1; n++) await value(limits.takeUnbind(ANN, `case ${n}`));
    expect(await limits.leftToday(ANN)).toEqual(ok(1));
    await ended(0, 'unbound');
    expect(await limits.leftToday(ANN)).toEqual(ok(0));
    const second = await caseOf(1);
    expect(await unbind(second)).toEqual({ started: false, reason: 'daily-limit' });
    expect((await look()).state).toBe('running');
    await value(limits.lift(ADMIN, ANN));
    expect(await limits.leftToday(ANN)).toEqual(ok(null));
    expect(await unbind(second)).toMatchObject({ started: true });
  });
});
