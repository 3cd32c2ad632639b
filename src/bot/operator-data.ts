import { readFile } from 'node:fs/promises';
import { fail, ok, type Result } from '../kernel/result.ts';
import { FIRMWARE_CATALOGUE } from '../policy/catalogue.ts';
import {
  faultsOf,
  type LocatedFault,
  type OperatorData,
  parseOperatorFile,
} from '../policy/operator-file.ts';
import { NO_REGION, regionPack } from '../policy/region.ts';

/** Why the file of REGION_PACK can not be used: `detail` says why it is not read, or names it where it does not fit. */
export type OperatorDataFailure =
  | { reason: 'region-pack-unreadable'; detail: string }
  | { reason: 'region-pack-invalid'; detail: string; faults: readonly LocatedFault[] };

/** What the bot works with, and what in the operator's file can be read but cannot be right. */
export interface LoadedData extends OperatorData {
  readonly doubts: readonly LocatedFault[];
}

/**
 * A pack of the product by its name, or the operator's own file by its path; null: the pack that names no address.
 * @param now milliseconds since 1970
 */
export async function loadOperatorData(
  setting: string | null,
  now: number,
): Promise<Result<LoadedData, OperatorDataFailure>> {
  const packaged = regionPack(setting ?? NO_REGION);
  if (packaged.ok) return ok({ pack: packaged.value, catalogue: FIRMWARE_CATALOGUE, doubts: [] });
  const file = setting ?? '';
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return fail({ reason: 'region-pack-unreadable', detail: error instanceof Error ? error.message : '' });
  }
  const read = parseOperatorFile(text);
  if (read.ok) return ok({ ...read.value, doubts: faultsOf(text, isoDay(now)) });
  return fail({ reason: 'region-pack-invalid', detail: file, faults: read.failure });
}

/** The day of a moment, as ISO writes it. */
export function isoDay(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
