/**
 * Times that bot and agent have to agree on, ms. What hangs on them on one side is in src/bot/house/times.ts and
 * src/lan-agent/times.ts; test/unit/link/times.test.ts holds how they depend on each other (docs/decisions/0035).
 */

/**
 * How long the hub holds a question of an agent open at most, for a command as for the chat's word on a pairing; agents of
 * before ask for more. Below the limit at which proxies cut what is idle: a minute mostly, rarely half of one.
 */
export const HOLD_MS = 15_000;
/** An agent that has begun no poll for this long is away. One that stops says so, and is away at once. */
export const ONLINE_MS = 25_000;
/** Bounds of an agent's waits between tries that fail: far below `ONLINE_MS`, so that it is there soon after an outage. */
export const BACKOFF_FLOOR_MS = 500;
export const BACKOFF_CEILING_MS = 8_000;
/** What a hub, or a proxy before it, may ask an agent to wait at most: more would be an outage after the outage. */
export const MOST_RETRY_AFTER_MS = 30_000;

/** A command that is not taken up within this time is not worth doing any more. */
export const TAKE_UP_MS = 60_000;
/** How long a laptop searches before it says that a device is not there. */
export const SEARCH_MS = 12_000;
/** How long a picture may be answered. */
export const PICTURE_LIFE_MS = 5 * 60_000;
/** How long the laptop waits for the password: a technician may have to find its owner first. */
export const PROMPT_LIMIT_MS = 10 * 60_000;
/** From the typed password to the laptop's last word: permit, key exchange, the datagram, and looking what it did. */
export const WORK_LIMIT_MS = 2 * 60_000;
