/**
 * What a conversation hears. A Telegram update is reduced to the little the pending wait asked for *before* it
 * reaches the conversation, because the engine stores everything a conversation receives: a password typed into the
 * chat by mistake, a verification code on a pasted label or the answer to a picture must never get there.
 */
import type { Update } from 'grammy/types';
import { helpWords, secretWords, typedWords, vocabulary } from '../../../locales/words.ts';
import { type LabelFacts, type LabelRefusal, parseLabel } from '../../device/label.ts';
import { saidModels } from '../../device/models.ts';
import { type KnownWords, withoutSecrets } from '../../device/secret.ts';
import {
  findSerials,
  guessSerials,
  miscountedSerial,
  type TypedDevice,
  typedDevices,
} from '../../device/typed.ts';
import { type SaidInWords, saidInWords } from '../../device/words.ts';
import type { PlainKey, WordAfter } from '../../kernel/texts.ts';
import { pictureAnswerProof } from '../../link/picture-answer.ts';
import { type Found, findHelp, isHelpWord, leadOf } from '../../policy/help.ts';
import { type Button, buttonMisspelt, buttonSaid, plainAnswersIn } from './buttons.ts';
import type { HouseEvent } from './events.ts';
import type { DeviceHeard, NamedDevice } from './named.ts';

/**
 * What a wait accepts besides its own buttons. `words`: facts about the device in the technician's own words. `message`: what a screen says, reduced to the articles that explain it. `note`: a text that is to
 * be kept as it is, because the technician was asked for it.
 */
export type Want = 'photo' | 'serial' | 'words' | 'message' | 'note' | 'picture-code';

/** What a wait can use, by one word each: `bot:help.thing.<word>`. */
export type Thing = WordAfter<'bot:help.thing.'>;

/** A wait, as written into the conversation's log: the engine reads from it what may be delivered. */
export interface WaitSpec {
  wants: Want[];
  /** Event types delivered here; others stay in the inbox. */
  events: HouseEvent['type'][];
  /** Only events of this job; null takes any job's. */
  jobId: string | null;
  /** Tag of the keyboard that belongs to this wait; presses on other keyboards are stale. Null: no keyboard. */
  tag: string | null;
  /** Its buttons, the ways out among them: their words may be typed. */
  buttons: Button[];
  /** What it can use, by name, for whoever sends something else (usable.ts). */
  things: Thing[];
  /** Key of a sentence that is told besides: what exactly is wanted here. */
  help: PlainKey | null;
  /** Key of the picture answer's proof, when `wants` has `picture-code`. */
  nonce?: string;
  /** A password is being asked for elsewhere: whatever is typed here and not understood is one. */
  besideSecret?: true;
  /** The fact that is asked for. */
  about?: string;
  /** The other photos of an album are answers, too: none has named the device yet. */
  takesAlbum?: true;
}

export type Heard =
  | { kind: 'button'; id: string; messageId: number }
  | DeviceHeard
  /** What help has for a message; of the message itself a code at most. */
  | { kind: 'message'; found: Found }
  | { kind: 'note'; text: string }
  /** `nonce`: of the picture it was typed to. */
  | { kind: 'picture-code'; nonce: string; proof: string }
  | { kind: 'event'; event: HouseEvent }
  /** The words of a button that has to be pressed itself. */
  | { kind: 'only-pressed'; label: string }
  /** A serial number with so many characters instead of nine. */
  | { kind: 'miscounted'; characters: number }
  /** A button of another keyboard, case or chat. */
  | { kind: 'stale-button' }
  /** A file that is not an image. */
  | { kind: 'wrong-file' }
  /** Text in which nothing wanted was found, a sticker, a voice message … : nothing of it is kept. */
  | { kind: 'other' };

const DATA = /^f:([a-z0-9]{4,12}):([A-Za-z0-9_.-]{1,40})$/;

/** Callback data of a conversation's button; at most 58 bytes (Telegram allows 64). */
export function callbackData(tag: string, id: string): string {
  return `f:${tag}:${id}`;
}

/** True for callback data a conversation made (others belong to commands outside conversations). */
export function isConversationButton(data: string): boolean {
  return DATA.test(data);
}

/** The device a parsed label names, without the code. */
export function deviceOfLabel(facts: LabelFacts, manufactured: string | null): NamedDevice {
  return {
    fullSerial: facts.fullSerial,
    shortSerial: facts.shortSerial,
    model: facts.model,
    host: facts.host,
    manufactured,
    hadVerificationCode: facts.hasVerificationCode,
    doubt: null,
  };
}

