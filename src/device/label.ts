import { fail, ok, type Result } from '../kernel/result.ts';
import { holdsWord } from './models.ts';
import { isShortSerial, parseSerial } from './serial.ts';
import { MODEL_PREFIX } from './serial-shapes.ts';

/** What a label says, without its verification code: safe to store and to show. */
export interface LabelFacts {
  /** Host printed in the code, lower case: the cloud family of the label, not of the device's account. */
  readonly host: string | null;
  /** Only when the label carries one. */
  readonly fullSerial: string | null;
  readonly shortSerial: string;
  readonly model: string | null;
  readonly hasVerificationCode: boolean;
  /** Short serials of further devices in the same text, in its order; absent where there are none. */
  readonly others?: readonly string[];
}

/** Where on a label something was read. */
export type LabelSource = 'qr' | 'data-matrix' | 'bar-code' | 'print';

/** Why a text is not a usable label (protocol/labels.md 3.2). */
export const LABEL_REFUSALS = [
  'exported-credentials',
  'password-procedure',
  'wifi',
  'not-a-device',
  'unknown-url',
  'empty',
  'no-serial',
  'too-long',
] as const;
export type LabelRefusal = (typeof LABEL_REFUSALS)[number];

/** A refusal. `host` belongs to `unknown-url`; nothing else of the text is kept, because it may be a secret. */
interface RefusedLabel {
  readonly reason: LabelRefusal;
  readonly host?: string;
}

interface ReadLabel {
  readonly facts: LabelFacts;
}

/** Longest text read, characters: own limit, a large QR code holds 4296. */
const MAX_TEXT = 4096;

const HOST_LINE = /^(?:https?:\/\/)?((?:[a-z\d-]+\.)+[a-z]{2,})\/?$/i;
/** In the order in which the vendor's own reader tries them. */
const LINE_END = /\n\r|\r\n|\r|\n/;
const CODE_LINE = /^[A-Za-z\d]{6,12}$/;
/** The form of every printed code. No model looks like it. */
const PRINTED_CODE = /^[A-Z]{6}$/;
/** A lens or the like, set apart from the model it belongs to: `DS-2CD2143G2-I (2.8mm)`. */
const LENS = String.raw`(?: \([\d.,-]{1,9}mm\))?`;
/** A model behind a host and a code: OEM names have any letters in front (protocol/isapi.md 2.2). */
const MODEL_SHAPE = new RegExp(String.raw`^(?=.*\d)[A-Z\d][\w()/.+-]{2,40}${LENS}$`, 'i');
/** A model by itself, wherever it stands: its brand or kind, letters and a digit behind it. Nobody's password looks like one. */
const KNOWN_MODEL = new RegExp(`^${MODEL_PREFIX}[A-Z]{0,3}\\d[A-Z\\d()/.+_-]{0,40}${LENS}$`, 'i');

