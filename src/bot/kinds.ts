/**
 * Every kind of record the bot stores. A test compares this list with what the rooms declare, and its schemas with those
 * that are on record (test/fixtures/stores/kinds.json).
 */
import { AUDIT_NAMES } from '../audit/naming.ts';
import { AUDIT_ENDS, AUDIT_LINES } from '../audit/trail.ts';
import { CASE_FINDS } from '../cases/finds.ts';
import { CASES, CHAT_CASES } from '../cases/record.ts';
import { CHAT_GROUPS, GROUPS } from '../groups/record.ts';
import { AGENT_KEYS, AGENTS, TECHNICIAN_AGENTS } from '../hub/agents.ts';
import { PERMITS, TRADES } from '../hub/desk.ts';
import { ENDED_POLLS } from '../hub/ended-polls.ts';
import { NOT_PAIRING } from '../hub/guesses.ts';
import { HUB_KEYS } from '../hub/keys.ts';
import { CODES, CURRENT, DECISIONS, OPENINGS, PAIRINGS } from '../hub/pairing.ts';
import { COMMANDS } from '../hub/polls.ts';
import { EPOCHS, PREFIXES, SIGHTS } from '../hub/presence.ts';
import { NAMED_KEYS } from '../hub/rotation.ts';
import { STORE_EPOCH } from '../store/epoch.ts';
import type { Kind } from '../store/kind.ts';
import { STORE_TERM } from '../store/terms.ts';
import { PIN_WAITS } from './commands/pin.ts';
import { APPLICANTS, INVITATIONS, LOCKS, TECHNICIANS } from './door/access.ts';
import { DAYS, DENIALS } from './door/limits.ts';
import { OPENED, PINS } from './door/pins.ts';
import { ALARMS } from './house/alarms.ts';
import { ANNOUNCED, ANNOUNCEMENTS } from './house/announcements.ts';
import { BLOBS } from './house/blobs.ts';
import { CHATS, PICTURE_ANSWERS } from './house/chats.ts';
import { CONTACTS } from './house/contacts.ts';
import { MISUNDERSTOOD } from './house/misunderstood.ts';
import { NOTICES, NOTICES_LEFT } from './house/notices.ts';
import { PACKAGE_FILES, PACKAGE_WISHES } from './house/package-files.ts';
import { PROFILES } from './house/profiles.ts';
import { REMINDERS_OFF } from './house/reminders.ts';
import { ALARM_MOMENTS } from './house/shared-alarms.ts';
import { NEWEST_MESSAGES } from './house/shared-calls.ts';
import { KEPT_WORDS } from './house/voice.ts';
import { CHAT_DRIVES, DRIVERS } from './jobs/drivers.ts';
import { HAND_OVERS } from './jobs/hand-overs.ts';
import { GROUP_UNBINDS, JOB_NOTES, JOB_STORIES, PICTURE_WORDS } from './jobs/records.ts';
import { LIST_ENDS, SURVEYS, VISITS } from './jobs/surveys.ts';
import { STORE_STAMP } from './keep/stamp.ts';
import { RUNNING_BOT } from './server/one-bot.ts';
import { RUNNING_BOTS } from './server/roll.ts';
import { RUN_MARK } from './server/run-mark.ts';
import { PROBE } from './server/store-health.ts';
import { UNCLEAR_TEXTS } from './telegram/sealed-unclear.ts';
import { HANDLED_UPDATES, WAITING_UPDATES } from './telegram/shelf.ts';

export const KINDS: readonly Kind<unknown>[] = [
  AGENT_KEYS,
  AGENTS,
  ALARM_MOMENTS,
  ALARMS,
  ANNOUNCED,
  ANNOUNCEMENTS,
  APPLICANTS,
  AUDIT_ENDS,
  AUDIT_LINES,
  AUDIT_NAMES,
  BLOBS,
  CASE_FINDS,
  CASES,
  CHAT_CASES,
  CHAT_DRIVES,
  CHAT_GROUPS,
  CHATS,
  CODES,
  COMMANDS,
  CONTACTS,
  CURRENT,
  DAYS,
  DECISIONS,
  DENIALS,
  DRIVERS,
  ENDED_POLLS,
  EPOCHS,
  GROUP_UNBINDS,
  GROUPS,
  HAND_OVERS,
  HANDLED_UPDATES,
  HUB_KEYS,
  INVITATIONS,
  JOB_NOTES,
  JOB_STORIES,
  KEPT_WORDS,
  LIST_ENDS,
  LOCKS,
  MISUNDERSTOOD,
  NAMED_KEYS,
  NEWEST_MESSAGES,
  NOT_PAIRING,
  NOTICES,
  NOTICES_LEFT,
  OPENED,
  OPENINGS,
  PACKAGE_FILES,
  PACKAGE_WISHES,
  PAIRINGS,
  PERMITS,
  PICTURE_ANSWERS,
  PICTURE_WORDS,
  PIN_WAITS,
  PINS,
  PREFIXES,
  PROBE,
  PROFILES,
  REMINDERS_OFF,
  RUN_MARK,
  RUNNING_BOT,
  RUNNING_BOTS,
  SIGHTS,
  STORE_EPOCH,
  STORE_STAMP,
  STORE_TERM,
  SURVEYS,
  TECHNICIAN_AGENTS,
  TECHNICIANS,
  TRADES,
  UNCLEAR_TEXTS,
  VISITS,
  WAITING_UPDATES,
];
