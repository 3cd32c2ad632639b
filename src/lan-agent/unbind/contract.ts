/**
 * What an unbind needs from whoever asks for it, and what it tells them: shared by the command line, the `run` loop
 * and the password prompt. Types only, so that every side may import it.
 */
import type { DeviceSighting, UnbindReport, UnbindStatus } from '../../link/messages.ts';

import type { Hindrance, OddWay } from '../network/hindrances.ts';

/** What is about to be done to which device. Shown beside the picture and the password prompt; holds no secret. */
export interface UnbindPlan {
  readonly shortSerial: string;
  readonly fullSerial: string | null;
  readonly model: string | null;
  /** IPv4 address the device answered from. */
  readonly address: string;
  /** The address it announces where that is another one; null: it is not. */
  readonly announcedAddress: string | null;
  /** As announced. */
  readonly mac: string;
  /** Name of the laptop's interface the device answered through. */
  readonly interface: string;
  readonly driver: DriverName;
  /**
   * Its MAC on the wire where that is not the announced one: behind a repeater that is normal, else somebody may have
   * taken its address. Null: it is, or the system does not tell (neighbour.ts).
   */
  readonly wireMac: string | null;
  /**
   * The device hears only what goes to everybody, so that anybody here could answer the key exchange and read the
   * password; a person has to confirm that laptop and device hang on one cable or switch, and nobody has yet.
   */
  readonly askCable: boolean;
  /** Tries left by the device's own words; null when it never said a number. */
  readonly attemptsLeft: number | null;
  /** Attempts have had no answer since: the device has said a higher number than `attemptsLeft`. */
  readonly attemptsAssumed: boolean;
  /** Whoever asked for the unbind, as shown to the person at the laptop; null on the command line. */
  readonly technician: string | null;
  readonly origin: UnbindOrigin;
}

export type DriverName = 'sadp-3.0' | 'sadp-3.1';

/** `local`: the person at the laptop is the operator. `bot`: a technician in the chat, with a permit. */
export type UnbindOrigin = 'local' | 'bot';

/**
 * What the password prompt brought back. The engine takes the Buffer over and zeroes it on every path.
 * `unavailable`: nobody can be asked (no terminal).
 */
export type PromptAnswer =
  | {
      readonly kind: 'typed';
      readonly password: Buffer;
      /** What `askCable` asks for was confirmed. */
      readonly directCable?: true;
    }
  | { readonly kind: 'abandoned' }
  /** What `askCable` asks for was denied. */
  | { readonly kind: 'no-cable' }
  /** It may be the password that the device has refused last, and there was nobody to ask whether it is meant. */
  | { readonly kind: 'refused-before' }
  | { readonly kind: 'unavailable' };

/**
 * Whether a password may be the one this device has refused last (one of 1024 others seems to be). Whoever asks for
 * the password asks then whether it is really meant; it is never refused by itself.
 */
export type WasRefused = (password: Buffer) => Promise<boolean>;

/** How the picture code ended; everything but `passed` ends the unbind before the password is asked for. */
export type ChallengeEnd = 'passed' | 'failed' | 'expired' | 'abandoned';

/** Where an unbind is. `sent` is the point of no return: from there on the outcome may be unknown. */
export type UnbindStage =
  | 'discovering'
  | 'status'
  | 'ledger'
  | 'challenge'
  | 'password'
  | 'permit'
  | 'exchange'
  | 'sent'
  | 'verifying';

export interface UnbindRequest {
  /** The one device, by its short serial. */
  readonly shortSerial: string;
  readonly origin: UnbindOrigin;
  /** Job or case, written to the journal. */
  readonly caseId?: string;
  readonly technician?: string;
  /** Asked once, after every check that needs no password. */
  readonly prompt: (plan: UnbindPlan, signal: AbortSignal, wasRefused: WasRefused) => Promise<PromptAnswer>;
  /** The picture code; left out on the command line, where `--confirm` stands for it. */
  readonly challenge?: (plan: UnbindPlan, signal: AbortSignal) => Promise<ChallengeEnd>;
  /** Trades the single-use permit; asked last before anything leaves the laptop. */
  readonly permit?: (plan: UnbindPlan, signal: AbortSignal) => Promise<boolean>;
  /** A person confirmed one careful try after a lock has run out. */
  readonly afterLock: boolean;
  /** A person confirmed beforehand that laptop and device hang on one cable or switch; false by default. */
  readonly directCable?: boolean;
  /** Before the datagram an abort cancels; after it, an abort only ends the verification early. */
  readonly signal: AbortSignal;
  readonly onStage?: (stage: UnbindStage) => void;
  /** Things worth telling the person that are no outcome. */
  readonly onNote?: (note: UnbindNote) => void;
  /** Interfaces to search on, by name or address; all usable ones by default. */
  readonly interfaces?: readonly string[];
  /** Longest search for the device, ms; 10 s by default. */
  readonly discoverMs?: number;
  /** Longest verification after the datagram, ms; 60 s by default (protocol/sadp.md 13). */
  readonly verifyMs?: number;
  /** When the verification has to end at the latest, ms of `performance.now()`; none by default. */
  readonly deadline?: number;
}