/** What stands in front of a serial number that is named; bar codes hold it, too. */
const NAMED = /^(?:s\/?n|serial(?: *(?:no|number|nr))?)[ .:=#№]*/i;

/**
 * Reads the text of a code that was decoded, as tolerantly as the vendor's own app: the first line may be anything, a host
 * with port, path and query among it, and the serial number is on the first or second line that says something, or behind
 * its name (`S/N:`) on any.
 * @returns as `parseLabel`
 */
export function parseCode(text: string): Result<ReadLabel, RefusedLabel> {
  return text.length > 2 * MAX_TEXT
    ? fail({ reason: 'too-long' })
    : read(asPrinted(trimEnds(text)), 'printed');
}

/** A code's text in the order of a label: host, serial number, the rest. As it is where no serial number is found. */
function asPrinted(text: string): string {
  if (secretOf(text) || linkOf(text)) return text;
  const lines = text.split(LINE_END);
  const fields = lines.length === 1 && serialIn(text) === null ? text.split(/\s+/) : lines;
  const said = fields.flatMap((field, at) => (field.trim() === '' ? [] : [at])).slice(0, 2);
  const at =
    said.find((index) => serialIn(fields[index] ?? '') !== null) ??
    fields.findIndex((field) => NAMED.test(field.trim()) && serialIn(field) !== null);
  if (at < 0) return text;
  const first = fields[0] ?? '';
  const host = at === 0 ? null : webHostOf(first.trim());
  // One line of words is no label, unless it begins as one.
  if (fields !== lines && at > 0 && host === null) return text;
  const [serial = '', rest] = [serialIn(fields[at] ?? '') ?? '', fields.slice(at + 1)];
  return [...(host === null ? [] : [host]), serial, ...rest].join('\n');
}

/** The serial number a line consists of, with or without its name in front; null for any other line. */
function serialIn(line: string): string | null {
  const bare = line.trim();
  // `SN1234567` is a short serial by itself; a full one would take a name in front for its model.
  if (isShortSerial(bare.toUpperCase())) return bare;
  return [bare.replace(NAMED, ''), bare].find((one) => parseSerial(one).ok) ?? null;
}

/** The host of a web address with or without its scheme; null for anything else. */
function webHostOf(line: string): string | null {
  const link = /^https?:\/\//i.test(line) ? line : `https://${line}`;
  return !/\s/.test(line) && URL.canParse(link) ? hostOf(new URL(link).hostname) : null;
}

/**
 * Reads a label that was typed. Its order is that of a label (protocol/labels.md 3), but people type anything beside a serial
 * number, passwords too: only what is a model by itself is one, and of the rest nothing is kept.
 * @returns the facts, without the verification code, which nothing here needs; or why this is no label. A refusal carries no
 *   part of the text but the host of an unknown link, since exports and Wi-Fi codes hold passwords. Never throws.
 */
export function parseLabel(text: string): Result<ReadLabel, RefusedLabel> {
  // Not even trimmed: no code and no message is that long.
  return text.length > 2 * MAX_TEXT ? fail({ reason: 'too-long' }) : read(text, 'typed');
}

/** Whether a text comes from a code or from a person. */
type Origin = 'printed' | 'typed';

function read(text: string, origin: Origin): Result<ReadLabel, RefusedLabel> {
  const trimmed = trimEnds(text);
  if (trimmed.length > MAX_TEXT) return fail({ reason: 'too-long' });
  const secret = secretOf(trimmed);
  if (secret) return fail({ reason: secret });
  const link = linkOf(trimmed);
  return link ? readLink(link) : readFields(trimmed, origin);
}

/** Without white space, byte order marks and NULs at both ends. By index: a pattern anchored at the end is quadratic. */
function trimEnds(text: string): string {
  const isEdge = (index: number) => /[\s\0\ufeff]/.test(text.charAt(index));
  let start = 0;
  let end = text.length;
  while (start < end && isEdge(start)) start++;
  while (end > start && isEdge(end - 1)) end--;
  return text.slice(start, end);
}

/** Codes that are recognised so that nobody decodes, logs or stores them. */
function secretOf(text: string): LabelRefusal | null {
  if (/^QRC\d{2}/i.test(text)) return 'exported-credentials';
  // Base64 of FF FF 00 00: the sixth character begins with the last two bits of the fourth byte.
  if (/^\/\/8AA[A-P]/.test(text)) return 'password-procedure';
  if (/^WIFI:/i.test(text)) return 'wifi';
  if (/^(?:MECARD|BEGIN|OTPAUTH|TEL|SMSTO|MAILTO|GEO):/i.test(text)) return 'not-a-device';
  return null;
}

/** The link a text consists of, if it has a path or a query; a host alone is the first line of a label. */
function linkOf(text: string): URL | null {
  if (/\s/.test(text) || HOST_LINE.test(text)) return null;
  const isSchemeless = /^(?:[a-z\d-]+\.)+[a-z]{2,}(?::\d+)?[/?#]/i.test(text);
  const link = isSchemeless ? `https://${text}` : text;
  return /^[a-z][a-z\d+.-]*:\/\//i.test(link) && URL.canParse(link) ? new URL(link) : null;
}

function readLink(link: URL): Result<ReadLabel, RefusedLabel> {
  if (link.pathname.includes('/h5/qrcode/intro')) return fail({ reason: 'not-a-device' });
  const inner = shopLabel(link);
  const secret = inner === null ? null : secretOf(inner);
  if (secret) return fail({ reason: secret });
  const label = inner === null ? null : readFields(inner, 'printed');
  if (label?.ok) return label;
  // Only web links have a host in that place; in an app's own link it may be anything, a token too.
  const isWeb = link.protocol === 'https:' || link.protocol === 'http:';
  return fail({ reason: 'unknown-url', ...(isWeb && link.hostname ? { host: link.hostname } : {}) });
}

/** The label inside a shop link: parameter `f`, base64, behind `$$$` (protocol/labels.md 3.1). */
function shopLabel(link: URL): string | null {
  // A plus sign of the base64 that was not escaped arrives as a space.
  const encoded = link.searchParams.get('f')?.replaceAll(' ', '+') ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const start = decoded.indexOf('$$$');
  return start < 0 ? null : trimEnds(decoded.slice(start + 3));
}

/** Host, serial, verification code, model: all but the serial may be missing (protocol/labels.md 3.3). */
function readFields(text: string, origin: Origin): Result<ReadLabel, RefusedLabel> {
  if (text === '') return fail({ reason: 'empty' });
  const lines = text.split(LINE_END);
  const fields = (lines.length === 1 ? text.split(/\s+/) : lines).map(clean);

  const host = hostOf(fields[0] ?? '');
  const [serialField = '', ...rest] = host === null ? fields : fields.slice(1);
  const serial = parseSerial(serialField);
  if (!serial.ok) return fail({ reason: 'no-serial' });

  const { text: serialText, short } = serial.value;
  const { code, model } = behindSerial(rest, { origin, host, short });
  // Behind a host stands one label, and nine digits on it are anything.
  const others = rest.flatMap((field) => {
    const other = parseSerial(field);
    const counts = other.ok && other.value.short !== short && (host === null || /\D/.test(other.value.short));
    return counts && field !== code ? [other.value.short] : [];
  });

  return ok({
    facts: {
      host,
      fullSerial: serialText === short ? null : serialText,
      shortSerial: short,
      model: model ?? serial.value.model,
      hasVerificationCode: code !== null,
      ...(others.length === 0 ? {} : { others: [...new Set(others)] }),
    },
  });
}

/**
 * Code and model among the lines behind a serial number. The line next to it is the code, unless it is a whole known model or
 * another serial number: dropped, whatever it is, where a host says that this is a label, since a code that somebody chose may
 * look like a short serial number. Behind it a label has its model.
 */
function behindSerial(
  rest: readonly string[],
  { origin, host, short }: { readonly origin: Origin; readonly host: string | null; readonly short: string },
): { readonly code: string | null; readonly model: string | null } {
  const [next = '', ...further] = rest;
  const known = rest.find((field) => KNOWN_MODEL.test(field) && !holdsWord(field)) ?? null;
  const other = parseSerial(next);
  const mayBeCode =
    !other.ok || (host !== null && isShortSerial(next.toUpperCase()) && other.value.short !== short);
  const hasCode = next !== '' && next !== known && mayBeCode;
  const isCode = hasCode && (CODE_LINE.test(next) || origin === 'printed' || host !== null);
  const code = isCode ? next : (rest.find((field) => PRINTED_CODE.test(field)) ?? null);
  const model = origin === 'printed' ? further.find((field) => field !== '') : undefined;
  const hasModel = model !== undefined && MODEL_SHAPE.test(model) && !parseSerial(model).ok;
  return { code, model: known ?? (hasModel ? model : null) };
}

/** Without control characters, which have no place in what is shown and stored, and without white space around. */
function clean(field: string): string {
  return field.replace(/\p{Cc}/gu, '').trim();
}

function hostOf(field: string): string | null {
  return field.length <= 253 ? (HOST_LINE.exec(field)?.[1]?.toLowerCase() ?? null) : null;
}
