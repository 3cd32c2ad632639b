/**
 * What the person at the laptop does without a bot: a search, a question to one device, an unbind of one, as the command line
 * has them, told as jobs of this laptop.
 */
import { ulid } from 'ulid';
import { parseSerial } from '../../device/serial.ts';
import { spelled } from '../cli/arguments.ts';
import type { Engine } from '../engine.ts';
import type { AgentNews, JobAbout, JobEnd } from '../news.ts';
import type { LaptopPrompt } from '../prompt/prompt.ts';
import type { Report } from '../unbind/contract.ts';

/** How long a search listens, ms: as long as the command line's. */
const SEARCH_MS = 10_000;

type Tell = (news: AgentNews) => void;

/** What own tasks work with. */
export interface OwnTools {
  readonly engine: Engine;
  readonly tell: Tell;
  /** A fault of this program, for the log. */
  readonly onFault: (error: unknown) => void;
}

/** The short serial number that was meant; null: it is none. */
export function readSerial(typed: string): string | null {
  const serial = parseSerial(spelled(typed));
  return serial.ok ? serial.value.short : null;
}

/** Whether `confirm` repeats a short serial number. */
export function isRepeated(confirm: string, shortSerial: string): boolean {
  return spelled(confirm) === shortSerial;
}

export async function searchHere({ engine, tell }: OwnTools, signal: AbortSignal): Promise<void> {
  const job = begin(tell, 'discover', null);
  const report = await engine.discover({ waitMs: SEARCH_MS, signal });
  tell({ kind: 'seen', jobId: job.id, report });
  const end: JobEnd = signal.aborted
    ? { kind: 'failed', reason: 'cancelled' }
    : { kind: 'searched', found: report.devices.length > 0 };
  tell({ kind: 'job-ended', job, end });
}

/** A first look, for the window to show something: it is nobody's wish, so that nothing is told of it but what was seen. */
export async function lookAround({ engine, tell }: OwnTools, signal: AbortSignal): Promise<void> {
  const report = await engine.discover({ waitMs: SEARCH_MS, signal });
  if (!signal.aborted) tell({ kind: 'seen', jobId: ulid(), report });
}

export async function askStatusHere(
  { engine, tell }: OwnTools,
  shortSerial: string,
  signal: AbortSignal,
): Promise<void> {
  const job = begin(tell, 'status', shortSerial);
  const report = await engine.readStatus({
    shortSerial,
    signal,
    onNote: (note) => tell({ kind: 'noted', jobId: job.id, note }),
  });
  tell({ kind: 'job-ended', job, end: { kind: 'status', report } });
}

/** One attempt at most, as ever: lock, ledger and journal are the engine's. */
export async function unbindHere(
  { engine, tell, onFault }: OwnTools,
  asked: { readonly shortSerial: string; readonly afterLock: boolean; readonly prompt: LaptopPrompt },
  signal: AbortSignal,
): Promise<void> {
  const { shortSerial, afterLock, prompt } = asked;
  const job = begin(tell, 'unbind', shortSerial);
  const jobId = job.id;
  // From the key exchange on, only the journal knows whether the datagram has left.
  let mayBeSent = false;
  const perform = async (): Promise<Report> => {
    try {
      return await engine.performUnbind({
        shortSerial,
        origin: 'local',
        afterLock,
        signal,
        prompt: async (plan, over, wasRefused) => {
          const attemptsLeft = plan.attemptsAssumed ? null : plan.attemptsLeft;
          const question = { kind: 'question', jobId, asks: 'password', attemptsLeft } as const;
          tell({ ...question, state: 'shown' });
          const answer = await prompt.ask(plan, over, wasRefused);
          tell({ ...question, state: answer.kind === 'typed' ? 'answered' : 'closed' });
          return answer;
        },
        onStage: (stage) => {
          mayBeSent ||= stage === 'exchange';
          tell({ kind: 'stage', jobId, stage });
        },
        onNote: (note) => tell({ kind: 'noted', jobId, note }),
      });
    } catch (error) {
      onFault(error);
      return { shortSerial, outcome: mayBeSent ? 'unknown' : 'refused', reason: 'internal', verified: false };
    }
  };
  tell({ kind: 'job-ended', job, end: { kind: 'unbind', report: await perform() } });
}

function begin(tell: Tell, task: JobAbout['task'], shortSerial: string | null): JobAbout {
  const job = {
    id: ulid(),
    task,
    origin: 'local',
    shortSerial,
    technician: null,
    place: null,
    settles: false,
  } as const;
  tell({ kind: 'job-begun', job });
  return job;
}
