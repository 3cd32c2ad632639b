/**
 * What a reading with the admin password needs from whoever asks for it, and what it tells them. Types only, so that
 * the prompt and the command line may import it.
 */

import type { DeviceKind } from '../../device/kinds.ts';
import type { IsapiRefusal } from '../isapi/answer.ts';
import type { Capabilities, EzvizState } from '../isapi/documents.ts';
import type { HttpFailure } from '../isapi/http.ts';
import type { SiteRefusal } from '../isapi/site.ts';
import type { Hindrance, OddWay } from '../network/hindrances.ts';
import type {
  PasswordTaskReason,
  PromptAnswer,
  Report,
  UnbindNote,
  UnbindPlan,
  WasRefused,
} from '../unbind/contract.ts';

/** What the password is asked for, as the plan of an unbind, but nothing is unbound: over HTTP no MAC is needed. */
export type InspectPlan = Omit<UnbindPlan, 'driver' | 'mac'> & {
  readonly driver: null;
  readonly mac: string | null;
};

export interface InspectRequest {
  /** The one device, by its short serial. */
  readonly shortSerial: string;
  /** Asked once, after every check that needs no password. */
  readonly prompt: (plan: InspectPlan, signal: AbortSignal, wasRefused: WasRefused) => Promise<PromptAnswer>;
  /** A person confirmed one careful try after a lock has run out. */
  readonly afterLock: boolean;
  /** Interfaces to search on, by name or address; all usable ones by default. */
  readonly interfaces?: readonly string[];
  readonly signal: AbortSignal;
  /** From `reading` on, the password may have been sent. */
  readonly onStage?: (stage: 'discovering' | 'reading') => void;
  readonly onNote?: (note: InspectNote) => void;
}

/** Things worth telling the person that are no outcome. */
export type InspectNote =
  | Hindrance
  | OddWay
  | Extract<
      UnbindNote,
      {
        kind: 'foreign-reply' | 'password-not-ascii' | 'ledger-not-saved' | 'journal-not-saved';
      }
    >;

/** The documents in the order they are asked for: first the cheap test of the password (protocol/isapi.md 6). */
export const DOCUMENTS = [
  'userCheck',
  'deviceInfo',
  'capabilities',
  'networkCapabilities',
  'ezviz',
  'loginLock',
] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

/** What became of one document. `unreadable`: an answer came, but not the document. */
export type DocumentState = 'read' | 'not-asked' | 'unreadable' | IsapiRefusal | HttpFailure;

/** `agent:inspect.outcome.<word>` is the sentence. */
export type InspectOutcome =
  /** Everything was asked; what the firmware does not have or may not tell is named. */
  | 'read'
  /** The password is right, but something could not be read. */
  | 'incomplete'
  | 'wrong-password'
  | 'locked'
  | 'not-found'
  /** The password was not sent: the device could not be asked. */
  | 'failed'
  /** The password was not sent, for safety. */
  | 'refused'
  /** The password was sent, and nothing tells whether it counted as an attempt. */
  | 'unknown';

/** Closed reasons beside an outcome; `agent:reason.<word>` is the sentence. */
export type InspectReason =
  | PasswordTaskReason
  | SiteRefusal
  | HttpFailure
  | 'no-digest'
  /** Accepted at first, then refused: everything was stopped. */
  | 'refused-later'
  | 'device-busy'
  | 'no-permission'
  | 'device-refused';

/** How an inspection ended. */
export interface InspectEnd extends Pick<Report, 'attemptsLeft' | 'lockMinutes' | 'lockAssumed'> {
  readonly outcome: InspectOutcome;
  readonly reason?: InspectReason;
  /** Login schemes the device has offered, with `no-digest`. */
  readonly offered?: readonly string[];
}

/** What the device says of itself (protocol/isapi.md 2); texts are fit for a terminal. */
export interface DeviceFacts {
  readonly model: string | null;
  readonly fullSerial: string | null;
  readonly shortSerial: string | null;
  /** Twelve hexadecimal digits in lower case. */
  readonly mac: string | null;
  readonly firmware: string | null;
  readonly deviceType: string | null;
  readonly kind: DeviceKind;
  /** False: the web server belongs to another device than the one that was looked for, or its document is forged. */
  readonly isTheOne: boolean | null;
}

/** The rows of protocol/isapi.md 3.5; `agent:inspect.cloud.<word>` says what to do next. */
export type CloudState =
  | 'not-bound'
  | 'cloud-disabled'
  | 'cloud-offline'
  | 'code-refused'
  | 'bound'
  | 'unknown';

/** How logins are locked: by the settings, else by what the capabilities call the default. */
export interface LockFacts {
  readonly enabled: boolean | null;
  readonly attempts: number | null;
  readonly lockMinutes: number | null;
  readonly from: 'settings' | 'capabilities';
}

/** What the documents say together. Null: the document was not read. Holds no verification code. */
export interface Facts {
  readonly device: DeviceFacts | null;
  readonly cloud: (EzvizState & { readonly state: CloudState }) | null;
  readonly capabilities: Capabilities | null;
  readonly loginLock: LockFacts | null;
}

/** The report of one inspection, as printed by `unbind-agent inspect --json`. */
export interface InspectReport extends InspectEnd, Facts {
  /** Of this form; raised when a field changes its meaning or goes. */
  readonly version: 1;
  readonly shortSerial: string;
  /** Where the device was found; null when it was not. */
  readonly address: string | null;
  readonly interface: string | null;
  /** What the device said to the password. */
  readonly password: 'accepted' | 'refused' | 'unknown' | 'not-sent';
  readonly documents: Readonly<Record<DocumentName, DocumentState>>;
}
