import { fail, ok, type Result } from '../../kernel/result.ts';
import { readXml, type XmlElement, type XmlRefusal } from '../safe-xml.ts';

/** Longest element value that is kept; the rest of a longer one is dropped (R15). */
const MAX_VALUE_LENGTH = 512;

/** Why a datagram is dropped unread. */
export type Unreadable = XmlRefusal | 'contradictory';

/** The value of an element that must not say two things: absent, one value, or different values (R14). */
export type StrictValue =
  | { readonly kind: 'absent' }
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'contradictory' };

/** One readable SADP datagram. Values are trimmed; an empty element counts as missing (R9). */
export interface SadpMessage {
  /** Local name of the root: `Probe` (a request), `ProbeMatch` (a reply), `Hello` (an announcement). */
  readonly root: string;
  /** Upper case, without braces and white space (protocol/sadp.md 3); null when missing. */
  readonly uuid: string | null;
  readonly types: string | null;
  /** As the device wrote it; `macKey` makes it comparable. */
  readonly mac: string | null;
  /** First value of an element (R14), at most 512 characters. */
  text(name: string): string | null;
  /** For words and numbers that decide: equal duplicates collapse, different ones are contradictory (R14). */
  strict(name: string): StrictValue;
}

/**
 * Reads one datagram by the rules R1-R15 of protocol/sadp.md section 4. Never throws, whatever the bytes are.
 */
export function readMessage(datagram: Uint8Array): Result<SadpMessage, Unreadable> {
  const read = readXml(datagram);
  return read.ok ? toMessage(read.value) : read;
}

/** The twelve hexadecimal digits of a MAC in lower case, or null for anything else: how MACs are compared. */
export function macKey(mac: string | null): string | null {
  const digits = mac?.replace(/[-:]/g, '').toLowerCase() ?? '';
  return /^[0-9a-f]{12}$/.test(digits) ? digits : null;
}

/** R11: digits only; anything else is unknown, never 0. */
export function digits(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Some devices echo the Uuid in lower case or in braces (protocol/sadp.md 3). */
function uuidKey(uuid: string): string {
  return uuid.replace(/[{}\s]/g, '').toUpperCase();
}

/** What is nested deeper than the root's own elements belongs to elements nobody asks for. */
function toMessage(root: XmlElement): Result<SadpMessage, Unreadable> {
  const fields = new Map<string, string[]>();
  for (const { name, text } of root.children) {
    if (text === '') continue;
    const values = fields.get(name);
    if (values) values.push(text);
    else fields.set(name, [text]);
  }

  const uuid = single(fields.get('Uuid'), uuidKey);
  const types = single(fields.get('Types'), (text) => text);
  const mac = single(fields.get('MAC'), (text) => macKey(text) ?? text);
  if (uuid === CONTRADICTORY || types === CONTRADICTORY || mac === CONTRADICTORY)
    return fail('contradictory');

  return ok({
    root: root.name,
    uuid: uuid === null ? null : uuidKey(uuid),
    types,
    mac,
    text: (name) => fields.get(name)?.[0]?.slice(0, MAX_VALUE_LENGTH) ?? null,
    strict: (name) => {
      const value = single(fields.get(name), (text) => text);
      if (value === CONTRADICTORY) return { kind: 'contradictory' };
      return value === null ? { kind: 'absent' } : { kind: 'value', text: value };
    },
  });
}

const CONTRADICTORY = Symbol('contradictory');

/** The one value that all duplicates agree on, in the first one's spelling. */
function single(
  values: readonly string[] | undefined,
  key: (text: string) => string,
): string | null | typeof CONTRADICTORY {
  const [first, ...others] = values ?? [];
  if (first === undefined) return null;
  return others.every((other) => key(other) === key(first)) ? first : CONTRADICTORY;
}
