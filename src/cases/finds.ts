/**
 * By what cases are found without a look at the others: their device, the laptop and the technician a job of theirs is at work
 * for, and the day they were closed. What an entry says is looked up in its case: one that a crash has left is passed over, one
 * that is missing never is, because it is written before the case is (docs/decisions/0074).
 */
import * as z from 'zod';
import { ok, type Result } from '../kernel/result.ts';
import { kind } from '../store/kind.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import type { CaseRecord } from './record.ts';

/** By what is sought and case (`<what>:<value>:<case>`): of one value, the last keys are the latest cases. */
export const CASE_FINDS = kind({
  name: 'case-finds',
  // As the cases do: an entry and its case are one commit.
  gathers: true,
  version: 1,
  schema: z.literal(true),
});

/** What cases are found by; times in milliseconds since 1970. */
export type Find =
  | { readonly device: string }
  /** A job is at work for them: at this laptop, or for this technician. */
  | { readonly laptop: string }
  | { readonly chat: number }
  /** Closed; `noted` are those of them that photos or notes are kept with. */
  | { readonly closed: number }
  | { readonly noted: number };

/**
 * So long a job is found by its laptop and its technician, ms: twice as long as it is known at all (bot/jobs/records.ts), which
 * may begin anew once, when a backup is restored.
 */
export const AT_WORK_MS = 48 * 60 * 60_000;

/** Digits of a time in a key: those of today's milliseconds, and room for more. */
const TIME_DIGITS = 15;

/** What the keys of all cases begin with that are found by this. */
export function findPrefix(find: Find): string {
  if ('device' in find) return `device:${find.device}:`;
  if ('laptop' in find) return `laptop:${find.laptop}:`;
  if ('chat' in find) return `chat:${find.chat}:`;
  return 'closed' in find ? `closed:${timeKey(find.closed)}:` : `noted:${timeKey(find.noted)}:`;
}

/** What all keys of one sort begin with, in the order of their values. */
export function sortPrefix(sort: 'closed' | 'noted'): string {
  return `${sort}:`;
}

function timeKey(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(TIME_DIGITS, '0');
}

/** The case a key leads to. */
export function caseIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/** The keys a case is found by: for good, and for as long as it has this job (`AT_WORK_MS`). */
export interface Finds {
  readonly lasting: readonly string[];
  readonly ofJob: readonly string[];
}

export const NOT_FOUND: Finds = { lasting: [], ofJob: [] };

export function findsOf({
  id,
  chatId,
  device,
  job,
  closedAt,
  notes,
}: Pick<CaseRecord, 'id' | 'chatId' | 'device' | 'job' | 'closedAt' | 'notes'>): Finds {
  const key = (find: Find) => findPrefix(find) + id;
  return {
    lasting: [
      ...(device === null ? [] : [key({ device: device.shortSerial })]),
      ...(closedAt === null ? [] : [key({ closed: closedAt })]),
      ...(closedAt === null || notes.length === 0 ? [] : [key({ noted: closedAt })]),
    ],
    ofJob: job === null ? [] : [key({ laptop: job.agentId }), key({ chat: chatId })],
  };
}

/** What is to be added, and taken away, when a case changes. Another job at the same laptop is found for as long again. */
export function findsBetween(
  before: CaseRecord | null,
  after: CaseRecord,
): { readonly added: Finds; readonly gone: readonly string[] } {
  const [was, is] = [before === null ? NOT_FOUND : findsOf(before), findsOf(after)];
  const all = ({ lasting, ofJob }: Finds) => [...lasting, ...ofJob];
  return {
    added: {
      lasting: is.lasting.filter((key) => !was.lasting.includes(key)),
      ofJob:
        before?.job?.id === after.job?.id ? is.ofJob.filter((key) => !was.ofJob.includes(key)) : is.ofJob,
    },
    gone: all(was).filter((key) => !all(is).includes(key)),
  };
}

/** Writes by what these cases are found, all of it: where nothing of it is there, or it may have run out. */
export async function writeFinds(
  store: Pick<Store, 'values'>,
  records: readonly CaseRecord[],
): Promise<Result<void, StoreFailure>> {
  const finds = store.values(CASE_FINDS);
  const all = records.map(findsOf);
  const [first, ...others] = all.flatMap(({ lasting }) => lasting);
  const also = Object.fromEntries(others.map((key) => [key, true as const]));
  const lasting = first === undefined ? ok(true) : await finds.change(first, () => ({ value: true, also }));
  if (!lasting.ok) return lasting;
  const ofJobs = await Promise.all(
    all.flatMap(({ ofJob }) => ofJob).map((key) => finds.set(key, true, AT_WORK_MS)),
  );
  return ofJobs.find((written) => !written.ok) ?? ok(undefined);
}
