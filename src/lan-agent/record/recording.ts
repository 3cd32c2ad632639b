import * as z from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { unbindOutcome, unbindStatus } from '../../link/messages.ts';

/** Raised when a reader of older files could misread a newer one. */
export const RECORDING_VERSION = 1;
/** The recording itself, for programs; the file for people stands beside it (`summary.ts`). */
export const RECORDING_FILE = 'recording.jsonl';

/** Ms since the recording began. */
const time = z.number().min(0);

const hidden = z.object({
  /** Element, `@attribute` or `#comment` whose value was taken out. */
  name: z.string(),
  /** How many bytes were replaced by as many `*`. */
  bytes: z.number().int().min(1),
  alphabet: z.enum(['base64', 'hex', 'other']).nullable(),
  /** Equal values of a recording have equal numbers; the number says nothing else. */
  same: z.number().int().min(1),
});

/** A message without its secrets; null where nothing of it can be shown. */
const content = z
  .object({
    text: z.string(),
    /** `latin1`: the bytes are no UTF-8, and each character of `text` is one of them. */
    encoding: z.enum(['utf-8', 'latin1']),
    hidden: z.array(hidden),
  })
  .nullable();

const header = z.object({
  kind: z.literal('recording'),
  version: z.literal(RECORDING_VERSION),
  agent: z.string(),
  /** Time of the laptop, ISO 8601. */
  startedAt: z.string(),
  shortSerial: z.string(),
});

const sent = z.object({
  kind: z.literal('sent'),
  t: time,
  interface: z.string(),
  /** `elsewhere`: to one address that is not known to be the device's. */
  to: z.enum(['multicast', 'broadcast', 'device', 'elsewhere']),
  types: z.string().nullable(),
  bytes: z.number().int(),
  content,
});

const received = z.object({
  kind: z.literal('received'),
  t: time,
  /** Address it came from: one that has claimed the serial number. */
  from: z.string(),
  /**
   * `shared`: on the SADP port, where everything sent to the group arrives; `own`: on the port that the request had
   * come from, so by unicast.
   */
  socket: z.enum(['shared', 'own']),
  types: z.string().nullable(),
  bytes: z.number().int(),
  /** Why the agent drops it (sadp/message.ts); null when it can be read. */
  unreadable: z.string().nullable(),
  /** Equal datagrams without content have equal numbers. */
  same: z.number().int().min(1).nullable(),
  content,
});

/** Somebody else has answered a command that was for the device; what it says is not kept. */
const foreign = z.object({
  kind: z.literal('foreign'),
  t: time,
  types: z.string().nullable(),
  bytes: z.number().int(),
});

const http = z.object({
  kind: z.literal('http'),
  /** When the answer had come. */
  t: time,
  secure: z.boolean(),
  path: z.string(),
  login: z.boolean(),
  /** Null without an answer; then `failure` says why. */
  status: z.number().int().nullable(),
  failure: z.string().nullable(),
  /** `WWW-Authenticate`, without its random values. */
  challenges: z.array(z.string()),
  bytes: z.number().int(),
  content,
});

const end = z.object({
  kind: z.literal('end'),
  t: time,
  /** What the status question brought (`unbind-agent status`). */
  status: unbindStatus,
  word: z.string().optional(),
  /** Missing where no unbind was asked for. */
  unbind: z
    .object({
      outcome: unbindOutcome,
      reason: z.string().optional(),
      attemptsLeft: z.number().optional(),
      lockMinutes: z.number().optional(),
      lockAssumed: z.boolean().optional(),
      verified: z.boolean(),
    })
    .optional(),
  /** Datagrams of other devices and programs, of which nothing else is kept. */
  others: z.number().int(),
  /** What was left out: beyond the limits of a recording, or not understood by it. */
  omitted: z.number().int(),
});

const line = z.discriminatedUnion('kind', [header, sent, received, foreign, http, end]);
export type RecordingLine = z.infer<typeof line>;
export type Content = z.infer<typeof content>;
export type Sent = z.infer<typeof sent>;
export type Received = z.infer<typeof received>;
export type RecordingEnd = z.infer<typeof end>;
/** What passed, as opposed to the lines around it. */
export type RecordedEvent = Exclude<RecordingLine, { kind: 'recording' | 'end' }>;

export interface Recording {
  readonly header: z.infer<typeof header>;
  /** In the order of time. */
  readonly events: readonly RecordedEvent[];
  /** Null in the recording of an agent that was stopped or killed. */
  readonly end: RecordingEnd | null;
}

/** Why a file is no recording: number of the first line that is wrong, and what is wrong with it. */
export interface RecordingFault {
  readonly line: number;
  readonly problem: string;
}

/** Reads `recording.jsonl`. A last line that was cut off is left out. */
export function parseRecording(file: string): Result<Recording, RecordingFault> {
  // Whole lines end in a line break: what stands after the last one was never finished.
  const texts = file.split('\n').slice(0, -1);
  const lines: RecordingLine[] = [];
  for (const [index, text] of texts.entries()) {
    const read = line.safeParse(fromJson(text));
    if (!read.success) return fail({ line: index + 1, problem: z.prettifyError(read.error) });
    lines.push(read.data);
  }
  const [first, ...rest] = lines;
  if (first?.kind !== 'recording') return fail({ line: 1, problem: 'no recording' });
  const events = rest.filter((one): one is RecordedEvent => one.kind !== 'recording' && one.kind !== 'end');
  return ok({
    header: first,
    events: events.toSorted((one, other) => one.t - other.t),
    end: rest.find((one) => one.kind === 'end') ?? null,
  });
}

/** The bytes that a content stands for, secrets as `*`. */
export function bytesOf({ text, encoding }: NonNullable<Content>): Buffer {
  return Buffer.from(text, encoding);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
