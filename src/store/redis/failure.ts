import { fail, ok, type Result } from '../../kernel/result.ts';
import { FENCED, type OpenProblem, type StoreFailure } from '../store.ts';
import { StoreError } from '../store-error.ts';

/** How Redis' own refusals begin, and what they are to a store. */
const REPLIES: readonly (readonly [RegExp, StoreFailure['reason'], OpenProblem])[] = [
  [/^OOM\b/, 'full', 'no-memory'],
  // Its disk takes no more, or nothing can be said of it.
  [/^MISCONF\b/, 'unavailable', 'unsaved'],
  [/^(WRONGPASS|NOAUTH)\b|invalid (username-)?password|no password is set/i, 'unavailable', 'wrong-password'],
  [/^NOPERM\b/, 'unavailable', 'forbidden'],
  [/^(READONLY|NOREPLICAS|CLUSTERDOWN|MASTERDOWN)\b/, 'unavailable', 'no-primary'],
  [/^WRONGTYPE\b/, 'corrupt', 'taken-names'],
];

/** What no answer is: the network's words, and the client's. */
const UNREACHED =
  /^(ECONN|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|ConnectionTimeout|Socket|ClientClosed|Disconnects)/;

/** Runs an access to Redis and turns whatever it throws into a `StoreFailure`. */
export async function attempted<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>> {
  try {
    return ok(await access());
  } catch (error) {
    return fail(failureOf(error));
  }
}

export function failureOf(error: unknown): StoreFailure {
  if (error instanceof StoreError) return error.failure;
  const detail = wordsOf(error);
  if (detail.startsWith('FENCED')) return { reason: 'unavailable', detail: FENCED };
  const [, reason = 'unavailable'] = REPLIES.find(([begins]) => begins.test(detail)) ?? [];
  return { reason, detail };
}

/** Why Redis was not opened. */
export function problemOf(error: unknown): OpenProblem {
  if (error instanceof Refused) return error.problem;
  const detail = wordsOf(error);
  const [, , known] = REPLIES.find(([begins]) => begins.test(detail)) ?? [];
  return known ?? (UNREACHED.test(detail) ? 'unreachable' : 'other');
}

/** A server that answers and cannot be the store. */
export class Refused extends StoreError {
  readonly problem: OpenProblem;

  constructor(problem: OpenProblem, detail: string) {
    super('unavailable', detail);
    this.problem = problem;
  }
}

/** A server that answers and has another store than the one that was open, or none any more. */
export class AnotherStore extends Refused {
  constructor() {
    super(
      'other',
      'the primary has come back without this store: bring its data back, or restore a backup and go on; where nothing in it is missed, end the bots and start them again: whoever starts there begins with an empty one',
    );
  }
}

/** What went wrong, without what was sent: Redis quotes the arguments of a script that failed, one line after another. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  const [first] = error instanceof AggregateError ? error.errors : [error];
  if (!(first instanceof Error)) return error.name;
  const { code } = first as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  // Of Redis' own words the first is the kind of it.
  const [kind = ''] = /^[A-Z]+(?= |$)/.exec(first.message) ?? [];
  return kind === '' ? `${first.constructor.name}: ${first.message.slice(0, 120)}` : kind;
}
