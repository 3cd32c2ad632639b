/** What a way to perform the unbind call has to offer. Which protocol it speaks is its own business. */
import type { Result } from '../../kernel/result.ts';
import type { FoundDevice } from '../network/search.ts';
import type { Watch } from '../network/watch.ts';
import type { StatusAnswer } from '../sadp/reply.ts';
import type { Stop } from './channel.ts';
import type { DriverName, UnbindReason } from './contract.ts';
import type { PendingAnswer } from './send-once.ts';

export interface UnbindDriver {
  readonly name: DriverName;
  /** Whether the device offers it. */
  fits(device: FoundDevice): boolean;
  /** What keeps it from being asked anything; null: nothing. */
  objectsTo(device: FoundDevice): UnbindReason | null;
  /** Asks the device what it says about its binding, and with that finds the way to it. Read-only. */
  approach(watch: Watch): Promise<Approach>;
  /** Refuses a password it cannot carry, before anything is sent. The copy is the caller's to zero. */
  check(device: FoundDevice, password: Buffer): Result<Buffer, UnbindReason>;
}

/** The first answer about the binding (null: none came), and the way it went. */
export interface Approach {
  readonly answer: StatusAnswer | null;
  readonly way: Way;
}

/** One device, reachable one way: where everything of an unbind goes. It was chosen by its status, once. */
export interface Way {
  readonly watch: Watch;
  /** MAC as announced; checked to be addressable where the way needs one. */
  readonly mac: string;
  /** MAC on the wire where it is another one than the device announces. */
  readonly wireMac: string | null;
  /** Whether the device alone was asked, and has answered. */
  readonly isDirect: boolean;
  /** Everybody on the network hears what goes this way. */
  readonly isToEverybody: boolean;
  /** The device answers so slowly that it is not told from somebody who is faster. */
  isTooSlow(): boolean;
  /** Asks for the binding once more, for at most `waitMs`; null: no answer. Read-only. */
  ask(options: { readonly signal: AbortSignal; readonly waitMs: number }): Promise<StatusAnswer | null>;
  /** All that the protocol needs before, then ONE unbind to ONE destination, never repeated. */
  unbind(password: Buffer, steps: UnbindSteps): Promise<Result<PendingAnswer, Stop>>;
}

export interface UnbindSteps {
  readonly signal: AbortSignal;
  /** What had been lost when the device was last seen to be the only one of its name. */
  readonly lostBefore: () => number;
  /** Looks once more whether it still is, where something was lost since then. @returns what speaks against it */
  readonly lookAgain: () => Promise<UnbindReason | null>;
  /** Puts the intent on disk; a reason instead of null keeps the unbind from being sent. */
  readonly beforeSending: () => Promise<UnbindReason | null>;
}
