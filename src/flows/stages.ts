/**
 * The stages, and what each is handed by the one before (docs/decisions/0038). Everything here is optional: any stage
 * can begin from its case alone, since a conversation may be lost and a case is not.
 */
import * as z from 'zod';
import { caseOther } from '../cases/record.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { TextKey } from '../kernel/texts.ts';
import { ARTICLE_IDS, ASKED_IDS } from '../policy/articles.ts';
import { QUESTION_ORDER } from '../policy/explain.ts';
import { type Found, UNKNOWN_CODE } from '../policy/help.ts';
import type { Dialogue, Flow, Next as NextAmong, Standing } from './engine/dialogue.ts';
import { type HouseEvent, late } from './engine/events.ts';
import type { Heard } from './engine/heard.ts';
import { deviceHeard } from './engine/named.ts';
import type { Handed } from './engine/state.ts';
import { GUIDE_IDS } from './guides.ts';
import type { House } from './ports.ts';

const STAGE_NAMES = [
  'identify',
  'assess',
  'order',
  'lan-unbind',
  'guide',
  'service-centre',
  'close',
  'switch',
  'trouble',
  'case',
  'report',
  'me',
  'announce',
  'site',
] as const;
export type StageName = (typeof STAGE_NAMES)[number];

const stageName = z.enum(STAGE_NAMES);

/** Keys of what identify says before it asks again: why, of a label or of a photo. They take a host. */
export type Because = Extract<
  TextKey,
  `bot:label.${string}` | `bot:identify.${'help' | 'typeIt'}` | 'bot:rma.needsSerial'
>;

function isBecause(key: unknown): key is Because {
  const isOne =
    typeof key === 'string' && /^bot:(?:label\.|identify\.(?:help|typeIt)$|rma\.needsSerial$)/.test(key);
  return isOne && hasText(key);
}

const article = z.enum(ARTICLE_IDS);
const found: z.ZodType<Found> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('article'), article }),
    z.object({
      kind: z.literal('two'),
      articles: z.tuple([article, article]),
      asks: z.enum(ASKED_IDS).nullable(),
    }),
    z.object({ kind: z.literal('unknown'), code: z.string().regex(UNKNOWN_CODE).nullable() }),
  ]),
);

/**
 * Read from the store by these: a stage whose stored part no longer fits begins anew from its case. Made when a stage begins first
 * (docs/decisions/0079).
 */
