/**
 * A case as it is stored, and what it is made of: the types of the whole room come from these schemas. They are made with the first
 * case that is read (`z.lazy`): no start needs them (docs/decisions/0079).
 */
import * as z from 'zod';
import { DOUBTS } from '../device/typed.ts';
import { once } from '../kernel/once.ts';
import { QUESTION_ORDER } from '../policy/explain.ts';
import { noFacts } from '../policy/facts.ts';
import { contradictionSchema, factsSchema } from '../policy/facts-schema.ts';
import { TRIED_WAYS, type Try } from '../policy/tried.ts';
import { type DataOf, kind, step } from '../store/kind.ts';

/** Steps of a case; each is one conversation. */
export const STAGES = ['identify', 'assess', 'lan-unbind', 'guide', 'service-centre', 'close'] as const;
export type Stage = (typeof STAGES)[number];

const caseOutcome = z.enum([
  'unbound',
  'nothing-to-do',
  'service-centre',
  'reported-done',
  'cancelled',
  /** Its device was reported stolen. */
  'stopped',
]);
/** How a case ended. */
export type CaseOutcome = z.infer<typeof caseOutcome>;
export const CASE_OUTCOMES = caseOutcome.options;

/** On whose order a technician unbinds; a closed set, so that the trail holds a word and no text. */
export const ORDERS = ['owner', 'representative', 'contract', 'own'] as const;
export type Order = (typeof ORDERS)[number];

export const caseOrder = z.object({ by: z.enum(ORDERS), statedAt: z.number() });
/** What a technician stated about the order, ms; it holds for a visit (`orderInForce`). */
export type CaseOrder = z.infer<typeof caseOrder>;

const caseDevice = z.lazy(() =>
  z.object({
    shortSerial: z.string(),
    fullSerial: z.string().nullable(),
    model: z.string().nullable(),
    /** ISO date of manufacture, from the full serial. */
    manufactured: z.string().nullable(),
  }),
);
/** The device as far as it is known. The verification code is not part of it and never stored. */
export type CaseDevice = z.infer<typeof caseDevice>;

export const caseOther = z.lazy(() =>
  z.object({
    shortSerial: z.string(),
    fullSerial: z.string().nullable(),
    model: z.string().nullable(),
    /** Why the technician has to say whether it is one; null: it is. */
    doubt: z.enum(DOUBTS).nullable(),
    /** What was said of this one. */
    said: z
      .object({ model: z.string().exactOptional(), answers: z.record(z.string(), z.string()) })
      .exactOptional(),
  }),
);
/** A further device that was named together with the one of a case: on the same list, label or album. */
export type CaseOther = z.infer<typeof caseOther>;

export const jobKind = z.enum(['discover', 'status', 'unbind']);
export type JobKind = z.infer<typeof jobKind>;

const caseJob = z.lazy(() =>
  z.object({
    id: z.string(),
    kind: jobKind,
    agentId: z.string(),
    /** Milliseconds. */
    startedAt: z.number(),
  }),
);
/** What an agent is doing for this case. */
export type CaseJob = z.infer<typeof caseJob>;

const caseChallenge = z.lazy(() =>
  z.object({
    id: z.string(),
    jobId: z.string(),
    /** Key of the stored picture. */
    blob: z.string(),
    nonce: z.string(),
    expiresAt: z.number(),
    triesLeft: z.number(),
    /** It was read: the laptop asks for the password. */
    passed: z.literal(true).exactOptional(),
  }),
);
/** The picture the technician is asked to read. */
export type CaseChallenge = z.infer<typeof caseChallenge>;

const caseHindrance = z.lazy(() => z.object({ kind: z.string(), name: z.string().exactOptional() }));
/** Why a laptop may not have heard the device; a closed word with the interface it is about. */
export type CaseHindrance = z.infer<typeof caseHindrance>;

export const caseReport = z.lazy(() =>
  z.object({
    outcome: z.string(),
    reason: z.string().exactOptional(),
    attemptsLeft: z.number().exactOptional(),
    lockMinutes: z.number().exactOptional(),
    /** The device has not said `lockMinutes`. */
    lockAssumed: z.boolean().exactOptional(),
    verified: z.boolean(),
    /** With `not-found`: what stood in the laptop's way. Absent: nothing that is known. */
    hindrances: z.array(caseHindrance).exactOptional(),
  }),
);
/** How an unbind ended; the agent's report (docs/architecture.md, link). */
export type CaseReport = z.infer<typeof caseReport>;

const caseSighting = z.lazy(() =>
  z.object({
    agentId: z.string(),
    address: z.string(),
    /** Only where the device announces another address than its datagrams come from. */
    announcedAddress: z.string().optional(),
    /** What the device says of its network; absent when it does not, or an older agent saw it. */
    subnetMask: z.string().nullable().optional(),
    gateway: z.string().nullable().optional(),
    model: z.string().nullable(),
    mac: z.string().nullable(),
    firmware: z.string().nullable(),
    /** Full serial number as the device announces it; labels often carry the short one only. */
    fullSerial: z.string().nullable(),
    reachability: z.enum(['same-subnet', 'other-subnet']),
  }),
);
/** Where an agent saw the device. */
export type CaseSighting = z.infer<typeof caseSighting>;

