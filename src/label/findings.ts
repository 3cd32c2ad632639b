import { type LabelFacts, type LabelRefusal, parseLabel } from '../device/label.ts';
import type { LabelReading } from './reading.ts';

/** Most labels told apart in one photo. */
const MAX_LABELS = 8;

/** Refusals worth telling before others when one photo has several, the most telling first. */
const TELLING: readonly LabelRefusal[] = [
  'exported-credentials',
  'password-procedure',
  'wifi',
  'unknown-url',
  'not-a-device',
  'too-long',
  'no-serial',
  'empty',
];

/** What the codes of one photo have said so far. */
export interface Findings {
  /** Takes the text of one code. Only facts are kept of it. */
  add(text: string): void;
  /** A label was found that is certainly one. */
  isCertain(): boolean;
  /** Further looking is unlikely to change the answer: some label, or a code that was meant for something else. */
  isTelling(): boolean;
  /** The answer so far; null when no code was read. */
  reading(): LabelReading | null;
}

export function createFindings(): Findings {
  const labels = new Map<string, LabelFacts>();
  let refusal: { reason: LabelRefusal; host?: string } | null = null;

  return {
    add(text) {
      const label = parseLabel(text);
      if (label.ok) {
        const { facts } = label.value;
        labels.set(facts.shortSerial, merge(labels.get(facts.shortSerial), facts));
      } else if (!refusal || TELLING.indexOf(label.failure.reason) < TELLING.indexOf(refusal.reason)) {
        refusal = label.failure;
      }
    },
    isCertain: () => [...labels.values()].some(isCertain),
    isTelling: () =>
      labels.size > 0 || (refusal !== null && refusal.reason !== 'no-serial' && refusal.reason !== 'empty'),
    reading() {
      const all = [...labels.values()];
      const certain = all.filter(isCertain);
      const [first, ...others] = certain.length > 0 ? certain : all;
      if (!first) return refusal && { kind: 'refused', ...refusal };
      if (others.length === 0) return { kind: 'label', facts: first };
      return { kind: 'several', labels: [first, ...others].slice(0, MAX_LABELS) };
    },
  };
}

/**
 * Boxes carry bar codes of nine digits that are part numbers, in the form of an old short serial (own rule). Such a
 * code counts only where nothing better is in the photo.
 */
export function isCertain(facts: LabelFacts): boolean {
  const isBare = facts.host === null && facts.fullSerial === null && facts.model === null;
  return !isBare || /\D/.test(facts.shortSerial);
}

/** Two codes of one device, such as a QR code with the model and a bar code with the full serial. */
function merge(before: LabelFacts | undefined, facts: LabelFacts): LabelFacts {
  if (!before) return facts;
  return {
    host: before.host ?? facts.host,
    fullSerial: before.fullSerial ?? facts.fullSerial,
    shortSerial: facts.shortSerial,
    model: before.model ?? facts.model,
    extra: before.extra.length > 0 ? before.extra : facts.extra,
    hasVerificationCode: before.hasVerificationCode || facts.hasVerificationCode,
  };
}
