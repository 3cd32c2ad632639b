import { describe, expect, it } from 'vitest';
import { isPhotoAnswer, isReading } from '../../../src/label/answers.ts';
import type { Code } from '../../../src/label/codes.ts';
import { createFindings } from '../../../src/label/findings.ts';

const box: Code['box'] = [
  { x: 0, y: 0 },
  { x: 9, y: 0 },
  { x: 9, y: 9 },
  { x: 0, y: 9 },
];
function readingOf(...texts: string[]) {
  const findings = createFindings();
  for (const text of texts) findings.add({ text, format: 'QRCode', box });
  return findings.reading();
}

describe('what a process may say of a photo', () => {
  it('is a label with the other devices its code names', () => {
    const reading = readingOf('J50000062\nAE3000063\nJ50000064');
    expect(reading).toMatchObject({ facts: { others: ['AE3000063', 'J50000064'] } });
    expect(isReading(reading)).toBe(true);
    expect(isPhotoAnswer({ reading, ms: 20 }, { task: 'read' })).toBe(true);
  });

  it('is nothing else: no other field, no time that is none, no other task’s answer', () => {
    const reading = readingOf('www.hik-connect.com\rJ50000062\rQWERTZ\rDS-2CD2386G2-IU\r');
    expect(isPhotoAnswer({ reading, ms: 20 }, { task: 'read' })).toBe(true);
    for (const said of [
      { reading, ms: -1 },
      { reading, ms: Number.NaN },
      { reading, ms: 20, code: 'QWERTZ' },
      { reading: { ...reading, code: 'QWERTZ' }, ms: 20 },
      reading,
    ])
      expect(isPhotoAnswer(said, { task: 'read' })).toBe(false);
    expect(isPhotoAnswer({ reading, ms: 20 }, { task: 'copy' })).toBe(false);
  });
});
