/** Deals with every new primary of a store that has several: whatever an earlier one has granted is void (docs/decisions/0071). */
import type { HouseFailure } from '../../flows/ports.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Holds } from '../../store/holds.ts';
import type { Store } from '../../store/store.ts';
import { enterTerm } from '../../store/terms.ts';

/** Nothing is granted meanwhile, so who could not deal with it tries again soon, ms. */
const LOOK_MS = 1_000;

export interface TermWatch {
  /** Another primary answers, or may: deals with it now, unless that was done. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

export function watchTerms({
  store,
  holds,
  doubt,
  clock,
  log,
}: {
  store: Pick<Store, 'isShared' | 'primary' | 'values'>;
  holds: Pick<Holds, 'within'>;
  /** Takes the worst for granted of what is under way; how much that is. */
  doubt(): Promise<Result<number, HouseFailure>>;
  /** Milliseconds since 1970. */
  clock: () => number;
  log: Log;
}): TermWatch {
  if (!store.isShared) return { look: async () => undefined, stop: async () => undefined };
  let looking: Promise<void> | undefined;
  let isTold = false;

  async function enter(): Promise<void> {
    let unknown = 0;
    const entered = await enterTerm(store, holds, clock, async () => {
      const doubted = await doubt();
      if (!doubted.ok) return fail({ reason: 'unavailable', detail: doubted.failure });
      unknown = doubted.value;
      return ok(undefined);
    });
    if (entered.ok) {
      isTold = false;
      if (entered.value)
        log.warn(
          { unknown },
          'another primary of the store answers: permits of before are void, and unbinds under way unknown until their laptops report',
        );
    } else if (!isTold) {
      isTold = true;
      log.error(
        { failure: entered.failure },
        'no permit is granted: a new primary of the store is not dealt with',
      );
    }
  }

  const look: TermWatch['look'] = () => {
    looking ??= enter().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();

  return {
    look,
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
