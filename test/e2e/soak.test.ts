/**
 * The short form of scripts/soak.ts: technicians and laptops who work with one bot, and what it holds is counted after each
 * round. Handles, timers and listeners are exact; of the heap only what a leak of whole conversations would be is seen here.
 */
import { expect, it } from 'vitest';
import { bundled } from '../support/programs.ts';
import { openSoak } from '../support/soak.ts';
import { growthOf, type Sample } from '../support/soak-verdict.ts';

const PEOPLE = 6;
const WARM_UPS = 2;
const LOOKS = 6;
/** Two dozen cases: what node goes on compiling and caching at the beginning is most of it. An hour says more. */
const HEAP_KB_PER_CASE = 100;
/** As few: a connection or two that is kept open a moment longer is no leak; one for every other case is. */
const MOST_PER_CASE = 0.4;

it('a bot that is worked with holds no more timers, sockets and listeners than before, and hardly more memory', async (t) => {
  const soak = await openSoak(await bundled('test/support/soak-process.ts'), PEOPLE, PEOPLE);
  t.onTestFinished(() => soak.close());
  for (let round = 0; round < WARM_UPS; round++) await soak.round();
  const samples: Sample[] = [];
  let cases = 0;
  for (let look = 0; look < LOOKS; look++) {
    cases += await soak.round();
    samples.push({ cases, held: await soak.held() });
  }
  expect(growthOf(samples, HEAP_KB_PER_CASE, MOST_PER_CASE).filter(({ isFlat }) => !isFlat)).toEqual([]);
}, 300_000);
