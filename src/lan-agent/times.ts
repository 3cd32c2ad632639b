/**
 * Times of the agent that depend on each other or on what it has agreed on with the bot (link/times.ts), ms;
 * test/unit/link/times.test.ts holds how.
 */
import { HOLD_MS } from '../link/times.ts';

/** Time to reach the hub or a proxy. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Time for an answer that is not held, connecting included: a slow line. */
export const ANSWER_TIMEOUT_MS = 15_000;
/** The same for a held one beyond its time: a connection that is dead in secret is given up before the hub calls us away. */
export const HELD_GRACE_MS = 6_000;
/** The shortest hold: where the way cuts even sooner, every poll fails. */
export const LEAST_HOLD_MS = 3_000;
/** A poll answered sooner without anything new was not held open: do not ask in a tight circle. */
export const QUICK_POLL_MS = 1_000;
/** A connection that has lasted this long is no accident: waits begin anew from the shortest. */
export const LASTED_MS = HOLD_MS;
/** When the agent stops: how long it tries to say so, and to bring its last word to the hub. */
export const GOODBYE_MS = 1_500;
export const LAST_WORD_MS = 3_000;

/** Time to find the one device of a job. */
export const FIND_MS = 10_000;
/** A permit is asked for while a person waits and a password is held: long enough for a bot that restarts. */
export const PERMIT_PATIENCE_MS = 20_000;
/** Another look whether the device is still the only one of its name, before and after the permit. */
export const SECOND_LOOK_MS = 4_000;
/** Time for the key exchange. */
export const EXCHANGE_MS = 10_000;
/** Longest verification after the datagram (protocol/sadp.md 13), the last look included. */
export const VERIFY_MS = 60_000;
/** Time for the second proof (docs/decisions/0006). */
export const PROOF_MS = 6_000;

/** How long the password of a group is kept without a key pressed at the laptop. */
export const GROUP_PASSWORD_MS = 10 * 60_000;
/** How long a list of devices, once allowed for a visit, may be asked for again without a question. */
export const VISIT_MS = 12 * 3600_000;
