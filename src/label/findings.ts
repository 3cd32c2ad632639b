import { type LabelFacts, type LabelRefusal, type LabelSource, parseCode } from '../device/label.ts';
import type { Code } from './codes.ts';
import type { FoundLabel, LabelReading } from './reading.ts';

/** Most labels of one photo that are shown; further ones are named. */
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

/** What the codes say; `places` are the corners of each label's codes, in the order of the labels. */
type CodesReading =
  | Extract<LabelReading, { kind: 'label' | 'refused' }>
  | { kind: 'several'; labels: FoundLabel[]; more: string[]; places: Code['box'][][] };

/** What the codes of one photo have said so far. */
export interface Findings {
  /** Takes one code. Of its text only facts are kept. */
  add(code: Code): void;
  /** A label was found that is certainly one. */
  isCertain(): boolean;
  /** Further looking is unlikely to change the answer: some label, or a code that was meant for something else. */
  isTelling(): boolean;
  /** The answer so far; null when no code was read. */
  reading(): CodesReading | null;
}

interface Found {
  readonly facts: LabelFacts;
  /** One code of each kind. */
  readonly boxes: ReadonlyMap<LabelSource, Code['box']>;
}

export function createFindings(): Findings {
  const labels = new Map<string, Found>();
  let refusal: { reason: LabelRefusal; host?: string } | null = null;

  return {
    add({ text, format, box }) {
      const label = parseCode(text);
      if (label.ok) {
        const { facts } = label.value;
        const before = labels.get(facts.shortSerial);
        // Every preparation of the photo shows the same codes again.
        const boxes = new Map([...(before?.boxes ?? []), [sourceOf(format), box] as const]);
        labels.set(facts.shortSerial, { facts: merge(before?.facts, facts), boxes });
      } else if (!refusal || TELLING.indexOf(label.failure.reason) < TELLING.indexOf(refusal.reason)) {
        refusal = label.failure;
      }
    },
    isCertain: () => [...labels.values()].some(({ facts }) => isCertain(facts)),
    isTelling: () =>
      labels.size > 0 || (refusal !== null && refusal.reason !== 'no-serial' && refusal.reason !== 'empty'),
    reading() {
      const all = [...labels.values()];
      const certain = all.filter(({ facts }) => isCertain(facts));
      const found = certain.length > 0 ? certain : all;
      const best = found.slice(0, MAX_LABELS);
      const [first, ...others] = best;
      if (!first) return refusal && { kind: 'refused', ...refusal };
      if (others.length === 0) return { kind: 'label', ...labelOf(first) };
      return {
        kind: 'several',
        labels: best.map(labelOf),
        more: found.slice(MAX_LABELS).map(({ facts }) => facts.shortSerial),
        places: best.map(({ boxes }) => [...boxes.values()]),
      };
    },
  };
}

function labelOf({ facts, boxes }: Found): FoundLabel {
  return { facts, sources: [...boxes.keys()], isCertain: isCertain(facts) };
}

function sourceOf(format: Code['format']): LabelSource {
  switch (format) {
    case 'DataMatrix':
      return 'data-matrix';
    case 'Code128':
      return 'bar-code';
    default:
      return 'qr';
  }
}

/** Hosts that labels begin with (protocol/labels.md 3.1). */
const LABEL_HOST = /(?:^|\.)(?:ys7|ezviz7|ezvizlife|hik-connect)\.com$/;

/**
 * Boxes carry codes of nine digits that are part numbers, in the form of an old short serial, some with a model or a web
 * address beside them (own rule). Such a code counts only where nothing better is in the photo: labels begin with the host
 * of their cloud.
 */
function isCertain({ host, fullSerial, shortSerial }: LabelFacts): boolean {
  return (host !== null && LABEL_HOST.test(host)) || fullSerial !== null || /\D/.test(shortSerial);
}

/** Two codes of one device, such as a QR code with the model and a bar code with the full serial. */
function merge(before: LabelFacts | undefined, facts: LabelFacts): LabelFacts {
  if (!before) return facts;
  const others = before.others ?? facts.others;
  return {
    host: before.host ?? facts.host,
    fullSerial: before.fullSerial ?? facts.fullSerial,
    shortSerial: facts.shortSerial,
    model: before.model ?? facts.model,
    hasVerificationCode: before.hasVerificationCode || facts.hasVerificationCode,
    ...(others === undefined ? {} : { others }),
  };
}