/** A device of which nothing but its short serial is known. */
export function deviceOfShort(shortSerial: string): NamedDevice {
  const unknown = { fullSerial: null, model: null, host: null, manufactured: null };
  return { ...unknown, shortSerial, hadVerificationCode: false, doubt: null };
}

/** Most devices of one message: those a case keeps. */
const MOST_DEVICES = 60;

/** Several devices of a message, each with what is said of it where that is clear. */
function listOf(devices: readonly NamedDevice[], text: string): Heard {
  const lines = text.split('\n').filter((line) => /\d/.test(line));
  // In a list one a line, a line with neither serial number nor model is one that was typed wrong.
  const isList = lines.length >= devices.length;
  const isUnread = (line: string) =>
    typedDevices(line, typedWords).length === 0 && saidModels(line).length === 0;
  const unread = isList ? lines.filter(isUnread).length : 0;
  const more = devices.slice(MOST_DEVICES).map(({ shortSerial }) => shortSerial);
  return {
    kind: 'serials',
    ...saidOfEach(devices.slice(0, MOST_DEVICES), text),
    ...(isOneNumber(devices, text) ? { guessed: true } : {}),
    ...(more.length === 0 ? {} : { more }),
    ...(unread === 0 ? {} : { unread }),
  };
}

/** Several devices with what is said of each: on its own line, or of the one that is sure; `unclear`: of which is not known. */
function saidOfEach(
  devices: readonly NamedDevice[],
  text: string,
): { devices: NamedDevice[]; unclear?: true } {
  const [sure, ...further] = devices.filter(({ doubt }) => doubt === null);
  if (sure && further.length === 0) {
    const said = saidBesideNumbers(devices, text);
    return { devices: devices.map((device) => (device === sure ? { ...device, ...said } : device)) };
  }
  const parts = text.split(/[\n;]/).map((part) => ({ part, named: typedDevices(part, typedWords) }));
  const isUnclear = parts.some(({ part, named }) => named.length !== 1 && saidOf(part, '').said);
  const each = devices.map((device) => {
    const [own, ...others] = parts.filter(({ named }) => isOnly(named, device));
    return { ...device, ...(own && others.length === 0 ? saidOf(own.part, '') : {}) };
  });
  return { devices: each, ...(isUnclear ? { unclear: true } : {}) };
}

/** What is said of the one sure device; "phone" in front of a number is no phone on the site. */
function saidBesideNumbers(devices: readonly NamedDevice[], text: string): { said?: SaidInWords } {
  const { said } = saidOf(text, '');
  if (!said || devices.every(({ doubt }) => doubt !== 'other-number')) return said ? { said } : {};
  const { onSite: _, ...answers } = said.answers;
  return Object.keys(answers).length > 0 ? { said: { answers } } : {};
}

function isOnly([one, ...others]: readonly TypedDevice[], { shortSerial }: NamedDevice): boolean {
  return others.length === 0 && one?.serial.short === shortSerial;
}

/** Readings of one word, none of which is sure. */
function isOneNumber(devices: readonly NamedDevice[], text: string): boolean {
  return devices.every(({ doubt }) => doubt === 'mistyped') && !/[\s,;]/.test(text.trim());
}

function deviceOfTyped({ serial, model, doubt }: TypedDevice): NamedDevice {
  return {
    fullSerial: serial.text === serial.short ? null : serial.text,
    shortSerial: serial.short,
    model,
    host: null,
    manufactured: serial.manufactured,
    hadVerificationCode: false,
    doubt,
  };
}

/** Longest text looked at; longer ones are nobody's serial number. */
const MAX_TEXT = 4096;

function hearText(text: string, messageId: number, spec: WaitSpec): Heard {
  if (text.length > MAX_TEXT) return { kind: 'other' };
  const said = buttonIn(text, spec, buttonSaid);
  if (said) return pressOf(said, messageId);
  const { nonce } = spec;
  if (nonce !== undefined && isPictureAnswer(text, spec))
    return { kind: 'picture-code', nonce, proof: pictureAnswerProof(nonce, text) };
  const label = parseLabel(text);
  const mayBeKept = label.ok ? !label.value.facts.hasVerificationCode : !isSecret(label.failure.reason);
  if (spec.wants.includes('note') && mayBeKept) return { kind: 'note', text };
  const typed = typedDevices(text, typedWords);
  // Behind a host stands one label; without one the words around a number say more than its place.
  if (label.ok && (label.value.facts.host !== null || typed.length === 0))
    return labelled(label.value.facts, typed, text);
  if (typed.some(({ doubt }) => doubt === null))
    return named(typed, text, label.ok && label.value.facts.hasVerificationCode);
  if (!label.ok && !['no-serial', 'empty', 'too-long'].includes(label.failure.reason)) {
    const { reason, host } = label.failure;
    return { kind: 'refused-label', reason, host: host ?? null, messageId };
  }
  // The number of an order is one wherever no serial number was asked for.
  const isMeant = spec.wants.includes('serial') || typed.some(({ doubt }) => doubt !== 'other-number');
  if (typed.length > 0 && isMeant) return named(typed, text);
  return (spec.besideSecret ? null : hearWords(text, messageId, spec)) ?? { kind: 'other' };
}

