/**
 * Which recorder models on firmware 3.x can be updated to 4.x. The note decides by this and lists no models, and no
 * public list with a source was found: the product ships none and asks the technician. An operator who has checked
 * models with the vendor replaces it.
 */
import { z } from 'zod';
import type { Result } from '../kernel/result.ts';
import { type DataFault, parseData, provenance } from './data.ts';
import { type Facts, knownValue, type Learned, learn } from './facts.ts';

const entry = z.strictObject({
  /**
   * Beginning of the model as the label prints it, `DS-7608NI-E2`. It ends where the model does or at a separator:
   * `DS-7608NI-E2` covers `DS-7608NI-E2/8P` and not `DS-7608NI-E20`.
   */
  model: z.string().regex(/^i?DS-[A-Za-z0-9()/-]{4,60}$/),
  line: z.literal('3.x'),
  updateTo4x: z.enum(['exists', 'none']),
  ...provenance,
});
const catalogueSchema = z.array(entry).max(2000);
export type FirmwareCatalogue = z.infer<typeof catalogueSchema>;

/** What comes with the product: nothing that cannot be proved. */
export const FIRMWARE_CATALOGUE: FirmwareCatalogue = [];

/** Checks a catalogue the operator wrote. */
export function parseFirmwareCatalogue(data: unknown): Result<FirmwareCatalogue, DataFault[]> {
  return parseData(catalogueSchema, data);
}

/** Learns from the catalogue whether 4.x exists for this model; of several entries the longest model wins. */
export function learnFromCatalogue(facts: Facts, catalogue: FirmwareCatalogue): Learned {
  const model = knownValue(facts, 'model')?.trim().toUpperCase();
  const [best] = catalogue
    .filter((candidate) => model !== undefined && covers(candidate.model.toUpperCase(), model))
    .sort((a, b) => b.model.length - a.model.length);
  if (!best) return { facts, contradictions: [] };
  const learnt = learn(facts, 'updateTo4x', best.updateTo4x, 'catalogue');
  return { facts: learnt.facts, contradictions: learnt.contradiction ? [learnt.contradiction] : [] };
}

function covers(prefix: string, model: string): boolean {
  return model.startsWith(prefix) && !/^[A-Z0-9]/.test(model.slice(prefix.length));
}
