import { constants } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import * as z from 'zod';
import { reach } from '../kernel/fail-points.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { errorCode } from './error-code.ts';
import { ensureHome, type HomeFailure, syncFolder } from './home.ts';

const FILE = 'journal.jsonl';
/** A line is about 400 bytes: some 2,500 of them, then a new file is begun. */
const ROTATE_BYTES = 1024 * 1024;
/** Old files that are kept. */
const KEPT = 9;

const entry = z.object({
  /** Time of the laptop, ISO 8601. */
  at: z.string(),
  /**
   * `begun`: a person is asked for the password. `intent`: the datagram of an unbind is about to leave. `result`: how
   * it ended, also where nothing was sent. `settled`: what a later run found out about an intent without a result.
   * `login`: the password is about to be used for reading alone. `inspected`: how that ended. `late-answer`: when the
   * datagram was out, somebody else answered in the device's place.
   */
  event: z.enum(['begun', 'intent', 'result', 'settled', 'login', 'inspected', 'late-answer']),
  /** Names one attempt from its intent to its result (ULID). */
  attempt: z.string(),
  origin: z.enum(['local', 'bot']),
  /** Account at the laptop. */
  operator: z.string().optional(),
  technician: z.string().optional(),
  caseId: z.string().optional(),
  shortSerial: z.string(),
  fullSerial: z.string().nullable().optional(),
  mac: z.string().nullable().optional(),
  address: z.string().optional(),
  interface: z.string().optional(),
  /** As the device announced it. */
  bindStatus: z.string().optional(),
  driver: z.string().optional(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
  /** The device's own word where it is none we know. */
  word: z.string().optional(),
  attemptsLeft: z.number().optional(),
  lockMinutes: z.number().optional(),
  /** The device has not said `lockMinutes`. */
  lockAssumed: z.boolean().optional(),
  verified: z.boolean().optional(),
});
export type JournalEntry = z.infer<typeof entry>;

/** The intent of an attempt whose end nobody saw, with what its result says, where there is one. */
export type OpenAttempt = Omit<JournalEntry, 'event'> & { readonly event: 'intent' };

/** One attempt of the journal, from its first line to its last. */
export interface Attempt {
  readonly id: string;
  /** When it began, by the laptop's clock then; ISO 8601. */
  readonly at: string;
  readonly shortSerial: string;
  readonly origin: JournalEntry['origin'];
  /** Who asked for it in the chat; null: the person at the laptop, or it was not written. */
  readonly technician: string | null;
  /** `reading`: nothing was to be changed. */
  readonly task: 'unbind' | 'reading';
  /** The datagram of an unbind was about to leave. */
  readonly sent: boolean;
  /** A word of the report, or `not-carried-out`, as a later run has found out; null: its end was not written, by a crash or because it is still going on. */
  readonly outcome: string | null;
  readonly verified: boolean;
}

/**
 * The agent's diary of what it did to devices: one JSON object a line, only ever appended to, on disk before the
 * call returns. It holds no secret (protocol/sadp.md 15, rule 7) and may be shown to anybody.
 */
export interface Journal {
  write(what: Omit<JournalEntry, 'at' | 'operator'>): Promise<Result<void, HomeFailure>>;
  /** Intents for this device whose end nobody saw: a crash came before the result, or the device only accepted it. */
  unsettled(shortSerial: string): Promise<Result<readonly OpenAttempt[], HomeFailure>>;
  /** Whether the datagram of a job of the bot's was ever about to leave, whatever became of it. */
  hasIntent(jobId: string): Promise<Result<boolean, HomeFailure>>;
  /** The last attempts, the newest first. */
  recent(most: number): Promise<Result<readonly Attempt[], HomeFailure>>;
}

/** Opens the journal of a state folder; nothing is made before the first line. */
export function openJournal(home: string, now: () => Date = () => new Date()): Journal {
  const path = join(home, FILE);
  return {
    write: async (what) => {
      const made = await ensureHome(home);
      if (!made.ok) return made;
      FAIL_POINT: {
        const code = await reach('journal-before', what.event);
        if (code !== null) return fail({ reason: 'unwritable', code });
      }
      try {
        await rotate(home, path);
        await append(path, JSON.stringify({ at: now().toISOString(), operator: operator(), ...what }));
        FAIL_POINT: {
          const code = await reach('journal-after', what.event);
          if (code !== null) return fail({ reason: 'unwritable', code });
        }
        return ok(undefined);
      } catch (error) {
        return fail({ reason: 'unwritable', code: errorCode(error) });
      }
    },
    unsettled: async (shortSerial) => {
      try {
        const entries = (await readAll(home)).filter((one) => one.shortSerial === shortSerial);
        const ended = new Set(
          entries
            .filter(
              ({ event, outcome = '' }) =>
                event === 'settled' || (event === 'result' && !STILL_OPEN.includes(outcome)),
            )
            .map(({ attempt }) => attempt),
        );
        const results = new Map(
          entries.filter(({ event }) => event === 'result').map((one) => [one.attempt, one]),
        );
        return ok(
          entries.flatMap(({ event, ...intent }) => {
            if (event !== 'intent' || ended.has(intent.attempt)) return [];
            const { outcome, reason } = results.get(intent.attempt) ?? {};
            return [{ ...intent, event, outcome, reason }];
          }),
        );
      } catch (error) {
        return fail({ reason: 'unwritable', code: errorCode(error) });
      }
    },
    hasIntent: async (jobId) => {
      try {
        const entries = await readAll(home);
        return ok(
          entries.some(
            ({ event, origin, caseId }) => event === 'intent' && origin === 'bot' && caseId === jobId,
          ),
        );
      } catch (error) {
        return fail({ reason: 'unwritable', code: errorCode(error) });
      }
    },
    recent: async (most) => {
      try {
        return ok(
          attemptsOf(await readAll(home))
            .slice(-most)
            .reverse(),
        );
      } catch (error) {
        return fail({ reason: 'unwritable', code: errorCode(error) });
      }
    },
  };
}

/** Attempts in the order in which they began; a later line about one says how it ended. */
function attemptsOf(entries: readonly JournalEntry[]): Attempt[] {
  const attempts = new Map<string, Attempt>();
  for (const { attempt: id, event, at, shortSerial, origin, technician = null, ...line } of entries) {
    const known = attempts.get(id) ?? { ...NOTHING_YET, id, at, shortSerial, origin, technician };
    const { outcome = known.outcome, verified = known.verified } = line;
    const isStillBound = event === 'settled' && !verified;
    attempts.set(id, {
      ...known,
      task: READS.includes(event) ? 'reading' : known.task,
      sent: known.sent || event === 'intent',
      outcome: isStillBound ? 'not-carried-out' : outcome,
      verified,
    });
  }
  return [...attempts.values()];
}

const NOTHING_YET = { task: 'unbind', sent: false, outcome: null, verified: false } as const;
const READS: readonly JournalEntry['event'][] = ['login', 'inspected'];

/** Sent, and perhaps still on its way when the agent stopped looking: no end yet, the device's status will tell. */
const STILL_OPEN = ['accepted-unconfirmed', 'unknown'];

/** Appends one line. A line that a power cut left unfinished is ended first, so that it spoils only itself. */
async function append(path: string, line: string): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const cut = size > 0 && last.toString() !== '\n';
    // All of it, or an error: a single write may stop where the disk is full.
    await file.writeFile(`${cut ? '\n' : ''}${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Old files get a name of their own, never an existing one: two agents may rotate at the same moment. */
async function rotate(home: string, path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size < ROTATE_BYTES) return;
  await rename(path, join(home, `journal-${ulid()}.jsonl`)).catch(() => undefined);
  await syncFolder(home);
  const old = (await files(home)).slice(0, -KEPT);
  for (const name of old) await rm(join(home, name), { force: true });
}

/** Rotated files, oldest first: their names are ULIDs, which sort by time. */
async function files(home: string): Promise<string[]> {
  const names = await readdir(home);
  return names.filter((name) => /^journal-[0-9A-Z]{26}\.jsonl$/.test(name)).sort();
}

/** The newest file first: where it is rotated meanwhile, its lines are read twice and not missed. */
async function readAll(home: string): Promise<JournalEntry[]> {
  const read = (name: string) => readFile(join(home, name), 'utf8').catch(missing(''));
  const newest = await read(FILE);
  const names = await files(home).catch(missing<string[]>([]));
  const older = await Promise.all(names.map(read));
  return [...older, newest].flatMap((text) => text.split('\n')).flatMap(readLine);
}

/** A file that is not there is empty; one that cannot be read is a failure. */
function missing<T>(empty: T): (error: unknown) => T {
  return (error) => {
    if (errorCode(error) === 'ENOENT') return empty;
    throw error;
  };
}

function readLine(line: string): JournalEntry[] {
  try {
    const read = entry.safeParse(JSON.parse(line));
    return read.success ? [read.data] : [];
  } catch {
    return [];
  }
}

function operator(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
