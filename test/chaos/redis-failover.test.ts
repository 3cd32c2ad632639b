/**
 * The store's primary dies between the moment a permit is spent and the one a replica knows of it, and the replica, which has
 * forgotten it, takes its place. Whatever is asked of it then: the device gets one unbind at most, and people are told the truth.
 *
 * `UNBIND_FAILOVERS` sets another number of deaths.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchTerms } from '../../src/bot/server/term-watch.ts';
import { createLog } from '../../src/kernel/log.ts';
import { createHolds } from '../../src/store/holds.ts';
import { openStore } from '../../src/store/open.ts';
import { createTerms } from '../../src/store/terms.ts';
import { LawHouse, SERIALS } from '../integration/bot/law-house.ts';
import { judge } from '../integration/bot/law-judge.ts';
import { eventually } from '../support/eventually.ts';
import { NO_REDIS } from '../support/redis.ts';
import { startPair } from '../support/redis-pair.ts';

const ROUNDS = Number(process.env.UNBIND_FAILOVERS ?? 50);

/** When the primary dies, and whether the replica has been told until then. */
const DEATHS = ['spent', 'answered', 'granted'] as const;
/** What a laptop chooses: it goes on; and the device, which says nothing to its one datagram, stays bound. */
const ONWARDS = 7;
const SILENT = 3;

async function house() {
  const pair = await startPair();
  onTestFinished(() => pair.end());
  let at: LawHouse | undefined;
  const opened = await openStore(pair.url, { onNewTerm: () => void watch?.look() });
  if (!opened.ok) throw new Error(`store: ${JSON.stringify(opened.failure)}`);
  const store = opened.value;
  const terms = createTerms(store);
  const watch = watchTerms({
    store,
    holds: createHolds(store),
    doubt: async () => (await at?.doubt()) ?? { ok: true, value: 0 },
    clock: Date.now,
    log: createLog('silent', 'test'),
  });
  onTestFinished(async () => {
    await watch.stop();
    await store.close();
  });
  await watch.look();
  return {
    pair,
    store,
    /** Somebody with a case, whose laptop has the password. */
    async open() {
      at = new LawHouse(store);
      await at.open();
      for (let done = 0; done < 2; done++) await at.goOn(ONWARDS);
      return at;
    },
    /** Waits until something may be granted again. */
    ready: () =>
      eventually(async () => {
        const term = await terms.current();
        if (!term.ok) throw new Error(term.failure.detail);
        return term.value;
      }),
  };
}

describe.skipIf(NO_REDIS !== null)(`A primary that dies (${NO_REDIS ?? 'redis-server'})`, () => {
  it(`between spent and replicated lets nobody unbind twice (${ROUNDS} deaths)`, async () => {
    const { pair, open, ready } = await house();
    const ends: Record<string, number> = {};
    for (let round = 0; round < ROUNDS; round++) {
      const death = DEATHS[round % DEATHS.length] ?? 'spent';
      const before = await ready();
      const at = await open();
      const [job] = at.truths;
      if (!job) throw new Error('no unbind');

      if (death !== 'granted') await pair.cutOff();
      // The store fails beneath it: a laptop asks again then.
      const asking = at.work(0, ONWARDS).catch(() => undefined);
      const field = `once\0\0hub:permit:${job.jobId}`;
      await eventually(async () => {
        if ((await pair.primary.command('HEXISTS', '{unbind}:records', field)) !== 1)
          throw new Error('not spent');
      });
      if (death !== 'spent') await asking;
      await pair.failOver();
      await asking;
      await pair.heal();
      expect(await ready()).not.toBe(before);
      // Whether the replica has forgotten it is what this is about.
      if (death === 'granted') await at.work(0, SILENT);

      expect(await at.isGrantedAgain(), death).toBe(false);
      await at.settle();
      expect(
        at.truths.filter(({ sent }) => sent),
        death,
      ).toHaveLength(death === 'granted' ? 1 : 0);
      await judge(at);
      for (const { end } of at.truths) {
        const name = `${death}: ${end && 'report' in end ? `${end.report.outcome} ${end.report.reason}` : JSON.stringify(end)}`;
        ends[name] = (ends[name] ?? 0) + 1;
      }

      // Whoever tries again is not held up by what was burnt.
      if (death !== 'granted') {
        // The first button says: try again.
        await at.press(0);
        for (let done = 0; done < 6; done++) await at.goOn(ONWARDS);
        expect(at.devices.bound.has(SERIALS[0]), death).toBe(false);
        expect(at.truths.filter(({ sent }) => sent)).toHaveLength(1);
        await judge(at);
      }
      await at.close();
    }
    process.stdout.write(`${ROUNDS} primaries killed, unbinds at most 1 each: ${JSON.stringify(ends)}\n`);
  }, 600_000);
});
