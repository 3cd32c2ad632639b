/**
 * Takes secrets out of a message and leaves every other byte as it is. What is shown is what is known to be harmless;
 * anything else becomes `*`, byte by byte, so that lengths, order, spelling and encoding of a message stay readable
 * (protocol/sadp.md 15 rule 7, docs/decisions/0013). Pure, and total on any bytes.
 */

/** One value that was taken out. */
export interface Hidden {
  /** Local name of the element, or of the attribute with an `@` before it; `#comment` for a comment. */
  readonly name: string;
  /** Bytes that became `*`. */
  readonly bytes: number;
  /** What the value was made of, where the protocol says what it has to be made of. */
  readonly alphabet: 'base64' | 'hex' | 'other' | null;
  /** The value, for whoever compares values; must not be kept. */
  readonly value: string;
}

export interface Redacted {
  readonly bytes: Buffer;
  readonly hidden: readonly Hidden[];
}

const MAX_BYTES = 64 * 1024;
/** Longest value of a known element that is shown. */
const MAX_SHOWN = 512;
const MAX_DEPTH = 64;

/** Elements whose text is shown as it is: protocol/sadp.md 5, 7, 10 and protocol/isapi.md 3.3, 6, 7. */
const SHOWN = new Set(
  `Uuid Types MAC WifiMAC Result RetryTimes RetryModifyTime RetryTime SurplusLockTime
  DeviceType DeviceDescription DeviceSN SpecificDeviceType manufacturer OEMInfo OEMCode DetailOEMCode
  SoftwareVersion DSPVersion BootTime SystemMode ControllerType SADPVersion SecurityMode
  IPv4Address IPv4SubnetMask IPv4Gateway IPv6Address IPv6Gateway IPv6MaskLen
  CommandPort HttpPort HttpsPort SDKOverTLSPort EHomeVer AnalogChannelNum DigitalChannelNum DiskNumber
  EZVIZBindStatus
  bindStatus registerStatus offlineStatus addressingFormatType hostName
  statusValue statusString statusCode subStatusCode errorCode
  lockStatus unlockTime retryLoginTime retryTimes resLockTime residualValidity`
    .toLowerCase()
    .split(/\s+/),
);

/** Values that the unbind protocol defines as base64 or hexadecimal text: what they are made of tells a lot. */
const SEALED = new Set(['code', 'password', 'salt', 'salt2', 'iv']);

/** What a secret is called, in any spelling: a short number under such a name is not shown either. */
const SECRET_NAME =
  /pass|pwd|code|salt|key|iv$|pin|token|secret|mail|phone|mobile|sms|answer|question|guid|user|account|owner|auth|login|cookie|session|nonce|cred|hash|digest|sign|cert|captcha/i;

/** An unknown element may say yes or no, or a small number; words could be anybody's. */
const YES_OR_NO = /^(?:true|false|flase|yes|no|0|1)$/i;
const SMALL_NUMBER = /^\d{1,5}$/;

/** Attributes of declarations and namespaces. */
const SHOWN_ATTRIBUTE = /^(?:xmlns(?::[\w.-]+)?|version|encoding|standalone)$/i;
const HARMLESS_ATTRIBUTE = /^[\w.:/-]{1,128}$/;

const NAME = '[A-Za-z_][\\w.:-]{0,63}';
const ATTRIBUTE = `\\s+[\\w.:-]{1,64}\\s*=\\s*(?:"[^"<>]*"|'[^'<>]*')`;
const TOKEN = new RegExp(
  [
    `(?<declaration><\\?xml(?:${ATTRIBUTE})*\\s*\\?>)`,
    '(?<comment><!--[\\s\\S]*?-->)',
    '(?<cdata><!\\[CDATA\\[[\\s\\S]*?\\]\\]>)',
    `</(?<close>${NAME})\\s*>`,
    `<(?<open>${NAME})(?<attributes>(?:${ATTRIBUTE})*)\\s*(?<empty>/?)>`,
    '(?<text>[^<]+)',
  ].join('|'),
  'gy',
);
/** What may stand around a document: white space, NUL bytes, a UTF-8 byte order mark. */
const PADDING = /^[ \t\r\n\0\xef\xbb\xbf]*$/;

/**
 * Redacts one message.
 * @returns null for everything that is not whole, plain XML: of that nothing can be shown
 */
