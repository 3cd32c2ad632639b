/**
 * One reader of XML from strangers, for SADP datagrams and ISAPI bodies: no DTD, bounded size, whole or not at all, names
 * without their namespaces. It never throws, and a crafted document costs no more than a few ms (bench/fuzz.ts).
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { fail, ok, type Result } from '../kernel/result.ts';

/** Largest document that is looked at, bytes (protocol/sadp.md R15); whole ISAPI capability dumps have about half of it. */
export const MAX_XML_BYTES = 64 * 1024;
/** Most tags of a document; real ones have about two hundred. */
const MAX_TAGS = 2048;
const MAX_DEPTH = 32;
const LESS_THAN = 0x3c;
/** Bytes that are no part of a document: NUL, white space, and the three of a byte order mark. */
const PADDING: ReadonlySet<number> = new Set([0, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);
/** Most padding in front of a document, bytes; what begins with more is garbage. */
const MAX_PADDING = 1024;

/** Why a document is not read. */
export type XmlRefusal = 'too-large' | 'not-xml' | 'doctype-refused' | 'broken';

export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** Text directly inside, references resolved, trimmed: some devices put a TAB in front (protocol/isapi.md 2.2). */
  readonly text: string;
  /** Empty where they were not asked for. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

const OPTIONS = {
  preserveOrder: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  // References are resolved here, and trimming comes after: the parser's own would take them for white space.
  processEntities: false,
  trimValues: false,
  maxNestedTags: MAX_DEPTH,
} as const;
const withoutAttributes = new XMLParser({ ...OPTIONS, ignoreAttributes: true });
const withAttributes = new XMLParser({ ...OPTIONS, ignoreAttributes: false });
/** What fast-xml-parser puts before attribute names and calls the attributes and the text of an element. */
const ATTRIBUTE = '@_';
const ATTRIBUTES = ':@';
const TEXT = '#text';

/** The tree of fast-xml-parser with `preserveOrder`: each node is one key (its name) with its children. */
type Node = Readonly<Record<string, unknown>>;

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

let utf8: InstanceType<typeof TextDecoder> | undefined;
let gb18030: InstanceType<typeof TextDecoder> | undefined;

/**
 * Reads one document.
 * @param attributes whether they are read, too; SADP has none that count
 * @returns its root, or why it is not read
 */
export function readXml(
  document: Uint8Array,
  { attributes = false }: { attributes?: boolean } = {},
): Result<XmlElement, XmlRefusal> {
  if (document.length > MAX_XML_BYTES) return fail('too-large');
  const bytes = withoutPadding(document);
  if (bytes[0] !== LESS_THAN) return fail('not-xml');
  // Tags are ASCII in both encodings: what is refused anyway is refused before it is decoded.
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(raw)) return fail('doctype-refused');
  if (raw.split('<', MAX_TAGS + 1).length > MAX_TAGS) return fail('too-large');
  const nodes = parse(escapeBareAmpersands(decodeText(bytes)), attributes);
  const [root, more] = elementsOf(nodes ?? []);
  return root && !more ? ok(root) : fail('broken');
}

/** Invalid UTF-8 means GB18030, whatever a declaration says: a strange name must not cost the other fields (R2). */
export function decodeText(bytes: Uint8Array): string {
  try {
    utf8 ??= new TextDecoder('utf-8', { fatal: true });
    return utf8.decode(bytes);
  } catch {
    gb18030 ??= new TextDecoder('gb18030');
    return gb18030.decode(bytes);
  }
}

/** R1: without the byte order mark, NULs and white space around the document, as far as that is worth looking for. */
export function withoutPadding(bytes: Uint8Array): Uint8Array {
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
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (whole, name, dec, hex) => {
      if (name) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const point = dec ? Number.parseInt(dec, 10) : Number.parseInt(hex, 16);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

/** R5: a document that is cut or broken is dropped whole. The parser alone would mend it, so the validator judges. */
function parse(xml: string, attributes: boolean): readonly Node[] | null {
  try {
    if (XMLValidator.validate(xml) !== true) return null;
    return (attributes ? withAttributes : withoutAttributes).parse(xml) as Node[];
  } catch {
    return null;
  }
}

/** Plain loops: of a flood of datagrams every one comes through here. */
function elementsOf(nodes: readonly Node[]): XmlElement[] {
  const found: XmlElement[] = [];
  for (const node of nodes) {
    for (const name in node) {
      const content = node[name];
      if (name === ATTRIBUTES || name.startsWith('?') || !Array.isArray(content)) continue;
      const text = resolveReferences(textOf(content)).trim();
      found.push({ name, text, attributes: attributesOf(node), children: elementsOf(content) });
    }
  }
  return found;
}

function textOf(nodes: readonly Node[]): string {
  let text = '';
  for (const node of nodes) if (typeof node[TEXT] === 'string') text += node[TEXT];
  return text;
}

function attributesOf(node: Node): ReadonlyMap<string, string> {
  const found = node[ATTRIBUTES];
  if (typeof found !== 'object' || found === null) return NO_ATTRIBUTES;
  return new Map(
    Object.entries(found).map(([name, value]) => [
      name.slice(ATTRIBUTE.length),
      resolveReferences(String(value)),
    ]),
  );
}