/** The device's network, as far as it changes while a technician puts it right. */
export type CaseNetwork = Pick<
  CaseSighting,
  'address' | 'announcedAddress' | 'subnetMask' | 'gateway' | 'reachability'
>;

const caseNote = z.lazy(() =>
  z.object({
    kind: z.enum(['photo', 'text']),
    /** Key of the stored bytes. */
    blob: z.string(),
    /** Milliseconds. */
    at: z.number(),
  }),
);
/** Something kept with a case: a photo of a screen, the service centre's answer. */
export type CaseNote = z.infer<typeof caseNote>;

const caseGuide = z.lazy(() => z.object({ way: z.string(), at: z.number() }));
/** Where a technician stands in a guide (`src/flows/guides.ts`): its name and the step, from 0. */
export type CaseGuide = z.infer<typeof caseGuide>;

const caseTry = z.lazy(() =>
  z.object({
    way: z.enum(TRIED_WAYS),
    word: z.string(),
    at: z.number(),
    firmware: z.string().nullable(),
  }),
) satisfies z.ZodType<Try>;

const caseRecord = once(() =>
  z.object({
    id: z.string(),
    chatId: z.number(),
    /** Milliseconds. */
    createdAt: z.number(),
    updatedAt: z.number(),
    /** Raised by every change. */
    revision: z.number(),
    stage: z.enum(STAGES),
    device: caseDevice.nullable(),
    facts: factsSchema(),
    /** Facts the technician answered, oldest first: Back forgets the last. */
    answers: z.array(z.enum(QUESTION_ORDER)),
    /** Sources that disagreed, at most one entry a fact; `told` once the technician has read it. */
    contradictions: z.array(contradictionSchema().extend({ told: z.boolean() })),
    /** Agent that looked for the device last, and what it found; null: nobody looked. */
    lookedBy: z.string().nullable(),
    sighting: caseSighting.nullable(),
    /** The device's own word on its unbind status, read after the sighting; null: not asked. */
    status: z.string().nullable(),
    job: caseJob.nullable(),
    challenge: caseChallenge.nullable(),
    report: caseReport.nullable(),
    /** The job `report` is of. Null: none that is known. */
    reportedBy: z.string().nullable(),
    /** Unbinds whose end the technician was told, by their jobs, the latest last. */
    toldOf: z.array(z.string()),
    /** The guide being walked, or the last one that was; null: none. */
    guide: caseGuide.nullable(),
    /** Ways that were tried on this device and what they said, the latest last. */
    tried: z.array(caseTry),
    /** Tries left, as the device was heard to say last; null: it did not, or somebody has tried since. */
    attemptsLeft: z.number().nullable(),
    notes: z.array(caseNote),
    /** The other devices named with it, each once, at most `MOST_OTHERS`; never its own. Some may have had a case since. */
    others: z.array(caseOther),
    /** The e-mail to the service centre is sent, its answer is awaited. */
    awaitsAnswer: z.boolean(),
    /** On whose order the device is unbound; null: not stated. */
    order: caseOrder.nullable(),
    /** Its group (src/groups), in which the same technician works through several devices; null: none. */
    group: z.string().nullable(),
    /** A colleague had it before, and handed it over then, ms; null: it is still whose it was. */
    handed: z.object({ from: z.number(), at: z.number() }).nullable(),
    outcome: caseOutcome.nullable(),
    closedAt: z.number().nullable(),
  }),
);

const versions = once(() => {
  const of6 = caseRecord().omit({ handed: true });
  const of5 = of6.omit({ group: true });
  const of4 = of5.omit({ others: true });
  const of3 = of4
    .omit({ tried: true, attemptsLeft: true })
    .extend({ facts: factsSchema().omit({ passwordProved: true, previousOwner: true }) });
  const of2 = of3.omit({ toldOf: true });
  const of1 = of2.extend({ reportedBy: z.string().nullish(), order: caseOrder.nullish() });
  return { of1, of2, of3, of4, of5, of6 };
});

/** A case as it was in a version before. */
const earlier = <V extends keyof ReturnType<typeof versions>>(version: V) =>
  z.lazy(() => versions()[version]);

export const CASES = kind({
  name: 'cases',
  gathers: true,
  frozen: true,
  version: 7,
  schema: z.lazy(caseRecord),
  steps: [
    step('who reported last and on whose order are known to be unknown', earlier('of1'), (old) => ({
      ...old,
      reportedBy: old.reportedBy ?? null,
      order: old.order ?? null,
    })),
    step('no end is known to be told', earlier('of2'), (old) => ({ ...old, toldOf: [] })),
    step('no way is known to be tried, and no update to be refused', earlier('of3'), (old) => ({
      ...old,
      facts: { ...noFacts(), ...old.facts },
      tried: [],
      attemptsLeft: null,
    })),
    step('no other device is known to be named with it', earlier('of4'), (old) => ({ ...old, others: [] })),
    step('it is of no group', earlier('of5'), (old) => ({ ...old, group: null })),
    step('nobody has handed it over', earlier('of6'), (old) => ({ ...old, handed: null })),
  ],
});
export type CaseRecord = DataOf<typeof CASES>;

/** By chat and case (`<chat>:<case>`): case ids ascend with time, so the last keys of a chat are its latest cases. */
export const CHAT_CASES = kind({ name: 'chat-cases', gathers: true, version: 1, schema: z.literal(true) });