/** A fact noticed on the way. Words are keys of `agent:note.*`. */
export type UnbindNote =
  | { readonly kind: 'earlier-attempt'; readonly settled: 'unbound' | 'still-bound' | 'unsettled' }
  /** Of the attempt of this run: no answer, and the device said twice that it is still bound. */
  | { readonly kind: 'not-carried-out' }
  | { readonly kind: 'password-not-ascii' }
  | { readonly kind: 'foreign-reply'; readonly from: string }
  | { readonly kind: 'late-answer' }
  /** Twelve hexadecimal digits. */
  | { readonly kind: 'wire-mac'; readonly mac: string }
  | { readonly kind: 'unexpected-word'; readonly word: string }
  /** With a device that was not found; `port-fallback` whenever it is so. */
  | Hindrance
  | OddWay
  | { readonly kind: 'ledger-not-saved' }
  | { readonly kind: 'journal-not-saved' };

/** Answer to "what does the device say about its binding". */
export interface StatusReport {
  readonly shortSerial: string;
  /** `unexpected` also where several devices claim the serial number: then none of them was asked. */
  readonly status: UnbindStatus;
  /** The device's own word, with `unexpected`. */
  readonly word?: string;
  /** Why nobody can say what the device itself would answer: with `unexpected`, or `no-mac` with `unanswered`. */
  readonly reason?: 'ambiguous-device' | 'flooded' | 'no-mac';
  /** The search or the question was stopped: that nothing came says nothing about the device. */
  readonly stopped?: true;
  /** As discovered; null when the device was not found. */
  readonly device: DeviceSighting | null;
  /** Tries left, as the ledger has it from the device; missing: it never said, or may be locked. Asking used none up. */
  readonly attemptsLeft?: number | undefined;
}

/** Reasons of whatever asks for the password: an unbind, or a reading. */
export type PasswordTaskReason =
  | 'password-empty'
  | 'password-too-long'
  | 'password-not-utf8'
  | 'password-has-control-character'
  | 'password-unread'
  | 'no-terminal'
  | 'refused-before'
  | 'abandoned'
  | 'few-attempts'
  | 'lock-running'
  /** The device may be locked, but has not said so, or not for how long. */
  | 'lock-assumed'
  | 'after-lock'
  /** The one careful try was made; what leads on is the owner's own login. */
  | 'try-used'
  | 'ledger-unreadable'
  | 'journal-unwritable'
  | 'busy'
  | 'ambiguous-device'
  /** So much came or was lost that nobody can say who else has answered. */
  | 'flooded'
  | 'not-activated'
  | 'cancelled'
  /** A fault of this program; before the password `refused`, after it `unknown`. */
  | 'internal';

/** Closed reasons beside an outcome; `agent:reason.<word>` is the sentence. */
export type UnbindReason =
  | PasswordTaskReason
  | 'confirm-mismatch'
  | 'no-mac'
  | 'no-driver'
  | 'cloud-offline'
  | 'cloud-disabled'
  | 'unanswered'
  | 'status-refused'
  | 'status-unexpected'
  | 'challenge-failed'
  | 'challenge-expired'
  | 'challenge-abandoned'
  | 'permit-refused'
  | 'slow-device'
  | 'no-direct-cable'
  | 'spoofed-exchange'
  /** Somebody else answered in the device's place when the datagram was out. */
  | 'late-answer'
  | 'exchange-unanswered'
  | 'exchange-refused'
  | 'exchange-unreadable'
  | 'ambiguous-digest'
  | 'unexpected-word'
  | 'no-reply'
  | 'unreadable-reply'
  | 'send-failed'
  | 'earlier-attempt'
  /** The device has accepted an earlier unbind a while ago and is still given time for it. */
  | 'earlier-accepted'
  /** Another laptop exchanges keys with the device: it remembers only the latest one. */
  | 'busy-elsewhere';

/** A report whose reason is one of ours. */
export type Report = Omit<UnbindReport, 'reason'> & { readonly reason?: UnbindReason };
