/**
 * The law of outcomes (docs/decisions/0032), tried over random orders of jobs, presses, events and deaths.
 *
 * 1. Whatever ends an unbind, and was taken from its laptop, is told exactly once: in whatever stage the chat is, also at
 *    another case, also after the case was closed. The one exception is a job the technician stopped before anything was
 *    sent: he knows. Where the process dies after Telegram has taken the word and before its note is on disk, it is told
 *    once more for each such death: nobody can know whether a call that was not answered has arrived.
 * 2. What is told is what happened to that device: `unbound` of the serial that is not bound any more, `nothing was sent`
 *    only where nothing was.
 * 3. Nobody waits for ever: whoever is shown a running job, and nothing to decide, has an alarm for it.
 * 4. Nobody looks for the question that is open: it stands below the words that came beside it, and is about no case that is over.
 *
 * `UNBIND_LAW_ORDERS` tries another number of orders, each run others.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pendingSpec } from '../../../src/flows/engine/pending.ts';
import type { Store } from '../../../src/store/store.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';
import { LawHouse, SERIALS } from './law-house.ts';
import { judge } from './law-judge.ts';

const asked = process.env.UNBIND_LAW_ORDERS;
const ORDERS = Number(asked ?? 60);

let folder: Awaited<ReturnType<typeof folderInMemory>>;
let store: Store;
beforeAll(async () => {
  folder = await folderInMemory();
  store = await openTestStore(folder.path);
});
afterAll(async () => {
  await store.close();
  await folder.remove();
});

/** What may happen next. Numbers choose among what is there. */
const step = fc.oneof(
  { weight: 9, arbitrary: fc.record({ what: fc.constant('go-on' as const), n: fc.nat(47) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('work' as const), n: fc.nat(47) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('bring' as const), n: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('press' as const), n: fc.nat(7) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('answer' as const), n: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('serial' as const), n: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('new' as const), n: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('once-more' as const), n: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('take-up' as const), n: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('again' as const), n: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('ring' as const), n: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('die' as const), n: fc.integer({ min: 1, max: 25 }) }),
  },
);
/** What a laptop chooses where nothing stands in the way. */
const ONWARDS = 7;
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(house: LawHouse, { what, n }: Step): Promise<void> {
  switch (what) {
    case 'go-on':
      return house.goOn(n);
    case 'work':
      return house.work(n % 2, n);
    case 'bring':
      return house.bring(n, null);
    case 'press':
      return house.press(n);
    case 'answer':
      return house.type('ABCDE');
    case 'serial':
      return house.type(SERIALS[n] ?? SERIALS[0]);
    case 'new':
      return house.another();
    case 'once-more':
      return house.onceMore();
    case 'take-up':
      return house.takeUp(n);
    case 'again':
      return house.bring(n % 2, n);
    case 'ring':
      return house.ring(n);
    case 'die':
      return house.dieAfter(n);
  }
}

/** Deaths after which a job begins again, of which none may be left out. */
const LATEST_DEATH = 60;

/** Nobody waits for ever: whoever is shown a running job, and nothing to decide, has an alarm for it. */
async function isLookedAfter(house: LawHouse): Promise<void> {
  const conversation = (await house.chat())?.conversation;
  if (conversation?.flow !== 'lan-unbind') return;
  const { jobId, events } = pendingSpec(conversation);
  // Under the choice that a long wait ends in, the technician decides: no alarm is heard there.
  if (jobId === null || !events.includes('job-overdue')) return;
  const record = (await house.cases()).find(({ id }) => id === conversation.args.caseId);
  if (record?.job?.kind !== 'unbind') return;
  expect(await house.alarms()).toContain(record.job.id);
}

describe('a stage that finds a running job', () => {
  it.each([
    ['unbind', 'lan-unbind', true],
    ['status', 'assess', true],
    ['discover', 'assess', false],
  ] as const)(
    'makes sure of its command and its alarm, wherever the process has died: %s',
    async (kind, flow, seen) => {
      let deaths = 0;
      for (let acts = 1; acts <= LATEST_DEATH; acts++) {
        const house = new LawHouse(store);
        try {
          const caseId = await house.open(null, seen);
          house.dieAfter(acts);
          await house.begin(flow, caseId);
          house.dieAfter(Number.POSITIVE_INFINITY);
          const conversation = (await house.chat())?.conversation;
          const jobId = conversation ? pendingSpec(conversation).jobId : null;
          expect(jobId, `died after ${acts}`).not.toBeNull();
          const [record] = await house.cases();
          expect(record?.job, `died after ${acts}`).toMatchObject({ id: jobId, kind });
          expect(await house.alarms(), `died after ${acts}`).toContain(jobId);
          await house.work(0, ONWARDS);
          expect(house.laptops[0]?.outbox.at(-1)?.jobId, `died after ${acts}`).toBe(jobId);
          deaths += house.deaths;
          if (house.deaths === 0) break;
        } finally {
          await house.close();
        }
      }
      expect(deaths).toBeGreaterThan(5);
    },
    120_000,
  );
});

describe('a wait for the password', () => {
  it('ends in the choice, which nothing takes away that the laptop said before', async () => {
    const house = new LawHouse(store);
    try {
      await house.open();
      // The picture, its answer, and with the word on that the prompt at the laptop.
      await house.goOn(ONWARDS);
      await house.goOn(ONWARDS);
      await house.ring(0);
      expect(await house.alarms()).toEqual([]);
      // The choice of a time that is over offers the other ways, the prompt none.
      await house.pressOn(/:other$/);
      expect((await house.chat())?.conversation?.flow).toBe('assess');
      await house.settle();
      await judge(house);
    } finally {
      await house.close();
    }
  });
});

describe('the end of an unbind', () => {
  it(`is told once, whatever comes in whatever order (${ORDERS} orders)`, async () => {
    let tried = 0;
    let unbinds = 0;
    let sent = 0;
    let deaths = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.array(step, { minLength: 4, maxLength: 40, size: 'max' }),
        async (ahead, steps) => {
          const house = new LawHouse(store);
          try {
            await house.open();
            for (let done = 0; done < ahead; done++) await house.goOn(ONWARDS);
            for (const one of steps) await take(house, one);
            await isLookedAfter(house);
            await house.settle();
            await judge(house);
          } finally {
            await house.close();
          }
          tried += 1;
          unbinds += house.truths.length;
          sent += house.truths.filter((truth) => truth.sent).length;
          deaths += house.deaths;
        },
      ),
      { numRuns: ORDERS, interruptAfterTimeLimit: 500_000, ...(asked === undefined ? { seed: 31 } : {}) },
    );
    process.stdout.write(
      `${tried} orders tried: ${unbinds} unbinds, ${sent} sent, ${deaths} deaths, 0 violations\n`,
    );
    expect(sent).toBeGreaterThan(tried / 10);
  }, 600_000);
});
