import { readFile } from 'node:fs/promises';
import { fail, ok, type Result } from '../kernel/result.ts';
import { FIRMWARE_CATALOGUE } from '../policy/catalogue.ts';
import { type OperatorData, parseOperatorFile } from '../policy/operator-file.ts';
import { regionPack } from '../policy/region.ts';

/** Region whose pack is used when the operator names none: the one a source exists for. */
const DEFAULT_REGION = 'ru';

/** Why the file of REGION_PACK can not be used; `detail` names every faulty line. */
export interface OperatorDataFailure {
  reason: 'region-pack-unreadable' | 'region-pack-invalid';
  detail: string;
}

/** A pack of the product by its name, or the operator's own file by its path. */
export async function loadOperatorData(
  setting: string | null,
): Promise<Result<OperatorData, OperatorDataFailure>> {
  const packaged = regionPack(setting ?? DEFAULT_REGION);
  if (packaged.ok) return ok({ pack: packaged.value, catalogue: FIRMWARE_CATALOGUE });
  let text: string;
  try {
    text = await readFile(setting ?? '', 'utf8');
  } catch (error) {
    return fail({ reason: 'region-pack-unreadable', detail: error instanceof Error ? error.message : '' });
  }
  const read = parseOperatorFile(text);
  if (read.ok) return read;
  return fail({
    reason: 'region-pack-invalid',
    detail: read.failure
      .map(({ line, path, problem }) => `${setting}:${line} ${path} (${problem})`)
      .join('; '),
  });
}
