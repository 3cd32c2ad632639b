import * as z from 'zod';
import { type Waiting, waiting } from '../../flows/engine/events.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import { type DataOf, kind, step } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { StoreFailure, Values } from '../../store/store.ts';
import {
  CHOICE_MS,
  LOOK_EVERY_MS,
  ON_THE_WAY_MS,
  PASSWORD_LIMIT_MS,
  REMIND_MS,
  RING_AGAIN_MS,
  WORD_MS,
} from './times.ts';

/** `at`: when it rings next, milliseconds. */
const alarm1 = z.object({ at: z.number(), chatId: z.number(), jobId: z.string() });

const alarmWith = <W extends z.ZodType<Exclude<Waiting, 'picture'>>>(others: W) =>
  alarm1.extend({
    wait: z
      .union([z.object({ waiting: z.literal('picture'), until: z.number() }), z.object({ waiting: others })])
      .exactOptional(),
    /** When the wait began, milliseconds. */
    since: z.number().exactOptional(),
    /** The word was said; what comes is the choice. */
    said: z.boolean().exactOptional(),
  });

/** By job. Alarms of before have a time alone: they ring for the choice. */
export const ALARMS = kind({
  name: 'timers',
  // Who else acts on one: the process that rings it, and that asks what is on disk before it does.
  gathers: true,
  version: 3,
  schema: alarmWith(waiting.exclude(['picture'])),
  steps: [
    step('nobody knows what it waits for', alarm1, (old) => old),
    step('there were no surveys', alarmWith(waiting.exclude(['picture', 'survey', 'leave'])), (old) => old),
  ],
});
export type Alarm = DataOf<typeof ALARMS>;
/** What is waited for; of a picture also until when it may be answered, ms. */
export type Wait = NonNullable<Alarm['wait']>;

/** An alarm that rings: first for a word (of a wait for a person, the reminder), then for the choice. */
export interface Ring {
  readonly chatId: number;
  readonly jobId: string;
  readonly kind: 'word' | 'choice';
  /** Null: of before, nobody knows. */
  readonly waiting: Waiting | null;
  /** How long it was waited, ms. */
  readonly waitedMs: number;
}

/**
 * The alarm of every wait for a laptop, or for a person at it: counted from what is waited for, and there after a restart
 * (the conversations engine itself looks at time only when an update comes).
 */
export interface Alarms {
  /** A wait of this job begins: its alarm is set anew. */
  set(chatId: number, jobId: string, wait: Wait): Promise<Result<void, StoreFailure>>;
  /** The same where no alarm of the job is set. */
  ensure(chatId: number, jobId: string, wait: Wait): Promise<Result<void, StoreFailure>>;
  clear(jobId: string): Promise<Result<void, StoreFailure>>;
  /** What is waited for; undefined: nothing that an alarm is set for, as far as the store can be asked. */
  waitOf(jobId: string): Promise<Wait | undefined>;
  /** Loads the alarms of the last run, and rings from now on. */
  start(): Promise<Result<void, StoreFailure>>;
  /** Rings no more. What is set stays for the next run. */
  stop(): void;
}

/** When an alarm rings for its word and for its choice. Pure. */
function timesOf(wait: Wait, since: number): { word: number; choice: number } {
  switch (wait.waiting) {
    case 'picture':
      return { word: wait.until - REMIND_MS, choice: wait.until + ON_THE_WAY_MS };
    case 'leave':
    case 'password': {
      const until = since + (wait.waiting === 'leave' ? PROMPT_LIMIT_MS : PASSWORD_LIMIT_MS);
      return { word: until - REMIND_MS, choice: until + ON_THE_WAY_MS };
    }
    default:
      return { word: since + WORD_MS, choice: since + CHOICE_MS };
  }
}

/** The alarm of a wait that begins. Pure. */
export function firstAlarm(chatId: number, jobId: string, wait: Wait, since: number): Alarm {
  const { word, choice } = timesOf(wait, since);
  // A picture that is answered late says itself how little time is left.
  const said = word <= since;
  return { chatId, jobId, wait, since, said, at: said ? choice : word };
}

/** What an alarm rings for. Pure. */
export function ringOf(alarm: Alarm, now: number): Ring {
  const { chatId, jobId, wait, since = alarm.at } = alarm;
  const kind = isForChoice(alarm) ? 'choice' : 'word';
  return { chatId, jobId, kind, waiting: wait?.waiting ?? null, waitedMs: Math.max(0, now - since) };
}

