import * as z from 'zod';
import { caseReport, jobKind } from '../../cases/record.ts';
import { deviceSighting, hindranceReport, unbindStatus } from '../../link/messages.ts';

const hindrances = z.array(hindranceReport).exactOptional();

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ id: z.string(), caseId: z.string(), type: z.literal(type), ...shape });

/** A house event as it waits in a chat's inbox. */
export const houseEvent = z.discriminatedUnion('type', [
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
  event('prompt', { jobId: z.string(), state: z.enum(['shown', 'abandoned']) }),
  /** `serial`: short serial of the device the job was about. */
  event('outcome', { jobId: z.string(), serial: z.string(), report: caseReport }),
  event('job-failed', { jobId: z.string(), kind: jobKind, serial: z.string(), reason: z.string() }),
  /** The agent has been silent for longer than the job may take. */
  event('job-overdue', { jobId: z.string() }),
  /** An agent of this technician came online (for a conversation that waits for a laptop). */
  event('agent-online', { agentId: z.string() }),
]);

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
