/**
 * A record as it lies in a store: `{"version":2,"expires":1796000000000,"value":…}`, JSON in this very order, so that
 * version and end are read off its head, whatever its size. `expires` is the one time a record goes by: Keyv's, in
 * milliseconds since 1970, null for good.
 */
import type { Misfit } from './kind.ts';
import { StoreError } from './store-error.ts';

const HEAD = /^\{"version":([1-9]\d{0,8}),"expires":(\d{1,16}|null),"value":/;

export interface RecordHead {
  readonly version: number;
  readonly expires: number | null;
}

/** A record that is not what it should be. Its text is kept aside by whoever finds it. */
export class UnreadableRecord extends StoreError {
  readonly misfit: Misfit;

  constructor(misfit: Misfit) {
    super('unreadable', `record is not readable: ${misfit.why}`);
    this.misfit = misfit;
  }
}

/** @throws StoreError for what JSON cannot carry */
export function recordText(version: number, expires: number | null, value: unknown): string {
  return textAround(version, expires, encode(value));
}

/** Null where the text is no record of ours. */
export function headOf(text: string): RecordHead | null {
  const found = HEAD.exec(text);
  if (!found) return null;
  return { version: Number(found[1]), expires: found[2] === 'null' ? null : Number(found[2]) };
}

/** @throws UnreadableRecord; JSON's own error would quote what is stored */
export function parseRecord(text: string): RecordHead & { readonly value: unknown } {
  const head = headOf(text);
  try {
    if (head) return { ...head, value: (JSON.parse(text) as { value: unknown }).value };
  } catch {
    // Falls through to the one failure for everything that was cut off or written over.
  }
  throw new UnreadableRecord({ why: 'no-record' });
}

/**
 * A record of the time before records had a version, as one of version 1; null where the text is none. There, the
 * engine and Keyv each had an end of their own, and a value was a text inside the text.
 */
export function fromUnversioned(text: string, isValue: boolean): string | null {
  try {
    const { data, expiresAt } = JSON.parse(text) as { data?: unknown; expiresAt?: unknown };
    if (data === undefined || (expiresAt !== null && typeof expiresAt !== 'number')) return null;
    const value = isValue ? (data as { value?: unknown } | null)?.value : JSON.stringify(data);
    if (typeof value !== 'string') return null;
    return textAround(1, expiresAt, value);
  } catch {
    return null;
  }
}

/** Whether a text is a record at all, of today's form or of before; its kind may still say otherwise. */
export function isReadable(text: string): boolean {
  try {
    if (headOf(text)) return parseRecord(text) !== undefined;
    return fromUnversioned(text, false) !== null;
  } catch {
    return false;
  }
}

function textAround(version: number, expires: number | null, json: string): string {
  const end = expires === null ? null : Math.min(Math.ceil(expires), Number.MAX_SAFE_INTEGER);
  return `{"version":${version},"expires":${end},"value":${json}}`;
}

function encode(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch {
    // Falls through: circular, a bigint, a throwing toJSON.
  }
  throw new StoreError('invalid', 'value cannot be written as JSON');
}
