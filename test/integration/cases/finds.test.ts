import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { buildIndexes } from '../../../src/bot/keep/indexes.ts';
import { dropOld } from '../../../src/bot/keep/retention.ts';
import type { CaseAction } from '../../../src/cases/case.ts';
import { createCaseDesk, MOST_SOUGHT } from '../../../src/cases/desk.ts';
import { CASE_FINDS, findsOf } from '../../../src/cases/finds.ts';
import { CASES } from '../../../src/cases/record.ts';
import type { Store } from '../../../src/store/store.ts';
import { value } from '../../contract/store/contract.ts';
import { countedStore, type Reads, readsOf } from '../../support/counted.ts';
import { APART_MS, FIRST_AT, filledStore, serialOf } from '../../support/many-cases.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';

const [ANN, BOB] = [7, 8];
/** A day after the tenth case was closed, ms. */
const tenGo = FIRST_AT + 10 * APART_MS + 86_400_000;

async function openPlace(fill?: (url: string) => Promise<unknown>): Promise<Store> {
  const folder = await folderInMemory();
  await fill?.(`lmdb:${folder.path}`);
  const store = await openTestStore(folder.path);
  onTestFinished(async () => {
    await store.close();
    await folder.remove();
  });
  return store;
}

/** What leads to cases, and what should. */
async function ledAndTrue(store: Store) {
  const cases = store.values(CASES);
  const records = await Promise.all((await value(cases.keys())).map((id) => value(cases.get(id))));
  const wanted = records.flatMap((record) => {
    const { lasting, ofJob } = record ? findsOf(record) : { lasting: [], ofJob: [] };
    return [...lasting, ...ofJob];
  });
  return { led: await value(store.values(CASE_FINDS).keys()), wanted: wanted.toSorted() };
}

const action: fc.Arbitrary<CaseAction> = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map(
    (n): CaseAction => ({
      type: 'identified',
      device: { shortSerial: serialOf(n), fullSerial: null, model: null, manufactured: null },
    }),
  ),
  fc
    .record({ id: fc.constantFrom('J1', 'J2'), agentId: fc.constantFrom('A', 'B') })
    .map((job): CaseAction => ({ type: 'job-started', job: { ...job, kind: 'status', startedAt: 1 } })),
  fc.constantFrom('J1', 'J2').map((jobId): CaseAction => ({ type: 'job-ended', jobId })),
  fc.constant<CaseAction>({ type: 'noted', note: { kind: 'text', blob: 'b', at: 1 } }),
  fc.constant<CaseAction>({ type: 'closed', outcome: 'cancelled' }),
  fc.constant<CaseAction>({ type: 'reopened' }),
  fc.constant<CaseAction>({ type: 'handed-over', from: ANN, to: BOB, keepsLaptop: true }),
);

