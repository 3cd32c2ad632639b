/**
 * Region packs: whom to write to when only the service centre is left, and what it asks for. A pack says what a
 * source proves and nothing more (protocol/isapi.md 9.4); what is our own stands under `advice`. Those of the product are
 * in built-in/, in the form an operator writes his own.
 */
import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import defaultPack from './built-in/default.json' with { type: 'json' };
import russianPack from './built-in/ru.json' with { type: 'json' };
import { confidence, type DataFault, pageAddress, parseData, provenance, saying, shownText } from './data.ts';

/** What a service centre asks for, in words of `policy:rma.asks.<word>`. */
const ASKS = [
  'serial-as-text-first',
  'photo-of-label',
  'invoice',
  'mac',
  'firmware',
  'photo-on-site',
] as const;

/** What a source says of the region's support, in words of `policy:rma.says.<word>`. */
const SAYS = ['support-does-not-unbind'] as const;

/** Our own advice, in words of `policy:rma.advice.<word>`. */
const ADVICE = [
  'ask-distributor',
  'wait-for-answer',
  'photo-of-label',
  'proof-of-possession',
  'parcel-with-serial',
  'parcel-without-extras',
] as const;

/** A way that is left before a parcel, `policy:rma.lastWay.<way>`, and what it needs, `policy:rma.needs.<word>`. */
const lastWay = z.lazy(() =>
  z.strictObject({
    /** `partner-app-case`: a case in the installers' app of the vendor, "Unbind device". */
    way: z.enum(['partner-app-case']),
    needs: z.array(z.enum(['verified-company', 'label-or-invoice'])).max(10),
    ...provenance,
    confidence,
  }),
);

/** Made when an operator's own pack is read: those of the product are not checked here (docs/decisions/0079). */
const packSchema = z.lazy(() =>
  z
    .strictObject({
      /** Region code, or `default` for everywhere without a source. */
      region: z.string().regex(/^(?:default|[a-z]{2,8})$/),
      serviceCentre: z.strictObject({
        /** Where the serial number goes before the device does; null: the local distributor knows. */
        email: z.email().max(254).nullable(),
        /** Where the device goes; null: the answer tells. */
        postalAddress: shownText(500).nullable(),
        /** A form to fill in; null: none is known. */
        form: pageAddress.nullable(),
        asks: z.array(z.enum(ASKS)).max(10),
      }),
      says: z.array(z.enum(SAYS)).max(5).default([]),
      /** To be marked as ours. */
      advice: z.array(z.enum(ADVICE)).max(10),
      lastWay: lastWay.nullable().default(null),
      ...provenance,
      /** The date on the source as it is printed there, where it could be read two ways; told as it stands. */
      dated: shownText(40).nullable().default(null),
      confidence: confidence.nullable().default(null),
    })
    .superRefine(({ region, says, lastWay: last }, context) => {
      if (says.length > 0 && region !== 'ru')
        context.addIssue({ code: 'custom', path: ['says'], message: saying('russia-only').error });
      // Where support does not unbind, a case with it is no way.
      if (says.length > 0 && last !== null)
        context.addIssue({ code: 'custom', path: ['lastWay'], message: saying('contradicts').error });
    }),
);
export type RegionPack = z.infer<typeof packSchema>;

/** Checks a pack the operator wrote. Every fault is named by its path. */
export function parseRegionPack(data: unknown): Result<RegionPack, DataFault[]> {
  return parseData(packSchema, data);
}

/** The pack that names no address: the one of a bot that was told no region. */
export const NO_REGION = 'default';

/**
 * Packs of the product by name, with every field: they are checked where they are written (`npm run check:data`, and a test), and not at
 * each start.
 */
const BUILT_IN: Readonly<Record<string, RegionPack>> = {
  [NO_REGION]: defaultPack as RegionPack,
  ru: russianPack as RegionPack,
};

/** Names of the packs that come with the product, the one without an address first. */
export const REGIONS = Object.keys(BUILT_IN);

/** A pack that comes with the product. An unknown name is refused, never answered with another region's address. */
export function regionPack(name: string): Result<RegionPack, 'unknown-region'> {
  const pack = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  return pack ? ok(pack) : fail('unknown-region');
}
