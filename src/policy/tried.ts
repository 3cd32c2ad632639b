/**
 * Ways that were tried on a device, and what they said. A case keeps all of them, the letter to the service centre lists
 * them, and a way that has failed is not offered again until something has changed (docs/decisions/0043-tried-ways.md).
 */
import { lineOfFirmware } from '../device/firmware.ts';
import type { ArticleId } from './articles.ts';
import { type Facts, isSameFirmware, knownValue } from './facts.ts';

/** What can be tried, by its name (`WayId`). */
export const TRIED_WAYS = ['sadp', 'vendor-tool', 'app', 'recorder-menu', 'firmware-first'] as const;
export type TriedWay = (typeof TRIED_WAYS)[number];

/** What a technician is offered to say of a way that unbinds and did not. */
export const SAID_BY_WAY = [
  'failed',
  'not-supported',
  'no-button',
  'wrong-password',
  'offline',
  'other',
] as const;
/** What he is offered to say of an update that came to nothing. */
export const SAID_BY_UPDATE = ['no-file', 'refused', 'other'] as const;

/** What the laptop's way said, by what its report comes to (`saidByReport`). */
const SAID_BY_LAPTOP = [
  'denied',
  'denied-proved',
  'denied-unproved',
  'unanswered',
  'status-refused',
  'no-driver',
  'few-attempts',
  'no-exchange',
  'no-answer',
  'unconfirmed',
] as const;

/** What a way said; sentences `policy:tried.said.<word>`, of an article its title. `updated`: the update was made. */
export type TriedWord =
  | (typeof SAID_BY_WAY)[number]
  | (typeof SAID_BY_UPDATE)[number]
  | (typeof SAID_BY_LAPTOP)[number]
  | 'not-at-hand'
  | 'updated'
  | ArticleId;

/** One way that was tried. Plain JSON. */
export interface Try {
  readonly way: TriedWay;
  /** `TriedWord` when it was written; one that this version does not know counts like `other`. */
  readonly word: string;
  /** Milliseconds. */
  readonly at: number;
  /** The firmware as it was known then; null: it was not. */
  readonly firmware: string | null;
}

/** Nothing was tried. */
export const NOTHING_TRIED: readonly Try[] = [];

/** What was tried, as far as it counts on these facts. */
export interface TriedNow {
  /** Ways that have failed. */
  readonly failed: ReadonlySet<TriedWay>;
  /** The device refused without saying that the password was it, and nobody knows whether it was. */
  readonly inDoubt: boolean;
  /** The firmware was updated since the case began. */
  readonly updated: boolean;
}

/** Words that say nothing against the way itself: the password was the matter, or may have been. */
const OF_THE_PASSWORD: readonly string[] = ['wrong-password', 'denied', 'denied-unproved'];
/** Words that a second try may mend: they count when they were said twice. */
const ONCE_IS_NONE: readonly string[] = ['no-exchange', 'no-answer', 'unconfirmed', 'offline', 'locked'];
/** The device's own words over SADP: the vendor's tool would hear the same. */
const OF_THE_DEVICE: readonly string[] = ['denied-proved', 'unanswered', 'status-refused'];
/** Words after which nothing is sent with a password before a login has worked. */
const IN_DOUBT: readonly string[] = ['denied', 'few-attempts'];

/** What was tried on the firmware of today; where one of the two is not known, it may be the same. */
export function triedToday(facts: Facts, tried: readonly Try[]): Try[] {
  const firmware = knownValue(facts, 'firmware');
  return tried.filter(
    (one) => one.firmware === null || firmware === null || isSameFirmware(one.firmware, firmware),
  );
}

/** Which of it counts: what was said under another firmware than today's does not, that way is untried. */
export function triedNow(facts: Facts, tried: readonly Try[]): TriedNow {
  if (tried.length === 0) return { failed: new Set(), inDoubt: false, updated: false };
  const firmware = knownValue(facts, 'firmware');
  const today = triedToday(facts, tried);
  const failed = new Set(TRIED_WAYS.filter((way) => hasFailed(facts, today, way)));
  if (today.some(({ way, word }) => way === 'sadp' && OF_THE_DEVICE.includes(word)))
    failed.add('vendor-tool');
  return {
    failed,
    inDoubt: today.some(({ word }) => IN_DOUBT.includes(word)),
    updated: firmware !== null && tried.some((one) => one.word === 'updated' && !today.includes(one)),
  };
}

/** Words on an update to 4.x that are a fact of their own (`updateTo4x`): the supplier may have another file. */
const OF_THE_FILE: readonly string[] = ['refused', 'no-file'];

function hasFailed(facts: Facts, today: readonly Try[], wanted: TriedWay): boolean {
  const words = today.filter(({ way }) => way === wanted).map(({ word }) => word);
  const { cloud, firmware } = facts;
  // That it is online the device has said itself, so it is not for the cloud that the way says otherwise.
  const isOnline = cloud.state === 'known' && cloud.source === 'lan' && cloud.value === 'online';
  const isBefore4x = ['1.x', '2.x', '3.x'].includes(
    lineOfFirmware(knownValue(facts, 'firmware') ?? '') ?? '',
  );
  const counts = (word: string): boolean => {
    if (OF_THE_PASSWORD.includes(word)) return false;
    if (wanted === 'firmware-first' && OF_THE_FILE.includes(word) && isBefore4x) return false;
    // Until the firmware was read again, an update is one that worked.
    if (word === 'updated') return firmware.state === 'known';
    return !ONCE_IS_NONE.includes(word) || (word === 'offline' && isOnline);
  };
  return words.some(counts) || words.filter((word) => ONCE_IS_NONE.includes(word)).length > 1;
}

/**
 * What a report of the laptop says about its way; null: nothing. A lock ends by itself, and what is the laptop's or the
 * person's own matter is no word of the device's.
 */
export function saidByReport({ outcome, reason }: { outcome: string; reason?: string }): TriedWord | null {
  if (outcome === 'denied') return reason === 'not-activated' ? null : 'denied';
  if (outcome === 'wrong-password') return 'wrong-password';
  if (outcome === 'unknown') return 'no-answer';
  if (outcome === 'accepted-unconfirmed') return 'unconfirmed';
  return outcome === 'refused' ? (SAID_BY_REASON[reason ?? ''] ?? null) : null;
}

const SAID_BY_REASON: Readonly<Record<string, TriedWord>> = {
  unanswered: 'unanswered',
  'status-refused': 'status-refused',
  'status-unexpected': 'status-refused',
  'no-mac': 'no-driver',
  'no-driver': 'no-driver',
  'ambiguous-digest': 'no-driver',
  'few-attempts': 'few-attempts',
  'try-used': 'few-attempts',
  'exchange-unanswered': 'no-exchange',
  'exchange-refused': 'no-exchange',
  'exchange-unreadable': 'no-exchange',
  'slow-device': 'no-exchange',
};

/**
 * What was tried, once a login with the password has worked or was refused: a denial is then about the way, or about
 * the password. Null: another password is at hand now, and nobody will ever know.
 */
export function settleDenials(tried: readonly Try[], proved: boolean | null): Try[] {
  const word: TriedWord =
    proved === true ? 'denied-proved' : proved === false ? 'wrong-password' : 'denied-unproved';
  return tried.map((one) => (one.word === 'denied' ? { ...one, word } : one));
}
