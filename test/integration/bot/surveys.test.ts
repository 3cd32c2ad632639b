/** A laptop's list of devices, asked for by the house, allowed or refused at the laptop, over the hub's own sockets. */
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SURVEYS } from '../../../src/bot/jobs/surveys.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { AgentEvent, DeviceSighting } from '../../../src/link/messages.ts';
import { DEVICE, event } from '../../security/walk.ts';
import { MINUTE, pairedAgent, value } from '../hub/house.ts';
import { ANN, type JobsHouse, openJobsHouse } from './jobs-house.ts';

let at: JobsHouse;
beforeEach(async () => {
  at = await openJobsHouse();
});
afterEach(async () => {
  vi.useRealTimers();
  await at.close();
});

async function began(): Promise<string> {
  const started = await value(at.jobs.surveys.begin(ANN, at.laptop.agentId));
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
    const [command] = await at.commandsOf('survey');
    expect(command).toMatchObject({ jobId, technician: 'Ann', language: 'en' });
    await at.laptop.sendEvents([
      event('prompt', { jobId, state: 'shown', attemptsLeft: null, asks: 'survey' }),
      event('prompt', { jobId, state: 'typed', attemptsLeft: null, asks: 'survey' }),
      surveyed(jobId, [device(1, { bindStatus: 'not-bound' }), device(2), device(3, { shortSerial: null })]),
    ]);
    expect(at.heard).toMatchObject([
      { type: 'prompt', caseId: '', state: 'shown', asks: 'survey' },
      { type: 'typed', caseId: '' },
      { type: 'surveyed', caseId: '', jobId, devices: 3, bound: 2, omitted: 3 },
    ]);
    const part = await value(at.jobs.surveys.part(ANN, jobId, all));
    expect(part).toMatchObject({
      wanted: 3,
      named: 2,
      devices: [
        { shortSerial: 'J50000002', bindStatus: 'bound', way: 'sadp' },
        { shortSerial: null },
        { shortSerial: 'J50000001', way: 'nothing-to-do' },
      ],
    });
    // The same visit again: what was allowed counts.
    await began();
    expect((await at.commandsOf('survey')).at(-1)?.visit).toBe(command?.visit);
  });

  it('is in no event of a conversation, and of no other chat', async () => {
    const jobId = await began();
    await at.laptop.sendEvents([surveyed(jobId, [device(1)])]);
    expect(JSON.stringify(at.heard)).not.toMatch(/J5000|10\.0\.0/);
    expect(await value(at.jobs.surveys.part(8, jobId, all))).toBeNull();
    expect(await value(at.jobs.surveys.members(ANN, ulid(), SHOWN))).toBeNull();
  });

  it('does not come where somebody refuses it there, or nobody answers', async () => {
    for (const reason of ['survey-refused', 'survey-abandoned', 'no-terminal']) {
      const jobId = await began();
      await at.laptop.sendEvents([event('job-failed', { jobId, reason })]);
      expect(at.heard.at(-1)).toMatchObject({ type: 'survey-failed', caseId: '', jobId, reason });
      expect(await value(at.jobs.surveys.part(ANN, jobId, all))).toBeNull();
    }
  });

  it('is not asked of an agent that does not know the question', async () => {
    at.laptop.version = 2;
    await at.laptop.poll();
    expect(await value(at.jobs.surveys.begin(ANN, at.laptop.agentId))).toEqual({
      started: false,
      reason: 'agent-old',
    });
    expect(await at.commandsOf('survey')).toEqual([]);
    // Nothing is left that would be taken for one that goes on.
    at.laptop.version = 3;
    await at.laptop.poll();
    await began();
  });

  it('is asked once, however often a step is repeated, and not for somebody else', async () => {
    const jobId = await began();
    expect(await began()).toBe(jobId);
    expect(await at.commandsOf('survey')).toHaveLength(1);
    expect(await value(at.jobs.surveys.begin(8, at.laptop.agentId))).toMatchObject({ reason: 'not-yours' });
    expect(await value(at.jobs.surveys.begin(ANN, ulid()))).toMatchObject({ reason: 'agent-unknown' });
  });

  it('is thrown away when it comes after the technician has stopped it, or twice', async () => {
    const jobId = await began();
    await value(at.jobs.surveys.cancel(ANN));
    expect(await at.commandsOf('cancel')).toMatchObject([{ jobId }]);
    await at.laptop.sendEvents([surveyed(jobId, [device(1)])]);
    expect(await value(at.jobs.surveys.part(ANN, jobId, all))).toBeNull();
    const again = await began();
    await at.laptop.sendEvents([surveyed(again, [device(1)]), surveyed(again, [device(2)])]);
    expect(await value(at.jobs.surveys.part(ANN, again, all))).toMatchObject({
      devices: [{ shortSerial: 'J50000001' }],
    });
  });

  it('is not taken from a laptop that was asked for something else', async () => {
    const jobId = await began();
    const other = await pairedAgent(at.house, ANN);
    await other.sendEvents([surveyed(jobId, [device(1)])]);
    expect(await value(at.jobs.surveys.part(ANN, jobId, all))).toBeNull();
    expect(at.heard).toEqual([]);
  });

  it('is gone after an hour', async () => {
    const jobId = await began();
    await at.laptop.sendEvents([surveyed(jobId, [device(1)])]);
    expect(await value(at.jobs.surveys.members(ANN, jobId, SHOWN))).toHaveLength(1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * MINUTE });
    expect(await value(at.jobs.surveys.members(ANN, jobId, SHOWN))).toBeNull();
    expect(await value(at.house.store.values(SURVEYS).get(String(ANN)))).toBeUndefined();
    // What cannot be read is not set aside either: the copy would outlive the hour.
    expect(SURVEYS.fleeting).toBe(true);
  });

  it('leaves what laptops do for cases as it is', async () => {
    await began();
    expect(await at.jobs.running({ chat: ANN })).toEqual(ok([]));
    expect(await at.jobs.running({ laptop: at.laptop.agentId })).toEqual(ok([]));
  });

  it('says so in the chat when nobody at the laptop answers', async () => {
    const jobId = await began();
    const ring = { chatId: ANN, jobId, kind: 'choice', waiting: 'leave', waitedMs: 600_000 } as const;
    expect(await at.jobs.rang(ring)).toBe(true);
    expect(at.heard).toMatchObject([{ type: 'job-overdue', caseId: '', jobId, late: { waiting: 'leave' } }]);
    await at.laptop.sendEvents([surveyed(jobId, [])]);
    expect(await at.jobs.rang(ring)).toBe(true);
    expect(at.heard).toHaveLength(2);
  });
});
