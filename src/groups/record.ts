/** A group as it is stored, and what it is made of: the types of the whole room come from these schemas. */
import * as z from 'zod';
import { caseOrder } from '../cases/record.ts';
import { type DataOf, kind } from '../store/kind.ts';

/** Most devices of a group: what a sheet of labels holds, and more than a long day. */
export const MOST_MEMBERS = 60;

/** A group is kept for so long after its last change, ms: as long as an attempt nobody knows the end of is remembered. */
export const GROUP_MS = 90 * 24 * 60 * 60_000;

/**
 * Where a member stands. `waiting`: its turn comes; `doing`: it has a case, which is worked on; `verified` and `nothing-to-do`: its
 * own word that it is not bound; `own-way`: another method, or one that is walked by hand; `refused`: nothing was sent, and something
 * has to be done first; `stopped`: it stopped the group; `left-out`: the technician goes on without it.
 */
const memberState = z.enum([
  'waiting',
  'doing',
  'verified',
  'nothing-to-do',
  'own-way',
  'refused',
  'stopped',
  'left-out',
]);
export type MemberState = z.infer<typeof memberState>;
export const MEMBER_STATES = memberState.options;

const member = z.lazy(() =>
  z.object({
    shortSerial: z.string(),
    fullSerial: z.string().nullable(),
    model: z.string().nullable(),
    /** On the site's network; null: no laptop has seen it. */
    address: z.string().nullable(),
    /** Its case, once it was begun. */
    caseId: z.string().nullable(),
    state: memberState,
    /** Why it stands there, a closed word: an outcome, a rule, a method. */
    word: z.string().nullable(),
    /** The job whose outcome was heard last. */
    reportedBy: z.string().nullable(),
  }),
);
/** A device of a group. */
export type Member = z.infer<typeof member>;

/** Whether any was ever in EZVIZ, said once for all: none of them, those of `serials`, or nobody knows. */
const ezviz = z.object({
  said: z.enum(['none', 'these', 'unknown']),
  serials: z.array(z.string()).readonly(),
});
export type GroupEzviz = z.infer<typeof ezviz>;

/** `planned`: nothing is begun, answers may be missing. `over`: it changes no more, and its cases are ordinary ones. */
const groupState = z.enum(['planned', 'running', 'paused', 'stopped', 'over']);
export type GroupState = z.infer<typeof groupState>;

export const GROUPS = kind({
  name: 'groups',
  gathers: true,
  version: 1,
  schema: z.lazy(() =>
    z.object({
      id: z.string(),
      chatId: z.number(),
      agentId: z.string(),
      /** Milliseconds. */
      createdAt: z.number(),
      updatedAt: z.number(),
      /** Raised by every change. */
      revision: z.number(),
      /** In the order in which they come, each serial number once, at most `MOST_MEMBERS`. */
      members: z.array(member),
      order: caseOrder.nullable(),
      ezviz: ezviz.nullable(),
      /** One password for all of them, by the technician's word; null: not asked. */
      samePassword: z.boolean().nullable(),
      state: groupState,
      /** The run that goes on, or the last one (ULID): a new one at every start and resumption; null: none yet. */
      run: z.string().nullable(),
      /** What stopped it, while it is stopped. */
      stop: z.object({ shortSerial: z.string(), word: z.string() }).nullable(),
    }),
  ),
});
/** Devices of one site that are worked through one after another, by one technician with one laptop. */
export type GroupRecord = DataOf<typeof GROUPS>;

/** The group of a chat that is not over, by chat. */
export const CHAT_GROUPS = kind({ name: 'chat-groups', gathers: true, version: 1, schema: z.string() });
