import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Largest datagram that is looked at, bytes (protocol/sadp.md R15). */
export const MAX_DATAGRAM_BYTES = 64 * 1024;

/** Longest element value that is kept; the rest of a longer one is dropped (R15). */
const MAX_VALUE_LENGTH = 512;

/** Most tags a document may have; real replies have about two hundred. Keeps a crafted datagram below a few ms. */
const MAX_TAGS = 2048;

const LESS_THAN = 0x3c;
/** Bytes that are no part of a document: NUL, white space, and the three of a byte order mark. */
const PADDING: ReadonlySet<number> = new Set([0, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);
/** Most padding in front of a document, bytes; what begins with more is garbage. */
const MAX_PADDING = 1024;

/** Why a datagram is dropped unread. */
export type Unreadable = 'too-large' | 'not-xml' | 'doctype-refused' | 'broken' | 'contradictory';

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

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  // Trimmed below, after entities are text: fast-xml-parser's own trimming would come too early.
  trimValues: false,
});

let utf8: InstanceType<typeof TextDecoder> | undefined;
let gb18030: InstanceType<typeof TextDecoder> | undefined;

/**
 * Reads one datagram by the rules R1-R15 of protocol/sadp.md section 4. Never throws, whatever the bytes are.
 */
export function readMessage(datagram: Uint8Array): Result<SadpMessage, Unreadable> {
  if (datagram.length > MAX_DATAGRAM_BYTES) return fail('too-large');
  const bytes = withoutPadding(datagram);
  if (bytes[0] !== LESS_THAN) return fail('not-xml');
  // Tags are ASCII in both encodings: what is refused anyway is refused before it is decoded.
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(raw)) return fail('doctype-refused');
  if (raw.split('<', MAX_TAGS + 1).length > MAX_TAGS) return fail('too-large');
  const tree = parse(escapeBareAmpersands(decode(bytes)));
  return tree ? toMessage(tree) : fail('broken');
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

/** Invalid UTF-8 means GB18030, whatever the declaration says: a strange name must not cost the other fields (R2). */
function decode(bytes: Uint8Array): string {
  try {
    utf8 ??= new TextDecoder('utf-8', { fatal: true });
    return utf8.decode(bytes);
  } catch {
    gb18030 ??= new TextDecoder('gb18030');
    return gb18030.decode(bytes);
  }
}

/** R1: without the byte order mark, NULs and white space around the document, as far as that is worth looking for. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let start = 0;
  let end = bytes.length;
  while (start < MAX_PADDING && PADDING.has(bytes[start] ?? LESS_THAN)) start++;
  while (end > start && PADDING.has(bytes[end - 1] ?? LESS_THAN)) end--;
  return bytes.subarray(start, end);
}

/** R4: what is no reference is text; undefined entities such as `&nbsp;` stay literally as they are. */
function escapeBareAmpersands(xml: string): string {
  return xml.replace(/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});)/gi, '&amp;');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function resolveReferences(text: string): string {
  return text.replace(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (whole, name, dec, hex) => {
      if (name) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const point = dec ? Number.parseInt(dec, 10) : Number.parseInt(hex, 16);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

/** The tree of fast-xml-parser with `preserveOrder`: each node is one key (its name) with its children. */
type Node = Readonly<Record<string, unknown>>;

/** R5: a document that is cut or broken is dropped whole. The parser alone would mend it, so the validator judges. */
function parse(xml: string): readonly Node[] | null {
  try {
    if (XMLValidator.validate(xml) !== true) return null;
    return parser.parse(xml) as Node[];
  } catch {
    return null;
  }
}

function toMessage(tree: readonly Node[]): Result<SadpMessage, Unreadable> {
  const [root, more] = tree.flatMap((node) => elements(node));
  if (!root || more) return fail('broken');

  const fields = new Map<string, string[]>();
  for (const [name, children] of root.children.flatMap((node) => elements(node)).map(asEntry)) {
    const value = textOf(children);
    if (value === '') continue;
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
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

interface Element {
  readonly name: string;
  readonly children: readonly Node[];
}

function elements(node: Node): Element[] {
  return Object.entries(node).flatMap(([name, children]) =>
    Array.isArray(children) && !name.startsWith('?') ? [{ name, children: children as Node[] }] : [],
  );
}

function asEntry({ name, children }: Element): [string, readonly Node[]] {
  return [name, children];
}

/** Text directly inside an element; what is nested deeper belongs to elements nobody asks for. */
function textOf(children: readonly Node[]): string {
  const raw = children.map((child) => (typeof child['#text'] === 'string' ? child['#text'] : '')).join('');
  return resolveReferences(raw).trim();
}