const HANDED = {
  identify: z.lazy(() =>
    z.object({
      /** What is to be read. */
      heard: deviceHeard.optional(),
      /** Sentence that explains why we ask again, and the host it names. */
      because: z.custom<Because>(isBecause).optional(),
      host: z.string().optional(),
      /** What was named together with it. */
      left: z.array(caseOther).optional(),
      /** A new case it shall be, whatever is open about the device. */
      isNew: z.boolean().optional(),
    }),
  ),
  assess: z.lazy(() =>
    z.object({
      /** Ask what else is at hand before the verdict is shown: the way over the LAN was not it. */
      other: z.boolean().optional(),
      /** The technician goes on without a laptop. */
      withoutLaptop: z.boolean().optional(),
      /** Show what was answered, to change it; or ask this fact again. */
      change: z.union([z.literal(true), z.enum(QUESTION_ORDER)]).optional(),
      /** A parcel was chosen: the previous owner is asked for first. */
      parcel: z.boolean().optional(),
      /** Choose a way that has failed, to try it once more. */
      again: z.boolean().optional(),
    }),
  ),
  order: z.lazy(() =>
    z.object({
      /** Way to go on with; absent: back to the verdict. */
      way: z.enum(['sadp', ...GUIDE_IDS]).optional(),
    }),
  ),
  'lan-unbind': z.lazy(() =>
    z.object({
      /** A person confirmed one careful try after a lock. */
      afterLock: z.boolean().optional(),
      /** What was just heard about the picture. */
      picture: z.enum(['answered', 'wrong', 'expired', 'refreshing']).optional(),
      /** The picture was read; the laptop asks for the password. */
      prompt: z.boolean().optional(),
      /** What it was heard to ask for in a group: the password, or one key. */
      asks: z.enum(['password', 'confirm']).optional(),
      /** The password was typed on the laptop. */
      working: z.boolean().optional(),
      /** What is waited for has not come for long: the technician chooses. */
      overdue: z.object({ late: late.exactOptional() }).optional(),
    }),
  ),
  /** Where it stands is in the case. */
  guide: z.lazy(() =>
    z.object({
      /** Begin this guide. */
      way: z.enum(GUIDE_IDS).optional(),
      /** The step looks different on the site. */
      differs: z.boolean().optional(),
      /** It came to nothing: what did it say? */
      failed: z.boolean().optional(),
    }),
  ),
  'service-centre': z.object({}),
  close: z.lazy(() =>
    z.object({
      /** What may be done about the device itself, whatever its group does. */
      alone: z.boolean().optional(),
    }),
  ),
  switch: z.lazy(() =>
    z.object({
      /** What may be another device. */
      heard: deviceHeard.optional(),
      /** Stage that was running. */
      resume: stageName.optional(),
      /** What was named together with the other device. */
      left: z.array(caseOther).optional(),
    }),
  ),
  trouble: z.lazy(() =>
    z.object({
      /** Stage to go back to; by itself the one at which an open case stands. Without a case the conversation ends. */
      resume: stageName.optional(),
      /** The message was typed already; what help has for it. */
      found: found.optional(),
    }),
  ),
  case: z.lazy(() =>
    z.object({
      /** An answer is to be kept with the case. */
      attach: z.boolean().optional(),
      /** A colleague is to have it. */
      handOver: z.boolean().optional(),
      /** Where the shown page of the other devices, or of the colleagues, begins. */
      from: z.number().optional(),
    }),
  ),
  report: z.lazy(() =>
    z.object({
      /** Report of this case alone, whichever is at hand. */
      of: z.string().optional(),
      /** Stage to go back to; by itself the one at which an open case stands. */
      resume: stageName.optional(),
    }),
  ),
  /** A group that was begun goes before whatever is handed. */
  site: z.lazy(() =>
    z.object({
      /** Laptop whose list is wanted, and the survey that has made it. */
      agent: z.string().optional(),
      survey: z.string().optional(),
      /** Which of the list are shown, a typed piece of their names, and where the page begins. */
      show: z.enum(['bound', 'all']).optional(),
      typed: z.string().optional(),
      from: z.number().optional(),
      /** Short serials of those that were pressed. */
      picked: z.array(z.string()).optional(),
      /** What of a planned group is asked; absent: what was not said yet. */
      ask: z.enum(['order', 'ezviz', 'these', 'start']).optional(),
      /** The admins were asked for more than the day's number. */
      asked: z.boolean().optional(),
      /** The device of the case and those that were named with it are to be a group. */
      named: z.boolean().optional(),
      /** The list that is shown is kept no more. */
      isGone: z.boolean().optional(),
    }),
  ),
  /** Like report. */
  me: z.lazy(() => z.object({ resume: stageName.optional() })),
  /** Like report. */
  announce: z.lazy(() => z.object({ resume: stageName.optional() })),
} satisfies Record<StageName, z.ZodType<Handed>>;

/** Stage -> what is handed to it. */
export type Stages = { [N in StageName]: z.infer<(typeof HANDED)[N]> };

const SCHEMAS: { readonly [N in StageName]: z.ZodType<Stages[N]> } = HANDED;

/** Where a stage leads. */
export type Next = NextAmong<Stages>;

/** One stage as a dialogue: see `Flow`. */
interface StageSpec<N extends StageName> {
  version: number;
  run(dialogue: Dialogue, args: { caseId: string; with: Stages[N] }): Promise<Next>;
  anewAfter?(event: HouseEvent): Stages[N] | null;
  atOnce?(answer: Heard, at: Standing<Stages[N]>, house: House): Promise<Stages[N] | null>;
  readonly goesOnElsewhere?: true;
}

/** The stage of this name; what it was handed is read before it begins. */
export function stage<N extends StageName>(
  name: N,
  { version, run, anewAfter, atOnce, ...more }: StageSpec<N>,
): Flow<N> {
  const schema = SCHEMAS[name];
  const read = (handed: Handed = {}) => schema.parse(handed);
  return {
    name,
    version,
    handed: schema,
    ...more,
    ...(anewAfter ? { anewAfter } : {}),
    ...(atOnce
      ? { atOnce: (answer, at, house) => atOnce(answer, { ...at, handed: read(at.handed) }, house) }
      : {}),
    run: (dialogue, args) => run(dialogue, { caseId: args.caseId, with: read(args.with) }),
  };
}