function named(typed: readonly TypedDevice[], text: string, hadVerificationCode = false): Heard {
  const [device, ...others] = typed.map(deviceOfTyped);
  if (!device) return { kind: 'other' };
  return others.length > 0
    ? listOf([device, ...others], text)
    : { kind: 'serials', devices: [{ ...device, hadVerificationCode }], ...saidOf(text, device.model) };
}

/** A label that was typed. What is glued to its full serial number, such as a password, is no part of it. */
function labelled(facts: LabelFacts, typed: readonly TypedDevice[], text: string): Heard {
  const same = typed.find(({ serial }) => serial.short === facts.shortSerial);
  const own = same === undefined ? null : deviceOfTyped(same);
  const model = own?.model ?? facts.model;
  const device = { ...deviceOfLabel(facts, null), fullSerial: own?.fullSerial ?? null, model };
  const others = (facts.others ?? []).map(deviceOfShort);
  return others.length > 0
    ? listOf([device, ...others], '')
    : { kind: 'serials', devices: [device], ...saidOf(text, model) };
}

/** What is neither a device nor a button by its own words; null: nothing that can be used here. */
function hearWords(text: string, messageId: number, spec: WaitSpec): Heard | null {
  const found = spec.wants.includes('message') ? findHelp(text, helpWords, 'answer') : null;
  if (found !== null && found.kind !== 'unknown') return { kind: 'message', found };
  const facts = saidInWords(text, vocabulary);
  const miscount = miscountedSerial(text, typedWords);
  const isMeant = miscount !== null && (miscount.isSure || spec.wants.includes('serial'));
  const miscounted = isMeant ? { miscounted: miscount.characters } : {};
  if (facts && spec.wants.includes('words')) return { kind: 'words', said: facts, ...miscounted };
  if (isMeant) return { kind: 'miscounted', characters: miscount.characters };
  const misspelt = buttonIn(text, spec, buttonMisspelt);
  if (misspelt) return pressOf(misspelt, messageId);
  return found === null ? null : { kind: 'message', found };
}

/** The button of a wait that a text means. What is typed beside a password prompt is never understood as one. */
function buttonIn(
  text: string,
  { buttons, besideSecret }: WaitSpec,
  find: (text: string, buttons: readonly Button[]) => Button | null,
): Button | null {
  return besideSecret ? null : find(text, buttons);
}

function pressOf({ id, text, pressOnly }: Button, messageId: number): Heard {
  return pressOnly ? { kind: 'only-pressed', label: text } : { kind: 'button', id, messageId };
}

/** What is said beside a device's name; a model in it counts only where the name has none. */
function saidOf(text: string, model: string | null): { said?: SaidInWords } {
  const said = saidInWords(text, vocabulary);
  if (said === null) return {};
  const { answers } = said;
  if (said.model !== undefined && model === null) return { said };
  return Object.keys(answers).length > 0 ? { said: { answers } } : {};
}

/** A serial number typed under a picture is a new device, not an answer: answers are at most seven characters. */
function isPictureAnswer(text: string, spec: WaitSpec): boolean {
  return spec.wants.includes('picture-code') && mayAnswerPicture(text);
}

/** Whether a text may be somebody's answer to a picture. */
export function mayAnswerPicture(text: string): boolean {
  return text.replace(/\s/g, '').length <= 7;
}

/** What is understood of words beside and behind passwords. */
const KNOWN: KnownWords = {
  isAnswer: (text) => saidInWords(text, vocabulary)?.answers.adminPassword !== undefined,
  isWord: (word) => isHelpWord(word, helpWords),
  isName: (word) =>
    leadOf(word) !== null ||
    (/\D/.test(word) && guessSerials(word, typedWords).length > 0) ||
    saidInWords(word, vocabulary)?.model !== undefined,
};

/**
 * An update without the passwords somebody typed into it (docs/decisions/0027): what is left may be heard. Pure.
 * @returns null when there is none
 */
