/** The devices a technician typed: serial numbers by their form, and what the words around them make of them. */
import { type Miscounted, miscounted } from './miscounted.ts';
import { readShort } from './repair.ts';
import { type KnownWords, type SecretWords, withoutSecrets } from './secret.ts';
import { parseSerial, type SerialNumber } from './serial.ts';
import { FULL_SERIAL, isShortSerial } from './serial-shapes.ts';
import { modelsOf } from './typed-models.ts';
import { type Hit, shapesIn } from './typed-shapes.ts';
import { type NumberWords, numberReader } from './typed-words.ts';

export type { Miscounted };

/** Longest message searched, characters: Telegram's own limit. */
const MAX_MESSAGE = 4096;

/**
 * Why a device of a message is asked about. `mistyped`: it fits only after look-alikes were exchanged, or may be read in two
 * ways (`Kl2345678`). `digits`: nine digits beside a serial number, without a word: an old serial number or a telephone.
 * `other-number`: it stands behind the word for another number (an order, an invoice, a telephone).
 */
export const DOUBTS = ['mistyped', 'digits', 'other-number'] as const;
export type Doubt = (typeof DOUBTS)[number];

/** A device somebody typed the serial number of. */
export interface TypedDevice {
  readonly serial: SerialNumber;
  /** The model said for this device, its serial number's own first; null where none was, or it is not clear whose it is. */
  readonly model: string | null;
  /** Null: meant, and taken without a question. */
  readonly doubt: Doubt | null;
}

/** Words around numbers and around secrets, a language each (`locales/words.ts`). */
export interface TypedWords {
  readonly numbers: readonly NumberWords[];
  readonly secrets: readonly SecretWords[];
}

/** What stands behind a word for a password is one, whatever it looks like. */
const NOTHING_KNOWN: KnownWords = { isAnswer: () => true, isWord: () => true, isName: () => false };

/**
 * The devices a technician typed: serial numbers whole or short, in any case, with Cyrillic look-alikes, spaces and dashes
 * inside, `S/N:` and the like in front, as many as a message holds, each with the model said for it (protocol/labels.md 4,
 * docs/decisions/0048). What is part of a longer number, such as a telephone with its country, what stands behind a word
 * for a password, and what is said to be wrong beside the right one is none.
 * @returns each device once, in the order of the message; where one may be read in several ways, each reading. Only the
 *   first 4096 characters are looked at. Never throws.
 */
export function typedDevices(message: string, { numbers, secrets }: TypedWords): TypedDevice[] {
  const text = message.slice(0, MAX_MESSAGE);
  const shapes = shapesIn(
    withoutSecrets(text, secrets, NOTHING_KNOWN, 'announced') ?? text,
    numbers.map(({ joins }) => joins),
  );
  const reader = numberReader(shapes.text, numbers);
  const claims = shapes.hits.map((hit, index) => reader.claimOf(hit, shapes.hits[index - 1]));
  const others = new Set(shapes.hits.filter((_, index) => claims[index] === 'other'));
  const told = reader.withoutWrong(shapes.hits.filter((_, index) => claims[index] !== 'code'));
  const devices = told.filter((hit) => !others.has(hit));
  const models = modelsOf(devices, shapes);
  const isList = devices.filter(({ item, fillsItem }) => item.isListed && fillsItem).length > 1;
  const isSure = (hit: Hit) =>
    !hit.isDigits ||
    hit.isAnnounced ||
    models.has(hit) ||
    reader.isNamed(hit) ||
    (isList && hit.item.isListed && hit.fillsItem);
  const hasSure = devices.some(isSure);

  return onceEach(
    told.flatMap((hit) => {
      const readings = readingsOf(hit, shapes.text);
      const isOpen = hit.isMistyped || readings.length > 1;
      const isLoose = hasSure && !isSure(hit);
      const doubt = others.has(hit) ? 'other-number' : isOpen ? 'mistyped' : isLoose ? 'digits' : null;
      const said = shapes.models.map(({ model }) => model);
      return readings.flatMap((reading) =>
        deviceOf(reading, { doubt, said, beside: models.get(hit) ?? null }),
      );
    }),
  );
}

/** The ways to read what was typed: more than one where a letter may be a digit. */
function readingsOf({ readings, from, to, isMistyped }: Hit, text: string): readonly string[] {
  const [exact = ''] = readings;
  const typed = text.slice(from, to).replace(/\s/g, '');
  if (isMistyped) return readings;
  if (isShortSerial(exact)) return typed.length === 9 ? readShort(exact, typed) : readings;
  const parts = FULL_SERIAL.exec(exact)?.groups;
  const behind = parts?.feat?.length ?? 0;
  const [at, end] = [exact.length - behind - 9, exact.length - behind];
  const asTyped = typed.slice(typed.length - behind - 9);
  if (!asTyped.slice(0, 2).includes('l')) return readings;
  return readShort(exact.slice(at, end), asTyped).map(
    (short) => exact.slice(0, at) + short + exact.slice(end),
  );
}

function deviceOf(
  reading: string,
  { doubt, said, beside }: { doubt: Doubt | null; said: readonly string[]; beside: string | null },
): TypedDevice[] {
  // A model that was said settles where it ends and the channels begin.
  const known = said.find((model) => reading.toUpperCase().startsWith(model.toUpperCase())) ?? null;
  const parsed = parseSerial(reading, known);
  return parsed.ok ? [{ serial: parsed.value, model: parsed.value.model ?? beside, doubt }] : [];
}

/** Each device once: of what is said of it the surest, its full serial number and its one model. */
function onceEach(devices: readonly TypedDevice[]): TypedDevice[] {
  const byShort = new Map<string, TypedDevice[]>();
  for (const device of devices) {
    const { short } = device.serial;
    byShort.set(short, [...(byShort.get(short) ?? []), device]);
  }
  return [...byShort.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { serial } = same.find((device) => device.serial.manufactured !== null) ?? first;
    const models = new Set(same.flatMap(({ model }) => model ?? []));
    const [model = null] = models;
    const doubt = same.some((device) => device.doubt === null) ? null : first.doubt;
    return [{ serial, model: serial.model ?? (models.size === 1 ? model : null), doubt }];
  });
}

/** The serial numbers of `typedDevices` that are taken without a question. */
export function findSerials(message: string, words: TypedWords): SerialNumber[] {
  return typedDevices(message, words)
    .filter(({ doubt }) => doubt === null)
    .map(({ serial }) => serial);
}

/** Those that were mistyped: guesses to be confirmed by the technician, usually one. */
export function guessSerials(message: string, words: TypedWords): SerialNumber[] {
  return typedDevices(message, words)
    .filter(({ doubt }) => doubt === 'mistyped')
    .map(({ serial }) => serial);
}

/** A serial number that was meant, with a character too few or too many; null where there is none, or a whole one. */
export function miscountedSerial(message: string, words: TypedWords): Miscounted | null {
  return typedDevices(message, words).length > 0 ? null : miscounted(message);
}