/** The alarm after one that rang for the word; null: it has rung for the choice. Pure. */
export function choiceAfter(alarm: Alarm): Alarm | null {
  const { wait, since = alarm.at } = alarm;
  if (!wait || isForChoice(alarm)) return null;
  return { ...alarm, said: true, at: timesOf(wait, since).choice };
}

function isForChoice({ wait, said = wait === undefined }: Alarm): boolean {
  return said;
}

/**
 * @param ring tells the chat; false when it could not be told now
 * @param clock milliseconds. It is looked at once a second: a machine that slept rings as soon as it is awake
 */
export function createAlarms(
  values: Values<Alarm>,
  ring: (ring: Ring) => Promise<boolean>,
  clock: () => number,
  log: Log,
): Alarms {
  const set = new Map<string, Alarm>();
  const ringing = new Set<string>();
  let looking: NodeJS.Timeout | undefined;

  /** The one that was set last counts, whichever of two is written first: one that gathers is taken sooner than one on its way to the disk. */
  async function save(alarm: Alarm): Promise<Result<void, StoreFailure>> {
    const { jobId } = alarm;
    const before = set.get(jobId);
    set.set(jobId, alarm);
    const saved = await values.set(jobId, alarm);
    if (!saved.ok && set.get(jobId) === alarm) {
      if (before) set.set(jobId, before);
      else set.delete(jobId);
    }
    return saved;
  }

  /**
   * Whether an alarm is on disk as it is known here. Where the commit that should have had it failed, what is there counts: whoever
   * wanted the other one was told, and begins anew.
   */
  async function isWritten(alarm: Alarm): Promise<boolean> {
    const { jobId } = alarm;
    const there = await values.get(jobId);
    // Whatever became of what is there, somebody waits: rung, it tells whoever asks of its job that the store is away.
    if (!there.ok || isSame(there.value, alarm)) return true;
    if (set.get(jobId) !== alarm) return false;
    if (there.value) set.set(jobId, there.value);
    else set.delete(jobId);
    return false;
  }

  async function ringOne(alarm: Alarm): Promise<void> {
    const { jobId } = alarm;
    if (!(await isWritten(alarm))) return;
    const heard = await ring(ringOf(alarm, clock())).catch((error: unknown) => {
      log.error({ err: error, job: jobId }, 'an alarm could not be rung');
      return false;
    });
    // Set anew or cleared while it rang: that is another wait.
    if (set.get(jobId) !== alarm) return;
    if (!heard) {
      set.set(jobId, { ...alarm, at: clock() + RING_AGAIN_MS });
      return;
    }
    const choice = choiceAfter(alarm);
    if (choice) {
      const next = await save(choice);
      if (!next.ok) log.warn({ job: jobId, failure: next.failure.reason }, 'alarm not moved on');
      return;
    }
    set.delete(jobId);
    // Forgotten only after it rang: a crash in between rings again.
    const gone = await values.delete(jobId);
    if (!gone.ok) log.warn({ job: jobId, failure: gone.failure.reason }, 'alarm not forgotten');
  }

  function look(): void {
    for (const alarm of set.values()) {
      if (alarm.at > clock() || ringing.has(alarm.jobId)) continue;
      ringing.add(alarm.jobId);
      void ringOne(alarm).finally(() => ringing.delete(alarm.jobId));
    }
  }

  const begin: Alarms['set'] = (chatId, jobId, wait) => save(firstAlarm(chatId, jobId, wait, clock()));

  return {
    set: begin,
    async ensure(chatId, jobId, wait) {
      return set.has(jobId) ? ok(undefined) : begin(chatId, jobId, wait);
    },
    async clear(jobId) {
      set.delete(jobId);
      return values.delete(jobId);
    },
    waitOf: async (jobId) => set.get(jobId)?.wait,
    async start() {
      const keys = await values.keys();
      if (!keys.ok) return keys;
      for (const key of keys.value) {
        const alarm = orNone(await values.get(key));
        if (!alarm.ok) return alarm;
        if (alarm.value) set.set(key, alarm.value);
      }
      looking = setInterval(look, LOOK_EVERY_MS);
      return ok(undefined);
    },
    stop() {
      clearInterval(looking);
    },
  };
}

/** Whether both are of the same wait, and as far; when it rings may have been put off. */
function isSame(one: Alarm | undefined, other: Alarm): boolean {
  return (
    one !== undefined &&
    one.since === other.since &&
    one.said === other.said &&
    one.wait?.waiting === other.wait?.waiting
  );
}
