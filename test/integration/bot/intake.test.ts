import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Fastify from 'fastify';
import type { Update } from 'grammy/types';
import { pino } from 'pino';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createIntake, type IntakeOptions } from '../../../src/bot/telegram/intake.ts';
import { WAITING_UPDATES } from '../../../src/bot/telegram/shelf.ts';
import { childEnv } from '../../../src/kernel/child-env.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { freeTcpPort } from '../../../src/sandbox/free-port.ts';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { Kind } from '../../../src/store/kind.ts';
import type { Store, Stored, Values } from '../../../src/store/store.ts';
import { filesOf, hits } from '../../support/canary.ts';
import { SHORT_FAULTS } from '../../support/matrix-cells.ts';
import { outlasts } from '../../support/outlasts.ts';
import { bundled } from '../../support/programs.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { clientFor, gate, localBotApi } from './support.ts';

const log = pino({ level: 'silent' });
const POLLING = { updates: { mode: 'polling' } } as const;
const KEY = new Secret(new Uint8Array(32).fill(7));
/** Tries follow each other at once; nothing is called slow or hanging unless a test says so. */
const TIMES = { againMs: 1, slowMs: 600_000, patienceMs: 600_000 };

/** A store of its own, gone with the test. */
async function ownStore(): Promise<{ store: Store; path: string }> {
  const folder = await temporaryFolder();
  const store = await openTestStore(folder.path);
  onTestFinished(async () => {
    await store.close();
    await folder.remove();
  });
  return { store, path: folder.path };
}

