/** Bodies of ISAPI answers, XML or JSON, as one kind of tree. Read by local names; namespaces do not count. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Largest body that is looked at, bytes; whole capability dumps have about half of it. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Most tags of a document, as for SADP: keeps a crafted one below a few ms. */
const MAX_TAGS = 2048;
const MAX_DEPTH = 32;
/** Longest text that is kept, characters; the vendor's longest limit is 132 (protocol/isapi.md 2.2). */
const MAX_TEXT_LENGTH = 512;

/** Why a body is not read. */
export type Unreadable = 'too-large' | 'not-a-document' | 'doctype-refused' | 'broken';

export interface IsapiElement {
  /** Local name; empty for the root of a JSON document that names none. */
  readonly name: string;
  /** Text directly inside, trimmed: some devices put a TAB in front (protocol/isapi.md 2.2). */
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly IsapiElement[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  maxNestedTags: MAX_DEPTH,
});
/** What fast-xml-parser puts before attribute names and calls the attributes and the text of an element. */
const ATTRIBUTE = '@_';
const ATTRIBUTES = ':@';
const TEXT = '#text';

/** Reads a body by the rules of the SADP reader: no DTD, bounded size, whole or not at all. Never throws. */
export function readDocument(body: Uint8Array): Result<IsapiElement, Unreadable> {
  if (body.length > MAX_BODY_BYTES) return fail('too-large');
  const text = decode(body)
    .replace(/^[\s\0\ufeff]+/, '')
    .trimEnd();
  try {
    if (text.startsWith('{')) return readJson(text);
    return text.startsWith('<') ? readXml(text) : fail('not-a-document');
  } catch {
    return fail('broken');
  }
}

/**
 * Text at a path of local names below an element. Null when it is missing or empty, and when there are several that
 * do not agree: a document that says two things says nothing.
 */
export function textAt(element: IsapiElement, ...path: readonly string[]): string | null {
  const [first, ...others] = new Set(allAt(element, path).map(({ text }) => text));
  return others.length === 0 ? first || null : null;
}

/** The one element at a path of local names; null when there is none, or more than one. */
export function elementAt(element: IsapiElement, ...path: readonly string[]): IsapiElement | null {
  const [only, more] = allAt(element, path);
  return only && !more ? only : null;
}

/** The element of a name wherever it stands, the root included; the first one in the document's order. */
export function findElement(element: IsapiElement, name: string): IsapiElement | null {
  if (element.name === name) return element;
  for (const child of element.children) {
    const found = findElement(child, name);
    if (found) return found;
  }
  return null;
}

function allAt(element: IsapiElement, path: readonly string[]): readonly IsapiElement[] {
  return path.reduce<readonly IsapiElement[]>(
    (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [element],
  );
}

/** Invalid UTF-8 means GB18030, whatever the declaration says, as in SADP. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

type Node = Readonly<Record<string, unknown>>;

function readXml(text: string): Result<IsapiElement, Unreadable> {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return fail('doctype-refused');
  if (text.split('<', MAX_TAGS + 1).length > MAX_TAGS) return fail('too-large');
  // A bare ampersand in a device's name must not cost the rest.
  const xml = text.replace(/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});)/gi, '&amp;');
  // The parser would mend a cut document, so the validator judges.
  if (XMLValidator.validate(xml) !== true) return fail('broken');
  const [root, more] = (parser.parse(xml) as Node[]).flatMap(fromXml);
  return root && !more ? ok(root) : fail('broken');
}

function fromXml(node: Node): IsapiElement[] {
  const attributes = Object.entries(node[ATTRIBUTES] ?? {}).map(
    ([name, value]) => [name.slice(ATTRIBUTE.length), String(value)] as const,
  );
  return Object.entries(node).flatMap(([name, content]) => {
    if (name === ATTRIBUTES || !Array.isArray(content)) return [];
    const nodes: readonly Node[] = content;
    const text = nodes.map((one) => (typeof one[TEXT] === 'string' ? one[TEXT] : '')).join('');
    return [element(name, text, nodes.flatMap(fromXml), new Map(attributes))];
  });
}

/** An object with one object inside is that one (`{"EZVIZQRCode":{…}}`), any other one is a root without a name. */
function readJson(text: string): Result<IsapiElement, Unreadable> {
  const whole = fromJson('', JSON.parse(text), 0);
  const [only, more] = whole.children;
  return ok(only && !more && only.children.length > 0 ? only : whole);
}

/** @throws RangeError when nested deeper than any device would. */
function fromJson(name: string, value: unknown, depth: number): IsapiElement {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
  if (typeof value !== 'object' || value === null) return element(name, String(value ?? ''), []);
  const children = Object.entries(value).flatMap(([key, content]) =>
    [content].flat().map((one) => fromJson(key, one, depth + 1)),
  );
  return element(name, '', children);
}

function element(
  name: string,
  text: string,
  children: readonly IsapiElement[],
  attributes: ReadonlyMap<string, string> = new Map(),
): IsapiElement {
  return { name, text: text.trim().slice(0, MAX_TEXT_LENGTH), attributes, children };
}
