/**
 * Firmware of recorders: which lines were seen, and whether a model on 3.x can be updated to 4.x. The note decides by
 * this and lists no models. What comes with the product (built-in/recorder-firmware.json) is what the vendor's release
 * notes and published device captures show; a 4.x there exists for some hardware and regions, and a model that is missing
 * proves nothing. An operator who has checked models with the vendor adds them in a file (operator-file.ts).
 */
import * as z from 'zod';
import type { Result } from '../kernel/result.ts';
import builtIn from './built-in/recorder-firmware.json' with { type: 'json' };
import { type DataFault, parseData, provenance, saying, vendorAddress } from './data.ts';
import { type Facts, knownValue, type Learned, learn } from './facts.ts';

/** As a label or a release note prints it: `DS-7608NI-E2`, `DS-7604NXI-K1/4P -STD/ALARM /2T`, `DS-7332HUI-K4#USA`. */
const modelName = z.string().regex(/^i?DS-[A-Za-z0-9()/# -]{4,60}$/);

/** Made when an operator's own are read: those of the product are not checked here. */
const entry = z.lazy(() =>
  z
    .strictObject({
      model: modelName.exactOptional(),
      /** Several of which the same is known. */
      models: z.array(modelName).min(1).max(500).exactOptional(),
      /**
       * `beginning`: the model ends there or goes on behind a separator: `DS-7608NI-E2` covers `DS-7608NI-E2/8P` and not
       * `DS-7608NI-E20`. Usual in an operator's file; those of the product match the whole model.
       */
      match: z.enum(['whole', 'beginning']).exactOptional(),
      /** Lines this model was seen with or is offered in by the vendor. */
      lines: z
        .array(z.enum(['3.x', '4.x', '5.x']))
        .min(1)
        .max(3),
      /** What somebody has found out; left out, a 4.x among the lines says that it exists, and other lines say nothing. */
      updateTo4x: z.enum(['exists', 'none']).exactOptional(),
      /** The newest build that is known, and its date. */
      newest: z
        .strictObject({ version: z.string().regex(/^\d+\.\d+\.\d+$/), date: z.iso.date() })
        .exactOptional(),
      /** The vendor's release note. */
      note: vendorAddress.exactOptional(),
      /** The model's page, for technicians. */
      page: vendorAddress.exactOptional(),
      ...provenance,
    })
    .refine(({ model, models }) => (model === undefined) !== (models === undefined), {
      ...saying('model-or-models'),
      path: ['model'],
    }),
);
const catalogueSchema = z.array(entry).max(2000);
const productSchema = z.strictObject({ firmware: catalogueSchema });
export type FirmwareEntry = z.infer<typeof entry>;

/** What is known of one model. */
export interface FirmwareRow extends Omit<FirmwareEntry, 'model' | 'models' | 'match' | 'updateTo4x'> {
  readonly model: string;
  /** Whether it is about this model alone, not about what goes on behind a separator, too. */
  readonly whole: boolean;
  readonly updateTo4x: 'exists' | 'none';
}
export type FirmwareCatalogue = readonly FirmwareRow[];

/** Models as they are compared: people and release notes differ in spaces and capitals. */
export function bareName(model: string): string {
  return model.replace(/\s+/g, '').toUpperCase();
}

/** Models of an entry. */
export function modelsOf({ model, models }: FirmwareEntry): readonly string[] {
  return models ?? (model === undefined ? [] : [model]);
}

/** Rows of what answers something: 5.x or 3.x alone prove no 4.x, and do not prove that there is none. */
function rowsOf(entries: readonly FirmwareEntry[], usually: 'whole' | 'beginning'): FirmwareCatalogue {
  return entries.flatMap((one) => {
    const { model: _, models: __, match = usually, updateTo4x, ...rest } = one;
    const told = updateTo4x ?? (one.lines.includes('4.x') ? 'exists' : null);
    if (told === null) return [];
    return modelsOf(one).map((model) => ({ ...rest, model, whole: match === 'whole', updateTo4x: told }));
  });
}

/** Checks the entries an operator wrote. */
export function parseFirmwareEntries(data: unknown): Result<FirmwareEntry[], DataFault[]> {
  return parseData(catalogueSchema, data);
}

/** Checks a file of the product, which holds entries and nothing else. */
export function parseProductFile(data: unknown): Result<z.infer<typeof productSchema>, DataFault[]> {
  return parseData(productSchema, data);
}

/** Rows of an operator's own entries. */
export function operatorRows(entries: readonly FirmwareEntry[]): FirmwareCatalogue {
  return rowsOf(entries, 'beginning');
}

/**
 * What comes with the product. It is checked where it is written (`npm run check:data`, and a test), not at each start: that took as
 * long as the answer to a person.
 */
export const FIRMWARE_CATALOGUE: FirmwareCatalogue = rowsOf(
  (builtIn as z.infer<typeof productSchema>).firmware,
  'whole',
);

/** What is known of a model: of several rows the longest name wins, then the operator's, which come first. */
export function firmwareOf(model: string, catalogue: FirmwareCatalogue): FirmwareRow | null {
  const name = bareName(model);
  const [best = null] = catalogue
    .filter((row) => covers(row, name))
    .sort((a, b) => bareName(b.model).length - bareName(a.model).length);
  return best;
}

/** Learns from the catalogue whether 4.x exists for this model. */
export function learnFromCatalogue(facts: Facts, catalogue: FirmwareCatalogue): Learned {
  const model = knownValue(facts, 'model');
  const best = model === null ? null : firmwareOf(model, catalogue);
  if (!best) return { facts, contradictions: [] };
  const learnt = learn(facts, 'updateTo4x', best.updateTo4x, 'catalogue');
  return { facts: learnt.facts, contradictions: learnt.contradiction ? [learnt.contradiction] : [] };
}

function covers({ model, whole }: FirmwareRow, name: string): boolean {
  const own = bareName(model);
  return whole ? name === own : name.startsWith(own) && !/^[A-Z0-9]/.test(name.slice(own.length));
}
