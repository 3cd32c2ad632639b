import type { Log } from '../../kernel/log.ts';
import { type AgentCommand, MAX_BODY_BYTES } from '../../link/messages.ts';
import { type Hindrance, isFoundSetAside, isHindrance } from '../network/hindrances.ts';
import type { JobEnd, JobFailure } from '../news.ts';
import { reportHindrances } from './hindrance-reports.ts';
import type { Intake, JobCommand } from './intake.ts';
import { isJobCommand } from './intake.ts';
import { aboutJob, newsOf } from './job-news.ts';
import type { NewEvent, Outbox } from './outbox.ts';
import {
  createUnbindJob,
  type JobTools,
  settleUnbind,
  type UnbindCommand,
  type UnbindEnd,
  type UnbindJob,
} from './unbind-job.ts';
import { createVisits } from './visits.ts';

const MAX_DEVICES = 500;
const MAX_INTERFACES = 64;
/** Of the devices in one event, so that it fits into a body with what stands around them. */
const MAX_LIST_BYTES = MAX_BODY_BYTES - 64 * 1024;

/** Carries out commands, one job at a time. */
export interface Jobs {
  /** Hands in a command that was taken. */
  accept(command: AgentCommand): Promise<void>;
  /** Takes up what an earlier process left open. */
  resume(): Promise<void>;
  /** Ends the running job as far as nothing dangerous was sent, and takes no more. */
  stop(): Promise<void>;
}

type Waiting = { readonly command: JobCommand; readonly settle: boolean };
/** How a job ended, as the chat and as the laptop are told. */
type Done = { readonly last: NewEvent; readonly end: JobEnd };
type Running = Waiting & { readonly abort: AbortController; cancelled: boolean; unbind: UnbindJob | null };

