import { ulid } from 'ulid';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../../src/kernel/log.ts';
import type { Engine } from '../../../src/lan-agent/engine.ts';
import { systemClock } from '../../../src/lan-agent/link/clock.ts';
import { openIntake } from '../../../src/lan-agent/link/intake.ts';
import { createJobs } from '../../../src/lan-agent/link/jobs.ts';
import { type NewEvent, openOutbox } from '../../../src/lan-agent/link/outbox.ts';
import { createGroupPasswords } from '../../../src/lan-agent/prompt/group-password.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/store.ts';

it('reports an unbind as unknown whose settlement breaks, and never as one of which nothing was sent', async () => {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const log = createLog('silent', 'test');
  const [intake, outbox] = await Promise.all([
    openIntake(folder.path, Date.now, log),
    openOutbox(folder.path, Date.now, log),
  ]);
  if (!intake.ok || !outbox.ok) throw new Error('the folder cannot be used');
  const jobId = ulid();
  const unbind = {
    id: ulid(),
    type: 'unbind',
    jobId,
    permit: 'permit',
    shortSerial: 'J50000062',
    technician: 'Anna',
    language: 'en',
    afterLock: false,
    group: { id: ulid(), samePassword: true, last: false, number: 1, of: 2 },
    expiresAt: Date.now() + 60_000,
  } as const;
  await intake.value.take([unbind]);
  // Where the agent was killed: its permit is traded, and nobody knows what of its datagram.
  await intake.value.arm(jobId);

  const told: NewEvent[] = [];
  const breaks = () => Promise.reject(new Error('a fault of this program'));
  const engine: Engine = {
    discover: breaks,
    readStatus: breaks,
    performUnbind: breaks,
    performInspect: breaks,
  };
  const jobs = createJobs({
    engine,
    promptFor: () => ({ ask: breaks, consent: breaks }),
    groups: createGroupPasswords({ clock: systemClock, onForgotten: () => undefined }),
    clock: systemClock,
    challengeRandom: undefined,
    intake: intake.value,
    outbox: outbox.value,
    emit: async (event) => void told.push(event),
    onNews: () => undefined,
    permit: async () => false,
    wasSent: async () => false,
    log,
  });
  await jobs.resume();
  await eventually(() => expect(told).toHaveLength(1));
  expect(told[0]).toMatchObject({
    type: 'outcome',
    jobId,
    report: { outcome: 'unknown', reason: 'internal', verified: false },
  });
  // What nobody knows the end of stops the run of its group, over the restart, too.
  const next = { ...unbind, id: ulid(), jobId: ulid() };
  await intake.value.take([next]);
  await jobs.accept(next);
  await eventually(() => expect(told).toHaveLength(2));
  expect(told[1]).toMatchObject({ type: 'job-failed', jobId: next.jobId, reason: 'group-stopped' });
  await jobs.stop();
  expect(intake.value.open()).toEqual([]);
});
