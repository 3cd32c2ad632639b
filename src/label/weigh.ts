/** What several readers of one photo say together. */
import type { LabelFacts } from '../device/label.ts';
import type { PrintedSerial } from '../device/printed.ts';
import type { FoundLabel, LabelReading, TextReading } from './reading.ts';

/** Whether another reader, or the print, may say more than the codes did. Codes that hold secrets end the matter. */
export function isOpen(reading: LabelReading): boolean {
  switch (reading.kind) {
    case 'unreadable':
      return true;
    case 'refused':
      return reading.reason !== 'exported-credentials' && reading.reason !== 'password-procedure';
    case 'label':
      return !reading.isCertain;
    case 'several':
      return !reading.labels.some(({ isCertain }) => isCertain);
    default:
      return false;
  }
}

/** What two readers say of one photo: the second counts where it says more than the first. */
export function better(first: LabelReading, second: LabelReading): LabelReading {
  return weightOf(second) > weightOf(first) ? second : first;
}

/** How much a reading says: a label that is certain, secrets that end the matter, a doubtful label, another code, nothing. */
function weightOf(reading: LabelReading): number {
  switch (reading.kind) {
    case 'label':
      return reading.isCertain ? 4 : 2;
    case 'several':
      return reading.labels.some(({ isCertain }) => isCertain) ? 4 : 2;
    case 'refused':
      return isOpen(reading) ? 1 : 3;
    default:
      return 0;
  }
}

/** Most serial numbers a person chooses from. */
const MAX_CHOICES = 8;

/** What codes and print say together. */
export function withPrint(reading: LabelReading, printed: TextReading): LabelReading {
  const [first] = printed.serials;
  if (!first) return printed.isWhole ? reading : withoutTime(reading);
  const settled = settledBy(printed.serials, reading);
  if (settled) return settled;
  const labels = printed.serials.map(factsOf);
  const coded = codedIn(reading).map(({ facts }) => facts);
  // The digits of a code alone say nothing: they stand under the bars of part numbers, too.
  const isNew = ({ shortSerial }: PrintedSerial) => !coded.some((code) => code.shortSerial === shortSerial);
  if (coded.length > 0 && !printed.serials.some((serial) => serial.isNamed || isNew(serial))) return reading;
  // Two serials that differ are two devices or one misread: either way a person chooses.
  const others = first.certainty === 'agreed' ? [] : coded.filter((code) => !isIn(labels, code));
  const choices = [...labels, ...others].slice(0, MAX_CHOICES);
  const certainty = printed.isOne ? 'repaired' : first.certainty;
  return { kind: 'printed', labels: choices, certainty, picture: printed.picture };
}

/** What is said where print could not be read in time: nothing of it, and why, unless a code said more. */
export function withoutTime(reading: LabelReading): LabelReading {
  return reading.kind === 'unreadable' ? { kind: 'unreadable', tip: 'no-time' } : reading;
}

/**
 * Bars of nine digits may be a part number, and cartons have several. Print that calls the same number a serial number
 * settles which; null where it does not.
 */
function settledBy(serials: readonly PrintedSerial[], reading: LabelReading): LabelReading | null {
  const named = serials.filter(({ isNamed, certainty }) => isNamed && certainty !== 'repaired');
  const both = codedIn(reading).flatMap(({ facts, sources }): FoundLabel[] => {
    const same = named.find(({ shortSerial }) => shortSerial === facts.shortSerial);
    if (!same) return [];
    const [fullSerial, model] = [facts.fullSerial ?? same.fullSerial, facts.model ?? same.model];
    return [{ facts: { ...facts, fullSerial, model }, sources: [...sources, 'print'], isCertain: true }];
  });
  const [first] = both;
  if (!first || both.length < named.length) return null;
  if (both.length === 1) return { kind: 'label', ...first };
  // The picture shows all of them, in this order.
  return reading.kind === 'several' && both.length === reading.labels.length
    ? { ...reading, labels: both }
    : null;
}

function codedIn(reading: LabelReading): readonly FoundLabel[] {
  return reading.kind === 'label' ? [reading] : reading.kind === 'several' ? reading.labels : [];
}

function isIn(labels: readonly LabelFacts[], { shortSerial }: LabelFacts): boolean {
  return labels.some((label) => label.shortSerial === shortSerial);
}

function factsOf({ shortSerial, fullSerial, model }: PrintedSerial): LabelFacts {
  return { host: null, fullSerial, shortSerial, model, hasVerificationCode: false };
}
