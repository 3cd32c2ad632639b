/**
 * What everything that uses a device's password has in common, whether it unbinds or reads: one process at a time, eyes on
 * the device from the first inquiry to the end, the ledger before the password, the journal, and a second look before
 * anything is sent.
 */
import { ulid } from 'ulid';
import { fail, ok, type Result } from '../kernel/result.ts';
import { lockDevice } from './device-lock.ts';
import { type Journal, type JournalEntry, openJournal } from './journal.ts';
import { type LastRefused, openLastRefused } from './last-refused.ts';
import { type Allowed, type Ledger, openLedger } from './ledger.ts';
import { type Hindrance, hindrances, type OddWay, oddWay } from './network/hindrances.ts';
import { type Lan, openLan } from './network/lan.ts';
import { chooseInterfaces, type Network, type Survey } from './network/network.ts';
import { findOne, isStillOne, type NotOne } from './network/one-device.ts';
import { announcedElsewhere } from './network/route.ts';
import type { FoundDevice } from './network/search.ts';
import { clean } from './network/sighting.ts';
import { type Dispute, type Watch, watchFor } from './network/watch.ts';
import type { UnbindAnswer } from './sadp/reply.ts';
import type { Tap } from './tap.ts';
import type { PromptAnswer, UnbindPlan, WasRefused } from './unbind/contract.ts';

/** Addresses that answer in the device's place and are named; somebody may make up any number. */
const MAX_STRANGERS = 4;

/** What a task works with. */
export interface TaskTools {
  readonly network: Network;
  /** State folder (home.ts). */
  readonly home: string;
  readonly tap?: Tap;
}

/** Which device, and how far its task may go. */
export interface TaskRequest {
  /** The one device, by its short serial. */
  readonly shortSerial: string;
  readonly signal: AbortSignal;
  /** Interfaces to search on, by name or address; all usable ones by default. */
  readonly interfaces?: readonly string[];
  readonly onNote?: (note: TaskNote) => void;
}

/** Things worth telling the person that are no outcome. */
export type TaskNote =
  | Hindrance
  | OddWay
  | { readonly kind: 'foreign-reply'; readonly from: string }
  | { readonly kind: 'ledger-not-saved' }
  | { readonly kind: 'journal-not-saved' };

/** Why nothing more may be done: somebody else answers for the device, too much was lost, or it was stopped. */
export type Doubt = Dispute | 'flooded' | 'cancelled';

/** Who asks for the password, and for whom. */
export type PlanOrigin = Pick<UnbindPlan, 'origin' | 'technician'>;

/**
 * Does a task on one device while no other process of this laptop does one on it.
 * @returns what the task came to, or why it was not begun
 */
export async function onDevice<T>(
  tools: TaskTools,
  request: TaskRequest,
  act: (task: DeviceTask) => Promise<T>,
): Promise<Result<T, 'busy' | 'journal-unwritable'>> {
  const lock = await lockDevice(tools.home, request.shortSerial);
  if (!lock.ok) return fail(lock.failure.reason === 'busy' ? 'busy' : 'journal-unwritable');
  const task = new DeviceTask(tools, request, lock.value.held);
  try {
    return ok(await act(task));
  } finally {
    task.close();
    await lock.value.release();
  }
}

/** One task on one device. `find` comes first; before it there is nothing to watch. */
export class DeviceTask {
  /** Whether this process still holds the device: a laptop that slept may have lost it. */
  readonly stillHeld: () => Promise<boolean>;
  readonly ledger: Ledger;
  readonly lastRefused: LastRefused;
  readonly journal: Journal;
  /** Of this run, in the journal. */
  readonly attempt = ulid();
  readonly #tools: TaskTools;
  readonly #request: TaskRequest;
  readonly #strangers = new Set<string>();
  #lan: Lan | null = null;
  #watch: Watch | null = null;
  #lostBefore = 0;

  constructor(tools: TaskTools, request: TaskRequest, stillHeld: () => Promise<boolean>) {
    this.#tools = tools;
    this.#request = request;
    this.stillHeld = stillHeld;
    this.ledger = openLedger(tools.home);
    this.lastRefused = openLastRefused(tools.home);
    this.journal = openJournal(tools.home);
  }

  close(): void {
    this.#watch?.stop();
    this.#lan?.close();
  }

