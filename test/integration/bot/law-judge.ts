import { expect } from 'vitest';
import { FAILURES, type LawHouse, markOf } from './law-house.ts';

/** Holds what stands in the chat against what happened. */
export async function judge(house: LawHouse): Promise<void> {
  const { said, truths, mayRepeat } = house;
  const repeats = (mark: number | null) => mayRepeat.get(mark) ?? 0;
  for (const { mark, serial, sent, end } of truths) {
    if (end === null || 'failed' in end) continue;
    const told = said.filter(({ text }) => markOf(text) === mark);
    const { outcome } = end.report;
    expect(told.length, `${outcome} of ${serial} (${mark}) told`).toBeGreaterThanOrEqual(1);
    const standing = told.filter(({ isDeleted }) => !isDeleted);
    expect(standing.length, `${outcome} of ${serial} (${mark}) told`).toBeLessThanOrEqual(1 + repeats(mark));
    for (const { text } of told) {
      expect(/Unbound, verified/.test(text)).toBe(outcome === 'unbound');
      if (outcome === 'unbound') expect(text).toContain(serial);
      if (sent) expect(text).not.toMatch(/[Nn]othing (was|had to be) sent/);
    }
  }
  for (const { reason, word } of FAILURES) {
    const failed = truths.filter(
      ({ end }) => end !== null && 'failed' in end && end.failed === reason,
    ).length;
    const told = said.filter(({ text }) => word.test(text) && markOf(text) === null);
    const standing = told.filter(({ isDeleted }) => !isDeleted);
    expect(told.length, `${reason} told`).toBeGreaterThanOrEqual(failed);
    expect(standing.length, `${reason} told`).toBeLessThanOrEqual(failed + repeats(null));
  }
  expect(said.filter(({ text }) => /could not do that\. Nothing was sent/.test(text))).toEqual([]);
  expect(house.unproven).toBe(0);
  expect(house.endedByOthers, 'unbinds ended by another job').toEqual([]);
}
