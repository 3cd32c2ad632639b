/**
 * Times of the bot that depend on each other or on what it has agreed on with the laptops (link/times.ts), ms;
 * test/unit/link/times.test.ts holds how.
 */
import { PICTURE_LIFE_MS, PROMPT_LIMIT_MS, WORK_LIMIT_MS } from '../../link/times.ts';

export { CHOICE_MS } from '../../flows/times.ts';

/** A wait for a laptop: after this there is a word about what is waited for, after `CHOICE_MS` a choice. */
export const WORD_MS = 20_000;
/** A wait for a person ends with its limit; this long before, there is one reminder. */
export const REMIND_MS = 2 * 60_000;
/** What the laptop itself says about a limit of its own may be on the way for this long. */
export const ON_THE_WAY_MS = 20_000;
/** Older agents do not say that the password was typed: what they do with it may still go on at the prompt's end. */
export const PASSWORD_LIMIT_MS = PROMPT_LIMIT_MS + WORK_LIMIT_MS;

/** A laptop that has not taken up a command after this time gets it again when it is asked for. */
export const SEND_AGAIN_MS = 15_000;
/** A picture that somebody may want to see again. */
export const PICTURE_KEPT_MS = 6 * PICTURE_LIFE_MS;
/** An alarm that the chat could not be told of rings again. */
export const RING_AGAIN_MS = 10_000;
/** A file that was made to be sent: long enough to be sent again after a crash. */
export const FILE_MS = 24 * 60 * 60_000;
/** How often alarms are looked at. */
export const LOOK_EVERY_MS = 1_000;
