import type { LabelReading } from './reading.ts';

/** Whether another reader, or the print, may say more than the codes did. Codes that hold secrets end the matter. */
export function isOpen(reading: LabelReading): boolean {
  switch (reading.kind) {
    case 'unreadable':
      return true;
    case 'refused':
      return reading.reason !== 'exported-credentials' && reading.reason !== 'password-procedure';
    case 'label':
      return !reading.isCertain;
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
