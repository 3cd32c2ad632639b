import { expect } from 'vitest';
import { pendingSpec } from '../../../src/flows/engine/pending.ts';
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
  await isLeftWithTheQuestion(house);
}

/** Whatever is asked stands below the words that came beside it, and nobody is asked about a case that is over. */
async function isLeftWithTheQuestion(house: LawHouse): Promise<void> {
  const conversation = (await house.chat())?.conversation;
  const tag = conversation ? pendingSpec(conversation).tag : null;
  if (!conversation || tag === null) return;
  const asked = house.said.findLastIndex(
    ({ isDeleted, buttons }) => !isDeleted && buttons.some(({ data }) => data.startsWith(`f:${tag}:`)),
  );
  const beside = house.said.findLastIndex(({ text }) => text.startsWith('Word from the laptop about'));
  expect(asked, `the question of ${conversation.flow} below the late words`).toBeGreaterThan(beside);
  const record = (await house.cases()).find(({ id }) => id === conversation.args.caseId);
  if (conversation.flow === 'switch') expect(record?.closedAt, 'what a device is compared with').toBeNull();
}
