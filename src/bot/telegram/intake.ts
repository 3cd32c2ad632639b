/**
 * How updates come in: long polling by telegraf, or a webhook on the hub's listener. The promises are the same both ways
 * (docs/decisions/0033-waiting-updates.md): what Telegram may forget is on disk; a chat's updates are handled in their
 * order, also over a restart; and no chat waits for another one.
 */
import type { FastifyPluginAsync } from 'fastify';
import type { UserFromGetMe } from 'grammy/types';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import type { TelegramClient } from './client.ts';
import { isTokenRefused, type TelegramFailure } from './failure.ts';
import { createLines, LINE_TIMES, type LineKeeper, type LineTimes } from './lines.ts';
import { poll } from './polling.ts';
import { createReception, type Doorkeeper, type WaitingLimits } from './reception.ts';
import { createShelf, type Place } from './shelf.ts';
import { WANTED_UPDATES } from './updates.ts';
import { webhookRoute } from './webhook.ts';

/** How updates come in. */
export type UpdatesSettings =
  | { mode: 'polling' }
  | {
      mode: 'webhook';
      /** Where Telegram posts updates. */
      url: string;
      /** Path of `url`, which the hub's listener serves. */
      path: string;
      /** What Telegram sends along in every request. */
      secret: Secret<string>;
    };

/** `token-refused`: the bot token was revoked or never existed; nothing but a new one helps. */
type IntakeFailure = 'token-refused' | { kind: 'store'; detail: string } | TelegramFailure;

export interface Intake {
  /**
   * Takes up what the last run left, then begins. In webhook mode `webhook` must be listening by then, and the address is
   * told to Telegram.
   */
  start(): Promise<Result<void, IntakeFailure>>;
  /**
   * Takes no more updates, and resolves when those that were being handled are. Nothing is armed afterwards; what waits
   * lies on disk.
   */
  stop(): Promise<void>;
  /** How updates come in just now; `off`: they do not, `conflict`: another process takes them. */
  state(): 'polling' | 'webhook' | 'off' | 'conflict';
  /** How many updates wait, those being handled among them. */
  waiting(): number;
  /** Resolves when no update waits. */
  idle(): Promise<void>;
  /** A fastify plugin with the webhook's route, to register on the hub's server; null while polling. */
  readonly webhook: FastifyPluginAsync | null;
}

export interface IntakeOptions extends LineKeeper, Doorkeeper {
  client: TelegramClient;
  /** The bot itself, as getMe tells. */
  me: UserFromGetMe;
  settings: { updates: UpdatesSettings };
  store: Pick<Store, 'values'>;
  /** 32 bytes that waiting updates are sealed with; never in the store. */
  key: Secret<Uint8Array>;
  /** Whether the last run was not shut down. */
  afterCrash: boolean;
  log: Log;
  /** The intake has ended for good, long after `start`: Telegram refuses the token. */
  onEnd(reason: 'token-refused'): void;
  times?: Partial<LineTimes>;
  limits?: WaitingLimits;
}

/** Without an answer for so long polling counts as off, ms: a poll is held for 50 s, and another process may hold it. */
const POLLED_MS = 90_000;
/** Two that poll take the updates from each other every few seconds; one that held out for so long has them, ms. */
const CONFLICT_MS = 20_000;

/** An update over which the program died so often is given up: it would go on to end it for everybody. */
const MOST_DEATHS = 5;

export function createIntake(options: IntakeOptions): Intake {
  const { client, me, log, onEnd, limits, afterCrash } = options;
  const { updates } = options.settings;
  const shelf = createShelf(options.store, options.key, log);
  const lines = createLines({
    ...LINE_TIMES,
    ...options.times,
    shelf,
    log,
    handle: options.handle,
    tell: options.tell,
  });
  const reception = createReception({ ...options, shelf, lines, log, limits });
  const stopping = new AbortController();
  let isOpen = false;
  /** `performance.now()` */
  let polledAt = Number.NEGATIVE_INFINITY;
  /** When Telegram gave the updates to another process, `performance.now()`. */
  let refusedAt = Number.NEGATIVE_INFINITY;
  let polling: Promise<void> | undefined;

  /** Puts what the last run left into its lines, in its order. */
  async function takeUp(): Promise<Result<void, StoreFailure>> {
    const left = await shelf.places();
    if (!left.ok) return left;
    reception.know(left.value.flatMap(({ updateId }) => updateId ?? []));
    const heads = new Set<number>();
    for (const place of left.value) {
      const isHead = !heads.has(place.chatId);
      heads.add(place.chatId);
      if (isHead && afterCrash) {
        const counted = await countDeath(place);
        if (!counted.ok) return counted;
      }
      lines.join(place);
    }
    return ok(undefined);
  }

  /** The head of a line is what its chat was at when the program died. */
  async function countDeath(place: Place): Promise<Result<void, StoreFailure>> {
    const deaths = await shelf.died(place);
    if (!deaths.ok || deaths.value < MOST_DEATHS) return deaths.ok ? ok(undefined) : deaths;
    log.error(
      { update: place.updateId, deaths: deaths.value },
      'given up: the program dies over this update',
    );
    return shelf.giveUp(place, 'broken');
  }

  async function begin(): Promise<Result<void, IntakeFailure>> {
    if (updates.mode === 'polling') {
      polledAt = performance.now();
      const polled = poll({
        client,
        me,
        log,
        receive: reception.receiveAll,
        answered: () => {
          polledAt = performance.now();
          refusedAt = Number.NEGATIVE_INFINITY;
        },
        conflicted: () => {
          refusedAt = performance.now();
        },
        signal: stopping.signal,
      });
      polling ??= polled.then((how) => (how === 'stopped' ? undefined : onEnd(how)));
      return ok(undefined);
    }
    const answer = await client.tryCall('setWebhook', {
      url: updates.url,
      secret_token: updates.secret.reveal(),
      allowed_updates: [...WANTED_UPDATES],
    });
    if (answer.ok) return ok(undefined);
    return fail(isTokenRefused(answer.failure) ? 'token-refused' : answer.failure);
  }

  return {
    webhook:
      updates.mode === 'polling'
        ? null
        : webhookRoute({ ...updates, receive: reception.receive, isOpen: () => isOpen }),
    async start() {
      const taken = await takeUp();
      if (!taken.ok) return fail({ kind: 'store', detail: taken.failure.reason });
      isOpen = true;
      return begin();
    },
    async stop() {
      // The webhook stays set: another process may serve it, and Telegram keeps what nobody takes for 24 hours.
      isOpen = false;
      stopping.abort();
      lines.stop();
      await Promise.all([polling, lines.idle()]);
    },
    state() {
      if (!isOpen) return 'off';
      if (updates.mode === 'webhook') return 'webhook';
      if (performance.now() - refusedAt < CONFLICT_MS) return 'conflict';
      return performance.now() - polledAt < POLLED_MS ? 'polling' : 'off';
    },
    waiting: () => lines.total,
    idle: lines.idle,
  };
}
