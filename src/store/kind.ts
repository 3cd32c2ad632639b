import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';

/** Makes data of the next version out of data of one version. */
export interface Step {
  /** What it does, in a few words: `says how it was paired`. */
  readonly name: string;
  /** @throws when `old` is not what that version wrote */
  run(old: unknown): unknown;
}

/** One kind of record: what a namespace, or the mailboxes of one name, hold. Declared beside the room's own code. */
export interface Kind<T> {
  /** Its namespace; of messages: what the names of their mailboxes begin with. */
  readonly name: string;
  /** Of what is written now, 1 and up. Raised with every change of the schema. */
  readonly version: number;
  readonly schema: z.ZodType<T>;
  /** From version 1 to 2, from 2 to 3 and so on: what was ever written can be read for ever. */
  readonly steps: readonly Step[];
  /** Nothing of it may be kept for longer than it lives: one that cannot be read is named, and no copy set aside. */
  readonly fleeting?: true;
  /**
   * What a task writes of it may wait for the task's next commit (`Store.together`): nobody but the task acts on it before,
   * or whoever does comes after the task anyway (docs/decisions/0075).
   */
  readonly gathers?: true;
  /**
   * Outside a task, what is written of it joins the next commit, which begins with the next turn of events at the latest: where a
   * task begins that rests on it (`Store.behind`), both are one commit (docs/decisions/0078).
   */
  readonly joins?: true;
  /**
   * What is read of it is frozen, and handed out again to whoever reads the same text (docs/decisions/0080): for what is read
   * many times for each time it changes. Nobody may change it in place.
   */
  readonly frozen?: true;
  /**
   * A text of it that this process wrote last is not held to the schema by who reads it again (docs/decisions/0080), as with
   * `frozen`, but whoever reads it has a copy of their own: for what is large, and read once for each time it changes.
   */
  readonly trusted?: true;
}

/** What a kind's records are. */
export type DataOf<K> = K extends Kind<infer T> ? T : never;

/**
 * Declares a kind of record. Add it to `src/bot/kinds.ts`, where tests and the look over the whole store find it.
 * @throws Error when a version has no step that leads on from it
 */
export function kind<T>({ steps = [], ...declared }: Omit<Kind<T>, 'steps'> & { steps?: Step[] }): Kind<T> {
  if (declared.version !== steps.length + 1) {
    throw new Error(`${declared.name}: version ${declared.version} needs ${declared.version - 1} steps`);
  }
  return { ...declared, steps };
}

/** A step from the version that `schema` describes. */
export function step<Old>(name: string, schema: z.ZodType<Old>, to: (old: Old) => unknown): Step {
  return { name, run: (old) => to(schema.parse(old)) };
}

/**
 * Why a record cannot be read: `no-record`: its text is none of ours, or was cut off; `newer`: a later version of the
 * program wrote it; `no-step`: the named step could not make the next version of it; `no-fit`: it is not what its kind
 * says; `no-kind`: nobody knows what it should be.
 */
export type Misfit =
  | { readonly why: 'no-record' | 'no-kind' }
  | { readonly why: 'newer'; readonly version: number }
  | { readonly why: 'no-step'; readonly version: number; readonly step: string }
  /** `at`: names of the schema alone; what a record itself uses as a name is a star. */
  | { readonly why: 'no-fit'; readonly version: number; readonly at: string };

/** The data of a record as its kind is today. Never throws, whatever lies there. */
export function readAs<T>(
  { version: today, schema, steps }: Kind<T>,
  { version, value }: { version: number; value: unknown },
): Result<T, Misfit> {
  if (version > today) return fail({ why: 'newer', version });
  let data = value;
  for (const step of steps.slice(version - 1)) {
    try {
      data = step.run(data);
    } catch {
      return fail({ why: 'no-step', version, step: step.name });
    }
  }
  const read = schema.safeParse(data);
  if (read.success) return ok(read.data);
  return fail({ why: 'no-fit', version, at: placeOf(schema, read.error.issues[0]?.path ?? []) });
}

/** A path into a record that says nothing of what is in it: a record's own names may be serial numbers, or anything. */
function placeOf(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const known = new Set<string>();
  JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }), (name, inner) => {
    if (name === 'properties') for (const property of Object.keys(inner)) known.add(property);
    return inner;
  });
  return path
    .map((part) => (typeof part === 'number' || known.has(String(part)) ? String(part) : '*'))
    .join('.');
}