/** An intake on a local Bot API that stops with the test. What it tells chats is in `words`. */
async function intakeFor(api: LocalBotApi, options: Partial<IntakeOptions> & Pick<IntakeOptions, 'handle'>) {
  const client = clientFor(api);
  const me = await client.tryCall('getMe', {});
  if (!me.ok) throw me.failure;
  const store = options.store ?? (await ownStore()).store;
  const words: string[] = [];
  const intake = createIntake({
    client,
    me: me.value,
    settings: POLLING,
    log,
    key: KEY,
    afterCrash: false,
    admit: () => 'in',
    arrived: () => undefined,
    tell: async (_chat, word) => {
      words.push(word);
      return true;
    },
    onEnd: (reason) => expect.unreachable(reason),
    ...options,
    times: { ...TIMES, ...options.times },
    store,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= intake.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { client, intake, stop, words, store };
}

/** A handler that always succeeds. */
function handling(work: (update: Update) => unknown): IntakeOptions['handle'] {
  return async (update) => {
    await work(update);
    return ok(undefined);
  };
}

/** A handler that hears of an update when it may tell of it. */
function hearing(store: Store, heard: { add(text: string): void }): IntakeOptions['handle'] {
  return async (update) => {
    const written = await store.flush();
    if (!written.ok) return fail('store-unavailable');
    heard.add(textOf(update));
    return ok(undefined);
  };
}

/** A store whose values are set another way. */
function setting(store: Store, set: (kind: Kind<unknown>, write: () => Stored<void>) => Stored<void>): Store {
  return {
    ...store,
    values: <T>(kind: Kind<T>): Values<T> => {
      const values = store.values(kind);
      return { ...values, set: (...given) => set(kind as Kind<unknown>, () => values.set(...given)) };
    },
  };
}

/** Updates Telegram still holds. */
async function pending(api: LocalBotApi): Promise<number> {
  const info = await clientFor(api).tryCall('getWebhookInfo', {});
  if (!info.ok) throw info.failure;
  return info.value.pending_update_count;
}

/** Waits until Telegram holds no update. */
async function allConfirmed(api: LocalBotApi): Promise<void> {
  while ((await pending(api)) > 0) await nextTurn();
}

function textOf(update: Update): string {
  return update.message?.text ?? '';
}

function chatOf(update: Update): number {
  return update.message?.chat.id ?? 0;
}

/** Texts in the order in which they were handled, and a way to wait for a number of them. */
function heardOf() {
  const texts: string[] = [];
  const waits = new Map<number, ReturnType<typeof gate<void>>>();
  return {
    texts,
    add(text: string) {
      texts.push(text);
      waits.get(texts.length)?.open();
    },
    /** Resolves when so many were handled. */
    async count(number: number) {
      const wait = waits.get(number) ?? gate();
      waits.set(number, wait);
      if (texts.length < number) await wait.passed;
    },
  };
}

describe('polling', () => {
  it('hands every update over once, in order, and lets Telegram forget it', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    const { intake, stop } = await intakeFor(api, {
      handle: handling((update) => heard.add(textOf(update))),
    });
    await intake.start();
    const person = api.user();
    for (const text of ['a', 'b', 'c']) await person.send(text);
    await heard.count(3);
    await person.send('d');
    await heard.count(4);
    await stop();
    expect(heard.texts).toEqual(['a', 'b', 'c', 'd']);
    expect(await pending(api)).toBe(0);
  });

  it('keeps 50 chats at once going, each in its order', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    const answered = new Map<number, string[]>();
    const { intake } = await intakeFor(api, {
      handle: handling(async (update) => {
        await nextTurn();
        answered.set(chatOf(update), [...(answered.get(chatOf(update)) ?? []), textOf(update)]);
        heard.add(textOf(update));
      }),
    });
    const people = Array.from({ length: 50 }, () => api.user({ firstName: 'P' }));
    for (const text of ['1', '2', '3']) for (const person of people) await person.send(text);
    await intake.start();
    await heard.count(150);
    expect(answered.size).toBe(50);
    for (const texts of answered.values()) expect(texts).toEqual(['1', '2', '3']);
  });

  it('lets Telegram forget an update that is still being handled: it is on disk', async () => {
    const api = await localBotApi();
    const { passed, open } = gate();
    const heard = heardOf();
    const { intake, stop } = await intakeFor(api, {
      handle: handling(async (update) => {
        if (textOf(update) === 'slow') await passed;
        heard.add(textOf(update));
      }),
    });
    await intake.start();
    await api.user({ id: 1 }).send('slow');
    for (const text of ['a', 'b']) await api.user({ id: 2 }).send(text);
    await heard.count(2);
    await allConfirmed(api);
    const stopping = stop();
    open();
    await stopping;
    expect(heard.texts).toEqual(['a', 'b', 'slow']);
  });

  it('answers 200 chats while one is stuck with more than it may send, and tells that one what it did not keep', async () => {
    const api = await localBotApi();
    const stuck = api.user({ id: 1 });
    const others = Array.from({ length: 200 }, (_, n) => api.user({ id: n + 2 }));
    const heard = heardOf();
    let isStuck = true;
    const { intake, words } = await intakeFor(api, {
      handle: async (update) => {
        if (chatOf(update) === stuck.id && isStuck) return fail('telegram-unreachable');
        heard.add(textOf(update));
        return ok(undefined);
      },
      tell: async (_chat, word) => {
        heard.add(word);
        return true;
      },
    });
    for (let n = 0; n < 250; n++) await stuck.send(`stuck ${n}`);
    await intake.start();
    for (const person of others) await person.send('hello');
    await heard.count(200);
    await allConfirmed(api);
    expect(heard.texts).toEqual(others.map(() => 'hello'));
    isStuck = false;
    await heard.count(301);
    expect(heard.texts.slice(200)).toEqual([...Array.from({ length: 100 }, (_, n) => `stuck ${n}`), 'full']);
    expect(words).toEqual([]);
  });

  it('tries a failed update again in front of what came later in its chat', async () => {
    const api = await localBotApi();
    const tries: string[] = [];
    const heard = heardOf();
    const { intake } = await intakeFor(api, {
      handle: async (update) => {
        tries.push(textOf(update));
        if (textOf(update) === 'fails' && tries.filter((text) => text === 'fails').length < 4)
          return fail('store-unavailable');
        heard.add(textOf(update));
        return ok(undefined);
      },
    });
    const person = api.user();
    for (const text of ['before', 'fails', 'after']) await person.send(text);
    await intake.start();
    await heard.count(3);
    expect(tries).toEqual(['before', 'fails', 'fails', 'fails', 'fails', 'after']);
  });

  it('gives up an update that hangs, throws or is known to be stuck, says so, and goes on', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    const { intake } = await intakeFor(api, {
      times: { patienceMs: 50 },
      handle: async (update) => {
        if (textOf(update) === 'hangs') await gate().passed;
        if (textOf(update) === 'throws') throw new Error('a bug');
        if (textOf(update) === 'stuck') return fail('stuck');
        heard.add(textOf(update));
        return ok(undefined);
      },
      tell: async (_chat, word) => {
        heard.add(word);
        return true;
      },
    });
    const person = api.user();
    for (const text of ['hangs', 'throws', 'stuck', 'next']) await person.send(text);
    await intake.start();
    await heard.count(4);
    expect(heard.texts).toEqual(['broken', 'broken', 'broken', 'next']);
  });

  it('says once that an update takes long, while it is still being tried', async () => {
    const api = await localBotApi();
    const told = gate();
    const heard = heardOf();
    const { intake } = await intakeFor(api, {
      times: { slowMs: 1 },
      handle: async (update) => {
        await told.passed;
        heard.add(textOf(update));
        return ok(undefined);
      },
      tell: async (_chat, word) => {
        heard.add(word);
        told.open();
        return true;
      },
    });
    await intake.start();
    await api.user().send('x');
    await heard.count(2);
    expect(heard.texts).toEqual(['slow', 'x']);
  });

  it('says a word again until it is told, in its turn', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    let tries = 0;
    const { intake } = await intakeFor(api, {
      admit: (update) => (textOf(update) === 'fast' ? 'too-fast' : 'in'),
      handle: handling((update) => heard.add(textOf(update))),
      tell: async (_chat, word) => {
        tries += 1;
        if (tries < 3) return false;
        heard.add(word);
        return true;
      },
    });
    const person = api.user();
    for (const text of ['a', 'fast', 'fast', 'b']) await person.send(text);
    await intake.start();
    await heard.count(3);
    expect(heard.texts).toEqual(['a', 'too-fast', 'b']);
    expect(tries).toBe(3);
  });

  it('leaves everybody a place where a few stuck chats fill the house', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    const { passed, open } = gate();
    const { intake } = await intakeFor(api, {
      limits: { perChat: 10, total: 12, fairShare: 2 },
      handle: handling(async (update) => {
        if (chatOf(update) < 3) await passed;
        heard.add(textOf(update));
      }),
    });
    for (const id of [1, 2]) for (let n = 0; n < 10; n++) await api.user({ id }).send('stuck');
    await intake.start();
    await allConfirmed(api);
    for (const text of ['one', 'two']) await api.user({ id: 3 }).send(text);
    await heard.count(2);
    expect(heard.texts).toEqual(['one', 'two']);
    open();
  });

  it('takes an update that comes twice once, also while it is being handled', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    const arrived: string[] = [];
    const { passed, open } = gate();
    const { intake } = await intakeFor(api, {
      arrived: (update) => {
        arrived.push(textOf(update));
        // Told of a second poller, telegraf begins anew and asks for everything that was not confirmed once more.
        if (arrived.length === 1)
          api.fault({ method: 'getUpdates', kind: 'status', status: 409, description: 'Conflict' });
      },
      handle: handling(async (update) => {
        if (textOf(update) === 'photo') await passed;
        heard.add(textOf(update));
      }),
    });
    const person = api.user();
    await person.send('photo');
    await intake.start();
    await person.send('next');
    await allConfirmed(api);
    expect(api.calls.filter(({ method }) => method === 'deleteWebhook')).toHaveLength(2);
    open();
    await heard.count(2);
    expect(heard.texts).toEqual(['photo', 'next']);
    expect(arrived).toEqual(['photo', 'next']);
  });

  it('leaves with Telegram what the disk does not take, and takes it in order once it does', async () => {
    const api = await localBotApi();
    const { store } = await ownStore();
    let isFull = true;
    const unstored: string[] = [];
    const heard = heardOf();
    const tried = gate();
    const { intake } = await intakeFor(api, {
      store: setting(store, async (_kind, write) =>
        isFull ? fail({ reason: 'full', detail: 'no room' }) : write(),
      ),
      handle: hearing(store, heard),
      unstored: (_update, { reason }) => {
        unstored.push(reason);
        tried.open();
      },
    });
    const person = api.user();
    for (const text of ['a', 'b']) await person.send(text);
    await intake.start();
    await tried.passed;
    expect(await pending(api)).toBe(2);
    expect(unstored).toEqual(['full']);
    isFull = false;
    await heard.count(2);
    expect(heard.texts).toEqual(['a', 'b']);
  });

  it('begins with an update while it is being written, and neither tells of it nor lets Telegram forget it before', async () => {
    const api = await localBotApi();
    const { store } = await ownStore();
    const disk = gate();
    const begun = gate();
    const heard = heardOf();
    const hear = hearing(store, heard);
    const { intake } = await intakeFor(api, {
      store: setting(store, async ({ name }, write) => {
        if (name === WAITING_UPDATES.name) await disk.passed;
        return write();
      }),
      handle: async (update, erase) => {
        begun.open();
        return hear(update, erase);
      },
    });
    const person = api.user();
    for (const text of ['a', 'b']) await person.send(text);
    await intake.start();
    await begun.passed;
    await nextTurn();
    expect(heard.texts).toEqual([]);
    expect(await pending(api)).toBe(2);
    disk.open();
    await heard.count(2);
    expect(heard.texts).toEqual(['a', 'b']);
    await allConfirmed(api);
  });

  it('begins with none that is not on disk in a run after a crash: what that was over is found there', async () => {
    const api = await localBotApi();
    const { store } = await ownStore();
    const heard = heardOf();
    const disk = gate();
    const asked = gate();
    const { intake } = await intakeFor(api, {
      store: setting(store, async (_kind, write) => {
        asked.open();
        await disk.passed;
        return write();
      }),
      afterCrash: true,
      handle: handling((update) => heard.add(textOf(update))),
    });
    await api.user().send('a');
    await intake.start();
    await asked.passed;
    await nextTurn();
    expect(heard.texts).toEqual([]);
    disk.open();
    await heard.count(1);
  });

  it('survives lost connections, gateway errors and a second poller', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    const { intake } = await intakeFor(api, { handle: handling((update) => heard.add(textOf(update))) });
    api.fault({ method: 'getUpdates', kind: 'disconnect' });
    api.fault({ method: 'getUpdates', kind: 'status', status: 409, description: 'Conflict' });
    await intake.start();
    await api.user().send('still there');
    await heard.count(1);
    expect(heard.texts).toEqual(['still there']);
  });

  it('has no question for updates held for longer than a dead connection may go unnoticed', async () => {
    const api = await localBotApi();
    const heard = heardOf();
    const { intake } = await intakeFor(api, { handle: handling((update) => heard.add(textOf(update))) });
    await intake.start();
    await api.user().send('anybody there?');
    await heard.count(1);
    const held = api.calls.filter(({ method }) => method === 'getUpdates');
    // With what a lost one costs beyond (PATIENCE.held) it is about half of the minute after which somebody is offered another way.
    expect(held.map(({ parameters }) => Number(parameters.timeout ?? 0) <= 25)).not.toContain(false);
    expect(held.length).toBeGreaterThan(0);
  });

  it('ends when Telegram refuses the token', async () => {
    const api = await localBotApi();
    const ended = gate<string>();
    const { intake } = await intakeFor(api, { handle: handling(() => undefined), onEnd: ended.open });
    api.fault({ method: 'getUpdates', kind: 'status', status: 401, description: 'Unauthorized' });
    await intake.start();
    expect(await ended.passed).toBe('token-refused');
  });

  it('stops at once when it has just begun, and when it never began', async () => {
    const api = await localBotApi();
    const { intake } = await intakeFor(api, { handle: handling(() => undefined) });
    await intake.start();
    await intake.stop();
    const { intake: idle } = await intakeFor(api, { handle: handling(() => undefined) });
    await idle.stop();
    const before = api.calls.length;
    await api.user().send('nobody listens');
    await nextTurn();
    expect(api.calls.length).toBe(before);
  });

  it.each([
    ['a connection is lost', { method: 'getUpdates', kind: 'disconnect', times: 100 }],
    ['Telegram asks for two minutes', { method: 'getUpdates', kind: '429', retryAfter: 120, times: 100 }],
    ['a call hangs', { method: 'deleteWebhook', kind: 'delay', delayMs: 600_000 }],
  ] as const)('stops without waiting for a pause to end: %s', async (_name, fault) => {
    const api = await localBotApi();
    const { intake, stop } = await intakeFor(api, { handle: handling(() => undefined) });
    const asked = gate();
    api.onEvent((event) => {
      if (event.type === 'call' && event.call.method === fault.method) asked.open();
    });
    api.fault(fault);
    await intake.start();
    await asked.passed;
    expect(await outlasts(4_000, stop)).toBe(false);
  });
});

