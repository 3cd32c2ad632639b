import type { PrintedSerial } from '../../device/printed.ts';

/** What the child process is told: a photo to read, or that nobody waits for one any more. */
export type ToChild = { readonly id: number; readonly bytes: Uint8Array } | { readonly cancel: number };

/** Serials in print, the surest first, and a picture of their lines one below the other; null: none may be shown. */
export interface TextReading {
  readonly serials: readonly PrintedSerial[];
  readonly picture: Uint8Array | null;
}

/** What the child says. No other text of the label leaves it. */
export type FromChild = { readonly ready: true } | { readonly id: number; readonly reading: TextReading };
