import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Kind } from '../../src/store/kind.ts';

/** Where the schemas of all versions are on record, by `<kind>@<version>`. */
export const KINDS_ON_RECORD = fileURLToPath(new URL('../fixtures/stores/kinds.json', import.meta.url));

export type RecordedKinds = Record<string, unknown>;

/** The schema of a kind's records as JSON Schema. */
export function schemaOf(kind: Kind<unknown>): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(kind.schema, { unrepresentable: 'any' });
  return JSON.parse(JSON.stringify(schema));
}
