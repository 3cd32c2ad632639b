/** Reading requests and writing replies: only as much XML as a device of this kind understands. */

/** A request as it arrived. Missing elements are empty texts. */
export interface SadpRequest {
  uuid: string;
  mac: string;
  types: string;
  code: string;
  password: string;
  iv: string;
}

/** The vendor's own limit for requests, bytes (protocol/sadp.md 2). */
const MAX_REQUEST = 1024;
const DOCUMENT = /^(?:<\?xml [^<>]*\?>)?\s*<Probe>((?:\s*<(\w+)>[^<>]*<\/\2>)*)\s*<\/Probe>\s*$/;
const ELEMENT = /<(\w+)>([^<>]*)<\/\1>/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads a request. Null for everything a device ignores: replies and announcements of other devices (and its own
 * coming back), documents that are too large, broken, nested or say one thing twice.
 */
export function readRequest(datagram: Buffer): SadpRequest | null {
  if (datagram.length > MAX_REQUEST) return null;
  const body = DOCUMENT.exec(datagram.toString('utf8'))?.[1];
  if (body === undefined) return null;
  const values = new Map<string, string>();
  for (const [, name = '', value = ''] of body.matchAll(ELEMENT)) {
    if (values.has(name)) return null;
    values.set(name, unescapeText(value));
  }
  const value = (name: string) => values.get(name) ?? '';
  return {
    uuid: value('Uuid'),
    mac: value('MAC'),
    types: value('Types'),
    code: value('Code'),
    password: value('Password'),
    iv: value('Iv'),
  };
}

/** Name and value of one element, in order of appearance. */
export type Element = readonly [name: string, value: string | number];

/** A reply to a command: a document on one line after its declaration, as in published samples. */
export function writeReply(elements: readonly Element[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ProbeMatch>${elements.map(write).join('')}</ProbeMatch>\n`;
}

/** A discovery reply or a boot announcement: one element per line. */
export function writeAnnouncement(root: 'ProbeMatch' | 'Hello', elements: readonly Element[]): string {
  const lines = elements.map((element) => `${write(element)}\n`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>\n${lines}</${root}>\n`;
}

/** One element with its value escaped. */
export function write([name, value]: Element): string {
  return `<${name}>${escapeText(String(value))}</${name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescapeText(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
