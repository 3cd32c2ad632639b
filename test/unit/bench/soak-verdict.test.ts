import { expect, it } from 'vitest';
import { growthOf, type Held } from '../../support/soak-verdict.ts';

const held = (change: Partial<Held> = {}): Held => ({
  heapKb: 70_000,
  ownKb: 200_000,
  resources: { Timeout: 11 },
  listeners: 13,
  warnings: [],
  ...change,
});
/** Nine looks, ten cases between each. */
const leaks = (of: (n: number) => Held) => {
  const samples = Array.from({ length: 9 }, (_, n) => ({ cases: n * 10, held: of(n) }));
  return growthOf(samples, 0.5).filter(({ isFlat }) => !isFlat);
};

it('is flat where what is held goes up and down', () => {
  expect(leaks((n) => held({ heapKb: 70_000 + (n % 3), resources: { Timeout: 11 + (n % 2) } }))).toEqual([]);
});

it('names what is kept for each case: a timer, a listener, memory, a kind of handle that was not there before', () => {
  expect(leaks((n) => held({ resources: { Timeout: 11 + n * 10 } }))).toMatchObject([
    { what: 'Timeout', perCase: 1 },
  ]);
  expect(leaks((n) => held({ listeners: 13 + n * 2 }))).toMatchObject([{ what: 'listeners', perCase: 0.2 }]);
  expect(leaks((n) => held({ heapKb: 70_000 + n * 10 }))).toMatchObject([
    { what: 'heap, KB', first: 70_010, last: 70_070 },
  ]);
  expect(
    leaks((n) => held({ resources: n > 4 ? { Timeout: 11, TLSWrap: n * 10 } : { Timeout: 11 } })),
  ).toMatchObject([{ what: 'TLSWrap', first: 0 }]);
});

it('is not flat where somebody was warned of a leak', () => {
  expect(leaks((n) => held({ warnings: n > 5 ? ['11 listeners added'] : [] }))).toMatchObject([
    { what: 'warnings' },
  ]);
});
