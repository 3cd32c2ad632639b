/** Facts as a case stores them: every fact has to be there, and nothing is known that no source can say. */
import * as z from 'zod';
import { type Contradiction, type FactName, type Facts, SOURCES } from './facts.ts';

const source = z.enum(SOURCES);

const fact = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('state', [
    z.object({ state: z.literal('known'), value, source }),
    z.object({ state: z.literal('unknown'), asked: z.boolean() }),
  ]);

const VALUES = {
  kind: z.enum([
    'camera',
    'nvr',
    'dvr',
    'door-station',
    'indoor-station',
    'main-station',
    'access-control',
    'alarm-panel',
    'ezviz',
    'recorder',
    'intercom',
  ]),
  model: z.string(),
  firmware: z.string(),
  bindStatus: z.enum(['bound', 'not-bound']),
  everInEzviz: z.boolean(),
  ezvizBrand: z.boolean(),
  updateTo4x: z.enum(['exists', 'none', 'refused', 'no-file']),
  adminPassword: z.boolean(),
  passwordProved: z.boolean(),
  cloud: z.enum(['online', 'disabled', 'offline']),
  lanUnbind: z.enum(['yes', 'no']),
  canUnbindNow: z.boolean(),
  agentSees: z.boolean(),
  onSite: z.enum(['windows-pc', 'phone', 'monitor', 'nothing']),
  activated: z.boolean(),
  previousOwner: z.boolean(),
} satisfies Record<FactName, z.ZodType>;

/** Every fact a rule looks at; names and values as `FactValues` has them. */
export const factsSchema = z.object({
  kind: fact(VALUES.kind),
  model: fact(VALUES.model),
  firmware: fact(VALUES.firmware),
  bindStatus: fact(VALUES.bindStatus),
  everInEzviz: fact(VALUES.everInEzviz),
  ezvizBrand: fact(VALUES.ezvizBrand),
  updateTo4x: fact(VALUES.updateTo4x),
  adminPassword: fact(VALUES.adminPassword),
  passwordProved: fact(VALUES.passwordProved),
  cloud: fact(VALUES.cloud),
  lanUnbind: fact(VALUES.lanUnbind),
  canUnbindNow: fact(VALUES.canUnbindNow),
  agentSees: fact(VALUES.agentSees),
  onSite: fact(VALUES.onSite),
  activated: fact(VALUES.activated),
  previousOwner: fact(VALUES.previousOwner),
}) satisfies z.ZodType<Facts>;

const said = z.object({
  value: z.union([z.boolean(), z.string()]) as z.ZodType<Contradiction['kept']['value']>,
  source,
});

/** Two sources that disagree (`Contradiction`). */
export const contradictionSchema = z.object({
  fact: z.enum(Object.keys(VALUES) as FactName[]),
  kept: said,
  refused: said,
}) satisfies z.ZodType<Contradiction>;
