import { describe, expect, it } from 'vitest';
import type { CaseOther } from '../../../src/cases/case.ts';
import { htmlTextsFor } from '../../../src/flows/engine/html.ts';
import { notKept, offerOf, type Page, pageButtons, pageOf, pressedOf } from '../../../src/flows/others.ts';

const t = htmlTextsFor('en');
const CASE = '01J00000000000000000000000';

function listOf(count: number): CaseOther[] {
  return Array.from({ length: count }, (_, index) => ({
    shortSerial: `J${50_000_100 + index}`,
    fullSerial: null,
    model: 'DS-2CD2386G2-IU',
    doubt: null,
  }));
}

describe('the other devices of a case', () => {
  it('have a button each, a page at a time, until the last', () => {
    const devices = listOf(60);
    const seen: number[] = [];
    let from: number | undefined = 0;
    while (from !== undefined) {
      const page: Page = pageOf(t, devices, from);
      const begin: number = from;
      seen.push(...page.picks.map(({ at }) => at));
      expect(page.text).toContain(`${from + 1}–${from + page.picks.length} of 60`);
      for (const { at } of page.picks) expect(page.text).toContain(devices[at]?.shortSerial);
      from = page.turns.find((turn) => turn.from > begin)?.from;
    }
    expect(seen).toEqual(devices.map((_, index) => index));
  });

  it('are shown from where there is one when the list has become shorter', () => {
    expect(pageOf(t, listOf(10), 56).picks.map(({ at }) => at)).toEqual([8, 9]);
    expect(pageOf(t, listOf(10), -8).picks[0]?.at).toBe(0);
    expect(pageOf(t, listOf(10), Number.NaN).picks[0]?.at).toBe(0);
    expect(pageOf(t, listOf(8), 0).turns).toEqual([]);
  });

  it('have labels a phone shows in full, and a mark where one is not sure', () => {
    const [sure, other] = listOf(2).map((device) => ({ ...device, model: 'DS-K1' }));
    if (!sure || !other) throw new Error('no devices');
    const page = pageOf(t, [sure, { ...other, doubt: 'digits' }], 0);
    expect(page.picks.map(({ text }) => text)).toEqual(['1 · J50000100 · DS-K1', '2 · J50000101 ?']);
    expect(page.text).toMatch(/J50000101<\/code> \?/);
    expect(page.text).toContain('may be mistyped');
    for (const { text } of pageButtons(pageOf(t, listOf(60), 8)).flat())
      expect(text.length).toBeLessThanOrEqual(24);
  });

  it('are offered by data Telegram takes', () => {
    expect(offerOf(t, CASE, [])).toBeNull();
    const rows = offerOf(t, CASE, listOf(60), 8)?.rows.flat() ?? [];
    expect(rows[0]?.data).toBe(`all:${CASE}`);
    expect(rows[1]?.data).toBe(`n:${CASE}:J50000108`);
    expect(rows.slice(-2).map(({ data }) => data)).toEqual([`r:${CASE}:0`, `r:${CASE}:16`]);
    for (const { data } of rows) expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
  });

  it('are offered as a group where two of them are sure', () => {
    const [sure, doubtful] = listOf(2);
    if (!sure || !doubtful) throw new Error('no devices');
    const offered = offerOf(t, CASE, [sure, { ...doubtful, doubt: 'digits' }]);
    expect(offered?.rows.flat().map(({ data }) => data)).toEqual([
      `n:${CASE}:J50000100`,
      `n:${CASE}:J50000101`,
    ]);
    expect(offerOf(t, CASE, listOf(2))?.rows[0]?.[0]?.text).toContain('2');
  });

  it('are taken without a further question when pressed, with what is left', () => {
    const [first, ...rest] = listOf(3);
    if (!first) throw new Error('no devices');
    const fullSerial = 'DS-2CD2386G2-IU20210805AAWRJ50000100';
    const pressed = { ...first, fullSerial, doubt: 'mistyped' } as const;
    expect(pressedOf([pressed, ...rest], pressed)).toMatchObject({
      heard: { devices: [{ shortSerial: 'J50000100', manufactured: '2021-08-05', doubt: null }] },
      left: rest,
    });
  });

  it('that a case cannot keep are named', () => {
    expect(notKept(t, [])).toBe('');
    expect(notKept(t, ['J50000100', '<b>'])).toContain('<code>J50000100</code>, <code>&lt;b&gt;</code>');
    expect(
      notKept(
        t,
        Array.from({ length: 151 }, () => 'J50000100'),
      ),
    ).toMatch(/ \+1$/);
  });
});
