import type { StoreHealth, StoreState } from './store-health.ts';

/** What `GET /ready` tells: no name, no number, no address. */
export interface Readiness {
  readonly ready: boolean;
  /** Why it is not ready; empty where it is. */
  readonly reasons: readonly NotReady[];
  readonly store: StoreState;
  /** Whether Telegram has answered or called lately. */
  readonly telegram: 'reached' | 'unreached';
  /** How updates come in. */
  readonly updates: UpdatesState;
}

/**
 * How updates come in. `conflict`: another process polls with the same token, or a webhook is set for it; `off`: before the
 * bot takes any, and after it takes none; `standby`: another bot on the same store polls, and this one should that end.
 */
export type UpdatesState = 'polling' | 'webhook' | 'off' | 'conflict' | 'standby';

/** One thing that keeps the bot from its work. */
export type NotReady =
  | `store-${Exclude<StoreState, 'works'>}`
  | 'telegram-unreached'
  | `updates-${'off' | 'conflict'}`;

/** Pure. */
export function readinessOf(state: Pick<Readiness, 'store' | 'telegram' | 'updates'>): Readiness {
  const { store, telegram, updates } = state;
  const reasons: NotReady[] = [
    ...(store === 'works' ? [] : [`store-${store}` as const]),
    ...(telegram === 'reached' ? [] : ['telegram-unreached' as const]),
    ...(updates === 'off' || updates === 'conflict' ? [`updates-${updates}` as const] : []),
  ];
  return { ready: reasons.length === 0, reasons, store, telegram, updates };
}

interface ReadinessOptions {
  health: Pick<StoreHealth, 'state'>;
  /** When Telegram was last heard, on `clock`; null: never. */
  telegramHeardAt(): number | null;
  /** Calls Telegram; it is heard if it answers. */
  callTelegram(): Promise<unknown>;
  updates(): UpdatesState;
  /** Milliseconds, never going back. */
  clock(): number;
}

/** The store is written to at most this often, however often somebody asks, ms. */
const STORE_EVERY_MS = 3_000;
/** A poll is answered after 50 s at the latest. */
const LATELY_MS = 90_000;
/** Telegram is called at most this often where it is not heard by itself, ms. */
const CALL_EVERY_MS = 20_000;

/** Whether the bot can do its work, for who watches over it. Cheap, however often it is asked. */
export interface Readying {
  /** Calls Telegram where it was not heard for long. */
  ask(): Promise<Readiness>;
  /** What is known without calling anybody. */
  glance(): Promise<Readiness>;
}

export function createReadiness(options: ReadinessOptions): Readying {
  const { health, telegramHeardAt, callTelegram, clock } = options;
  let calledAt = Number.NEGATIVE_INFINITY;
  let calling: Promise<unknown> | undefined;

  const isReached = () => {
    const at = telegramHeardAt();
    return at !== null && clock() - at < LATELY_MS;
  };

  /** Calls Telegram where it was not heard for long; nobody calls twice at the same time. */
  async function reach(): Promise<boolean> {
    if (isReached()) return true;
    if (!calling && clock() - calledAt >= CALL_EVERY_MS) {
      calledAt = clock();
      calling = callTelegram().finally(() => {
        calling = undefined;
      });
    }
    await calling;
    return isReached();
  }

  async function look(reached: boolean | Promise<boolean>): Promise<Readiness> {
    const [store, isHeard] = await Promise.all([health.state(STORE_EVERY_MS), reached]);
    return readinessOf({ store, telegram: isHeard ? 'reached' : 'unreached', updates: options.updates() });
  }

  return { ask: () => look(reach()), glance: () => look(isReached()) };
}
