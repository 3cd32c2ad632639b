import type { Log } from '../../kernel/log.ts';
import type { Holds } from '../../store/holds.ts';

/** Pauses before Telegram is tried again for a person, ms; the last one stays. */
const AGAIN_MS = [1_000, 5_000, 30_000, 60_000];

/** Tells people what waits for them, each in a round of their own: one person's trouble holds up nobody else. */
export interface Rounds {
  /** Begins a person's round, or has the one under way look once more. */
  run(person: number): void;
  /** Resolves when nothing can be told at the moment. */
  idle(): Promise<void>;
  /** Ends waits; what is being told is finished. */
  stop(): Promise<void>;
}

interface Round {
  telling: Promise<void> | null;
  again: boolean;
  failures: number;
  retry?: NodeJS.Timeout;
}

/**
 * @param tellAll tells all that waits for a person. False: Telegram does not take it now, and it is tried again
 * @param alone runs it while no other process tells the same person; left out: there is none. False: not now
 */
export function createRounds(
  tellAll: (person: number) => Promise<boolean>,
  log: Log,
  alone: (person: number, telling: () => Promise<boolean>) => Promise<boolean> = (_person, telling) =>
    telling(),
): Rounds {
  const rounds = new Map<number, Round>();
  let stopped = false;

  function run(person: number): void {
    const round = rounds.get(person) ?? { telling: null, again: false, failures: 0 };
    rounds.set(person, round);
    round.again = true;
    round.telling ??= tell(person, round);
  }

  async function tell(person: number, round: Round): Promise<void> {
    clearTimeout(round.retry);
    try {
      while (round.again && !stopped) {
        round.again = false;
        if (await alone(person, () => tellAll(person))) continue;
        if (stopped) return;
        round.retry = setTimeout(() => run(person), AGAIN_MS[round.failures] ?? AGAIN_MS.at(-1)).unref();
        round.failures += 1;
        return;
      }
      rounds.delete(person);
    } catch (error) {
      rounds.delete(person);
      log.error({ err: error, chat: person }, 'what waits for a person could not be told');
    } finally {
      // In the same step as the last look at `again`: whoever runs next begins anew.
      round.telling = null;
    }
  }

  /** What one person is told, or is not, may be news for another. */
  async function idle(): Promise<void> {
    const tellings = () => [...rounds.values()].flatMap(({ telling }) => telling ?? []);
    while (tellings().length > 0) await Promise.all(tellings());
  }

  return {
    run,
    idle,
    async stop() {
      stopped = true;
      for (const { retry } of rounds.values()) clearTimeout(retry);
      await idle();
    },
  };
}

/** One process at a time tells a person what waits for them in rounds of this name. */
export function aloneIn(
  holds: Holds,
  name: string,
): (person: number, telling: () => Promise<boolean>) => Promise<boolean> {
  return async (person, telling) => {
    const told = await holds.within(`${name}:${person}`, telling);
    return told.ok && told.value;
  };
}