export function createJobs(
  given: JobTools & { intake: Intake; outbox: Pick<Outbox, 'some'>; log: Log },
): Jobs {
  const { intake, engine, clock, log, groups, onNews, wasSent } = given;
  /** What the chat hears in the middle of a job, the laptop hears, too. */
  const emit = async (event: NewEvent) => {
    const news = newsOf(event);
    if (news) onNews(news);
    await given.emit(event);
  };
  const tools = { ...given, emit };
  const visits = createVisits(tools);
  const waiting: Waiting[] = [];
  let running: Running | null = null;
  let worker: Promise<void> = Promise.resolve();
  let stopped = false;

  /** The last event first, then the job is forgotten: a crash in between repeats the event, and loses none. */
  const conclude = async ({ command, settle }: Waiting, { last, end }: Done) => {
    await emit(last);
    onNews({ kind: 'job-ended', job: aboutJob(command, settle), end });
    await forget(last.jobId);
  };
  const forget = async (jobId: string) => {
    const saved = await intake.finish(jobId);
    if (!saved.ok) log.error({ code: saved.failure.code }, 'a finished job could not be noted');
  };
  const failed = (job: Waiting, reason: JobFailure) => {
    const last = { type: 'job-failed', jobId: job.command.jobId, reason } as const;
    return conclude(job, doneAs(last));
  };

  /** @param until the one device that is looked for; null: all of them are */
  const look = async (jobId: string, until: string | null, waitMs: number, signal: AbortSignal) => {
    const found = await engine.discover({ until, waitMs, signal });
    for (const note of found.notes) onNews({ kind: 'noted', jobId, note });
    onNews({ kind: 'seen', jobId, report: found });
    // Where one is asked for, the others are nobody's business: their number is enough.
    const asked = found.devices.filter(({ shortSerial }) => until === null || shortSerial === until);
    const devices = fitting(asked);
    const omitted = found.omitted + found.devices.length - devices.length;
    const ways = found.notes
      .filter(isFoundSetAside)
      .filter(({ name }) => devices.some((device) => device.interface === name));
    const seen = {
      devices,
      omitted,
      interfaces: found.interfaces.slice(0, MAX_INTERFACES),
      hindrances: reportHindrances([...found.hindrances, ...ways]),
    };
    const isFound = until === null ? found.devices.length > 0 : found.seen;
    return { seen, end: { kind: 'searched', found: isFound } as const };
  };

  const carryOut = async (job: Running): Promise<Done> => {
    const { command, abort } = job;
    const { jobId } = command;
    switch (command.type) {
      case 'discover': {
        const { seen, end } = await look(jobId, command.until, command.waitMs, abort.signal);
        return { last: { type: 'discovered', jobId, ...seen }, end };
      }
      case 'survey': {
        const refusal = await visits.allow(command, abort.signal);
        if (refusal) return doneAs({ type: 'job-failed', jobId, reason: refusal });
        const { seen, end } = await look(jobId, null, command.waitMs, abort.signal);
        return { last: { type: 'surveyed', jobId, ...seen }, end };
      }
      case 'status': {
        const { shortSerial } = command;
        const stood: Hindrance[] = [];
        const report = await engine.readStatus({
          shortSerial,
          signal: abort.signal,
          onNote: (note) => {
            if (isHindrance(note)) stood.push(note);
            onNews({ kind: 'noted', jobId, note });
          },
        });
        const { status, device, attemptsLeft = null } = report;
        const told = { shortSerial, status, device, attemptsLeft, hindrances: reportHindrances(stood) };
        return { last: { type: 'status', jobId, ...told }, end: { kind: 'status', report } };
      }
      case 'unbind': {
        if (job.settle) {
          const report = await settleUnbind(command, tools, abort.signal);
          groups.ended(command.group, report);
          return doneAs({ type: 'outcome', jobId, report });
        }
        job.unbind = createUnbindJob(command, tools);
        return doneAs(await job.unbind.run(abort.signal));
      }
    }
  };

  /** One that was sent before, and comes again because this laptop's memory of commands was lost, is settled instead. */
  const isOpenEnd = async ({ command, settle }: Waiting) =>
    settle || (command.type === 'unbind' && (await wasSent(command.jobId)));

  const runOne = async (taken: Waiting) => {
    const settle = await isOpenEnd(taken);
    const next = { ...taken, settle };
    const { command } = next;
    const { jobId } = command;
    if (!settle && clock.now() > command.expiresAt) return failed(next, 'expired');
    onNews({ kind: 'job-begun', job: aboutJob(command, settle) });
    const job: Running = { ...next, abort: new AbortController(), cancelled: false, unbind: null };
    running = job;
    try {
      // Free before anybody hears of its end: the next wish may follow on its heels.
      const done = await carryOut(job).finally(() => {
        running = null;
      });
      // Cut off before anything was sent or found out; what an unbind reports after its datagram stands.
      const cutOff = job.abort.signal.aborted && done.last.type !== 'outcome';
      if (!cutOff && !(settle && stopped)) return await conclude(next, done);
      if (job.cancelled) return await failed(next, 'cancelled');
      // The agent stops. Read-only jobs and settlements stay open for its next start.
      if (command.type === 'unbind' && !settle) await failed(next, 'interrupted');
    } catch (error) {
      log.error({ err: error, job: command.type }, 'a job failed by a fault of this program');
      // Whether its datagram has left is for the device to say; a settlement that breaks has not heard it.
      if (settle && command.type === 'unbind') {
        const last = unsettled(command);
        groups.ended(command.group, last.report);
        await conclude(next, doneAs(last));
      } else if (isArmed(jobId)) enqueue({ command, settle: true });
      else await failed(next, 'internal');
    }
  };
  const work = async () => {
    for (let next = waiting.shift(); next && !stopped; next = waiting.shift()) await runOne(next);
  };
  const enqueue = (job: Waiting) => {
    waiting.push(job);
    worker = worker.then(work);
  };
  const isArmed = (jobId: string) => intake.open().some((job) => job.armed && job.command.jobId === jobId);
  const waitsForPeople = () =>
    [...waiting, ...(running ? [running] : [])].some(
      ({ command: { type } }) => type === 'unbind' || type === 'survey',
    );

  const cancel = async (jobId: string) => {
    if (running?.command.jobId === jobId) {
      // A settlement only reads: it has nothing to cancel and an answer to give.
      if (running.settle) return;
      running.cancelled = true;
      running.abort.abort();
      return;
    }
    const at = waiting.findIndex(({ command, settle }) => command.jobId === jobId && !settle);
    if (at >= 0) {
      for (const job of waiting.splice(at, 1)) await failed(job, 'cancelled');
      return;
    }
    // No job that is to be done: perhaps the run of a group, which stops with whatever of it is at work.
    groups.stop(jobId);
    const ofRun = running?.command.type === 'unbind' && running.command.group?.id === jobId ? running : null;
    if (ofRun) await cancel(ofRun.command.jobId);
  };

  return {
    accept: async (command) => {
      if (isJobCommand(command)) {
        // Nobody can say for how long.
        const job = { command, settle: false };
        return waitsForPeople() ? failed(job, 'busy') : enqueue(job);
      }
      if (command.type === 'cancel') return cancel(command.jobId);
      const talk = running?.command.jobId === command.jobId ? running.unbind?.pictures : undefined;
      const pictureId = command.challengeId;
      talk?.hear(
        command.type === 'challenge-answer'
          ? { type: 'answer', pictureId, proof: command.proof }
          : { type: 'refresh', pictureId },
      );
    },
    resume: async () => {
      for (const { command, armed } of intake.open()) {
        const { jobId } = command;
        if (tools.outbox.some((event) => event.jobId === jobId && isLast(event.type))) await forget(jobId);
        else if (command.type !== 'unbind') enqueue({ command, settle: false });
        else if (await isOpenEnd({ command, settle: armed })) enqueue({ command, settle: true });
        else await failed({ command, settle: false }, 'interrupted');
      }
    },
    stop: async () => {
      stopped = true;
      running?.abort.abort();
      await worker;
    },
  };
}

/** Of a whole network: those that one event can carry, whatever they say of themselves. */
function fitting<T>(devices: readonly T[]): T[] {
  let bytes = 0;
  return devices.slice(0, MAX_DEVICES).filter((device) => {
    bytes += Buffer.byteLength(JSON.stringify(device)) + 1;
    return bytes <= MAX_LIST_BYTES;
  });
}

/** What an unbind's last event, or any job's failure, is for the laptop. */
function doneAs(last: UnbindEnd): Done {
  if (last.type === 'job-failed') return { last, end: { kind: 'failed', reason: last.reason } };
  return { last, end: { kind: 'unbind', report: last.report } };
}

/** The outcome of an unbind that was to be settled and could not be. */
function unsettled({ jobId, shortSerial }: UnbindCommand) {
  const report = { shortSerial, outcome: 'unknown', reason: 'internal', verified: false } as const;
  return { type: 'outcome', jobId, report } as const;
}

function isLast(type: NewEvent['type']): boolean {
  return (
    type === 'discovered' ||
    type === 'surveyed' ||
    type === 'status' ||
    type === 'outcome' ||
    type === 'job-failed'
  );
}
