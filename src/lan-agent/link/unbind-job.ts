import { type Language, languageOf } from '../../../locales/language.ts';
import type { AgentCommand } from '../../link/messages.ts';
import type { Engine } from '../engine.ts';
import { type Hindrance, isHindrance } from '../network/hindrances.ts';
import type { JobNews, Note } from '../news.ts';
import type { RandomInt } from '../picture/draw.ts';
import type { Asks, GroupPasswords } from '../prompt/group-password.ts';
import type { LaptopPrompt } from '../prompt/prompt.ts';
import type { Report, UnbindReason } from '../unbind/contract.ts';
import type { Clock } from './clock.ts';
import { reportHindrances } from './hindrance-reports.ts';
import type { NewEvent } from './outbox.ts';
import { createPictureTalk, type PictureTalk } from './picture-talk.ts';

export type UnbindCommand = Extract<AgentCommand, { type: 'unbind' }>;

/** What a job works with. */
export interface JobTools {
  readonly engine: Engine;
  readonly promptFor: (language: Language) => LaptopPrompt;
  readonly groups: GroupPasswords;
  /** By the server's time. */
  readonly clock: Clock;
  readonly challengeRandom: RandomInt | undefined;
  readonly emit: (event: NewEvent) => Promise<void>;
  /** For the person at the laptop. */
  readonly onNews: (news: JobNews) => void;
  /** Trades the permit and notes on disk that the outcome may be unknown from here on. */
  readonly permit: (command: UnbindCommand, signal: AbortSignal) => Promise<boolean>;
  /** Whether a job's datagram was ever about to leave, as the journal has it. */
  readonly wasSent: (jobId: string) => Promise<boolean>;
}

/** One unbind that the bot asked for, from its first look at the LAN to its last event. */
export interface UnbindJob {
  readonly pictures: PictureTalk;
  /** The last event of the job. */
  run(signal: AbortSignal): Promise<UnbindEnd>;
}

/** Its report's reason is one of ours. */
export type UnbindEnd =
  | (Extract<NewEvent, { type: 'outcome' }> & { readonly report: Report })
  | Extract<NewEvent, { type: 'job-failed' }>;

/** Reasons after which no unbind took place at all: the job failed, which the chat words on its own. */
const FAILED: readonly (UnbindReason | undefined)[] = [
  'challenge-failed',
  'challenge-expired',
  'cancelled',
  'busy',
];

export function createUnbindJob(command: UnbindCommand, tools: JobTools): UnbindJob {
  const { jobId, shortSerial, technician, afterLock, group } = command;
  const { emit, clock, groups, onNews } = tools;
  const pictures = createPictureTalk({ jobId, clock, random: tools.challengeRandom, emit });
  return {
    pictures,
    run: async (signal) => {
      const turn = groups.begin(group, tools.promptFor(languageOf(command.language)));
      if (!turn) return { type: 'job-failed', jobId, reason: 'group-stopped' };
      const stood: Hindrance[] = [];
      const onNote = (note: Note) => onNews({ kind: 'noted', jobId, note });
      let report: Report | null = null;
      try {
        report = await tools.engine.performUnbind({
          shortSerial,
          origin: 'bot',
          caseId: jobId,
          technician,
          afterLock,
          signal,
          challenge: (_plan, over) => pictures.run(over),
          prompt: async (plan, over, wasRefused) => {
            const attemptsLeft = plan.attemptsAssumed ? null : plan.attemptsLeft;
            let asks: Asks = 'password';
            const tell = (state: 'shown' | 'typed' | 'abandoned') =>
              emit({ type: 'prompt', jobId, state, attemptsLeft, asks });
            const answer = await turn.ask(plan, over, wasRefused, async (next) => {
              asks = next;
              await tell('shown');
            });
            await tell(answer.kind === 'typed' ? 'typed' : 'abandoned');
            return answer;
          },
          permit: (_plan, over) => tools.permit(command, over),
          onNote: (note) => {
            if (isHindrance(note)) stood.push(note);
            onNote(note);
          },
          onStage: (stage) => onNews({ kind: 'stage', jobId, stage }),
        });
      } finally {
        groups.ended(group, report);
      }
      if (report.reason !== undefined && FAILED.includes(report.reason)) {
        return { type: 'job-failed', jobId, reason: report.reason };
      }
      // Where the device was found after all, nothing stood in the way.
      const hindrances = reportHindrances(report.outcome === 'not-found' ? stood : []);
      return { type: 'outcome', jobId, report, hindrances };
    },
  };
}

/**
 * Finds out what became of an unbind that a crash cut off after its permit was traded. The engine settles its own
 * journal by reading the status; nobody is asked for a password, so nothing can be sent.
 */
export async function settleUnbind(
  command: UnbindCommand,
  { engine, onNews }: Pick<JobTools, 'engine' | 'onNews'>,
  signal: AbortSignal,
): Promise<Report> {
  const { shortSerial, jobId, technician } = command;
  const { verified, attemptsLeft, lockMinutes, lockAssumed } = await engine.performUnbind({
    shortSerial,
    origin: 'bot',
    caseId: jobId,
    technician,
    afterLock: false,
    signal,
    challenge: async () => 'abandoned',
    prompt: async () => ({ kind: 'abandoned' }),
    permit: async () => false,
    onNote: (note) => onNews({ kind: 'noted', jobId, note }),
    onStage: (stage) => onNews({ kind: 'stage', jobId, stage }),
  });
  return {
    shortSerial,
    outcome: verified ? 'unbound' : 'unknown',
    reason: 'earlier-attempt',
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
    ...(lockMinutes === undefined ? {} : { lockMinutes }),
    ...(lockAssumed === undefined ? {} : { lockAssumed }),
    verified,
  };
}