describe('what waits on disk', () => {
  it('is taken up after a stop in its order, before what came meanwhile', async () => {
    const api = await localBotApi();
    const { store } = await ownStore();
    const person = api.user();
    const failed = gate();
    const first = await intakeFor(api, {
      store,
      times: { againMs: 600_000 },
      handle: async () => {
        failed.open();
        return fail('telegram-unreachable');
      },
    });
    for (const text of ['1', '2', '3']) await person.send(text);
    await first.intake.start();
    await failed.passed;
    await allConfirmed(api);
    await first.stop();
    await person.send('4');
    const heard = heardOf();
    const second = await intakeFor(api, { store, handle: handling((update) => heard.add(textOf(update))) });
    await second.intake.start();
    await heard.count(4);
    await second.stop();
    expect(heard.texts).toEqual(['1', '2', '3', '4']);
    const third = await intakeFor(api, {
      store,
      handle: handling(() => expect.unreachable('handled twice')),
    });
    await third.intake.start();
    await third.stop();
  });

  it('is sealed: neither its text nor its key is in the files, before and after it was handled', async () => {
    const api = await localBotApi();
    const { store, path } = await ownStore();
    const canaries = { text: 'Canary-Waits-55', key: Buffer.from(KEY.reveal()).toString('hex') };
    const { passed, open } = gate();
    const heard = heardOf();
    const { intake, stop } = await intakeFor(api, {
      store,
      handle: handling(async (update) => {
        await passed;
        heard.add(textOf(update));
      }),
    });
    await intake.start();
    await api.user().send(canaries.text);
    await allConfirmed(api);
    expect(hits(canaries, await filesOf(path, 'store'))).toEqual([]);
    expect(await waitingIn(store)).toHaveLength(1);
    open();
    await heard.count(1);
    await stop();
    expect(hits(canaries, await filesOf(path, 'store'))).toEqual([]);
    expect(await waitingIn(store)).toEqual([]);
  });

  it('and cannot be unsealed any more is told, and does not hold up what comes after it', async () => {
    const api = await localBotApi();
    const { store } = await ownStore();
    const failed = gate();
    const first = await intakeFor(api, {
      store,
      times: { againMs: 600_000 },
      handle: async () => {
        failed.open();
        return fail('telegram-unreachable');
      },
    });
    await first.intake.start();
    await api.user().send('sealed');
    await failed.passed;
    await first.stop();
    const heard = heardOf();
    const { intake } = await intakeFor(api, {
      store,
      key: new Secret(new Uint8Array(32).fill(8)),
      handle: handling((update) => heard.add(textOf(update))),
      tell: async (_chat, word) => {
        heard.add(word);
        return true;
      },
    });
    await intake.start();
    await api.user().send('new');
    await heard.count(2);
    expect(heard.texts).toEqual(['lost', 'new']);
  });

  it('and over which the program died again and again is given up; others are not', async () => {
    const api = await localBotApi();
    const { store } = await ownStore();
    const [first, second] = [api.user({ id: 1 }), api.user({ id: 2 })];
    const texts: string[] = [];
    const words: string[] = [];
    for (let life = 0; life <= 5; life++) {
      const heard = heardOf();
      const { intake, stop } = await intakeFor(api, {
        store,
        afterCrash: life > 0,
        times: { againMs: 600_000 },
        handle: async (update) => {
          texts.push(textOf(update));
          heard.add(textOf(update));
          return textOf(update) === 'deadly' ? fail('telegram-unreachable') : ok(undefined);
        },
        tell: async (_chat, word) => {
          words.push(word);
          return true;
        },
      });
      await intake.start();
      if (life === 0) for (const text of ['deadly', 'behind']) await first.send(text);
      await second.send(`life ${life}`);
      await heard.count(2);
      await stop();
    }
    expect(texts.filter((text) => text === 'deadly')).toHaveLength(5);
    expect(words).toEqual(['broken']);
    expect(texts.slice(-2).sort()).toEqual(['behind', 'life 5']);
  });
});

