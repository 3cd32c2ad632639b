/**
 * What is counted and measured, for Prometheus: every metric of the bot stands here, and every word its labels may have is
 * of a closed set. No label names a person, a chat, a case, a device or a laptop: a number of those is a secret of the house,
 * and one series each would end the server that keeps them.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CASE_OUTCOMES, STAGES } from '../../cases/record.ts';
import type { LabelReading } from '../../label/reader.ts';
import { type AgentCommand, HUB_ERRORS, unbindOutcome } from '../../link/messages.ts';
import type { StoreFailure } from '../../store/store.ts';

/** What is looked at when somebody asks, rather than counted when it happens. */
export interface Gauges {
  /** Paired laptops, and of those the ones that are online. Null: the store did not say. */
  agents(): Promise<{ paired: number; online: number } | null>;
  /** What waits, by line. Null: it is not known now. */
  waiting(): Promise<Readonly<Record<WaitingLine, number | null>>>;
  /** Whether each of the three things works without which the bot is not ready. Calls nobody. */
  works(): Promise<Readonly<Record<Part, boolean>>>;
  /** When the certificate that the hub shows ends, ms since 1970; null: it shows none. */
  certificateEnds(): number | null;
}

/** Updates of Telegram that are on disk, photos from their download to their reading, words Telegram did not take. */
export const WAITING_LINES = ['updates', 'photos', 'words'] as const;
export type WaitingLine = (typeof WAITING_LINES)[number];

export const PARTS = ['store', 'telegram', 'updates'] as const;
export type Part = (typeof PARTS)[number];

/** Seconds: a command from the store. */
const FAST = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5];
/** Seconds: a call to Telegram, an upload, an answer to a person. */
const SLOW = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds: a photo; PHOTO_SECONDS is among them as it comes with the product. */
const PHOTO = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** Reasons for which an agent, or its person, kept a password back (docs/decisions/0022), so that no device was locked. */
export const LOCK_REASONS = [
  'refused-before',
  'few-attempts',
  'lock-running',
  'lock-assumed',
  'after-lock',
  'try-used',
] as const;

/** What an update is, as far as one is let in (telegram/updates.ts). */
const KINDS = ['command', 'text', 'photo', 'document', 'button', 'edited', 'other'] as const;
const READINGS = [
  'label',
  'several',
  'printed',
  'refused',
  'unreadable',
  'rejected',
] as const satisfies readonly LabelReading['kind'][];
const OPERATIONS = [
  'get',
  'set',
  'delete',
  'change',
  'keys',
  'page',
  'append',
  'read',
  'ack',
  'clear',
  'claim',
] as const;
const STORE_REASONS = [
  'unavailable',
  'corrupt',
  'unreadable',
  'full',
  'invalid',
] as const satisfies readonly StoreFailure['reason'][];
const COMMANDS = Object.keys({
  discover: true,
  survey: true,
  status: true,
  unbind: true,
  'challenge-answer': true,
  'challenge-refresh': true,
  cancel: true,
} satisfies Record<AgentCommand['type'], true>);

