import type { Gathering } from '../gathering.ts';
import type { Kind } from '../kind.ts';
import { recordValues } from '../record-values.ts';
import type { ValuesBackend } from '../values.ts';
import type { RedisRecords } from './records.ts';

/** Keys that are asked for at once where all of them are wanted. */
const PAGE = 5_000;

/** Values of one kind as Keyv wants them. */
export function redisValues(
  records: RedisRecords,
  kind: Pick<Kind<unknown>, 'name' | 'fleeting'>,
  gathering: Gathering,
): ValuesBackend {
  const page: ValuesBackend['page'] = (range) => records.page(['value', kind.name], range);
  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for (;;) {
      const after = found.at(-1);
      const next = await page({ prefix, most: PAGE, ...(after === undefined ? {} : { after }) });
      found.push(...next);
      if (next.length < PAGE) return found;
    }
  };
  return recordValues(records, kind, gathering, { keys, page });
}
