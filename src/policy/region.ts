/**
 * Region packs: whom to write to when only the service centre is left, and what it asks for. A pack says what a
 * source proves and nothing more (protocol/isapi.md 9.4); what is our own stands under `advice`.
 */
import { z } from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { type DataFault, parseData, provenance } from './data.ts';

/** Our own advice, in words of `policy:rma.advice.<word>`. */
const ADVICE = [
  'ask-distributor',
  'wait-for-answer',
  'photo-of-label',
  'proof-of-possession',
  'parcel-with-serial',
  'parcel-without-extras',
] as const;
const PARCEL = ADVICE.filter((word) => word !== 'ask-distributor');

const packSchema = z.strictObject({
  /** Region code, or `default` for everywhere without a source. */
  region: z.string().regex(/^(?:default|[a-z]{2,8})$/),
  serviceCentre: z.strictObject({
    /** Where the serial number goes before the device does; null: the local distributor knows. */
    email: z.email().max(254).nullable(),
    /** Where the device goes; null: the answer tells. */
    postalAddress: z.string().trim().min(1).max(500).nullable(),
    /** A form to fill in; null: none is known. */
    form: z
      .url({ protocol: /^https$/ })
      .max(500)
      .nullable(),
    /** What it asks for; sentences `policy:rma.asks.<word>`. */
    asks: z.array(z.enum(['serial-as-text-first'])).max(10),
  }),
  /** Our own advice, to be marked as such; sentences `policy:rma.advice.<word>`. */
  advice: z.array(z.enum(ADVICE)).max(10),
  ...provenance,
});
export type RegionPack = z.infer<typeof packSchema>;

/** Checks a pack the operator wrote. Every fault is named by its path. */
export function parseRegionPack(data: unknown): Result<RegionPack, DataFault[]> {
  return parseData(packSchema, data);
}

const BUILT_IN: Readonly<Record<string, RegionPack>> = {
  ru: {
    region: 'ru',
    // The note names neither a postal address nor a form.
    serviceCentre: {
      email: 'support.ru@hikvision.com',
      postalAddress: null,
      form: null,
      asks: ['serial-as-text-first'],
    },
    advice: [...PARCEL],
    source: 'Hikvision Russia, support note v1.0',
    // The date of the note itself: nobody has asked the service centre since.
    checkedAt: '2023-03-12',
  },
  default: {
    region: 'default',
    serviceCentre: { email: null, postalAddress: null, form: null, asks: [] },
    advice: [...ADVICE],
    source: 'public pages of the vendor',
    checkedAt: '2026-11-23',
  },
};

/** A pack that comes with the product. An unknown name is refused, never answered with another region's address. */
export function regionPack(name: string): Result<RegionPack, 'unknown-region'> {
  const pack = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  return pack ? ok(pack) : fail('unknown-region');
}
