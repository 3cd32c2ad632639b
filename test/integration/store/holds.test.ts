import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../../src/kernel/log.ts';
import { createDuty } from '../../../src/store/duty.ts';
import { createHolds, type Holds } from '../../../src/store/holds.ts';
import { eventually } from '../../support/eventually.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';
import { asShared } from '../../support/working-on.ts';
import { gate } from '../bot/support.ts';

/** So many processes on one store, as far as claims can tell. */
async function processes<const N extends number>(count: N): Promise<{ holds: Holds[] }> {
  const folder = await folderInMemory();
  const stores = await Promise.all(Array.from({ length: count }, () => openTestStore(folder.path)));
  onTestFinished(async () => {
    for (const store of stores) await store.close();
    await folder.remove();
  });
  return { holds: stores.map((store) => createHolds(asShared(store))) };
}

it('lets the tasks of one process at a time run under a name, and misses none', async () => {
  const { holds } = await processes(3);
  /** Process -> its tasks inside. */
  const inside = new Map<number, number>();
  const ran: number[] = [];
  await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const mine = n % 3;
      await holds[mine]?.within('chat:1', async () => {
        inside.set(mine, (inside.get(mine) ?? 0) + 1);
        for (let turns = 0; turns < 3; turns++) await nextTurn();
        expect([...inside].filter(([, tasks]) => tasks > 0).map(([process]) => process)).toEqual([mine]);
        ran.push(n);
        inside.set(mine, (inside.get(mine) ?? 0) - 1);
      });
    }),
  );
  expect(ran.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 30 }, (_, n) => n));
});

it('runs a task within a task of the same name without waiting for itself', async () => {
  const [holds] = (await processes(1)).holds;
  const done = await holds?.within('chat:1', () => holds.within('chat:1', async () => 'both'));
  expect(done).toEqual({ ok: true, value: { ok: true, value: 'both' } });
});

it('gives the claim back when a task fails', async () => {
  const [one, other] = (await processes(2)).holds;
  const broken = one?.within('chat:1', async () => {
    throw new Error('boom');
  });
  await expect(broken).rejects.toThrow('boom');
  expect(await other?.within('chat:1', async () => 'next')).toEqual({ ok: true, value: 'next' });
});

it('ends a wait that is told to end, and leaves the holder alone', async () => {
  const [one, other] = (await processes(2)).holds;
  const [inside, over] = [gate(), gate()];
  const held = one?.within('chat:1', async () => {
    inside.open();
    await over.passed;
  });
  await inside.passed;
  const stopping = new AbortController();
  const waiting = other?.within('chat:1', async () => expect.unreachable(), stopping.signal);
  stopping.abort();
  expect(await waiting).toMatchObject({ ok: false, failure: { reason: 'unavailable' } });
  over.open();
  expect(await held).toMatchObject({ ok: true });
});

it('is on duty in one process, and in another when that stops', async () => {
  const { holds } = await processes(3);
  const log = createLog('silent', 'test');
  const on: number[] = [];
  const duties = holds.map((one, n) => {
    const duty = createDuty(one, log);
    duty.during(async (over) => {
      on.push(n);
      await once(over, 'abort');
    });
    return duty;
  });
  await eventually(() => expect(on).toHaveLength(1));
  await duties[on[0] ?? 0]?.stop();
  await eventually(() => expect(on).toHaveLength(2));
  await duties[on[1] ?? 0]?.stop();
  await eventually(() => expect(on).toHaveLength(3));
  expect(new Set(on).size).toBe(3);
  await duties[on[2] ?? 0]?.stop();
});