export function redact(message: Uint8Array): Redacted | null {
  if (message.length > MAX_BYTES) return null;
  // One character a byte. No byte of a UTF-8 or GB18030 character looks like a tag's.
  const text = Buffer.from(message).toString('latin1');
  const hidden: Hidden[] = [];
  const open: string[] = [];
  let out = '';
  let seen = false;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match?.groups) return null;
    const [whole] = match;
    const { declaration, comment, cdata, close, open: opened, empty, text: plain } = match.groups;
    if (declaration !== undefined) out += withoutAttributes(whole, hidden);
    else if (comment !== undefined) out += `<!--${fill(whole.slice(4, -3), '#comment', hidden)}-->`;
    else if (close !== undefined) {
      if (open.pop() !== close) return null;
      out += whole;
    } else if (opened !== undefined) {
      if (open.length === MAX_DEPTH) return null;
      out += withoutAttributes(whole, hidden);
      if (empty === '') open.push(opened);
      seen = true;
    } else if (open.length === 0) {
      if (cdata !== undefined || !PADDING.test(whole)) return null;
      out += whole;
    } else if (cdata !== undefined) out += `<![CDATA[${shownText(open, whole.slice(9, -3), hidden)}]]>`;
    else out += shownText(open, plain ?? '', hidden);
  }
  return seen && open.length === 0 ? { bytes: Buffer.from(out, 'latin1'), hidden } : null;
}

/** The text as it may be shown inside these elements. */
function shownText(open: readonly string[], text: string, hidden: Hidden[]): string {
  const names = open.map(localName);
  const name = names.at(-1) ?? '';
  // The root is the name of a message (`userCheck`), no place for a value.
  const inSecret = names.slice(1, -1).some((outer) => SECRET_NAME.test(outer));
  return !inSecret && isHarmless(name, edges(text).value) ? text : fill(text, name, hidden);
}

function isHarmless(name: string, value: string): boolean {
  if (value === '' || YES_OR_NO.test(value)) return true;
  if (SHOWN.has(name.toLowerCase())) return value.length <= MAX_SHOWN;
  return SMALL_NUMBER.test(value) && !SECRET_NAME.test(name);
}

/** `*` for every byte but the white space around; inside too where a value may be broken into lines. */
function fill(text: string, name: string, hidden: Hidden[]): string {
  const { before, value, after } = edges(text);
  if (value === '') return text;
  const isSealed = SEALED.has(name.toLowerCase());
  const filled = value.replace(isSealed ? /[^ \t\r\n]/g : /[\s\S]/g, '*');
  const bytes = filled.length - filled.replaceAll('*', '').length;
  hidden.push({ name, bytes, alphabet: isSealed ? alphabetOf(value) : null, value });
  return before + filled + after;
}

/** A value and the white space around it. Loops instead of a regex: linear on hostile input. */
function edges(text: string): { before: string; value: string; after: string } {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t\r\n'.includes(text.charAt(start))) start++;
  while (end > start && ' \t\r\n'.includes(text.charAt(end - 1))) end--;
  return { before: text.slice(0, start), value: text.slice(start, end), after: text.slice(end) };
}

function alphabetOf(value: string): Hidden['alphabet'] {
  const text = value.replace(/[ \t\r\n]/g, '');
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return 'hex';
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? 'base64' : 'other';
}

/** A tag or declaration whose attributes say nothing but versions and namespaces. */
function withoutAttributes(tag: string, hidden: Hidden[]): string {
  return tag.replace(
    /([\w.:-]+)(\s*=\s*)(?:"([^"]*)"|'([^']*)')/g,
    (whole, name: string, equals: string, double?: string, single?: string) => {
      const value = double ?? single ?? '';
      if (SHOWN_ATTRIBUTE.test(name) && HARMLESS_ATTRIBUTE.test(value)) return whole;
      const quote = double === undefined ? "'" : '"';
      return `${name}${equals}${quote}${fill(value, `@${name}`, hidden)}${quote}`;
    },
  );
}

/** Parameters of a challenge that say how to log in; its realm can be random, and its nonce always is. */
const SHOWN_PARAMETER = /^(?:algorithm|qop|stale|charset|userhash)$/i;
const HIDDEN_PARAMETER = /^(?:realm|domain|nonce|opaque)$/i;
const HARMLESS_PARAMETER = /^"?[\w, -]{0,40}"?$/;

/** A `WWW-Authenticate` header: its schemes and how to log in, `*` for everything else. */
export function redactChallenge(header: string): string {
  return header
    .slice(0, 2048)
    .replace(
      /([\w-]+)(\s*=\s*)("[^"]*"|[^\s,"]+)|\b(?:Digest|Basic)\b|[^\s,]/gi,
      (whole, name?: string, equals?: string, value?: string) => {
        if (value === undefined || name === undefined) return whole.length > 1 ? whole : '*';
        if (SHOWN_PARAMETER.test(name) && HARMLESS_PARAMETER.test(value)) return whole;
        const shownName = HIDDEN_PARAMETER.test(name) ? name : '*'.repeat(name.length);
        return `${shownName}${equals}${value.replace(/[^"]/g, '*')}`;
      },
    );
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
