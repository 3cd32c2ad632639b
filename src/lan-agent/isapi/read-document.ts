/** Bodies of ISAPI answers, XML or JSON, as one kind of tree. Read by local names; namespaces do not count. */
import { fail, ok, type Result } from '../../kernel/result.ts';
import { decodeText, MAX_XML_BYTES, readXml, withoutPadding, type XmlElement } from '../safe-xml.ts';

/** How deep a JSON document may be nested. */
const MAX_DEPTH = 32;
/** Longest text that is kept, characters; the vendor's longest limit is 132 (protocol/isapi.md 2.2). */
const MAX_TEXT_LENGTH = 512;

/** Why a body is not read. */
export type Unreadable = 'too-large' | 'not-a-document' | 'doctype-refused' | 'broken';

/** An element of either; the name of the root of a JSON document that names none is empty. Texts of 512 characters at most. */
export type IsapiElement = XmlElement;

/** Reads a body by the rules of the one reader of XML, or as JSON. Never throws. */
export function readDocument(body: Uint8Array): Result<IsapiElement, Unreadable> {
  if (body.length > MAX_XML_BYTES) return fail('too-large');
  const read = readXml(body, { attributes: true });
  if (read.ok) return ok(shortened(read.value));
  if (read.failure !== 'not-xml') return fail(read.failure);
  const text = decodeText(withoutPadding(body));
  try {
    return text.startsWith('{') ? readJson(text) : fail('not-a-document');
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

function shortened({ name, text, attributes, children }: XmlElement): IsapiElement {
  return { name, text: text.slice(0, MAX_TEXT_LENGTH), attributes, children: children.map(shortened) };
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

function element(name: string, text: string, children: readonly IsapiElement[]): IsapiElement {
  return { name, text: text.trim().slice(0, MAX_TEXT_LENGTH), attributes: new Map(), children };
}
