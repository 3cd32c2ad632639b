import type { Log } from '../../kernel/log.ts';
import type { HubAbout } from '../../link/messages.ts';
import { QUICK_POLL_MS } from '../times.ts';
import type { Clock } from './clock.ts';
import { createHold } from './hold.ts';
import type { HubClient } from './hub-client.ts';
import type { Intake } from './intake.ts';
import type { Jobs } from './jobs.ts';
import type { Line } from './line.ts';
import type { Outbox } from './outbox.ts';

/** Fetches commands until `signal`: on disk first, then carried out, and acknowledged by the next poll's cursor. */
export async function pollLoop(tools: {
  client: HubClient;
  intake: Intake;
  jobs: Jobs;
  clock: Clock;
  line: Line;
  signal: AbortSignal;
  onDiskFailure: (code: string) => void;
  onAbout: (about: HubAbout) => void;
}): Promise<void> {
  const { client, intake, jobs, clock, line, signal } = tools;
  const hold = createHold();
  // The first poll is not held, and neither is the first after a failure: it tells at once that the line works.
  let isHeld = false;
  while (!signal.aborted) {
    const waitMs = isHeld ? hold.ms() : 0;
    const asked = clock.now();
    const polled = await client.poll(intake.cursor(), waitMs, signal);
    if (!polled.ok) {
      if (isHeld) hold.broke(polled.failure.reason, clock.now() - asked);
      isHeld = false;
      await line.failed(polled.failure);
      continue;
    }
    line.worked();
    if (isHeld) hold.answered();
    if (polled.value.about) tools.onAbout(polled.value.about);
    const taken = await intake.take(polled.value.commands);
    if (!taken.ok) {
      tools.onDiskFailure(taken.failure.code);
      await line.pause();
      continue;
    }
    for (const command of taken.value) await jobs.accept(command);
    const quick = isHeld && clock.now() - asked < QUICK_POLL_MS;
    if (taken.value.length === 0 && quick) await clock.sleep(QUICK_POLL_MS, signal);
    isHeld = true;
  }
}

/** Brings events to the hub until `signal`, oldest first, each until it is accepted. */
export async function sendLoop(tools: {
  client: HubClient;
  outbox: Outbox;
  line: Line;
  signal: AbortSignal;
  log: Log;
}): Promise<void> {
  const { client, outbox, line, signal, log } = tools;
  let oneByOne = false;
  for (;;) {
    await outbox.wait(signal);
    if (signal.aborted) return;
    const batch = outbox.batch().slice(0, oneByOne ? 1 : undefined);
    const sent = await client.sendEvents(batch, signal);
    if (sent.ok) {
      line.worked();
      oneByOne = false;
      await outbox.remove(sent.value);
      if (sent.value.length === 0) await line.pause();
    } else if (sent.failure.reason === 'bad-request' || sent.failure.reason === 'too-large') {
      // One event the hub will never take must not hold up the others: find it, and let it go.
      if (batch.length === 1) {
        log.error(
          { event: batch[0]?.type, reason: sent.failure.reason },
          'the hub refused an event: dropped',
        );
        await outbox.remove(batch.map(({ id }) => id));
      }
      oneByOne = true;
    } else {
      await line.failed(sent.failure);
    }
  }
}
