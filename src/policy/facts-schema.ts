/**
 * Facts as a case stores them: every fact has to be there, and nothing is known that no source can say. The schemas are made
 * with the first case that is read (docs/decisions/0079).
 */
import * as z from 'zod';
import { once } from '../kernel/once.ts';
import { type Contradiction, type FactName, type Facts, SOURCES } from './facts.ts';

const source = z.enum(SOURCES);

const fact = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('state', [
    z.object({ state: z.literal('known'), value, source }),
    z.object({ state: z.literal('unknown'), asked: z.boolean() }),
  ]);

const values = once(
  () =>
    ({
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
    }) satisfies Record<FactName, z.ZodType>,
);

/** Every fact a rule looks at; names and values as `FactValues` has them. */
export const factsSchema = once(() => {
  const known = values();
  return z.object({
    kind: fact(known.kind),
    model: fact(known.model),
    firmware: fact(known.firmware),
    bindStatus: fact(known.bindStatus),
    everInEzviz: fact(known.everInEzviz),
    ezvizBrand: fact(known.ezvizBrand),
    updateTo4x: fact(known.updateTo4x),
    adminPassword: fact(known.adminPassword),
    passwordProved: fact(known.passwordProved),
    cloud: fact(known.cloud),
    lanUnbind: fact(known.lanUnbind),
    canUnbindNow: fact(known.canUnbindNow),
    agentSees: fact(known.agentSees),
    onSite: fact(known.onSite),
    activated: fact(known.activated),
    previousOwner: fact(known.previousOwner),
  }) satisfies z.ZodType<Facts>;
});

/** Two sources that disagree (`Contradiction`). */
export const contradictionSchema = once(() => {
  const said = z.object({
    value: z.union([z.boolean(), z.string()]) as z.ZodType<Contradiction['kept']['value']>,
    source,
  });
  return z.object({
    fact: z.enum(Object.keys(values()) as FactName[]),
    kept: said,
    refused: said,
  }) satisfies z.ZodType<Contradiction>;
});
