import { describe, expect, it } from 'vitest';
import type { LabelReading } from '../../../src/label/reading.ts';
import { better } from '../../../src/label/weigh.ts';

const facts = {
  host: null,
  fullSerial: null,
  shortSerial: '301234567',
  model: null,
  hasVerificationCode: false,
};
const label = (isCertain: boolean): LabelReading => ({ kind: 'label', facts, sources: ['qr'], isCertain });
/** From what says least to what says most. */
const ORDER: LabelReading[] = [
  { kind: 'unreadable', tip: 'glare' },
  { kind: 'refused', reason: 'no-serial' },
  label(false),
  { kind: 'refused', reason: 'exported-credentials' },
  label(true),
];

describe('what two readers say of one photo', () => {
  it.each(ORDER.map((reading, at) => [at, reading] as const))('is what says more: %i', (at, reading) => {
    for (const [other, said] of ORDER.entries())
      expect(better(reading, said)).toBe(other > at ? said : reading);
    // A process that failed over the photo took nothing back.
    expect(better(reading, { kind: 'rejected', reason: 'timeout' })).toBe(reading);
  });
});