/** Keys of what waits in a store. */
async function waitingIn(store: Store): Promise<string[]> {
  const keys = await store.values(WAITING_UPDATES).keys();
  if (!keys.ok) throw new Error(keys.failure.reason);
  return keys.value;
}

const ECHO_BOT = await bundled('test/integration/bot/echo-bot.ts');

describe('a process killed in the middle of an update', () => {
  /** A bot of its own process; prints `got <text>` and, unless the text is `hang`, `done <text>`. */
  function botProcess(
    api: LocalBotApi,
    folder: string,
  ): { child: ChildProcess; output(): string[]; printed(line: string): Promise<void> } {
    const child = spawn(process.execPath, [ECHO_BOT, api.url, folder], {
      env: { ...childEnv(), ECHO_BOT_TOKEN: api.token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    const listeners = new Set<() => void>();
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
    return {
      child,
      output: () => output.trim().split('\n'),
      printed: (line) =>
        new Promise((resolve) => {
          const look = () => {
            if (output.split('\n').includes(line)) resolve();
          };
          listeners.add(look);
          look();
        }),
    };
  }

  it('gets it again, before what came later, and only it', async () => {
    const api = await localBotApi();
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const person = api.user();
    const first = botProcess(api, folder.path);
    await person.send('one');
    await first.printed('done one');
    await person.send('hang');
    await first.printed('got hang');
    await person.send('behind');
    await allConfirmed(api);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await person.send('two');

    const second = botProcess(api, folder.path);
    await second.printed('got hang');
    await api.user().send('other chat');
    await second.printed('done other chat');
    expect(second.output()).toEqual(['got hang', 'got other chat', 'done other chat']);
  });
});

describe('the webhook', () => {
  const SECRET = 'a-webhook-secret-of-this-test';

  async function webhookFor(
    api: LocalBotApi,
    handle: IntakeOptions['handle'],
    options: Partial<IntakeOptions> = {},
  ) {
    const server = Fastify({ forceCloseConnections: true });
    onTestFinished(() => server.close());
    // The listener's address is known only once it listens, and the route must be there before.
    const port = await freeTcpPort();
    const url = `http://127.0.0.1:${port}/telegram/hook`;
    const { client, intake, stop } = await intakeFor(api, {
      ...options,
      handle,
      settings: { updates: { mode: 'webhook', url, path: '/telegram/hook', secret: new Secret(SECRET) } },
    });
    if (!intake.webhook) throw new Error('no webhook');
    await server.register(intake.webhook);
    await server.listen({ host: '127.0.0.1', port });
    return { client, intake, stop, url };
  }

  function post(url: string, body: string, secret: string | null = SECRET) {
    return request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }),
      },
      body,
    });
  }

  it('answers as soon as an update is on disk, and hands it over in its turn', async () => {
    const api = await localBotApi();
    const { passed, open } = gate();
    const heard = heardOf();
    const { intake } = await webhookFor(
      api,
      handling(async (update) => {
        if (textOf(update) === 'slow') await passed;
        heard.add(textOf(update));
      }),
    );
    expect(await intake.start()).toMatchObject({ ok: true });
    const [first, second] = [api.user({ id: 1 }), api.user({ id: 2 })];
    for (const text of ['slow', 'behind']) await first.send(text);
    await second.send('Привет');
    await heard.count(1);
    await allConfirmed(api);
    open();
    await heard.count(3);
    expect(heard.texts).toEqual(['Привет', 'slow', 'behind']);
  });

  it('takes an update once, however often it is posted, also after a restart', async () => {
    const api = await localBotApi();
    const { store } = await ownStore();
    const heard = heardOf();
    const arrived: number[] = [];
    const options = { store, arrived: (update: Update) => void arrived.push(update.update_id) };
    const update = {
      update_id: 7,
      message: { message_id: 1, date: 1, chat: { id: 5, type: 'private' }, text: 'once' },
    };
    for (let life = 0; life < 2; life++) {
      const { intake, stop, url } = await webhookFor(
        api,
        handling(({ message }) => heard.add(message?.text ?? '')),
        options,
      );
      await intake.start();
      const posts = await Promise.all([1, 2, 3].map(() => post(url, JSON.stringify(update))));
      expect(posts.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
      await intake.idle();
      expect((await post(url, JSON.stringify(update))).statusCode).toBe(200);
      await stop();
    }
    expect(heard.texts).toEqual(['once']);
    expect(arrived).toEqual([7]);
  });

  it('turns strangers away before it reads what they send', async () => {
    const api = await localBotApi();
    const seen: Update[] = [];
    const { intake, url } = await webhookFor(
      api,
      handling((update) => seen.push(update)),
    );
    await intake.start();
    const update = JSON.stringify({ update_id: 1, message: { chat: { id: 5 } } });
    expect((await post(url, update, null)).statusCode).toBe(403);
    expect((await post(url, update, 'wrong')).statusCode).toBe(403);
    expect((await post(url, update, `${SECRET}x`)).statusCode).toBe(403);
    expect((await post(url, 'x'.repeat(2 * 1024 * 1024), 'wrong').catch(() => null))?.statusCode ?? 403).toBe(
      403,
    );
    expect(seen).toEqual([]);
    expect((await post(url, update)).statusCode).toBe(200);
    await intake.idle();
    expect(seen).toHaveLength(1);
  });

  it('refuses what is not an update', async () => {
    const api = await localBotApi();
    const { intake, url } = await webhookFor(
      api,
      handling(() => expect.unreachable('handled')),
    );
    await intake.start();
    for (const body of ['[]', 'null', '{}', '{"update_id":"1"}', '{"__proto__":{"update_id":1}}', '{']) {
      expect((await post(url, body)).statusCode).toBe(400);
    }
    const large = JSON.stringify({ update_id: 1, pad: 'x'.repeat(1024 * 1024) });
    expect((await post(url, large)).statusCode).toBe(413);
  });

  it('lets running handlers finish when it stops, and leaves the rest to Telegram', async () => {
    const api = await localBotApi();
    const { passed, open } = gate();
    const begun = gate();
    let finished = false;
    const { intake, url, stop } = await webhookFor(
      api,
      handling(async () => {
        begun.open();
        await passed;
        finished = true;
      }),
    );
    await intake.start();
    await api.user().send('x');
    await begun.passed;
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    expect((await post(url, '{"update_id":2}')).statusCode).toBe(503);
    expect(stopped).toBe(false);
    open();
    await stopping;
    expect(finished).toBe(true);
  });

  it('lets Telegram send again what could not be stored', async () => {
    const api = await localBotApi({ webhookRetryMs: 10 });
    const { store } = await ownStore();
    const heard = heardOf();
    let tries = 0;
    const { intake } = await webhookFor(api, hearing(store, heard), {
      store: setting(store, async (_kind, write) => {
        tries += 1;
        return tries === 1 ? fail({ reason: 'unavailable', detail: '' }) : write();
      }),
    });
    await intake.start();
    await api.user().send('x');
    await heard.count(1);
    expect(tries).toBeGreaterThan(1);
  });

  it('has Telegram send again what a failover of the store could forget, and handles it once', async () => {
    const api = await localBotApi({ webhookRetryMs: 10 });
    const { store } = await ownStore();
    const heard = heardOf();
    let asked = 0;
    const settled = async () => {
      asked += 1;
      return ok(asked > 1);
    };
    const { intake } = await webhookFor(
      api,
      handling((update) => heard.add(textOf(update))),
      { store: { ...store, primary: { ...store.primary, settled } } },
    );
    await intake.start();
    const user = api.user();
    await user.send('x');
    await expect.poll(() => asked).toBeGreaterThan(1);
    await user.send('y');
    await heard.count(2);
    expect(heard.texts).toEqual(['x', 'y']);
  });

  it.each(SHORT_FAULTS)('is set where the first call meets $kind', async (fault) => {
    const api = await localBotApi();
    const heard = heardOf();
    const { intake } = await webhookFor(
      api,
      handling((update) => heard.add(textOf(update))),
    );
    const takeBack = api.fault({ ...fault, method: 'setWebhook' });
    expect(await intake.start()).toEqual({ ok: true, value: undefined });
    expect(takeBack()).toBe(false);
    await api.user().send('x');
    await heard.count(1);
    expect(heard.texts).toEqual(['x']);
  });

  it('says how many updates may be on their way at once: a server of the operator’s own may take another number', async () => {
    const api = await localBotApi();
    const { intake } = await webhookFor(
      api,
      handling(() => undefined),
    );
    await intake.start();
    const set = api.calls.find(({ method }) => method === 'setWebhook');
    expect(set?.parameters).toMatchObject({ max_connections: 40 });
  });

  it('says so when Telegram refuses to deliver', async () => {
    const api = await localBotApi();
    const { intake } = await webhookFor(
      api,
      handling(() => undefined),
    );
    api.fault({ method: 'setWebhook', kind: 'status', status: 401, description: 'Unauthorized' });
    expect(await intake.start()).toEqual({ ok: false, failure: 'token-refused' });
    api.fault({ method: 'setWebhook', kind: 'status', status: 400, description: 'Bad Request: bad webhook' });
    expect(await intake.start()).toMatchObject({ ok: false, failure: { code: 400 } });
  });
});
