import * as z from 'zod';
import { caseReport, jobKind } from '../../cases/record.ts';
import { deviceSighting, hindranceReport, unbindStatus } from '../../link/messages.ts';

const hindrances = z.array(hindranceReport).exactOptional();

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ id: z.string(), caseId: z.string(), type: z.literal(type), ...shape });

/**
 * What a running job waits for: `bot:wait.what.<word>`. Of the laptop: that it finds the device, reads its status, begins
 * an unbind, judges an answer, draws another picture, asks for the password, does its work with it, says its last word, takes
 * up a survey. Of a person: an answer to the picture, the password, leave at the laptop to send the list.
 */
export const waiting = z.enum([
  'search',
  'status',
  'unbind',
  'answer',
  'refresh',
  'prompt',
  'work',
  'end',
  'picture',
  'password',
  'survey',
  'leave',
]);
export type Waiting = z.infer<typeof waiting>;

/** A wait that has become long. */
export const late = z.lazy(() =>
  z.object({
    waiting,
    /** How long, seconds. */
    seconds: z.number(),
    /** Name of the laptop, and whether it is connected. */
    agent: z.string(),
    online: z.boolean(),
  }),
);
export type Late = z.infer<typeof late>;

/** A house event as it waits in a chat's inbox. Made with the first of them: no start needs it (docs/decisions/0079). */
export const houseEvent = z.lazy(() =>
  z.discriminatedUnion('type', [
    event('discovered', {
      jobId: z.string(),
      device: deviceSighting.nullable(),
      total: z.number(),
      /** Absent: nothing that is known, as from an older agent. */
      hindrances,
    }),
    event('status', { jobId: z.string(), status: unbindStatus, hindrances }),
    event('challenge', {
      jobId: z.string(),
      challengeId: z.string(),
      /** Key of the stored picture. */
      blob: z.string(),
      nonce: z.string(),
      /** Milliseconds, server clock. */
      expiresAt: z.number(),
      triesLeft: z.number(),
    }),
    event('challenge-result', {
      jobId: z.string(),
      challengeId: z.string(),
      result: z.enum(['passed', 'wrong', 'expired']),
      triesLeft: z.number(),
    }),
    /**
     * A question at the laptop. `asks`: for one key because the password is there (`confirm`), or for leave to send the list of a
     * survey; absent: for the password.
     */
    event('prompt', {
      jobId: z.string(),
      state: z.enum(['shown', 'abandoned']),
      asks: z.enum(['password', 'confirm', 'survey']).exactOptional(),
    }),
    /** `serial`: short serial of the device the job was about. */
    event('outcome', { jobId: z.string(), serial: z.string(), report: caseReport }),
    event('job-failed', { jobId: z.string(), kind: jobKind, serial: z.string(), reason: z.string() }),
    /** The question at the laptop was answered, and it works now: with a password, on a survey. Older agents do not say so. */
    event('typed', { jobId: z.string() }),
    /**
     * A survey's list is there, under its job, for an hour (`SurveyPort`); what is on it is no part of the event. Like all about
     * a survey it is of no case.
     */
    event('surveyed', {
      jobId: z.string(),
      /** How many devices are on it, and of those how many are bound. */
      devices: z.number(),
      bound: z.number(),
      /** How many more there were. */
      omitted: z.number(),
      hindrances,
    }),
    /** There is no list: why, in a closed word of the laptop's. */
    event('survey-failed', { jobId: z.string(), reason: z.string() }),
    /** What the job waits for has not come for long enough that the technician may choose. Without `late`: of before. */
    event('job-overdue', { jobId: z.string(), late: late.exactOptional() }),
    /** An agent of this technician came online (for a conversation that a laptop would help). `name`: the agent's. */
    event('agent-online', { agentId: z.string(), name: z.string() }),
  ]),
);

/**
 * What reaches a conversation from the house and not from Telegram. Small on purpose: a conversation's log keeps
 * every event it receives, so pictures travel as references to stored bytes. `id` makes delivery idempotent.
 */
export type HouseEvent = z.infer<typeof houseEvent>;

/** An event that ends an unbind: whoever asked for that is told of it, once, whatever else is going on. */
export type UnbindEnd = Extract<HouseEvent, { type: 'outcome' | 'job-failed' }>;

export function isUnbindEnd(event: HouseEvent): event is UnbindEnd {
  return event.type === 'outcome' || (event.type === 'job-failed' && event.kind === 'unbind');
}
