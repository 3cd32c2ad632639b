/** A laptop's list of devices, asked for by the house, allowed or refused at the laptop, over the hub's own sockets. */
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createAccess } from '../../../src/bot/door/access.ts';
import { createLimits } from '../../../src/bot/door/limits.ts';
import { ALARMS, createAlarms } from '../../../src/bot/house/alarms.ts';
import { createProfiles, PROFILES } from '../../../src/bot/house/profiles.ts';
import { createDrivers } from '../../../src/bot/jobs/drivers.ts';
import { createJobs, type Jobs } from '../../../src/bot/jobs/jobs.ts';
import { createDriveRule, createJobRules } from '../../../src/bot/jobs/may-start.ts';
import { SURVEYS } from '../../../src/bot/jobs/surveys.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import type { HouseEvent } from '../../../src/flows/engine/events.ts';
import { createGroupDesk } from '../../../src/groups/desk.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { AgentCommand, AgentEvent, DeviceSighting } from '../../../src/link/messages.ts';
import { DEVICE, event } from '../../security/walk.ts';
import { type House, MINUTE, openHouse, pairedAgent, type TestAgent, value } from '../hub/house.ts';

const ANN = 7;
const ADMIN = 1;

let house: House;
let laptop: TestAgent;
let jobs: Jobs;
let heard: HouseEvent[];

beforeEach(async () => {
  heard = [];
  house = await openHouse({ onEvent: (agentId, said) => jobs.take(agentId, said) });
  jobs = jobsOf(house);
  laptop = await pairedAgent(house, ANN);
  await laptop.poll();
});
afterEach(async () => {
  vi.useRealTimers();
  await house.close();
});

/** The jobs of a bot on this hub; what a conversation would hear is kept. */
function jobsOf({ store, hub, now: clock }: House): Jobs {
  const log = createLog('silent', 'test');
  const audit = createAudit(store, clock);
  const access = createAccess({ store, audit, adminIds: [ADMIN, ANN], key: new Secret(new Uint8Array(32)) });
  const drivers = createDrivers(store, audit, clock);
  const groups = createGroupDesk(store, audit, clock);
  const profiles = createProfiles(store.values(PROFILES));
  return createJobs({
    store,
    cases: createCaseDesk(store, audit, clock),
    groups,
    mayStart: createJobRules({
      access,
      limits: createLimits(store, audit, clock),
      drivers,
      groups,
      notices: { raise: async () => undefined },
      pinOpen: async () => ok(true),
    }),
    mayDrive: createDriveRule({ access, drivers }),
    directory: hub.directory,
    desk: hub.desk,
    alarms: createAlarms(store.values(ALARMS), async () => true, clock, log),
    audit,
    clock,
    log,
    onUnproven: async () => undefined,
    onFlooding: async () => undefined,
    technicianName: async () => 'Ann',
    language: async () => 'en',
    deliver: async (_, said, record) => {
      const recorded = await (record?.() ?? ok(null));
      if (recorded.ok) heard.push(said);
      return recorded;
    },
    access,
    profiles,
    voice: { say: async () => 'told' },
    inTurn: async (_, task) => ok(await task({ remark: async () => false })),
  });
}

/** Commands of a kind that the laptop has not fetched before. */
async function commandsOf<T extends AgentCommand['type']>(type: T) {
  const { body } = await laptop.poll();
  return (body.commands as AgentCommand[]).filter(
    (command): command is Extract<AgentCommand, { type: T }> => command.type === type,
  );
}

async function began(): Promise<string> {
  const started = await value(jobs.surveys.begin(ANN, laptop.agentId));
  if (!started.started) throw new Error(started.reason);
  return started.jobId;
}

const device = (n: number, more: Partial<DeviceSighting> = {}): DeviceSighting => ({
  ...DEVICE,
  shortSerial: `J5000${String(n).padStart(4, '0')}`,
  address: `10.0.0.${n}`,
  ...more,
});
const surveyed = (jobId: string, devices: DeviceSighting[]): AgentEvent =>
  event('surveyed', { jobId, devices, omitted: 3, interfaces: [] });
const all = { show: 'all', sought: '', from: 0, most: 8 } as const;
const SHOWN = { show: 'bound', sought: '', along: true } as const;