describe('what leads to cases', () => {
  it('is right after whatever happens to one', async () => {
    const store = await openPlace();
    const desk = createCaseDesk(store, createAudit(store, Date.now), Date.now);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const { id } = await value(desk.open(ANN));
        for (const one of actions) {
          if (one.type === 'handed-over') await desk.handOver(id, one);
          else await desk.apply(id, one);
        }
        const { led, wanted } = await ledAndTrue(store);
        expect(led).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it('is written before the case: cut off in between, a case is found by what it says itself', async () => {
    const store = await openPlace();
    const desk = createCaseDesk(store, createAudit(store, Date.now), Date.now);
    const { id } = await value(desk.open(ANN));
    const full = { reason: 'full', detail: '' } as const;
    const cut: Store = {
      ...store,
      values: (kind) => ({
        ...store.values(kind),
        ...(kind.name === CASES.name ? { set: async () => ({ ok: false, failure: full }) } : {}),
      }),
    };
    const device = { shortSerial: serialOf(1), fullSerial: null, model: null, manufactured: null };
    const identified: CaseAction = { type: 'identified', device };
    const dying = createCaseDesk(cut, createAudit(cut, Date.now), Date.now);
    expect(await dying.apply(id, identified)).toEqual({ ok: false, failure: full });
    expect(await value(store.values(CASE_FINDS).keys())).toHaveLength(1);
    expect(await value(desk.openAbout(ANN, serialOf(1)))).toBeNull();
    await value(desk.apply(id, identified));
    expect(await value(desk.openAbout(ANN, serialOf(1)))).toMatchObject({ id });
  });

  it('is found by the task that writes it, before that is on disk', async () => {
    const store = await openPlace();
    const desk = createCaseDesk(store, createAudit(store, Date.now), Date.now);
    const { id } = await value(desk.open(ANN));
    const device = { shortSerial: serialOf(1), fullSerial: null, model: null, manufactured: null };
    const job = { id: 'J1', kind: 'status', agentId: 'A', startedAt: 1 } as const;
    const found = await value(
      store.together(async () => {
        await value(desk.apply(id, { type: 'identified', device }));
        await value(desk.apply(id, { type: 'job-started', job }));
        return [await desk.openAbout(ANN, serialOf(1)), await desk.atWork({ laptop: 'A' })];
      }),
    );
    expect(found).toMatchObject([{ value: { id } }, { value: [{ id }] }]);
    const { led, wanted } = await ledAndTrue(store);
    expect(led).toEqual(wanted);
  });

  it('is built for a store of before, and answers as if it had always been there', async () => {
    const filled: { of: readonly string[] } = { of: [] };
    const store = await openPlace(async (url) => {
      filled.of = (
        await filledStore(url, [
          { chatId: ANN, cases: 1_200 },
          { chatId: BOB, cases: 3 },
        ])
      ).idsOf(ANN);
    });
    const desk = createCaseDesk(store, createAudit(store, Date.now), Date.now);
    expect(await value(desk.openAbout(ANN, serialOf(1_200)))).toBeNull();
    await value(buildIndexes(store, {}));
    const { led, wanted } = await ledAndTrue(store);
    expect(led).toEqual(wanted);
    expect(led.length).toBeGreaterThan(2_400);
    expect(await value(desk.openAbout(ANN, serialOf(1_200)))).toMatchObject({ id: filled.of.at(-1) });
    // The others of the last case have none of their own in this chat; those of the first one have.
    const [first, last] = [filled.of[0] ?? '', filled.of.at(-1) ?? ''];
    const left = async (id: string) => {
      const record = await value(desk.get(id));
      return record ? (await value(desk.untouched(record))).length : null;
    };
    expect([await left(first), await left(last)]).toEqual([0, 2]);
  });
});

describe('how much is read', () => {
  it('is the same however many cases there are', async () => {
    const counts = await Promise.all(
      [300, 3_000].map(async (cases) => {
        let ids: readonly string[] = [];
        const store = await openPlace(async (url) => {
          ids = (
            await filledStore(url, [
              { chatId: ANN, cases },
              { chatId: BOB, cases },
            ])
          ).idsOf(ANN);
        });
        await value(buildIndexes(store, {}));
        const reads: Reads = { count: 0 };
        const counted = countedStore(store, reads);
        const audit = createAudit(counted, Date.now);
        const desk = createCaseDesk(counted, audit, Date.now);
        const oldest = await value(desk.get(ids[0] ?? ''));
        if (!oldest) throw new Error('no case');
        const tasks: Record<string, () => Promise<unknown>> = {
          latest: () => value(desk.listFor(ANN, 1)),
          page: () => value(desk.listFor(ANN, 201)),
          older: () => value(desk.listFor(ANN, 50, ids[150])),
          opened: () => value(desk.open(ANN)),
          openAbout: () => value(desk.openAbout(ANN, serialOf(1))),
          untouched: () => value(desk.untouched(oldest)),
          ofDevice: () => value(desk.unboundBefore(serialOf(1))),
          atWork: () => value(desk.atWork({ chat: ANN })),
          latestOfAll: () => value(desk.latest(250)),
          retention: () => value(dropOld({ store: counted, audit }, { caseDays: 1, noteDays: 1 }, tenGo)),
        };
        const read: Record<string, number> = {};
        for (const [name, task] of Object.entries(tasks)) read[name] = await readsOf(reads, task);
        return read;
      }),
    );
    expect(counts[0]?.retention).toBeGreaterThan(10);
    expect(counts[1]).toEqual(counts[0]);
  });

  it('ends where somebody looks for a piece of text, and what is older is found by its whole number', async () => {
    const store = await openPlace((url) => filledStore(url, [{ chatId: ANN, cases: MOST_SOUGHT + 20 }]));
    await value(buildIndexes(store, {}));
    const reads: Reads = { count: 0 };
    const counted = countedStore(store, reads);
    const desk = createCaseDesk(counted, createAudit(counted, Date.now), Date.now);
    const sought = (typed: string) => value(desk.find(ANN, typed, 5));
    expect(await readsOf(reads, () => sought('no such text'))).toBeLessThan(2.2 * MOST_SOUGHT);
    expect(await sought('no such text')).toEqual({ found: [], isCut: true });
    const whole = await sought(serialOf(3));
    expect(whole.found.map(({ device }) => device?.shortSerial)).toEqual([serialOf(3)]);
    expect((await sought('7608')).found).toHaveLength(5);
  }, 60_000);
});