  /** On the device from before the first inquiry to the end. @throws Error before `find` */
  get watch(): Watch {
    if (!this.#watch) throw new Error('a device is watched from the search on');
    return this.#watch;
  }

  /** What had been lost when it was last seen that the device is the only one of its name. */
  get lostBefore(): number {
    return this.#lostBefore;
  }

  /** Whether something was lost since then: a silence says nothing where it was. */
  hasLost(): boolean {
    return this.watch.lost() > this.#lostBefore;
  }

  /** Looks for the device, for at most `ms`, and tells what is odd about the way to it or stood in the way. */
  async find(ms: number): Promise<Result<FoundDevice, NotOne>> {
    const { shortSerial, signal, interfaces, onNote } = this.#request;
    const { network, tap } = this.#tools;
    await this.lastRefused.sweep();
    const all = network.survey();
    const chosen = chooseInterfaces(all, interfaces);
    const survey: Survey = chosen.ok ? chosen.value : { used: [], skipped: all.skipped };
    const lan = await openLan(network, survey.used, tap);
    this.#lan = lan;
    if (lan.notes.some(({ kind }) => kind === 'port-fallback')) onNote?.({ kind: 'port-fallback' });
    const watch = watchFor(lan, shortSerial, signal, this.#foreign);
    this.#watch = watch;
    const found = await findOne(lan, watch, shortSerial, ms, signal);
    this.#lostBefore = watch.lost();
    if (found.ok) {
      for (const note of oddWay(found.value)) onNote?.(note);
      return found;
    }
    const { reason } = found.failure;
    // The port was told at once.
    if (reason === 'not-found')
      for (const note of hindrances(lan, survey)) if (note.kind !== 'port-fallback') onNote?.(note);
    return fail(reason);
  }

  /** Why nothing more may be done, as far as that is known without looking. */
  halted(): Dispute | 'cancelled' | null {
    return this.watch.disputed() ?? (this.#request.signal.aborted ? 'cancelled' : null);
  }

  /** Where something was lost since the device was found, it is looked at once more. @returns what speaks against it */
  async lookAgain(): Promise<Doubt | null> {
    const halted = this.halted();
    if (halted || !this.hasLost()) return halted;
    const not = await isStillOne(this.watch, this.watch.signal);
    this.#lostBefore = this.watch.lost();
    return not === 'not-found' ? 'flooded' : not;
  }

  /** What the prompt shows; `driver` and all that only an unbind knows are left for it to say. */
  plan(device: FoundDevice, { attemptsLeft, assumed }: Allowed, { origin, technician }: PlanOrigin) {
    return {
      shortSerial: this.#request.shortSerial,
      fullSerial: clean(device.announcement.fullSerial, 64),
      model: clean(device.announcement.model, 64),
      // Where the password goes: not what the device merely announces.
      address: device.source,
      announcedAddress: announcedElsewhere(device),
      interface: device.via.name,
      attemptsLeft,
      attemptsAssumed: assumed,
      technician,
      origin,
    };
  }

  /** Asks the person, and meanwhile everybody who is there: who was silent before may have found his voice. */
  async askPassword<P>(
    plan: P,
    prompt: (plan: P, signal: AbortSignal, wasRefused: WasRefused) => Promise<PromptAnswer>,
  ): Promise<PromptAnswer> {
    const asking = new AbortController();
    this.watch.keepAsking(asking.signal);
    try {
      return await prompt(plan, this.watch.signal, (typed) =>
        this.lastRefused.isLike(this.#request.shortSerial, typed),
      );
    } finally {
      asking.abort();
    }
  }

  /**
   * What the device has said to a password is kept; where it cannot be, the person hears of it.
   * @param mark of that password, should it have been refused; null: of none that is to be remembered
   */
  async learn(answer: UnbindAnswer, mark: number | null = null): Promise<void> {
    const { shortSerial } = this.#request;
    if (answer.kind === 'success') await this.lastRefused.forget(shortSerial);
    if ('attemptsLeft' in answer && mark !== null) await this.lastRefused.keep(shortSerial, mark);
    const saved = await this.ledger.answered(shortSerial, answer);
    if (!saved.ok) this.#request.onNote?.({ kind: 'ledger-not-saved' });
  }

  /** Writes a line about the device into the journal, on disk when it resolves. False: it is not. */
  async write(
    device: FoundDevice,
    what: Partial<JournalEntry> & Pick<JournalEntry, 'event' | 'origin'>,
  ): Promise<boolean> {
    const written = await this.journal.write({
      attempt: this.attempt,
      shortSerial: this.#request.shortSerial,
      fullSerial: clean(device.announcement.fullSerial, 64),
      mac: device.announcement.mac,
      address: device.source,
      interface: device.via.name,
      ...what,
    });
    return written.ok;
  }

  /** Each of them is told once, and not more than a person would read. */
  readonly #foreign = (from: string): void => {
    if (this.#strangers.has(from) || this.#strangers.size >= MAX_STRANGERS) return;
    this.#strangers.add(from);
    this.#request.onNote?.({ kind: 'foreign-reply', from });
  };
}
