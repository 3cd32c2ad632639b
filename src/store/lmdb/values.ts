import type { Gathering } from '../gathering.ts';
import type { Kind } from '../kind.ts';
import { recordValues } from '../record-values.ts';
import { MAX_NAME_BYTES } from '../store.ts';
import type { ValuesBackend } from '../values.ts';
import type { RecordKey, Records } from './records.ts';

/** Values of one kind as Keyv wants them. */
export function lmdbValues(
  records: Records,
  kind: Pick<Kind<unknown>, 'name' | 'fleeting' | 'joins'>,
  gathering: Gathering,
): ValuesBackend {
  const at = (key: string): RecordKey => ['value', kind.name, key];
  const keys = (prefix: string): string[] => {
    const found: string[] = [];
    for (const [, , key = ''] of records.keysFrom(at(prefix))) {
      if (!key.startsWith(prefix)) break;
      found.push(key);
    }
    return found;
  };
  const page: ValuesBackend['page'] = ({ prefix = '', after, before, most, descending = false }) => {
    const from = descending ? before : after;
    const edge = descending ? lastWith(prefix) : prefix;
    const isFurther = from !== undefined && isBefore(from, edge) === descending;
    const end = descending ? after : before;
    const found: string[] = [];
    for (const [, , key = ''] of records.keysFrom(at(isFurther ? from : edge), descending)) {
      if (found.length >= most || !key.startsWith(prefix)) break;
      if (key === end || (end !== undefined && isBefore(key, end) === descending)) break;
      if (key !== from) found.push(key);
    }
    return found;
  };
  return recordValues(records, kind, gathering, { keys, page });
}

/** The last name there can be that begins with a prefix. */
function lastWith(prefix: string): string {
  const room = MAX_NAME_BYTES - Buffer.byteLength(prefix);
  return prefix + '\u{10ffff}'.repeat(Math.max(0, Math.ceil(room / 4)));
}

/** In the order of their UTF-8 bytes, which is not JavaScript's. */
function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
