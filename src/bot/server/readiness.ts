import type { StoreHealth, StoreState } from './store-health.ts';

/** What `GET /ready` tells: no name, no number, no address. */
export interface Readiness {
  readonly ready: boolean;
  readonly store: StoreState;
  /** Whether Telegram has answered or called lately. */
  readonly telegram: 'reached' | 'unreached';
  /** How updates come in; `off` before the bot takes any, after it takes none, and where another process polls. */
  readonly updates: 'polling' | 'webhook' | 'off';
}

interface ReadinessOptions {
  health: Pick<StoreHealth, 'state'>;
  /** When Telegram was last heard, on `clock`; null: never. */
  telegramHeardAt(): number | null;
  /** Calls Telegram; it is heard if it answers. */
  callTelegram(): Promise<unknown>;
  updates(): Readiness['updates'];
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
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
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

  return async () => {
    const [store, reached] = await Promise.all([health.state(STORE_EVERY_MS), reach()]);
    const updates = options.updates();
    return {
      ready: store === 'works' && reached && updates !== 'off',
      store,
      telegram: reached ? 'reached' : 'unreached',
      updates,
    };
  };
}
