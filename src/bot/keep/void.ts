/** What a backup holds and must not come back: whatever opens something, and what was on its way and has arrived since. */

import { PERMITS } from '../../hub/desk.ts';
import { CODES, CURRENT, DECISIONS, OPENINGS, PAIRINGS } from '../../hub/pairing.ts';
import { COMMANDS } from '../../hub/polls.ts';
import { NAMED_KEYS } from '../../hub/rotation.ts';
import type { Kind } from '../../store/kind.ts';
import type { StoredRecord } from '../../store/store.ts';
import { STORE_TERM } from '../../store/terms.ts';
import { PIN_WAITS } from '../commands/pin.ts';
import { APPLICANTS, INVITATIONS } from '../door/access.ts';
import { OPENED } from '../door/pins.ts';
import { ANNOUNCEMENTS } from '../house/announcements.ts';
import { PICTURE_ANSWERS } from '../house/chats.ts';
import { ALARM_MOMENTS } from '../house/shared-alarms.ts';
import { NEWEST_MESSAGES } from '../house/shared-calls.ts';
import { KEPT_WORDS } from '../house/voice.ts';
import { SURVEYS, VISITS } from '../jobs/surveys.ts';
import { RUNNING_BOT } from '../server/one-bot.ts';
import { RUNNING_BOTS } from '../server/roll.ts';
import { RUN_MARK } from '../server/run-mark.ts';
import { PROBE } from '../server/store-health.ts';
import { UNCLEAR_TEXTS } from '../telegram/sealed-unclear.ts';
import { WAITING_UPDATES } from '../telegram/shelf.ts';

const VALUES: readonly Pick<Kind<unknown>, 'name'>[] = [
  // Permits, pairing codes, invitations, and what follows from them half done.
  PERMITS,
  CODES,
  CURRENT,
  OPENINGS,
  PAIRINGS,
  NAMED_KEYS,
  INVITATIONS,
  APPLICANTS,
  OPENED,
  PIN_WAITS,
  VISITS,
  // Handled, said or sent since: a button that was pressed once must not count twice.
  WAITING_UPDATES,
  KEPT_WORDS,
  UNCLEAR_TEXTS,
  PICTURE_ANSWERS,
  NEWEST_MESSAGES,
  ALARM_MOMENTS,
  ANNOUNCEMENTS,
  SURVEYS,
  // Of the process that ran then, and of the primary that answered it.
  RUN_MARK,
  RUNNING_BOT,
  RUNNING_BOTS,
  PROBE,
  STORE_TERM,
];
const MAILBOXES: readonly Pick<Kind<unknown>, 'name'>[] = [COMMANDS, DECISIONS];

const valuesOf = new Set(VALUES.map(({ name }) => name));

/** Whether a record stays out of a store that is made of a backup. */
export function isVoid([sort, name = '']: StoredRecord['key']): boolean {
  if (sort === 'value') return valuesOf.has(name);
  return sort === 'message' && MAILBOXES.some((kind) => name.startsWith(`${kind.name}:`));
}