/** Makes the bot's metrics. Nothing of them is shared with another bot in the same process. */
export function createMetrics(version: string) {
  const registry = new Registry();
  const registers = [registry];
  let gauges: Gauges | undefined;

  const info = new Gauge({
    name: 'unbind_info',
    help: 'Always 1; the version of the bot is its label.',
    labelNames: ['version'],
    registers,
  });
  info.set({ version }, 1);

  const agents = new Gauge({
    name: 'unbind_agents',
    help: 'Laptops that are paired, by whether they are online.',
    labelNames: ['state'],
    registers,
    async collect() {
      const seen = await gauges?.agents();
      this.reset();
      if (!seen) return;
      this.set({ state: 'online' }, seen.online);
      this.set({ state: 'away' }, seen.paired - seen.online);
    },
  });
  const waiting = new Gauge({
    name: 'unbind_waiting',
    help: 'What waits: updates of Telegram, photos, words that Telegram did not take yet.',
    labelNames: ['line'],
    registers,
    async collect() {
      const lines = await gauges?.waiting();
      this.reset();
      for (const line of WAITING_LINES) {
        const length = lines?.[line] ?? null;
        if (length !== null) this.set({ line }, length);
      }
    },
  });
  const works = new Gauge({
    name: 'unbind_works',
    help: '1 where the store is written to, Telegram was heard lately, updates are taken; else 0.',
    labelNames: ['part'],
    registers,
    async collect() {
      const parts = await gauges?.works();
      this.reset();
      for (const part of PARTS) this.set({ part }, parts?.[part] ? 1 : 0);
    },
  });
  const certificate = new Gauge({
    name: 'unbind_certificate_ends_seconds',
    help: 'When a certificate ends, seconds since 1970; absent where something before the hub speaks TLS.',
    labelNames: ['of'],
    registers,
    collect() {
      const ends = gauges?.certificateEnds() ?? null;
      this.reset();
      if (ends !== null) this.set({ of: 'hub' }, ends / 1000);
    },
  });

  const counted = countersOf(registers);
  beginAtZero(counted);
  return {
    ...counted,
    gauges: { agents, waiting, works, certificate },
    /** Begins with what is told of the process itself. */
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    /** How what is looked at is found out, once there is something to look at. */
    look: (given: Gauges): void => {
      gauges = given;
    },
    /** All of them as Prometheus reads them. */
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function countersOf(registers: Registry[]) {
  return {
    updates: new Counter({
      name: 'unbind_updates_total',
      help: 'Updates of Telegram, by what they are and what became of them.',
      labelNames: ['kind', 'became'],
      registers,
    }),
    answers: new Histogram({
      name: 'unbind_answer_seconds',
      help: 'From an update on disk until it was handled and its answer sent.',
      labelNames: ['kind'],
      buckets: SLOW,
      registers,
    }),
    photos: new Histogram({
      name: 'unbind_photo_seconds',
      help: 'From the bytes of a photo to what was read.',
      labelNames: ['reading'],
      buckets: PHOTO,
      registers,
    }),
    pictures: new Histogram({
      name: 'unbind_picture_seconds',
      help: 'From the picture of a device at the hub until it stands in the chat.',
      buckets: SLOW,
      registers,
    }),
    commands: new Histogram({
      name: 'unbind_command_seconds',
      help: 'From a wish or an answer of the chat until its laptop has fetched it.',
      labelNames: ['command'],
      buckets: SLOW,
      registers,
    }),
    stages: new Counter({
      name: 'unbind_stages_total',
      help: 'Stages that conversations have entered, anew too.',
      labelNames: ['stage'],
      registers,
    }),
    cases: new Counter({
      name: 'unbind_cases_total',
      help: 'Cases that were opened, and that were closed by their outcome.',
      labelNames: ['became'],
      registers,
    }),
    verdicts: new Counter({
      name: 'unbind_verdicts_total',
      help: 'Verdicts, by the method they name.',
      labelNames: ['method'],
      registers,
    }),
    reports: new Counter({
      name: 'unbind_reports_total',
      help: 'Ends of an unbind, as laptops report them.',
      labelNames: ['outcome'],
      registers,
    }),
    attempts: new Counter({
      name: 'unbind_attempts_total',
      help: 'Rights to send one unbind that laptops have asked for.',
      labelNames: ['granted'],
      registers,
    }),
    locksAvoided: new Counter({
      name: 'unbind_locks_avoided_total',
      help: 'Passwords that were not sent because the device would lock, or was locked, or had refused them.',
      labelNames: ['reason'],
      registers,
    }),
    refusals: new Counter({
      name: 'unbind_refusals_total',
      help: 'What was refused: requests to the hub, jobs for laptops, updates at the door.',
      labelNames: ['by', 'reason'],
      registers,
    }),
    botApi: new Histogram({
      name: 'unbind_bot_api_seconds',
      help: 'Calls to the Bot API, by method and end. getUpdates is held by Telegram for up to 50 seconds.',
      labelNames: ['method', 'end'],
      buckets: SLOW,
      registers,
    }),
    store: new Histogram({
      name: 'unbind_store_seconds',
      help: 'Reads and writes of the store.',
      labelNames: ['operation'],
      buckets: FAST,
      registers,
    }),
    storeFailures: new Counter({
      name: 'unbind_store_failures_total',
      help: 'Reads and writes that failed.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
type Counted = ReturnType<typeof countersOf>;

/**
 * What has not happened yet is there as 0: a series that begins with its first event has not increased, and no alert would
 * ever hear of it.
 */
function beginAtZero(counted: Counted): void {
  for (const kind of KINDS) {
    counted.updates.inc({ kind, became: 'handled' }, 0);
    counted.updates.inc({ kind, became: 'broken' }, 0);
    counted.answers.zero({ kind });
  }
  for (const reading of READINGS) counted.photos.zero({ reading });
  for (const command of COMMANDS) counted.commands.zero({ command });
  for (const became of ['opened', ...CASE_OUTCOMES]) counted.cases.inc({ became }, 0);
  counted.verdicts.inc({ method: 'none' }, 0);
  for (const stage of STAGES) counted.stages.inc({ stage }, 0);
  for (const outcome of unbindOutcome.options) counted.reports.inc({ outcome }, 0);
  for (const granted of ['yes', 'no']) counted.attempts.inc({ granted }, 0);
  for (const reason of LOCK_REASONS) counted.locksAvoided.inc({ reason }, 0);
  for (const reason of Object.keys(HUB_ERRORS)) counted.refusals.inc({ by: 'hub', reason }, 0);
  for (const operation of OPERATIONS) counted.store.zero({ operation });
  for (const reason of STORE_REASONS) counted.storeFailures.inc({ reason }, 0);
}

export type Metrics = ReturnType<typeof createMetrics>;
