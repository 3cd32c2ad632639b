/** The inner life of one device: state, lock, what an unbind does. Knows neither sockets nor XML. */
import {
  type DeviceChanges,
  type DeviceCounters,
  type DeviceProfile,
  type DeviceSnapshot,
  type DeviceState,
  NO_QUIRKS,
  type Quirks,
} from './device.ts';

/** What became of one use of a password. */
export type PasswordOutcome = 'right' | 'wrong' | 'locked' | 'not-activated';

/** Milliseconds since 1970, as `Date.now`; injected so that a lock can run out without waiting. */
export type Clock = () => number;

export class DeviceMachine {
  readonly profile: DeviceProfile;
  readonly quirks: Quirks;
  /** Port of the web server once it listens. */
  httpPort: number | null = null;
  readonly #state: DeviceState;
  readonly #now: Clock;
  readonly #listeners = new Set<(snapshot: DeviceSnapshot) => void>();
  readonly #counters: DeviceCounters = {
    inquiries: 0,
    statusAsked: 0,
    exchanges: 0,
    unbindsReceived: 0,
    unbindsExecuted: 0,
    passwordsTried: 0,
    passwordsWrong: 0,
    passwordsLeaked: 0,
    httpRequests: 0,
    httpAuthFailures: 0,
    httpWrites: 0,
  };
  #restarting = false;
  /** When an accepted unbind shows in the status; null = none under way. */
  #settlesAt: number | null = null;
  #settling: NodeJS.Timeout | undefined;

  constructor(profile: DeviceProfile, initial: DeviceChanges, now: Clock) {
    this.profile = profile;
    this.#now = now;
    this.#state = {
      bound: true,
      cloud: 'online',
      activated: true,
      triesLeft: profile.lockTries,
      lockedUntil: null,
      plugged: true,
    };
    this.quirks = { ...NO_QUIRKS };
    this.set(initial);
  }

  get restarting(): boolean {
    return this.#restarting;
  }

  set restarting(value: boolean) {
    this.#restarting = value;
    this.#changed();
  }

  /** Restarting, or off the network. */
  get deaf(): boolean {
    return this.#restarting || !this.#state.plugged;
  }

  now(): number {
    return this.#now();
  }

  /** The state at this moment: a lock that ran out and an unbind that settled are accounted for. */
  state(): DeviceState {
    if (this.#state.lockedUntil !== null && this.#state.lockedUntil <= this.#now()) {
      this.#state.lockedUntil = null;
      this.#state.triesLeft = this.profile.lockTries;
    }
    if (this.#settlesAt !== null && this.#settlesAt <= this.#now()) {
      this.#settlesAt = null;
      this.#state.bound = false;
    }
    return this.#state;
  }

  snapshot(): DeviceSnapshot {
    return {
      shortSerial: this.profile.shortSerial,
      address: this.profile.address,
      httpPort: this.httpPort,
      restarting: this.#restarting,
      ...this.state(),
      ...this.#counters,
    };
  }

  set(changes: DeviceChanges): void {
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    const isState = ([name]: [string, unknown]) => Object.hasOwn(this.#state, name);
    if (changes.bound !== undefined) this.#settlesAt = null;
    Object.assign(this.#state, Object.fromEntries(given.filter(isState)));
    Object.assign(this.quirks, Object.fromEntries(given.filter((entry) => !isState(entry))));
    this.#changed();
  }

  onChange(listener: (snapshot: DeviceSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  count(what: keyof DeviceCounters): void {
    this.#counters[what] += 1;
    this.#changed();
  }

  /** Seconds until the lock ends, rounded up; 0 = not locked. */
  lockSecondsLeft(): number {
    const { lockedUntil } = this.state();
    return lockedUntil === null ? 0 : Math.ceil((lockedUntil - this.#now()) / 1000);
  }

  /**
   * One use of a password, over SADP or over HTTP: both share this counter (protocol/sadp.md 10.2 leaves it open and
   * asks to assume so). `matches` is not even called while a lock runs.
   */
  tryPassword(matches: () => boolean): PasswordOutcome {
    const state = this.state();
    if (!state.activated) return 'not-activated';
    if (state.lockedUntil !== null) return 'locked';
    const right = matches();
    state.triesLeft = right ? this.profile.lockTries : Math.max(0, state.triesLeft - 1);
    if (state.triesLeft === 0) state.lockedUntil = this.#now() + this.profile.lockMinutes * 60_000;
    this.count('passwordsTried');
    if (right) return 'right';
    this.count('passwordsWrong');
    return state.lockedUntil === null ? 'wrong' : 'locked';
  }

  /** `Result` of getUnbindStatus (protocol/sadp.md 7). */
  statusWord(): 'success' | 'notBind' | 'unenableHCPlatform' | 'offlineHCPlatform' {
    const { bound, cloud } = this.state();
    if (!bound) return 'notBind';
    if (cloud === 'disabled') return 'unenableHCPlatform';
    return cloud === 'offline' ? 'offlineHCPlatform' : 'success';
  }

  /**
   * Carries out an unbind whose password was right. False: there is nothing to unbind, no cloud to tell, or an
   * earlier unbind is still settling (what real devices answer to a second one is open, protocol/sadp.md 17 U6).
   */
  unbind(): boolean {
    if (this.statusWord() !== 'success' || this.#settlesAt !== null) return false;
    const wait = this.quirks.settleAfterMs;
    this.#settlesAt = this.#now() + wait;
    if (wait > 0) {
      // Only to tell listeners: the truth is worked out from the clock whenever somebody looks. A little later
      // than the clock, because a timer may fire a moment early.
      this.#settling = setTimeout(() => this.#changed(), wait + 5);
      this.#settling.unref();
    }
    this.count('unbindsExecuted');
    return true;
  }

  /** Forgets timers and listeners. */
  close(): void {
    clearTimeout(this.#settling);
    this.#listeners.clear();
  }

  #changed(): void {
    if (this.#listeners.size === 0) return;
    const snapshot = this.snapshot();
    for (const listener of this.#listeners) listener(snapshot);
  }
}
