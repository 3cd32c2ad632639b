import { describe, expect, it } from 'vitest';
import { createReadiness, type UpdatesState } from '../../../src/bot/server/readiness.ts';
import { createStoreHealth, type StoreState } from '../../../src/bot/server/store-health.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import type { Store, StoreFailure, Values } from '../../../src/store/store.ts';

/** A store in which one thing can be written, and what it answers instead where it fails. */
function storeThat(
  answer: { failure: StoreFailure | null },
  onSet: () => Promise<void> = async () => undefined,
) {
  let kept: unknown;
  let writes = 0;
  const values = {
    set: async (_key: string, value: unknown) => {
      writes += 1;
      await onSet();
      if (answer.failure) return fail(answer.failure);
      kept = value;
      return ok(undefined);
    },
    get: async () => ok(kept),
  };
  const store: Pick<Store, 'values'> = { values: <T>() => values as unknown as Values<T> };
  return { store, writes: () => writes };
}

describe('how the store is', () => {
  it.each([
    ['full', 'full'],
    ['corrupt', 'damaged'],
    ['unavailable', 'unavailable'],
  ] as const)('is found out by writing: %s means %s', async (reason, state) => {
    const { store } = storeThat({ failure: { reason, detail: '' } });
    expect(await createStoreHealth(store, () => 0).state(0)).toBe(state);
  });

  it('is asked once however many want to know, and again when the answer is too old', async () => {
    let now = 0;
    const { store, writes } = storeThat({ failure: null });
    const health = createStoreHealth(store, () => now);
    expect(await Promise.all([1, 2, 3].map(() => health.state(3_000)))).toEqual(['works', 'works', 'works']);
    now = 2_999;
    await health.state(3_000);
    expect(writes()).toBe(1);
    now = 3_000;
    await health.state(3_000);
    expect(writes()).toBe(2);
  });

  it('stays damaged once a damaged page was met, whatever can be written', async () => {
    const { store } = storeThat({ failure: null });
    const health = createStoreHealth(store, () => 0);
    health.isDamaged();
    expect(await health.state(0)).toBe('damaged');
  });
});

describe('whether the bot is ready', () => {
  function house() {
    const at = { now: 0, heard: null as number | null, calls: 0, answers: true };
    const state = { store: 'works' as StoreState, updates: 'polling' as UpdatesState };
    const readying = createReadiness({
      health: { state: async () => state.store },
      telegramHeardAt: () => at.heard,
      callTelegram: async () => {
        at.calls += 1;
        if (at.answers) at.heard = at.now;
      },
      updates: () => state.updates,
      clock: () => at.now,
    });
    return { at, state, readiness: readying.ask, glance: readying.glance };
  }

  it('needs the store, Telegram and a way for updates', async () => {
    const { at, state, readiness } = house();
    at.heard = 0;
    expect(await readiness()).toEqual({
      ready: true,
      reasons: [],
      store: 'works',
      telegram: 'reached',
      updates: 'polling',
    });
    state.store = 'full';
    expect(await readiness()).toMatchObject({ ready: false, store: 'full' });
    state.store = 'works';
    state.updates = 'off';
    expect(await readiness()).toMatchObject({ ready: false, updates: 'off' });
    state.updates = 'webhook';
    at.answers = false;
    at.now = 90_000;
    expect(await readiness()).toMatchObject({ ready: false, telegram: 'unreached' });
  });

  it('says why it is not ready, and at a glance calls nobody', async () => {
    const { at, state, readiness, glance } = house();
    at.heard = 0;
    expect((await glance()).reasons).toEqual([]);
    Object.assign(state, { store: 'damaged', updates: 'conflict' });
    at.now = 90_000;
    expect((await glance()).reasons).toEqual(['store-damaged', 'telegram-unreached', 'updates-conflict']);
    expect(at.calls).toBe(0);
    expect((await readiness()).reasons).toEqual(['store-damaged', 'updates-conflict']);
    state.updates = 'off';
    expect((await readiness()).reasons).toContain('updates-off');
  });

  it('calls Telegram where it was not heard for long, and not again at once', async () => {
    const { at, readiness } = house();
    at.answers = false;
    await Promise.all([readiness(), readiness()]);
    at.now = 19_999;
    await readiness();
    expect(at.calls).toBe(1);
    at.answers = true;
    at.now = 20_000;
    expect(await readiness()).toMatchObject({ ready: true });
    at.now = 100_000;
    await readiness();
    expect(at.calls).toBe(2);
  });
});
