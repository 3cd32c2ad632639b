import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/audit/chain.ts';
import { createAudit } from '../../../src/audit/trail.ts';
import { tellingLaptops } from '../../../src/bot/jobs/ended-runs.ts';
import { keepingGroups } from '../../../src/bot/jobs/in-groups.ts';
import type { CaseAction } from '../../../src/cases/case.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { createGroupDesk } from '../../../src/groups/desk.ts';
import type { GroupRecord } from '../../../src/groups/group.ts';
import { GROUPS } from '../../../src/groups/record.ts';
import { fail, ok, type Result } from '../../../src/kernel/result.ts';
import type { Store } from '../../../src/store/store.ts';
import { anyKind, openTestStore, temporaryFolder } from '../../support/store.ts';

const ANN = 7;
const LAPTOP = 'laptop';
const SERIALS = ['J50000061', 'J50000062', 'J50000063'] as const;
const members = SERIALS.map((shortSerial) => ({
  shortSerial,
  fullSerial: null,
  model: 'DS-2CD',
  address: null,
}));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function value<T>(result: Promise<Result<T, unknown>>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(JSON.stringify(settled.failure));
  return settled.value;
}

function desks() {
  const audit = createAudit(store, Date.now);
  const groups = createGroupDesk(store, audit, Date.now);
  return { audit, groups, cases: keepingGroups(createCaseDesk(store, audit, Date.now), groups) };
}

const SAID = {
  type: 'said',
  order: { by: 'owner', statedAt: 1 },
  ezviz: { said: 'none', serials: [] },
  samePassword: true,
} as const;

/** A running group, whose first member has a case. */
async function running() {
  const { groups, cases, audit } = desks();
  const { id } = await value(groups.open(ANN, { agentId: LAPTOP, members }));
  await value(groups.apply(id, SAID));
  await value(groups.apply(id, { type: 'started' }));
  const opened = await value(cases.open(ANN));
  const device = { shortSerial: SERIALS[0], fullSerial: null, model: null, manufactured: null };
  await value(cases.apply(opened.id, { type: 'identified', device }));
  await value(cases.apply(opened.id, { type: 'grouped', group: id }));
  await value(groups.apply(id, { type: 'member-begun', shortSerial: SERIALS[0], caseId: opened.id }));
  const look = async (): Promise<GroupRecord> => {
    const found = await value(groups.get(id));
    if (found === null) throw new Error('the group is gone');
    return found;
  };
  return { id, caseId: opened.id, groups, cases, audit, look };
}

describe('a group that is opened', () => {
  it('is handed out again to whoever asks twice, and one that was only planned makes way for another', async () => {
    const { groups } = desks();
    const first = await value(groups.open(ANN, { agentId: LAPTOP, members }));
    expect(await value(groups.open(ANN, { agentId: LAPTOP, members }))).toEqual(first);
    const other = await value(groups.open(ANN, { agentId: LAPTOP, members: members.slice(1) }));
    expect(other.id).not.toBe(first.id);
    expect((await value(groups.of(ANN)))?.id).toBe(other.id);
    expect((await value(groups.get(first.id)))?.state).toBe('over');
  });

  it('is refused while another one is not over, through a restart too', async () => {
    const { id } = await running();
    const { groups } = desks();
    expect(await groups.open(ANN, { agentId: LAPTOP, members: members.slice(1) })).toEqual(
      fail('open-group'),
    );
    expect((await value(groups.of(ANN)))?.id).toBe(id);
    expect(await value(groups.of(8))).toBeNull();
    await value(groups.apply(id, { type: 'ended' }));
    expect(await value(groups.of(ANN))).toBeNull();
    await value(groups.open(ANN, { agentId: LAPTOP, members: members.slice(1) }));
  });

  it('does not keep its technician from another one when it cannot be read', async () => {
    const { id, groups } = await running();
    await store.values(anyKind(GROUPS.name)).set(id, 'of another program');
    expect(await value(groups.of(ANN))).toBeNull();
    expect((await value(groups.open(ANN, { agentId: LAPTOP, members }))).id).not.toBe(id);
  });
});

describe('the trail', () => {
  it('holds every change before the group does, devices by their commitment, and what stopped it', async () => {
    const { id, caseId, groups, audit } = await running();
    const jobId = 'J1';
    const report = { type: 'member-reported', shortSerial: SERIALS[0], jobId, outcome: 'denied' } as const;
    await value(groups.apply(id, report));
    await value(groups.apply(id, report));
    const entries: AuditEntry[] = [];
    await value(
      audit.readBack((entry) => entry.what.startsWith('group.') === false || entries.unshift(entry) > 0),
    );
    expect(entries.map(({ what }) => what)).toEqual([
      'group.opened',
      'group.said',
      'group.started',
      'group.member-begun',
      'group.member-reported',
      'group.stopped',
    ]);
    expect(entries.at(-1)).toMatchObject({ case: caseId, detail: { group: id, word: 'denied' } });
    expect(JSON.stringify(entries)).not.toContain(SERIALS[0]);
  });
});

