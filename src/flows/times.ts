/** A wait for a laptop that has become this long is a choice of the technician's, ms (docs/decisions/0035). */
export const CHOICE_MS = 60_000;
