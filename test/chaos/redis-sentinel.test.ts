/**
 * Sentinels fail the store over in the middle of many cases: some wait for a picture, some for a password, some have just been
 * permitted to send. Prints how each of them ended. Whoever was refused tries again, as a person would.
 *
 * Twenty in CI; `UNBIND_FAILOVER_CASES` sets another number of cases.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchTerms } from '../../src/bot/server/term-watch.ts';
import { createLog } from '../../src/kernel/log.ts';
import { createHolds } from '../../src/store/holds.ts';
import { openStore } from '../../src/store/open.ts';
import { createTerms } from '../../src/store/terms.ts';
import { LawHouse, SERIALS } from '../integration/bot/law-house.ts';
import { judge } from '../integration/bot/law-judge.ts';
import { eventually } from '../support/eventually.ts';
import { NO_REDIS, startRedis, startSentinels } from '../support/redis.ts';

const CASES = Number(process.env.UNBIND_FAILOVER_CASES ?? 20);
/** What a laptop chooses where nothing stands in the way. */
const ONWARDS = 7;
/** How far cases have come when the primary dies, by the steps their laptops have done. */
const STAGES = ['picture shown', 'password asked', 'permit granted', 'datagram sent', 'not begun'] as const;

async function watchedStore() {
  const primary = await startRedis({ password: 'secret' });
  onTestFinished(() => primary.end());
  const replicas = [await startRedis({ replicaOf: primary }), await startRedis({ replicaOf: primary })];
  for (const replica of replicas) onTestFinished(() => replica.end());
  const sentinels = await startSentinels(primary, { replicas: replicas.length });
  onTestFinished(() => sentinels.end());
  const reaches: boolean[] = [];
  const houses: LawHouse[] = [];
  const opened = await openStore(
    `redis://:secret@${sentinels.addresses.join(',')}?sentinel=${sentinels.name}&replicas=1`,
    { onNewTerm: () => void watch?.look(), onReach: ({ isReached }) => reaches.push(isReached) },
  );
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  const store = opened.value;
  // The notes of all cases lie in the one store: any house takes the worst for granted of all of them.
  const watch = watchTerms({
    store,
    holds: createHolds(store),
    doubt: async () => (await houses[0]?.doubt()) ?? { ok: true, value: 0 },
    clock: Date.now,
    log: createLog('silent', 'test'),
  });
  onTestFinished(async () => {
    await watch.stop();
    await store.close();
  });
  await watch.look();
  return { primary, sentinels, store, terms: createTerms(store), houses, reaches };
}

/** Does a thing until the store does not fail beneath it. */
async function despite<T>(doing: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await doing();
    } catch (error) {
      if (tries > 400) throw error;
      await pause(50);
    }
  }
}

/** What became of a case, in a line. */
function endOf(house: LawHouse): string {
  return house.truths
    .map(({ end, sent }) => {
      const word =
        end === null
          ? 'goes on'
          : 'failed' in end
            ? `failed: ${end.failed}`
            : [end.report.outcome, end.report.reason].filter(Boolean).join(' ');
      return `${word}${sent ? ' (sent)' : ''}`;
    })
    .join(', then ');
}

describe.skipIf(NO_REDIS !== null)(`A failover by Sentinels (${NO_REDIS ?? 'redis-server'})`, () => {
  it(`in the middle of ${CASES} cases ends each of them once, and truly`, async () => {
    const { primary, sentinels, store, terms, houses, reaches } = await watchedStore();
    const stages: string[] = [];
    for (let number = 0; number < CASES; number++) {
      const house = new LawHouse(store);
      houses.push(house);
      await house.open();
      const steps = (number % STAGES.length) + 1;
      if (steps < STAGES.length) for (let done = 0; done < steps; done++) await house.goOn(ONWARDS);
      stages.push(STAGES[number % STAGES.length] ?? '');
    }
    const before = await terms.current();

    // All of them go on at once, and the primary dies beneath them.
    const going = houses.map((house) =>
      despite(async () => {
        for (let done = 0; done < 6; done++) await house.goOn(ONWARDS);
        await house.settle();
      }),
    );
    await primary.kill();
    await Promise.all(going);
    // What was said just before, and noted where the replica had not heard of it yet, may be said once more.
    for (const { mayRepeat, truths } of houses)
      for (const mark of [null, ...truths.map((one) => one.mark)]) mayRepeat.set(mark, 1);
    await eventually(async () => expect(await sentinels.primary()).not.toBe(primary.port));
    const after = await despite(async () => {
      const term = await terms.current();
      if (!term.ok) throw new Error(term.failure.detail);
      return term;
    });
    expect(after).not.toEqual(before);
    for (const house of houses) expect(await house.isGrantedAgain()).toBe(false);

    // Nothing is granted before the other replica follows the new primary.
    await despite(async () => {
      const settled = await store.primary.settled();
      if (!settled.ok || !settled.value) throw new Error('no replica yet');
    });
    // A person reads what came of it, and presses the first button: try again.
    for (const house of houses) {
      if (!house.devices.bound.has(SERIALS[0])) continue;
      await despite(() => house.press(0));
      await despite(async () => {
        for (let done = 0; done < 6; done++) await house.goOn(ONWARDS);
        await house.settle();
      });
    }
    const ends = new Map<string, number>();
    for (const [number, house] of houses.entries()) {
      const sent = house.truths.filter((truth) => truth.sent).length;
      const line = `${stages[number]}: ${endOf(house)}; unbinds ${sent}`;
      ends.set(line, (ends.get(line) ?? 0) + 1);
    }
    const table = [...ends].map(([line, cases]) => `${String(cases).padStart(4)} x ${line}`).sort();
    process.stdout.write(
      `failed over in the middle of ${CASES} cases (store told away ${reaches.filter((is) => !is).length}, back ${reaches.filter(Boolean).length}):\n${table.join('\n')}\n`,
    );
    const unbound = houses.filter((house) => !house.devices.bound.has(SERIALS[0]));
    expect(unbound.length).toBeGreaterThan(CASES / 2);
    for (const house of houses) {
      const sent = house.truths.filter((truth) => truth.sent).length;
      expect(sent).toBeLessThanOrEqual(1);
      // On a machine that stands still a picture may run out: then nothing was sent, and `judge` has it told so.
      expect(house.devices.bound.has(SERIALS[0])).toBe(sent === 0);
      await judge(house);
      await house.close();
    }
    expect(reaches.filter((isReached) => !isReached).length).toBeLessThanOrEqual(1);
  }, 300_000);
});