describe('the case of a member', () => {
  it.each([
    [{ type: 'closed', outcome: 'nothing-to-do' }, 'nothing-to-do', 'running'],
    [{ type: 'closed', outcome: 'service-centre' }, 'own-way', 'running'],
    [{ type: 'closed', outcome: 'cancelled' }, 'left-out', 'running'],
    [{ type: 'closed', outcome: 'stopped' }, 'stopped', 'stopped'],
    [{ type: 'grouped', group: null }, 'left-out', 'running'],
  ] as const satisfies readonly (readonly [CaseAction, string, string])[])(
    'takes its member with it: %j',
    async (action, member, state) => {
      const { caseId, cases, look } = await running();
      await value(cases.apply(caseId, action));
      await value(cases.apply(caseId, action));
      expect(await look()).toMatchObject({ state, members: [{ state: member }, {}, {}] });
    },
  );

  it('leaves the group with the colleague who takes it, and not where it cannot go', async () => {
    const { caseId, cases, look } = await running();
    const hands = { from: ANN, to: 8, keepsLaptop: true };
    const job = { id: 'J1', kind: 'unbind', agentId: LAPTOP, startedAt: 1 } as const;
    await value(cases.apply(caseId, { type: 'job-started', job }));
    expect((await value(cases.handOver(caseId, hands))).refused).toBe('at-work');
    expect(await look()).toMatchObject({ members: [{ state: 'doing' }, {}, {}] });
    await value(cases.apply(caseId, { type: 'job-ended', jobId: job.id }));
    await value(cases.handOver(caseId, hands));
    expect(await look()).toMatchObject({ members: [{ state: 'left-out', word: 'handed-over' }, {}, {}] });
    expect(await value(cases.get(caseId))).toMatchObject({ chatId: 8, group: null });
  });

  it('leaves the group when it turns out to be about another device', async () => {
    const { caseId, cases, look } = await running();
    const device = { shortSerial: 'J50000099', fullSerial: null, model: null, manufactured: null };
    await value(cases.apply(caseId, { type: 'identified', device }));
    expect(await look()).toMatchObject({ members: [{ state: 'left-out', word: 'other-device' }, {}, {}] });
    expect(await value(cases.get(caseId))).toMatchObject({ group: null });
  });

  it('is a member again when its cancelling is taken back', async () => {
    const { caseId, cases, look } = await running();
    await value(cases.apply(caseId, { type: 'closed', outcome: 'cancelled' }));
    await value(cases.apply(caseId, { type: 'reopened' }));
    expect(await look()).toMatchObject({ state: 'running', members: [{ state: 'doing', caseId }, {}, {}] });
  });
});

describe('the laptop of a group', () => {
  it.each<[string, Parameters<ReturnType<typeof desks>['groups']['apply']>[1]]>([
    ['is paused', { type: 'paused' }],
    ['is stopped', { type: 'stopped', shortSerial: SERIALS[0], word: 'stolen' }],
    [
      'is stopped by a wrong password',
      { type: 'member-reported', shortSerial: SERIALS[0], jobId: 'job', outcome: 'wrong-password' },
    ],
    ['is over', { type: 'ended' }],
  ])('hears at once that its run has ended when the group %s, and not before', async (_, action) => {
    const { id, groups, look } = await running();
    const sent: object[] = [];
    const send = async (agentId: string, command: object) => {
      sent.push({ agentId, ...command });
      return ok({ commandId: 'command' });
    };
    const telling = tellingLaptops(groups, { send }, () => 1_000);
    const { run } = await look();
    await value(telling.apply(id, { type: 'said', samePassword: true }));
    expect(sent).toEqual([]);
    await value(telling.apply(id, action));
    expect(sent).toMatchObject([{ agentId: LAPTOP, type: 'cancel', jobId: run }]);
  });

  it('that cannot be told does not keep the group from ending', async () => {
    const { id, groups } = await running();
    const telling = tellingLaptops(groups, { send: async () => fail('agent-unknown' as const) }, Date.now);
    expect((await value(telling.apply(id, { type: 'paused' }))).group.state).toBe('paused');
  });
});
