/** What the house keeps and does, where two processes have its store open and each could do it. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Ring } from '../../../src/bot/house/alarms.ts';
import { createNotices, NOTICE_DEFAULTS } from '../../../src/bot/house/notices.ts';
import { createSharedAlarms } from '../../../src/bot/house/shared-alarms.ts';
import { createSharedCalls } from '../../../src/bot/house/shared-calls.ts';
import { WORD_MS } from '../../../src/bot/house/times.ts';
import { createVoice, type Voice } from '../../../src/bot/house/voice.ts';
import { createRoll } from '../../../src/bot/server/roll.ts';
import { createSealedUnclear } from '../../../src/bot/telegram/sealed-unclear.ts';
import { CHOICE_MS } from '../../../src/flows/times.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { openStore } from '../../../src/store/open.ts';
import { value } from '../../contract/store/contract.ts';
import { filesOf, hits } from '../../support/canary.ts';
import { eventually } from '../../support/eventually.ts';
import { NO_REDIS, startRedis } from '../../support/redis.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';
import { asShared, workingOn } from '../../support/working-on.ts';

const log = createLog('silent', 'test');
const ANN = 7;
const JOB = 'job-1';

/** Two processes on one store, of which one is on duty. */
async function two() {
  const folder = await folderInMemory();
  const open = async () => workingOn(asShared(await openTestStore(folder.path)));
  const processes = [await open(), await open()] as const;
  onTestFinished(async () => {
    for (const { duty } of processes) await duty.stop();
    for (const { store } of processes) await store.close();
    await folder.remove();
  });
  return { processes, path: folder.path };
}

it('an alarm rings once for each of its words, whoever has set it, and not when it is cleared', async () => {
  const { processes } = await two();
  const rings: Ring[] = [];
  let now = 1_795_471_200_000;
  const [one, other] = processes.map(({ store, duty }) =>
    createSharedAlarms(
      store,
      duty,
      async (ring) => {
        rings.push(ring);
        return true;
      },
      () => now,
      log,
    ),
  );
  for (const alarms of [one, other]) await alarms?.start();
  const kinds = () => rings.map(({ jobId, kind }) => `${jobId} ${kind}`);
  await one?.set(ANN, JOB, { waiting: 'search' });
  await other?.set(ANN, 'cleared', { waiting: 'search' });
  await one?.clear('cleared');
  await eventually(async () => expect(await other?.waitOf(JOB)).toEqual({ waiting: 'search' }));
  now += WORD_MS;
  await eventually(() => expect(kinds()).toEqual([`${JOB} word`]));
  now += CHOICE_MS;
  await eventually(() => expect(kinds()).toEqual([`${JOB} word`, `${JOB} choice`]));
  await eventually(async () => expect(await one?.waitOf(JOB)).toBeUndefined());
  // A wait of the same job that begins anew is another one.
  await other?.ensure(ANN, JOB, { waiting: 'answer' });
  now += WORD_MS;
  await eventually(() => expect(kinds()).toHaveLength(3));
  expect(rings[2]).toMatchObject({ jobId: JOB, kind: 'word', waiting: 'answer' });
});

it('an alarm that is due when its process ends rings at another', async () => {
  const { processes } = await two();
  const rings: number[] = [];
  let now = 1_795_471_200_000;
  const made = processes.map(({ store, duty }, n) =>
    createSharedAlarms(
      store,
      duty,
      async () => {
        rings.push(n);
        return true;
      },
      () => now,
      log,
    ),
  );
  for (const alarms of made) await alarms.start();
  await made[0]?.set(ANN, JOB, { waiting: 'search' });
  now += WORD_MS;
  await eventually(() => expect(rings).toHaveLength(1));
  await processes[rings[0] ?? 0]?.duty.stop();
  now += CHOICE_MS;
  await eventually(() => expect(rings).toHaveLength(2));
  expect(rings[1]).not.toBe(rings[0]);
});

it('a word that waits is said once, in its order, and by another process where its own is gone', async () => {
  const { processes } = await two();
  const said: string[] = [];
  let isOut = true;
  const telegram = {
    async tell(_person: number, text: string) {
      if (isOut) return fail({ kind: 'refused' as const, code: 502, description: 'out' });
      said.push(text);
      return ok(said.length);
    },
  };
  const voices = processes.map((working) => createVoice({ telegram: telegram, ...working, log }));
  const [gone, left] = voices as [Voice, Voice];
  for (const voice of voices) await voice.start();
  expect(await gone.say(ANN, 'one')).toBe('kept');
  expect(await gone.say(ANN, 'two')).toBe('kept');
  await gone.stop();
  await processes[0].duty.stop();
  isOut = false;
  // Behind what another process has kept.
  expect(await left.say(ANN, 'three')).toBe('kept');
  await eventually(() => expect(said).toEqual(['one', 'two', 'three']));
  expect(await left.say(ANN, 'four')).toBe('told');
  await left.stop();
  expect(said).toEqual(['one', 'two', 'three', 'four']);
});

