/**
 * Firmware of recorder families: which lines were seen, and whether a model on 3.x can be updated to 4.x. The note
 * decides by this and lists no models, so only what published device captures prove comes with the product, and
 * everything else is asked. An operator who has checked models with the vendor adds them in a file (operator-file.ts).
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
  /** Lines this model was seen with or is offered in by the vendor. */
  lines: z
    .array(z.enum(['3.x', '4.x', '5.x']))
    .min(1)
    .max(3),
  updateTo4x: z.enum(['exists', 'none']),
  ...provenance,
});
const catalogueSchema = z.array(entry).max(2000);
export type FirmwareCatalogue = z.infer<typeof catalogueSchema>;

/** A model that a published capture shows on 4.x or later: so 4.x exists for it (protocol/isapi.md 4). */
const seen = (model: string, line: '4.x' | '5.x', version: string): FirmwareCatalogue[number] => ({
  model,
  lines: [line],
  updateTo4x: 'exists',
  source: `device capture with firmware ${version}, fixtures of hikvision_next`,
  checkedAt: '2026-11-23',
});

/** What comes with the product: nothing that can not be proved. */
export const FIRMWARE_CATALOGUE: FirmwareCatalogue = [
  seen('DS-7616NI-Q2', '4.x', 'V4.30.097'),
  seen('DS-7616NI-K2', '4.x', 'V4.74.210'),
  seen('DS-7608NXI-I2', '4.x', 'V4.62.210'),
  seen('DS-7732NI-M4', '5.x', 'V5.03.020'),
  seen('iDS-7204HUHI-M1', '4.x', 'V4.75.011'),
  seen('iDS-7208HQHI-M1', '4.x', 'V4.75.011'),
];

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
