import type { LabelFacts, LabelRefusal, LabelSource } from '../device/label.ts';
import type { PrintCertainty, PrintedSerial } from '../device/printed.ts';
import type { Result } from '../kernel/result.ts';

/** What a photo said. Never holds a verification code: that stays in the process that read it. */
export type LabelReading =
  | ({ kind: 'label' } & FoundLabel)
  /**
   * Labels of different devices (by short serial), 2 to 8, and a JPEG that shows where each is (places.ts). `more`: short
   * serials of those beyond eight.
   */
  | { kind: 'several'; labels: FoundLabel[]; more: string[]; picture: Uint8Array }
  /**
   * Read from print, the surest first, 1 to 8. Only `agreed` may go on without a person's word. `picture`: a JPEG of
   * the lines that say so, in this order, and of nothing else; null where they cannot be shown alone.
   */
  | { kind: 'printed'; labels: LabelFacts[]; certainty: PrintCertainty; picture: Uint8Array | null }
  /** A code was read, but it is no usable label. `host` only with `unknown-url`. */
  | { kind: 'refused'; reason: LabelRefusal; host?: string }
  /** No code could be read; `tip` is what the photo's own measures say about the cause. */
  | { kind: 'unreadable'; tip: PhotoTip | null }
  | { kind: 'rejected'; reason: PhotoRejection };

/** A label and where it was read. */
export interface FoundLabel {
  readonly facts: LabelFacts;
  readonly sources: readonly LabelSource[];
  /** False for nine digits that may be a part number: only a person may take them for a serial. */
  readonly isCertain: boolean;
}

/** What is most likely wrong with a photo. `no-time`: its print could not be read within the time there is for a photo. */
export const PHOTO_TIPS = ['too-dark', 'too-small', 'blurred', 'glare', 'no-time'] as const;
export type PhotoTip = (typeof PHOTO_TIPS)[number];

/**
 * Why a photo was not looked at, or not to the end. `busy` is worth another try later. `heif`: HEIC, HEIF or AVIF, a
 * picture whose decoders are too large a target for what strangers send.
 */
export const PHOTO_REJECTIONS = [
  'too-large',
  'too-many-pixels',
  'not-an-image',
  'heif',
  'timeout',
  'busy',
  'crashed',
] as const;
export type PhotoRejection = (typeof PHOTO_REJECTIONS)[number];

/** Largest file, bytes: what the Bot API lets a bot download. */
export const MAX_BYTES = 20 * 1024 * 1024;

/** One photo on its way into a process: to be read, or to be copied without what cameras write beside the picture. */
export type PhotoJob =
  | ({ readonly task: 'read' } & ReadJob)
  | ({ readonly task: 'copy' } & Pick<ReadJob, 'bytes' | 'answerMs' | 'leastMs'>);

export interface ReadJob {
  readonly bytes: Uint8Array;
  /** Time from the bytes on, milliseconds. What will not be done by then is not begun. */
  readonly budgetMs: number;
  /** How long its answer is waited for, milliseconds, the start of a process included. Default: as long as it takes. */
  readonly answerMs?: number;
  /** What of that is left where other photos stood before it, at least. Default: all of it. */
  readonly leastMs?: number;
}

/** How long the answer to a job is waited for, milliseconds, `waitedMs` after other photos that stood before it. */
export function answerTime(
  job: { readonly answerMs?: number; readonly leastMs?: number },
  waitedMs: number,
): number {
  const { answerMs = Number.POSITIVE_INFINITY, leastMs = answerMs } = job;
  return Math.max(leastMs, answerMs - waitedMs);
}

/** A reading and what it cost, milliseconds: what is left of the budget is the second reader's. */
export interface TimedReading {
  readonly reading: LabelReading;
  readonly ms: number;
}

/** What the process says of each task. */
export interface PhotoAnswers {
  readonly read: TimedReading;
  readonly copy: Result<Uint8Array, PhotoRejection>;
}

/** Serials in print, the surest first, and a picture of their lines one below the other; null: none may be shown. */
export interface TextReading {
  readonly serials: readonly PrintedSerial[];
  readonly picture: Uint8Array | null;
  /** False where the time was over before all print was read. */
  readonly isWhole: boolean;
  /** Whether the serials are readings of one number, on which looks at its line differ: the likeliest first. */
  readonly isOne: boolean;
}