export function withoutPasswords(update: Update, spec: WaitSpec): Update | null {
  const { message } = update;
  if (message?.text !== undefined) {
    const text = textWithoutPasswords(message.text, spec);
    return text === null ? null : { ...update, message: { ...message, text } };
  }
  const caption = withoutSecrets(message?.caption ?? '', secretWords, KNOWN);
  return message === undefined || caption === null ? null : { ...update, message: { ...message, caption } };
}

function textWithoutPasswords(text: string, spec: WaitSpec): string | null {
  if (spec.nonce !== undefined && isPictureAnswer(text, spec)) return null;
  // Codes with secrets in them are told apart and dealt with by name.
  const label = parseLabel(text);
  if (!label.ok && isSecret(label.failure.reason)) return null;
  if (spec.besideSecret && !namesDevice(text) && !isYesOrNo(text)) return '';
  if (buttonIn(text, spec, buttonSaid)) return null;
  // A text that is to be kept as it is may hold numbers of all kinds.
  const isNote = spec.wants.includes('note') && /\S\s+\S/.test(text);
  return withoutSecrets(text, secretWords, KNOWN, isNote ? 'announced' : 'any');
}

/** Whether a command holds a password: behind its word, since what a command takes has many shapes. Pure. */
export function hasPasswordInCommand({ message }: Update): boolean {
  const text = message?.text ?? '';
  return text.startsWith('/') && withoutSecrets(text, secretWords, KNOWN, 'announced') !== null;
}

function isYesOrNo(text: string): boolean {
  return plainAnswersIn(text, ['yes', 'no', 'dont-know']).length > 0;
}

function namesDevice(text: string): boolean {
  return (
    parseLabel(text).ok ||
    findSerials(text, typedWords).length > 0 ||
    guessSerials(text, typedWords).length > 0
  );
}

/** Texts that hold somebody's passwords or codes are kept nowhere, not even where a note was asked for. */
function isSecret(reason: LabelRefusal): boolean {
  return ['exported-credentials', 'password-procedure', 'wifi', 'not-a-device'].includes(reason);
}

/** Image types a technician sends as a file; anything else is a wrong file. */
const IMAGE_TYPES = /^image\/(jpeg|png|webp|heic|heif|avif|bmp|tiff)$/;

/**
 * Reduces an update to what a conversation may hear. Pure. The result holds no free text; what was not wanted is
 * told by its kind alone, so that the engine can answer with the right sentence.
 */
export function hear(update: Update, spec: WaitSpec): Heard {
  const query = update.callback_query;
  if (query) {
    const match = DATA.exec(query.data ?? '');
    if (!match || spec.tag === null || match[1] !== spec.tag || !query.message)
      return { kind: 'stale-button' };
    return { kind: 'button', id: match[2] ?? '', messageId: query.message.message_id };
  }
  const message = update.message;
  if (!message) return { kind: 'other' };
  const album = message.media_group_id ?? null;
  const photo = message.photo?.at(-1);
  const messageId = message.message_id;
  // A text has none, and all that technicians say would be looked for in nothing.
  const caption = () => (message.caption === undefined ? {} : saidOf(message.caption, ''));
  if (photo) {
    const { file_id: fileId, file_size: size } = photo;
    return { kind: 'photo', fileId, bytes: size ?? null, album, messageId, ...caption() };
  }
  if (message.document) {
    const { mime_type: type, file_id: fileId, file_size: size } = message.document;
    return IMAGE_TYPES.test(type ?? '')
      ? { kind: 'photo', fileId, bytes: size ?? null, album, messageId, ...caption() }
      : { kind: 'wrong-file' };
  }
  if (message.text !== undefined) return hearText(message.text, messageId, spec);
  return { kind: 'other' };
}

/** Whether the pending wait takes what was heard; if not, the engine answers without waking the conversation. */
export function wanted(heard: Heard, spec: WaitSpec): boolean {
  switch (heard.kind) {
    case 'button':
      return true;
    case 'photo':
      return spec.wants.includes('photo');
    case 'serials':
    case 'refused-label':
      return spec.wants.includes('serial');
    case 'words':
      return spec.wants.includes('words');
    case 'message':
    case 'note':
    case 'picture-code':
      return spec.wants.includes(heard.kind);
    case 'event':
      return (
        spec.events.includes(heard.event.type) &&
        (spec.jobId === null || !('jobId' in heard.event) || heard.event.jobId === spec.jobId)
      );
    case 'only-pressed':
    case 'miscounted':
    case 'stale-button':
    case 'wrong-file':
    case 'other':
      return false;
  }
}
