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
import type { Duty } from '../../store/duty.ts';
import type { Holds } from '../../store/holds.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import type { LineKeeper } from './attempts.ts';
import type { TelegramClient } from './client.ts';
import { isTokenRefused, type TelegramFailure } from './failure.ts';
import { createLines, LINE_TIMES, type LineTimes } from './lines.ts';
import { poll } from './polling.ts';
import { createReception, type Doorkeeper, type WaitingLimits } from './reception.ts';
import { createSharedLines } from './shared-lines.ts';
import { type AmongOthers, createShelf } from './shelf.ts';
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

/**
 * Updates a webhook has on their way at once, whatever the number of bots behind it. Telegram's usual number, said because a Bot API
 * server of the operator's own may have another (`--max-webhook-connections`). Each is answered when it is on disk (docs/decisions/0072).
 */
const MOST_DELIVERED = 40;

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
  /**
   * How updates come in just now; `off`: they do not, `conflict`: another process takes them, `standby`: another one on the same
   * store does, and this one should that end.
   */
  state(): 'polling' | 'webhook' | 'off' | 'conflict' | 'standby';
  /** How many updates wait, those being handled among them. */
  waiting(): number;
  /** Resolves when no update waits. */
  idle(): Promise<void>;
  /** Resolves when Telegram has handed over once what waited there, and all of it is handled; never in webhook mode. */
  caughtUp(): Promise<void>;
  /** A fastify plugin with the webhook's route, to register on the hub's server; null while polling. */
  readonly webhook: FastifyPluginAsync | null;
}

export interface IntakeOptions extends LineKeeper, Doorkeeper {
  client: TelegramClient;
  /** The bot itself, as getMe tells. */
  me: UserFromGetMe;
  settings: { updates: UpdatesSettings };
  store: Pick<Store, 'values' | 'primary' | 'behind'>;
  /** 32 bytes that waiting updates are sealed with; never in the store. */
  key: Secret<Uint8Array>;
  /** Where other processes have the store open; a chat's order is then kept in it. Null, or left out: this one is alone. */
  shared?: (AmongOthers & { readonly holds: Holds; readonly duty: Duty }) | null;
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
/** How often the process on duty looks for what nobody sees through, and how long that lies there before, ms. */
const SWEEP_MS = 2_000;
const LEFT_MS = 3_000;
/** Two that poll take the updates from each other every few seconds; one that held out for so long has them, ms. */
const CONFLICT_MS = 20_000;

export function createIntake(options: IntakeOptions): Intake {
  const { client, me, log, onEnd, limits, afterCrash } = options;
  const { updates } = options.settings;
  const { shared = null } = options;
  const shelf = createShelf(options.store, options.key, log, shared);
  const keeping = {
    times: { ...LINE_TIMES, ...options.times },
    shelf,
    store: options.store,
    log,
    handle: options.handle,
    tell: options.tell,
  };
  const sharedLines = shared && createSharedLines({ ...keeping, holds: shared.holds });
  const lines = sharedLines ?? createLines(keeping);
  const reception = createReception({
    ...options,
    shelf,
    isShared: shared !== null,
    // What the program died over has to be found on the shelf, where its deaths are counted.
    beginsEarly: shared === null && !afterCrash,
    lines,
    log,
    limits,
  });
  const stopping = new AbortController();
  let isOpen = false;
  /** `performance.now()` */
  let polledAt = Number.NEGATIVE_INFINITY;
  /** When Telegram gave the updates to another process, `performance.now()`. */
  let refusedAt = Number.NEGATIVE_INFINITY;
  let polling: Promise<void> | undefined;
  let isStandingBy = shared !== null && updates.mode === 'polling';
  let handedOver: () => void = () => undefined;
  const firstAnswer = new Promise<void>((resolve) => {
    handedOver = resolve;
  });

  /** Whether what was put away would be there after a failover, too: what Telegram is told to forget has to be. */
  async function isSafe(): Promise<Result<void, 'not-settled'>> {
    const settled = await options.store.primary.settled();
    return settled.ok && settled.value ? ok(undefined) : fail('not-settled');
  }

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
        // The head of a line is what its chat was at when the program died.
        const counted = await shelf.died(place);
        if (!counted.ok) return counted;
      }
      lines.join(place);
    }
    return ok(undefined);
  }

  /** Sees through what a process has left that is gone. */
  async function sweep(): Promise<void> {
    const left = await shelf.chats(LEFT_MS);
    if (!left.ok) return log.warn({ failure: left.failure.reason }, 'waiting updates cannot be looked for');
    for (const chatId of left.value) sharedLines?.look(chatId);
  }

  async function pollUntil(over: AbortSignal): Promise<void> {
    polledAt = performance.now();
    isStandingBy = false;
    if (shared) log.info('this process polls Telegram now, for all that share the store');
    const how = await poll({
      client,
      me,
      log,
      receive: async (updates) => {
        const taken = await reception.receiveAll(updates);
        handedOver();
        return (await isSafe()).ok ? taken : [];
      },
      answered: () => {
        polledAt = performance.now();
        refusedAt = Number.NEGATIVE_INFINITY;
      },
      conflicted: () => {
        refusedAt = performance.now();
      },
      signal: AbortSignal.any([over, stopping.signal]),
    });
    isStandingBy = shared !== null;
    if (how !== 'stopped') onEnd(how);
  }

  async function begin(): Promise<Result<void, IntakeFailure>> {
    shared?.duty.every(SWEEP_MS, sweep);
    if (updates.mode === 'polling') {
      // Telegram gives its updates to one: another begins where that one ends.
      if (shared) shared.duty.during((over) => (polling = pollUntil(over)));
      else polling ??= pollUntil(stopping.signal);
      return ok(undefined);
    }
    const answer = await client.tryCall('setWebhook', {
      url: updates.url,
      secret_token: updates.secret.reveal(),
      allowed_updates: [...WANTED_UPDATES],
      max_connections: MOST_DELIVERED,
    });
    if (answer.ok) return ok(undefined);
    return fail(isTokenRefused(answer.failure) ? 'token-refused' : answer.failure);
  }

  return {
    webhook:
      updates.mode === 'polling'
        ? null
        : webhookRoute({
            ...updates,
            receive: async (update) => {
              const taken = await reception.receive(update);
              return taken.ok ? isSafe() : taken;
            },
            isOpen: () => isOpen,
          }),
    async start() {
      // With others it is looked for again and again, by one.
      const taken = shared ? ok(undefined) : await takeUp();
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
      if (isStandingBy) return 'standby';
      if (updates.mode === 'webhook') return 'webhook';
      if (performance.now() - refusedAt < CONFLICT_MS) return 'conflict';
      return performance.now() - polledAt < POLLED_MS ? 'polling' : 'off';
    },
    waiting: () => lines.total,
    idle: lines.idle,
    async caughtUp() {
      await firstAnswer;
      await lines.idle();
    },
  };
}