describe('the list of what a laptop sees', () => {
  it('is asked for at the laptop in the name of the technician, for one visit, and sent once it was allowed', async () => {
    const jobId = await began();
    const [command] = await commandsOf('survey');
    expect(command).toMatchObject({ jobId, technician: 'Ann', language: 'en' });
    await laptop.sendEvents([
      event('prompt', { jobId, state: 'shown', attemptsLeft: null, asks: 'survey' }),
      event('prompt', { jobId, state: 'typed', attemptsLeft: null, asks: 'survey' }),
      surveyed(jobId, [device(1, { bindStatus: 'not-bound' }), device(2), device(3, { shortSerial: null })]),
    ]);
    expect(heard).toMatchObject([
      { type: 'prompt', caseId: '', state: 'shown', asks: 'survey' },
      { type: 'typed', caseId: '' },
      { type: 'surveyed', caseId: '', jobId, devices: 3, bound: 2, omitted: 3 },
    ]);
    const part = await value(jobs.surveys.part(ANN, jobId, all));
    expect(part).toMatchObject({
      wanted: 3,
      devices: [
        { shortSerial: 'J50000002', bindStatus: 'bound', way: 'sadp' },
        { shortSerial: null },
        { shortSerial: 'J50000001', way: 'nothing-to-do' },
      ],
    });
    // The same visit again: what was allowed counts.
    await began();
    expect((await commandsOf('survey')).at(-1)?.visit).toBe(command?.visit);
  });

  it('is in no event of a conversation, and of no other chat', async () => {
    const jobId = await began();
    await laptop.sendEvents([surveyed(jobId, [device(1)])]);
    expect(JSON.stringify(heard)).not.toMatch(/J5000|10\.0\.0/);
    expect(await value(jobs.surveys.part(8, jobId, all))).toBeNull();
    expect(await value(jobs.surveys.members(ANN, ulid(), SHOWN))).toBeNull();
  });

  it('does not come where somebody refuses it there, or nobody answers', async () => {
    for (const reason of ['survey-refused', 'survey-abandoned', 'no-terminal']) {
      const jobId = await began();
      await laptop.sendEvents([event('job-failed', { jobId, reason })]);
      expect(heard.at(-1)).toMatchObject({ type: 'survey-failed', caseId: '', jobId, reason });
      expect(await value(jobs.surveys.part(ANN, jobId, all))).toBeNull();
    }
  });

  it('is not asked of an agent that does not know the question', async () => {
    laptop.version = 2;
    await laptop.poll();
    expect(await value(jobs.surveys.begin(ANN, laptop.agentId))).toEqual({
      started: false,
      reason: 'agent-old',
    });
    expect(await commandsOf('survey')).toEqual([]);
    // Nothing is left that would be taken for one that goes on.
    laptop.version = 3;
    await laptop.poll();
    await began();
  });

  it('is asked once, however often a step is repeated, and not for somebody else', async () => {
    const jobId = await began();
    expect(await began()).toBe(jobId);
    expect(await commandsOf('survey')).toHaveLength(1);
    expect(await value(jobs.surveys.begin(8, laptop.agentId))).toMatchObject({ reason: 'not-yours' });
    expect(await value(jobs.surveys.begin(ANN, ulid()))).toMatchObject({ reason: 'agent-unknown' });
  });

  it('is thrown away when it comes after the technician has stopped it, or twice', async () => {
    const jobId = await began();
    await value(jobs.surveys.cancel(ANN));
    expect(await commandsOf('cancel')).toMatchObject([{ jobId }]);
    await laptop.sendEvents([surveyed(jobId, [device(1)])]);
    expect(await value(jobs.surveys.part(ANN, jobId, all))).toBeNull();
    const again = await began();
    await laptop.sendEvents([surveyed(again, [device(1)]), surveyed(again, [device(2)])]);
    expect(await value(jobs.surveys.part(ANN, again, all))).toMatchObject({
      devices: [{ shortSerial: 'J50000001' }],
    });
  });

  it('is not taken from a laptop that was asked for something else', async () => {
    const jobId = await began();
    const other = await pairedAgent(house, ANN);
    await other.sendEvents([surveyed(jobId, [device(1)])]);
    expect(await value(jobs.surveys.part(ANN, jobId, all))).toBeNull();
    expect(heard).toEqual([]);
  });

  it('is gone after an hour', async () => {
    const jobId = await began();
    await laptop.sendEvents([surveyed(jobId, [device(1)])]);
    expect(await value(jobs.surveys.members(ANN, jobId, SHOWN))).toHaveLength(1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * MINUTE });
    expect(await value(jobs.surveys.members(ANN, jobId, SHOWN))).toBeNull();
    expect(await value(house.store.values(SURVEYS).get(String(ANN)))).toBeUndefined();
    // What cannot be read is not set aside either: the copy would outlive the hour.
    expect(SURVEYS.fleeting).toBe(true);
  });

  it('leaves what laptops do for cases as it is', async () => {
    await began();
    expect(await jobs.running(null)).toEqual(ok([]));
    expect(await jobs.running(laptop.agentId)).toEqual(ok([]));
  });

  it('says so in the chat when nobody at the laptop answers', async () => {
    const jobId = await began();
    const ring = { chatId: ANN, jobId, kind: 'choice', waiting: 'leave', waitedMs: 600_000 } as const;
    expect(await jobs.rang(ring)).toBe(true);
    expect(heard).toMatchObject([{ type: 'job-overdue', caseId: '', jobId, late: { waiting: 'leave' } }]);
    await laptop.sendEvents([surveyed(jobId, [])]);
    expect(await jobs.rang(ring)).toBe(true);
    expect(heard).toHaveLength(2);
  });
});