it('a notice is told once to each, whichever processes raise it and look for it', async () => {
  const { processes } = await two();
  const told: string[] = [];
  const made = processes.map((working) =>
    createNotices({
      ...working,
      admins: [1, 2],
      telegram: {
        async tell(person: number) {
          told.push(String(person));
          return ok(told.length);
        },
      },
      profiles: { language: async () => 'en', name: async () => '' },
      directory: { get: async () => ok(null) },
      access: { isLocked: async () => ok(false) },
      settings: NOTICE_DEFAULTS,
      log,
      clock: Date.now,
    }),
  );
  for (const notices of made) await notices.start();
  await Promise.all(made.map((notices) => notices.raise({ kind: 'access.unlocked', person: ANN, by: null })));
  for (const notices of made) await notices.idle();
  for (const notices of made) await notices.stop();
  expect(told.toSorted()).toEqual(['1', '2']);
});

it('the newest message of a chat is written with what its turn writes, and known to the turn before', async () => {
  const { processes } = await two();
  let put = 0;
  const [one, other] = processes.map(({ store, holds }, at) =>
    createSharedCalls(
      store,
      holds,
      async () => ok({ message_id: ++put }) as never,
      () => (at === 0 ? put : 0),
    ),
  );
  const say = () => one?.callApi('sendMessage', { chat_id: ANN, text: 'hello' });
  const turn = await processes[0].store.together(async () => {
    await say();
    expect(await other?.newest(ANN)).toBe(Number.POSITIVE_INFINITY);
    expect(await one?.newest(ANN)).toBe(1);
  });
  expect(turn.ok).toBe(true);
  await eventually(async () => expect(await other?.newest(ANN)).toBe(1));
  // Outside a turn nothing is waited for.
  await say();
  await eventually(async () => expect(await other?.newest(ANN)).toBe(2));
});

/** Two processes on one Redis, which stop with the test. */
async function twoOnRedis() {
  const redis = await startRedis();
  const open = async () => workingOn(await value(openStore(redis.url)));
  const processes = [await open(), await open()] as const;
  onTestFinished(async () => {
    for (const { duty, store } of processes) {
      await duty.stop();
      await store.close();
    }
    await redis.end();
  });
  return { processes };
}

const MAKES = [
  { make: 'lmdb', made: two, skip: false },
  { make: `Redis (${NO_REDIS ?? 'redis-server'})`, made: twoOnRedis, skip: NO_REDIS !== null },
];

describe.each(MAKES)('the newest message of a chat, on $make', ({ made, skip }) => {
  it.skipIf(skip)('is never an older one than another process has put there', async () => {
    const { processes } = await made();
    let put = 0;
    /** Resolves an answer of Telegram, which the process that called hears then. */
    let arrive: () => void = () => undefined;
    const [one, other] = processes.map(({ store, holds }) => {
      let own = 0;
      const call = async (_method: string, { waits }: { waits?: true }) => {
        const id = ++put;
        if (waits)
          await new Promise<void>((resolve) => {
            arrive = resolve;
          });
        own = Math.max(own, id);
        return ok({ message_id: id }) as never;
      };
      return createSharedCalls(store, holds, call as never, () => own);
    });
    const say = (calls: typeof one, more: object = {}) =>
      calls?.callApi('sendMessage', { chat_id: ANN, text: 'hello', ...more });
    const agreed = async (id: number) => {
      await eventually(async () => expect(await one?.newest(ANN)).toBe(id));
      await eventually(async () => expect(await other?.newest(ANN)).toBe(id));
    };
    // A turn's own message, and a notice of another process before the turn ends.
    await processes[0].store.together(async () => {
      await say(one);
      expect(await one?.newest(ANN)).toBe(1);
      await say(other);
      await eventually(async () => expect(await one?.newest(ANN)).toBe(2));
    });
    await agreed(2);
    // A notice whose answer comes late.
    const late = say(other, { waits: true });
    await say(one);
    arrive();
    await late;
    await agreed(4);
  });
});

it('a process that ended without a word is told of once, and one that says goodbye is not', async () => {
  const { processes } = await two();
  let now = 1_795_471_200_000;
  const rolls = [processes[0].store, processes[1].store, processes[1].store].map((store) =>
    createRoll(store, () => now),
  );
  for (const roll of rolls) expect(await roll.enter()).toMatchObject({ ok: true });
  const [dead, polite, left] = rolls;
  await eventually(async () => expect(await left?.others()).toMatchObject({ value: { length: 2 } }));
  expect(await left?.lives(dead?.process ?? '')).toBe(true);
  await polite?.leave();
  now += 60_000;
  expect(await left?.lives(dead?.process ?? '')).toBe(false);
  const gone: number[] = [];
  for (let looks = 0; looks < 2; looks++)
    await left?.tellGone(async ({ seenAt }) => {
      gone.push(seenAt);
    });
  expect(gone).toEqual([now - 60_000]);
});

it('a text that was not understood can be handed on at another process, and lies nowhere in clear', async () => {
  const { processes, path } = await two();
  const key = new Secret(new Uint8Array(32).fill(7));
  const text = 'Qw3rty-maybe-a-password';
  const [one, other] = processes.map(({ store }) => createSealedUnclear(store, key, log));
  await one?.keep(ANN, { question: 'assess', text });
  await eventually(async () => expect(await other?.get(ANN)).toEqual({ question: 'assess', text }));
  expect(hits({ typed: text }, await filesOf(path, 'store'))).toEqual([]);
  expect(await other?.get(8)).toBeNull();
  await other?.forget(ANN);
  await eventually(async () => expect(await one?.get(ANN)).toBeNull());
});
