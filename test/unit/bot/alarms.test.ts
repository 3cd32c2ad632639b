import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ALARMS, createAlarms, type Ring, type Wait } from '../../../src/bot/house/alarms.ts';
import {
  CHOICE_MS,
  LOOK_EVERY_MS,
  ON_THE_WAY_MS,
  PASSWORD_LIMIT_MS,
  REMIND_MS,
  RING_AGAIN_MS,
  WORD_MS,
} from '../../../src/bot/house/times.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { Store } from '../../../src/store/store.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { eventually } from '../../support/eventually.ts';
import { anyKind, openTestStore, temporaryFolder } from '../../support/store.ts';

const CHAT = 7;
const JOB = 'job-1';

describe('alarms', () => {
  let store: Store;
  let now: number;
  let heard: boolean;
  let rings: Ring[];

  beforeEach(async () => {
    const folder = await temporaryFolder();
    store = await openTestStore(folder.path);
    now = 1_795_471_200_000;
    heard = true;
    rings = [];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(async () => {
      vi.useRealTimers();
      await store.close();
      await folder.remove();
    });
  });

  const kept = () => store.values(ALARMS);
  async function open() {
    const alarms = createAlarms(
      kept(),
      async (ring) => {
        rings.push(ring);
        return heard;
      },
      () => now,
      createLog('silent', 'test'),
    );
    await alarms.start();
    onTestFinished(() => alarms.stop());
    return alarms;
  }
  /** Lets time pass, and whatever rings do what it does in the store. */
  async function pass(ms: number): Promise<string[]> {
    const before = rings.length;
    now += ms;
    vi.advanceTimersByTime(LOOK_EVERY_MS);
    await turn();
    // A write of the store's is over when the next one is.
    await store.values(anyKind('other')).set('flushed', now);
    await turn();
    return rings.slice(before).map(({ kind }) => kind);
  }

  it('are written with what else their turn writes', async () => {
    const alarms = await open();
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let turn: Promise<unknown> | undefined;
    await new Promise<void>((resolve) => {
      turn = store.together(async () => {
        await alarms.set(CHAT, JOB, { waiting: 'answer' });
        resolve();
        await held;
      });
    });
    expect(await kept().get(JOB)).toEqual(ok(undefined));
    goOn();
    expect(await turn).toEqual(ok(undefined));
    expect(await kept().get(JOB)).toMatchObject({ ok: true, value: { wait: { waiting: 'answer' } } });
  });

  it('are of the wait that began last, though the one before is still being written', async () => {
    const alarms = await open();
    const first = alarms.set(CHAT, JOB, { waiting: 'prompt' });
    const turn = store.together(() => alarms.set(CHAT, JOB, { waiting: 'answer' }));
    await Promise.all([first, turn]);
    expect(await alarms.waitOf(JOB)).toEqual({ waiting: 'answer' });
    expect(await pass(WORD_MS)).toEqual(['word']);
    expect(rings.map(({ waiting }) => waiting)).toEqual(['answer']);
  });

  it('ring for what is on disk where the turn that has set another could not be written', async () => {
    const alarms = await open();
    await alarms.set(CHAT, JOB, { waiting: 'prompt' });
    const turn = await store.together(async () => {
      await alarms.set(CHAT, JOB, { waiting: 'answer' });
      await alarms.set(CHAT, 'job-2', { waiting: 'answer' });
      await store.values(anyKind('other')).amend('key', () => {
        throw new StoreError('full', 'no room');
      });
    });
    expect(turn.ok).toBe(false);
    await pass(WORD_MS);
    await pass(LOOK_EVERY_MS);
    expect(rings.map(({ jobId, waiting }) => [jobId, waiting])).toEqual([[JOB, 'prompt']]);
  });

  it('ring though what is on disk cannot be read any more', async () => {
    const alarms = await open();
    await alarms.set(CHAT, JOB, { waiting: 'answer' });
    await store.values(anyKind(ALARMS.name)).set(JOB, 'no alarm');
    for (const [ms, kind] of [
      [WORD_MS, 'word'],
      [CHOICE_MS - WORD_MS, 'choice'],
    ] as const) {
      now += ms;
      // A copy of it is set aside first, in its own time.
      await eventually(async () => {
        await pass(0);
        expect(rings.at(-1)?.kind).toBe(kind);
      });
    }
    await eventually(async () => expect(await kept().get(JOB)).toEqual(ok(undefined)));
    expect(rings).toHaveLength(2);
  });

  it.each(['search', 'status', 'unbind', 'answer', 'refresh', 'prompt', 'work', 'end'] as const)(
    'of a wait for the laptop ring for a word, then for a choice, each once: %s',
    async (waiting) => {
      const alarms = await open();
      await alarms.set(CHAT, JOB, { waiting });
      expect(await pass(WORD_MS - 1)).toEqual([]);
      expect(await pass(1)).toEqual(['word']);
      expect(await pass(CHOICE_MS - WORD_MS - 1)).toEqual([]);
      expect(await pass(1)).toEqual(['choice']);
      expect(await pass(CHOICE_MS)).toEqual([]);
      expect(rings.map(({ waiting: what, waitedMs }) => [what, waitedMs])).toEqual([
        [waiting, WORD_MS],
        [waiting, CHOICE_MS],
      ]);
    },
  );

  it.each([
    ['picture', { waiting: 'picture', until: 1_795_471_200_000 + 300_000 }, 300_000],
    ['password', { waiting: 'password' }, PASSWORD_LIMIT_MS],
  ] as [string, Wait, number][])(
    'of a wait for a person remind once, and end with its limit: %s',
    async (_, wait, limit) => {
      const alarms = await open();
      await alarms.set(CHAT, JOB, wait);
      expect(await pass(limit - REMIND_MS - 1)).toEqual([]);
      expect(await pass(1)).toEqual(['word']);
      expect(await pass(REMIND_MS + ON_THE_WAY_MS - 1)).toEqual([]);
      expect(await pass(1)).toEqual(['choice']);
    },
  );

  it('remind nobody of a picture that says itself how little time is left', async () => {
    const alarms = await open();
    await alarms.set(CHAT, JOB, { waiting: 'picture', until: now + REMIND_MS - 1 });
    expect(await pass(REMIND_MS - 1)).toEqual([]);
    expect(await pass(ON_THE_WAY_MS)).toEqual(['choice']);
  });

  it('are counted from what is waited for: one that is set anew begins anew', async () => {
    const alarms = await open();
    await alarms.set(CHAT, JOB, { waiting: 'picture', until: now + 300_000 });
    await pass(100_000);
    await alarms.set(CHAT, JOB, { waiting: 'answer' });
    expect(await pass(WORD_MS)).toEqual(['word']);
    await alarms.ensure(CHAT, JOB, { waiting: 'unbind' });
    expect(await alarms.waitOf(JOB)).toEqual({ waiting: 'answer' });
    await alarms.set(CHAT, JOB, { waiting: 'prompt' });
    expect(await pass(WORD_MS - 1)).toEqual([]);
    await alarms.clear(JOB);
    expect(await pass(CHOICE_MS)).toEqual([]);
    await alarms.ensure(CHAT, JOB, { waiting: 'unbind' });
    expect(await pass(WORD_MS)).toEqual(['word']);
  });

  it('go on after a restart, with the word said and unsaid, and ring at once what was due meanwhile', async () => {
    const before = await open();
    await before.set(CHAT, JOB, { waiting: 'search' });
    expect(await pass(WORD_MS)).toEqual(['word']);
    before.stop();
    expect(await pass(CHOICE_MS)).toEqual([]);
    await open();
    expect(await pass(0)).toEqual(['choice']);
  });

  it('ring again where the chat could not be told, until it was', async () => {
    const alarms = await open();
    await alarms.set(CHAT, JOB, { waiting: 'search' });
    heard = false;
    expect(await pass(WORD_MS)).toEqual(['word']);
    expect(await pass(RING_AGAIN_MS)).toEqual(['word']);
    heard = true;
    expect(await kept().keys()).toEqual({ ok: true, value: [JOB] });
    expect(await pass(RING_AGAIN_MS)).toEqual(['word']);
    expect(await pass(CHOICE_MS)).toEqual(['choice']);
  });

  it('of before, which had a time alone, ring for the choice', async () => {
    await kept().set(JOB, { at: now + 5_000, chatId: CHAT, jobId: JOB });
    await open();
    expect(await pass(4_999)).toEqual([]);
    expect(await pass(1)).toEqual(['choice']);
    expect(rings[0]).toMatchObject({ chatId: CHAT, jobId: JOB, waiting: null });
  });

  it('ring no more after a stop, and stay for the next run', async () => {
    const alarms = await open();
    await alarms.set(CHAT, JOB, { waiting: 'search' });
    alarms.stop();
    expect(await pass(CHOICE_MS)).toEqual([]);
    expect(await kept().get(JOB)).toMatchObject({ ok: true, value: { wait: { waiting: 'search' } } });
  });
});
