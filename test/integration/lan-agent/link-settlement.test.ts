import { ulid } from 'ulid';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../../src/kernel/log.ts';
import type { Engine } from '../../../src/lan-agent/engine.ts';
import { systemClock } from '../../../src/lan-agent/link/clock.ts';
import { openIntake } from '../../../src/lan-agent/link/intake.ts';
import { createJobs } from '../../../src/lan-agent/link/jobs.ts';
import { type NewEvent, openOutbox } from '../../../src/lan-agent/link/outbox.ts';
import { createGroupPasswords } from '../../../src/lan-agent/prompt/group-password.ts';
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
  await intake.value.take([
    {
      id: ulid(),
      type: 'unbind',
      jobId,
      permit: 'permit',
      shortSerial: 'J50000062',
      technician: 'Anna',
      language: 'en',
      afterLock: false,
      expiresAt: Date.now() + 60_000,
    },
  ]);
  // Where the agent was killed: its permit is traded, and nobody knows what of its datagram.
  await intake.value.arm(jobId);

  let broken: (event: NewEvent) => void = () => undefined;
  const last = new Promise<NewEvent>((resolve) => {
    broken = resolve;
  });
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
    emit: async (event) => broken(event),
    onNote: () => undefined,
    permit: async () => false,
    log,
  });
  await jobs.resume();
  expect(await last).toMatchObject({
    type: 'outcome',
    jobId,
    report: { outcome: 'unknown', reason: 'internal', verified: false },
  });
  await jobs.stop();
  expect(intake.value.open()).toEqual([]);
});
