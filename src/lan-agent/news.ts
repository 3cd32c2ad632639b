/**
 * What happens to an agent, as it happens: for whoever tells it to the person at the laptop, be it as lines of a terminal
 * (news-text.ts) or in a window. Types only, so that every side may import it. Everything can be written as JSON, and
 * nothing holds a secret: no password, no pairing code, no picture and no answer to one.
 */
import type { DiscoveryReport } from './engine.ts';
import type { HubFailure } from './link/hub-client.ts';
import type { FinalRefusal } from './link/line.ts';
import type { KeyNews } from './link/rotate.ts';
import type { AddressRefusal } from './link/server-address.ts';
import type { OddWay } from './network/hindrances.ts';
import type { LanNote } from './network/lan.ts';
import type {
  Report,
  StatusReport,
  UnbindNote,
  UnbindOrigin,
  UnbindReason,
  UnbindStage,
} from './unbind/contract.ts';

/** One thing that has happened. */
export type AgentNews = PairingNews | LineNews | JobNews | KeptNews;

/** How pairing ended. */
export type PairEnd =
  | 'paired'
  /** The chat has said no, or another number was typed there; `refused` is a server that takes no connections. */
  | 'refused-in-chat'
  | 'expired'
  | 'stopped'
  | 'not-a-code'
  | 'home-unwritable'
  /** The server's key is not the one it was bound to. */
  | 'other-key'
  /** The server's key is not the one the package has brought along. */
  | 'other-hub'
  /** The person at the laptop does not see in the chat what the server says here. */
  | 'not-agreed'
  | AddressRefusal
  | HubFailure['reason'];

/** On the way to a pairing, in this order. */
export type PairingNews =
  /** `earlier`: the server this laptop is paired with until the new pairing is confirmed; null: with none. */
  | {
      readonly kind: 'pairing-begun';
      readonly server: string;
      /** What is said can be read along: plain HTTP to another machine. */
      readonly insecure: boolean;
      readonly earlier: string | null;
    }
  /** `number`, as people read it (`123 456`), is to be typed in the chat until `expiresAt` (ms since 1970, server clock). */
  | { readonly kind: 'pairing-number'; readonly number: string; readonly expiresAt: number }
  /** The server says that the chat has agreed; now the person at the laptop is asked whether the chat says so, too. */
  | { readonly kind: 'pairing-confirmed' }
  | {
      readonly kind: 'pairing-ended';
      readonly end: PairEnd;
      /** Null where no server could be asked. */
      readonly server: string | null;
      /** The code is good for no other try. */
      readonly spent: boolean;
    };

/** Why the agent does not work for the bot any more. */
export type RunEnd = 'stopped' | 'not-paired' | 'damaged' | 'home-unwritable' | FinalRefusal;

/** How it stands with the bot. */
export type LineNews =
  /** The agent has begun to work; nothing is known of the server yet. */
  | { readonly kind: 'started'; readonly server: string }
  | { readonly kind: 'connected'; readonly server: string }
  /** Whose laptop this is: told by the server after `connected`, again whenever the line was away. */
  | {
      readonly kind: 'whose';
      /** Telegram's name of the bot, without the @. */
      readonly bot: string;
      /** What the bot calls this laptop. */
      readonly laptop: string;
      /** Who may use it, as Telegram names them. */
      readonly owners: readonly string[];
    }
  /** There is a newer agent; nothing is updated by itself. */
  | { readonly kind: 'newer'; readonly version: string; readonly address: string }
  /** Tried again by itself. */
  | { readonly kind: 'away'; readonly server: string; readonly reason: HubFailure['reason'] }
  /** The agent works no more; all but `stopped` needs a person. The folder's fault has been told before (`unwritable`). */
  | { readonly kind: 'ended'; readonly end: RunEnd };

/** What a job is about. */
export interface JobAbout {
  readonly id: string;
  readonly task: 'discover' | 'survey' | 'status' | 'unbind';
  /** `bot`: the chat asks. `local`: the person at the laptop does. */
  readonly origin: UnbindOrigin;
  /** The one device; null: whatever is there. */
  readonly shortSerial: string | null;
  /** Who asks in the chat, as written there; null: the command does not say. */
  readonly technician: string | null;
  /** Which device of how many of its group; null: it stands alone. */
  readonly place: { readonly number: number; readonly of: number } | null;
  /** Nothing is done: what became of an unbind that was cut off is found out. */
  readonly settles: boolean;
}

/** Why a job has come to nothing before anything was sent. */
export type JobFailure =
  | UnbindReason
  /** Asked for too long ago. */
  | 'expired'
  /** The agent was stopped. */
  | 'interrupted'
  /** This run of its group has stopped at this laptop. */
  | 'group-stopped'
  | 'survey-refused'
  | 'survey-abandoned';

/** How a job ended. */
export type JobEnd =
  /** A search; whom it has found was told before (`seen`). */
  | { readonly kind: 'searched'; readonly found: boolean }
  | { readonly kind: 'status'; readonly report: StatusReport }
  | { readonly kind: 'unbind'; readonly report: Report }
  | { readonly kind: 'failed'; readonly reason: JobFailure };

/** What is noticed on the way; `agent:note.<kind>` is the sentence. */
export type Note = LanNote | OddWay | UnbindNote;

/** One job from its beginning to its end. One that cannot even be begun has its end alone. */
export type JobNews =
  | { readonly kind: 'job-begun'; readonly job: JobAbout }
  | { readonly kind: 'stage'; readonly jobId: string; readonly stage: UnbindStage }
  /** What a search has seen, whatever part of it the chat gets. */
  | { readonly kind: 'seen'; readonly jobId: string; readonly report: DiscoveryReport }
  | { readonly kind: 'noted'; readonly jobId: string; readonly note: Note }
  /** The picture code in the chat. `expiresAt`: ms since 1970, server clock; null but with `shown`. */
  | {
      readonly kind: 'picture';
      readonly jobId: string;
      readonly state: 'shown' | 'passed' | 'wrong' | 'expired';
      readonly triesLeft: number;
      readonly expiresAt: number | null;
    }
  /** A question at this laptop. `closed`: left, taken away, or nobody has answered. */
  | {
      readonly kind: 'question';
      readonly jobId: string;
      readonly asks: 'password' | 'confirm' | 'survey';
      readonly state: 'shown' | 'answered' | 'closed';
      /** Of the device; null: it has not said, or the question is about none. */
      readonly attemptsLeft: number | null;
    }
  | { readonly kind: 'job-ended'; readonly job: JobAbout; readonly end: JobEnd };

/** What the laptop keeps. */
export type KeptNews =
  | ({ readonly kind: 'key' } & KeyNews)
  /** The password of a group is not kept any more. */
  | { readonly kind: 'forgotten' }
  | UnwritableNews;

/** The state folder: nothing is carried out until it can be used again. `code` is the system's, for instance `ENOSPC`. */
export type UnwritableNews = { readonly kind: 'unwritable'; readonly code: string };
