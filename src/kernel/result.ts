/**
 * The outcome of anything that can fail for a reason outside the program: a device, the network, Telegram, the
 * store. Failures travel as values, so that no exception crosses a room and every caller sees what can go wrong.
 */
export type Result<T, F> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: F };

/** A success carrying `value`. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A failure carrying its reason. */
export function fail<F>(failure: F): { readonly ok: false; readonly failure: F } {
  return { ok: false, failure };
}
