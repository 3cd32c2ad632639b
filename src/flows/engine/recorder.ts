/**
 * A stage's run from where it began up to where it waits, and what it has recorded on the way: on the replay engine of
 * @grammyjs/conversations, without what that package makes of it for bots of grammY. A conversation of its own makes a client of the
 * Bot API, a context and a chain of middleware for each update, and a copy of each thing recorded (docs/decisions/0080).
 */
import type { Checkpoint, ReplayControls, ReplayEngine, ReplayState } from '@grammyjs/conversations';

/** The names that entries of a log have besides its waits: the first, which holds what the run begins with, and what is recorded. */
const BEGINNING = 'begin';
const RECORDED = 'recorded';

/** A run that waits. */
export interface Waiting {
  readonly replay: ReplayState;
  /** Where in the log it waits: one place. */
  readonly interrupts: number[];
}

/** What a run records, and where it waits. One thing at a time. */
export class Recorder {
  readonly #controls: ReplayControls;
  #isRecording = false;

  constructor(controls: ReplayControls) {
    this.#controls = controls;
  }

  /**
   * Does a task when the run comes to it for the first time; afterwards its result, JSON, is read from the log. Whoever gets it has a
   * copy of what can be changed in it. Of a task that throws nothing is recorded.
   */
  async record<T>(task: () => T | Promise<T>): Promise<T> {
    this.#alone();
    const { came } = await this.#controls.action(async () => {
      this.#isRecording = true;
      try {
        // Within another: of what comes to nothing JSON keeps no entry.
        return { came: await task() };
      } finally {
        this.#isRecording = false;
      }
    }, RECORDED);
    return copyOf(came);
  }

  /** Milliseconds, recorded. */
  now(): Promise<number> {
    return this.#controls.action(() => Date.now(), RECORDED);
  }

  /** Waits: the run ends here, and what it is given comes with the next one. `key`: what is waited for. */
  wait(key: string): Promise<unknown> {
    this.#alone();
    return this.#controls.interrupt(key);
  }

  checkpoint(): Checkpoint {
    return this.#controls.checkpoint();
  }

  /** Goes on from a checkpoint, as if nothing had been recorded since. */
  rewind(to: Checkpoint): Promise<never> {
    return this.#controls.cancel(to);
  }

  #alone(): void {
    if (this.#isRecording)
      throw new Error('a stage records one thing after another, and waits in none of them');
  }
}

/**
 * Plays a stage up to its next wait, or to its end (null).
 * @param stage gets what its run began with
 * @param waiting where it waits; null: it begins. Its log goes on in place
 * @param given what it has waited for, or begins with; JSON
 * @throws what the stage throws
 */
export async function played<B>(
  Engine: typeof ReplayEngine,
  stage: (recorder: Recorder, begun: B) => Promise<void>,
  waiting: Waiting | null,
  given: unknown,
): Promise<Waiting | null> {
  const [log, at] = waiting ? [waiting.replay, waiting.interrupts[0]] : Engine.open(BEGINNING);
  if (at === undefined) throw new Error('a stored conversation has no pending wait');
  const engine = new Engine(async (controls) => {
    const begun = await controls.interrupt(BEGINNING);
    await stage(new Recorder(controls), begun as B);
  });
  Engine.supply(log, at, given);
  for (;;) {
    const result = await engine.replay(log);
    switch (result.type) {
      case 'returned':
        return null;
      case 'thrown':
        throw result.error;
      case 'interrupted':
        return { replay: result.state, interrupts: result.interrupts };
      case 'canceled':
        Engine.reset(log, result.message as Checkpoint);
    }
  }
}

/** A copy of JSON; what is frozen in it is frozen to its depth (`frozen` on a kind) and stays what it is. */
function copyOf<T>(data: T): T {
  if (Object.isFrozen(data)) return data;
  if (Array.isArray(data)) return data.map(copyOf) as T;
  return Object.fromEntries(
    Object.entries(data as object).map(([name, value]) => [name, copyOf(value)]),
  ) as T;
}
