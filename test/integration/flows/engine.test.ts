import type { Update } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { BLOBS } from '../../../src/bot/house/blobs.ts';
import { createChatQueue } from '../../../src/bot/house/chat-queue.ts';
import { CHATS, openChatStates } from '../../../src/bot/house/chats.ts';
import { TelegramClient } from '../../../src/bot/telegram/client.ts';
import type { Dialogue, Flow } from '../../../src/flows/engine/dialogue.ts';
import { createEngine, type Engine } from '../../../src/flows/engine/engine.ts';
import type { HouseEvent } from '../../../src/flows/engine/events.ts';
import type { House } from '../../../src/flows/ports.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { type LocalBotApi, startLocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { Store } from '../../../src/store/store.ts';
import { eventually } from '../../support/eventually.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

let api: LocalBotApi;
let client: TelegramClient;
let store: Store;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let chat: number;
let nextUpdate: number;

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  api = await startLocalBotApi();
  chat = api.user().id;
  // A bot may not speak first.
  await api.user({ id: chat }).send('/start');
  nextUpdate = 1;
  client = new TelegramClient({
    token: new Secret(api.token),
    apiRoot: api.url,
    pace: null,
    blobs: {
      get: async (key) => {
        const found = await store.values(BLOBS).get(key);
        return found.ok
          ? ok(found.value === undefined ? undefined : Buffer.from(found.value, 'base64'))
          : found;
      },
    },
  });
});

afterEach(async () => {
  await client.disconnect();
  await api.close();
  await store.close();
  await folder.remove();
});

let language = 'en';
/** The part of the house a toy flow touches; anything else would be a mistake of the test. */
const house = {
  language: async () => language,
  misunderstood: { count: async () => ok(null) },
} as unknown as House;

async function engineWith(flows: Flow[], clock?: () => number, through = client): Promise<Engine> {
  const queue = createChatQueue();
  return createEngine({
    flows,
    house,
    states: openChatStates(store),
    callApi: through.tryCall.bind(through),
    log: createLog('silent', 'test'),
    exclusive: async (chatId, task) => {
      const ran = await queue.run(chatId, task);
      if (!ran.ok) throw new Error(ran.failure);
      return ran.value;
    },
    buttonKey: new Secret(new Uint8Array(32)),
    newDevice: (heard) => ({ go: flows[0]?.name ?? '', with: { heard } }),
    first: flows[0]?.name ?? '',
    newest: async (chatId) => through.newest(chatId),
    ...(clock ? { clock } : {}),
  });
}

function message(text: string, id = nextUpdate++): Update {
  return {
    update_id: id,
    message: {
      message_id: id,
      date: 0,
      text,
      chat: { id: chat, type: 'private', first_name: 'T' },
      from: { id: chat, is_bot: false, first_name: 'T' },
    },
  } as Update;
}

function press(label: string, id = nextUpdate++): Update {
  const sent = messages().findLast((one) => one.buttons.flat().some((button) => button.text === label));
  const data = sent?.buttons.flat().find((button) => button.text === label)?.data;
  return {
    update_id: id,
    callback_query: {
      id: api.user({ id: chat }).queryId(),
      from: { id: chat, is_bot: false, first_name: 'T' },
      chat_instance: '1',
      data,
      message: { message_id: sent?.id, date: 0, chat: { id: chat, type: 'private', first_name: 'T' } },
    },
  } as unknown as Update;
}

/** The bot's messages as they are now, oldest first. */
const messages = () => api.user({ id: chat }).messages.filter((one) => one.from === 'bot');
/** What the bot said, oldest first: a card that was edited said all of it. */
const texts = () =>
  api
    .user({ id: chat })
    .said.filter((one) => one.from === 'bot')
    .map((one) => one.text);

/** Toy flows take what they are handed as it is. */
const ANYTHING = z.record(z.string(), z.unknown());

/** Counts to three presses of Next, saying each number. */
const counter: Flow = {
  name: 'counter',
  version: 1,
  handed: ANYTHING,
  async run(dialogue: Dialogue) {
    for (const number of ['one', 'two', 'three']) {
      await dialogue.ask(number, { buttons: [[{ id: 'next', text: 'Next' }]] });
    }
    await dialogue.say('done');
    return { end: true };
  },
};

const arrived = (id: string, jobId = 'J'): HouseEvent => ({
  id,
  caseId: 'C',
  type: 'status',
  jobId,
  status: 'can-unbind',
});

/** Turns pages until one is chosen; what was done on the way is counted by `seen`. */
const turner = (seen: number[]): Flow => ({
  name: 'turner',
  version: 1,
  handed: ANYTHING,
  async run(dialogue) {
    await dialogue.say('turn them');
    const chosen = await dialogue.repeat<number, number>(0, async (page) => {
      await dialogue.house(async () => ok(seen.push(page)));
      const answer = await dialogue.ask(`page ${page}`, {
        buttons: [[{ id: 'next', text: 'Next' }], [{ id: 'take', text: 'Take' }]],
      });
      return answer.kind === 'button' && answer.id === 'next' ? { again: page + 1 } : { done: page };
    });
    await dialogue.say(`took ${chosen}`);
    return { end: true };
  },
});

/** Asks a question, then waits for a status event. */
const listener: Flow = {
  name: 'listener',
  version: 1,
  handed: ANYTHING,
  async run(dialogue) {
    await dialogue.ask('ready?', { buttons: [[{ id: 'yes', text: 'Yes' }]] });
    const answer = await dialogue.ask('waiting', {
      events: ['status'],
      jobId: 'J',
    });
    await dialogue.say(answer.kind === 'event' ? `heard ${answer.event.id}` : 'left');
    return { end: true };
  },
};

const start = (engine: Engine, flow: string) =>
  engine.control(chat, (controls) => controls.start(flow, { caseId: 'C' }));

describe('the conversations engine', () => {
  it('plays a dialogue from wait to wait and forgets it at its end', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    for (let presses = 0; presses < 3; presses++) await engine.handleUpdate(chat, press('Next'));
    expect(texts()).toEqual([
      expect.stringContaining('one'),
      expect.stringContaining('two'),
      expect.stringContaining('three'),
      'done',
    ]);
    const state = await store.values(CHATS).get(String(chat));
    expect(state).toMatchObject({ ok: true, value: { conversation: null } });
  });

  it('goes on in a new process as if nothing had happened', async () => {
    await start(await engineWith([counter]), 'counter');
    await (await engineWith([counter])).handleUpdate(chat, press('Next'));
    await (await engineWith([counter])).handleUpdate(chat, press('Next'));
    expect(texts().at(-1)).toContain('three');
    expect(texts()).toHaveLength(3);
  });

  it('stays as long as one round where a question comes back', async () => {
    const seen: number[] = [];
    const sizes: number[] = [];
    let engine = await engineWith([turner(seen)]);
    await start(engine, 'turner');
    for (let turn = 0; turn < 40; turn++) {
      // A new process goes on from the page that is shown.
      if (turn === 20) engine = await engineWith([turner(seen)]);
      await engine.handleUpdate(chat, press('Next'));
      const state = await store.values(CHATS).get(String(chat));
      const replay = state.ok ? state.value?.conversation?.state.replay : undefined;
      sizes.push((replay?.send.length ?? 0) + (replay?.receive.length ?? 0));
    }
    expect(new Set(sizes).size).toBe(1);
    expect(seen).toEqual(Array.from({ length: 41 }, (_, page) => page));
    expect(texts().at(-1)).toContain('page 40');
    await engine.handleUpdate(chat, press('Take'));
    expect(texts().at(-1)).toBe('took 40');
  });

  it('gives a stage copies of what is recorded: what it does to them changes nothing when it is played again', async () => {
    const keeper: Flow = {
      name: 'keeper',
      version: 1,
      handed: ANYTHING,
      async run(dialogue) {
        const { lists } = await dialogue.house(async () => ok({ lists: [['one'], Object.freeze(['kept'])] }));
        const [first = [], second] = lists as [string[], readonly string[]];
        first.push('two');
        for (const question of ['first?', 'second?'])
          await dialogue.ask(question, { buttons: [[{ id: 'next', text: 'Next' }]] });
        await dialogue.say(`${first.join(' ')}, ${second.join(' ')}`);
        return { end: true };
      },
    };
    await start(await engineWith([keeper]), 'keeper');
    await (await engineWith([keeper])).handleUpdate(chat, press('Next'));
    await (await engineWith([keeper])).handleUpdate(chat, press('Next'));
    expect(texts().at(-1)).toBe('one two, kept');
  });

  it('lets a stage speak the language it began in to its end', async (t) => {
    t.onTestFinished(() => {
      language = 'en';
    });
    const speaker: Flow = {
      ...counter,
      name: 'speaker',
      async run(dialogue) {
        for (const number of [1, 2])
          await dialogue.ask(`${number}, ${dialogue.language}`, {
            buttons: [[{ id: 'next', text: 'Next' }]],
          });
        return { end: true };
      },
    };
    await start(await engineWith([speaker]), 'speaker');
    language = 'ru';
    const engine = await engineWith([speaker]);
    await engine.handleUpdate(chat, press('Next'));
    expect(texts().at(-1)).toBe('2, en');
    await engine.control(chat, async ({ restart }) => restart());
    expect(texts().at(-1)).toBe('1, ru');
  });

  it('does nothing on a repeated update', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    const update = press('Next', 77);
    await engine.handleUpdate(chat, update);
    const before = texts();
    expect(await engine.handleUpdate(chat, update)).toEqual(ok('repeated'));
    expect(texts()).toEqual(before);
  });

  it('makes the same buttons again when a step is repeated after a crash, and others for another question', async () => {
    const chats = store.values(CHATS);
    let question = 'which?';
    const asking: Flow = {
      name: 'asking',
      version: 1,
      handed: ANYTHING,
      async run(dialogue) {
        await dialogue.ask('begin', {
          buttons: [[{ id: 'next', text: 'Next' }]],
        });
        const answer = await dialogue.ask(await dialogue.house(async () => ok(question)), {
          buttons: [[{ id: 'pick', text: 'Pick' }]],
        });
        await dialogue.say(`picked ${answer.kind}`);
        return { end: true };
      },
    };
    const engine = await engineWith([asking]);
    await start(engine, 'asking');
    const before = await chats.get(String(chat));
    const next = press('Next');
    /** The step that asks runs again from the state before it, as after a kill -9. */
    const again = async () => {
      if (before.ok && before.value) await chats.set(String(chat), before.value);
      await engine.handleUpdate(chat, next);
    };
    await engine.handleUpdate(chat, next);
    const sentBeforeTheCrash = press('Pick');
    await again();
    await engine.handleUpdate(chat, sentBeforeTheCrash);
    expect(texts().at(-1)).toBe('picked button');

    question = 'another one?';
    await again();
    const old = { ...sentBeforeTheCrash.callback_query, id: api.user({ id: chat }).queryId() };
    await engine.handleUpdate(chat, { callback_query: old, update_id: nextUpdate++ } as Update);
    expect(texts().at(-1)).toContain('another one?');
  });

  it('keeps an early event in the inbox until a wait is named for it', async () => {
    const engine = await engineWith([listener]);
    await start(engine, 'listener');
    await engine.handleEvent(chat, arrived('E1'));
    expect(texts()).toHaveLength(1);
    await engine.handleUpdate(chat, press('Yes'));
    expect(texts().at(-1)).toBe('heard E1');
  });

  it('takes an event once, however often it comes', async () => {
    const engine = await engineWith([listener]);
    await start(engine, 'listener');
    expect(await engine.handleEvent(chat, arrived('E1'))).toEqual(ok('taken'));
    expect(await engine.handleEvent(chat, arrived('E1'))).toEqual(ok('repeated'));
  });

  it('does not give a wait the event of another job', async () => {
    const engine = await engineWith([listener]);
    await start(engine, 'listener');
    await engine.handleUpdate(chat, press('Yes'));
    await engine.handleEvent(chat, arrived('E1', 'OTHER'));
    expect(texts().at(-1)).toContain('waiting');
    await engine.handleEvent(chat, arrived('E2'));
    expect(texts().at(-1)).toBe('heard E2');
  });

  it('begins a stage anew after an event that all its waits take alike, and plays nothing of it again', async () => {
    /** What each run of the stage was handed: one that is played again runs, too. */
    const runs: unknown[] = [];
    const watcher: Flow = {
      ...listener,
      anewAfter: (event) => (event.type === 'status' ? { heard: event.id } : null),
      async run(dialogue, args) {
        runs.push(args.with);
        return listener.run(dialogue, args);
      },
    };
    const engine = await engineWith([watcher]);
    await start(engine, 'listener');
    await engine.handleUpdate(chat, press('Yes'));
    runs.length = 0;
    await engine.handleEvent(chat, arrived('E1'));
    expect(runs).toEqual([{ heard: 'E1' }]);
    expect(texts().at(-1)).toContain('ready?');
    const state = await store.values(CHATS).get(String(chat));
    expect(state).toMatchObject({ ok: true, value: { conversation: { args: { with: { heard: 'E1' } } } } });
  });

  it('does at once what needs nothing of what was said, and plays nothing of the stage before', async () => {
    /** What was done, in its order; a stage that is played again runs, too. */
    const done: unknown[] = [];
    const handing: Flow = {
      ...listener,
      async atOnce(answer, { caseId, handed, wait }) {
        if (answer.kind !== 'button' || answer.id !== 'yes') return null;
        const offered = wait.buttons.map(({ id }) => id);
        done.push({ caseId, offered, ...handed });
        return { handed: 'in' };
      },
      async run(dialogue, args) {
        done.push(args.with);
        return listener.run(dialogue, args);
      },
    };
    const engine = await engineWith([handing]);
    await engine.control(chat, (to) => to.start('listener', { caseId: 'C', with: { of: 'a tree' } }));
    done.length = 0;
    await engine.handleUpdate(chat, press('Yes'));
    expect(done).toEqual([
      { caseId: 'C', offered: ['yes', 'back', 'cancel'], of: 'a tree' },
      { handed: 'in' },
    ]);
    const state = await store.values(CHATS).get(String(chat));
    expect(state).toMatchObject({ ok: true, value: { conversation: { args: { with: { handed: 'in' } } } } });
  });

  it('does once what somebody else goes on with, where Telegram takes no word of it: what comes of it is still waited for', async () => {
    let handedIn = 0;
    const handing: Flow = {
      ...listener,
      async run(dialogue) {
        await dialogue.ask('ready?', { buttons: [[{ id: 'yes', text: 'Yes' }]], events: ['status'] });
        return { end: true };
      },
      goesOnElsewhere: true,
      async atOnce(answer) {
        if (answer.kind !== 'button' || answer.id !== 'yes') return null;
        handedIn += 1;
        return { handed: 'in' };
      },
      anewAfter: (event) => (event.type === 'status' ? { heard: event.id } : null),
    };
    const engine = await engineWith([handing]);
    await start(engine, 'listener');
    const update = press('Yes');
    api.fault({ method: 'editMessageText', kind: 'status', status: 502 });
    expect(await engine.handleUpdate(chat, update)).toEqual(ok('handled'));
    expect(await engine.handleUpdate(chat, update)).toEqual(ok('repeated'));
    expect(handedIn).toBe(1);
    expect(await engine.handleEvent(chat, arrived('E1'))).toEqual(ok('taken'));
    const state = await store.values(CHATS).get(String(chat));
    expect(state).toMatchObject({ ok: true, value: { conversation: { args: { with: { heard: 'E1' } } } } });
  });

  describe('an answer to a picture that is handed in again because the bot died before its chat was written', () => {
    /** What was handed on, in its order. */
    let handedOn: string[];
    beforeEach(() => {
      handedOn = [];
    });
    /** Shows a picture, then what it is told of: another one, or nothing but that a password is asked for. */
    const reader: Flow = {
      name: 'reader',
      version: 1,
      handed: ANYTHING,
      goesOnElsewhere: true,
      async atOnce(answer) {
        if (answer.kind !== 'picture-code' && answer.kind !== 'button') return null;
        handedOn.push(answer.kind === 'button' ? answer.id : answer.nonce);
        return { nonce: '' };
      },
      anewAfter: (event) => (event.type === 'status' ? { nonce: event.id } : null),
      async run(dialogue, args) {
        const nonce = String(args.with?.nonce ?? 'first');
        if (nonce === '')
          await dialogue.ask('the password?', { events: ['status'], besideSecret: true, back: false });
        else
          await dialogue.ask(`picture ${nonce}`, {
            wants: ['picture-code'],
            nonce,
            buttons: [[{ id: 'other', text: 'Another' }]],
            events: ['status'],
          });
        return { end: true };
      },
    };
    const typed = async (): Promise<Update> => {
      const { id } = await api.user({ id: chat }).send('K7M2Q');
      const update = message('K7M2Q');
      if (update.message) update.message.message_id = id;
      return update;
    };
    /** Handled, as far as the laptop knows; the chat is as it was before. */
    async function handledUnwritten(engine: Engine, update: Update): Promise<void> {
      const before = await store.values(CHATS).get(String(chat));
      expect(await engine.handleUpdate(chat, update)).toEqual(ok('handled'));
      if (before.ok && before.value) await store.values(CHATS).set(String(chat), before.value);
    }

    it('is given to the same picture once more', async () => {
      const engine = await engineWith([reader]);
      await start(engine, 'reader');
      const update = await typed();
      await handledUnwritten(engine, update);
      expect(await engine.handleUpdate(chat, update)).toEqual(ok('handled'));
      expect(handedOn).toEqual(['first', 'first']);
    });

    it.each([
      ['typed, and the password is asked for', '', typed],
      ['typed, and another picture is shown', 'second', typed],
      ['the wish for another, and that is shown', 'second', async () => press('Another')],
    ])('is taken for nothing else: %s', async (_, next, said) => {
      const engine = await engineWith([reader]);
      await start(engine, 'reader');
      const update = await said();
      await handledUnwritten(engine, update);
      await engine.handleEvent(chat, arrived(next));
      const before = texts();
      expect(await engine.handleUpdate(chat, update)).toEqual(ok('handled'));
      expect(handedOn).toHaveLength(1);
      expect(texts()).toEqual(before);
      const id = update.message?.message_id;
      if (id !== undefined) expect(api.user({ id: chat }).messages.some((one) => one.id === id)).toBe(true);
      expect(api.user({ id: chat }).answers.filter(({ text }) => text)).toEqual([]);
    });

    it('hides no password: the next text is one', async () => {
      const engine = await engineWith([reader]);
      await start(engine, 'reader');
      await handledUnwritten(engine, await typed());
      await engine.handleEvent(chat, arrived(''));
      const update = await typed();
      await engine.handleUpdate(chat, update);
      const gone = update.message?.message_id;
      expect(api.user({ id: chat }).messages.some(({ id }) => id === gone)).toBe(false);
      expect(texts().at(-1)).toContain('I deleted your message');
    });
  });

  it('tells when nobody listens to a case any more', async () => {
    const engine = await engineWith([listener]);
    expect(await engine.handleEvent(chat, arrived('E1'))).toEqual(ok('unheard'));
  });

  it('answers a wrong kind of message with help, without waking the conversation', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    const before = await store.values(CHATS).get(String(chat));
    await engine.handleUpdate(chat, message('hello there'));
    expect(texts().at(-1)).toBe(
      'I do not understand that here.\nPress a button, or type its words: “Next”, “← Back”, “✖ Cancel”.\n\none',
    );
    const after = await store.values(CHATS).get(String(chat));
    expect(after.ok && after.value?.conversation).toEqual(before.ok && before.value?.conversation);
  });

  it('keeps no free text of a chat: a password typed by mistake is in no stored byte', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    await engine.handleUpdate(chat, message('Canary-Pass-77'));
    const state = await store.values(CHATS).get(String(chat));
    expect(JSON.stringify(state)).not.toContain('Canary');
  });

  it('refuses a button of an earlier keyboard', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    const first = press('Next');
    await engine.handleUpdate(chat, first);
    const before = texts();
    const again = { ...first.callback_query, id: api.user({ id: chat }).queryId() };
    await engine.handleUpdate(chat, { ...first, callback_query: again, update_id: nextUpdate++ } as Update);
    await eventually(() => expect(api.user({ id: chat }).answers.at(-1)?.text).toContain('earlier step'));
    expect(texts()).toEqual(before);
  });

  it('restarts the stage with a word of explanation when the flow has a newer version', async () => {
    await start(await engineWith([counter]), 'counter');
    const newer = await engineWith([{ ...counter, version: 2 }]);
    await newer.handleUpdate(chat, press('Next'));
    expect(texts().slice(1)).toEqual([
      'The bot was updated. Nothing is lost: here is this step again.',
      // The same question again, so what was pressed counts.
      expect.stringContaining('one'),
      expect.stringContaining('two'),
    ]);
  });

  it('restarts from its case a conversation that was handed what its stage no longer takes', async () => {
    const pages: unknown[] = [];
    const reader = (handed: Flow['handed']): Flow => ({
      name: 'reader',
      version: 1,
      handed,
      async run(dialogue, args) {
        pages.push(args);
        await dialogue.ask('page', {
          buttons: [[{ id: 'next', text: 'Next' }]],
        });
        return { end: true };
      },
    });
    const before = await engineWith([reader(z.object({ page: z.string() }))]);
    await before.control(chat, (controls) =>
      controls.start('reader', { caseId: 'C', with: { page: 'one' } }),
    );
    const today = await engineWith([reader(z.object({ page: z.number().optional() }))]);
    await today.handleUpdate(chat, press('Next'));
    expect(texts()).toContain('The bot was updated. Nothing is lost: here is this step again.');
    expect(pages[1]).toEqual({ caseId: 'C' });
  });

  it('restarts a stage that broke, and gives up politely when it breaks again', async () => {
    let broken = true;
    const fragile: Flow = {
      name: 'fragile',
      version: 1,
      handed: ANYTHING,
      async run(dialogue) {
        await dialogue.ask('step', { buttons: [[{ id: 'go', text: 'Go' }]] });
        if (broken) throw new Error('bug');
        await dialogue.say('fine');
        return { end: true };
      },
    };
    const engine = await engineWith([fragile]);
    await start(engine, 'fragile');
    await engine.handleUpdate(chat, press('Go'));
    expect(texts().slice(-2)).toEqual([
      expect.stringContaining('broke on my side'),
      expect.stringContaining('step'),
    ]);
    broken = false;
    await engine.handleUpdate(chat, press('Go'));
    expect(texts().at(-1)).toBe('fine');
  });

  it('keeps the order of a chat under 50 concurrent updates', async () => {
    const order: number[] = [];
    const pages = Array.from({ length: 50 }, (_, index) => index);
    const recorder: Flow = {
      name: 'recorder',
      version: 1,
      handed: ANYTHING,
      async run(dialogue, args) {
        const at = Number(args.with?.at ?? 0);
        await dialogue.ask(`page ${at}`, { wants: ['serial'], buttons: [] });
        order.push(at);
        return at === 49 ? { end: true } : { go: 'recorder', with: { at: at + 1 } };
      },
    };
    const engine = await engineWith([recorder]);
    await start(engine, 'recorder');
    const results = await Promise.all(
      pages.map((page) => engine.handleUpdate(chat, message(`J${String(10_000_000 + page)}`))),
    );
    expect(results.every((result) => result.ok)).toBe(true);
    expect(order).toEqual(pages);
  });

  it('leaves everything as it was when Telegram cannot be reached, so that the update can come again', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    const update = press('Next');
    api.fault({ method: 'editMessageText', kind: 'disconnect', times: 3 });
    expect(await engine.handleUpdate(chat, update)).toEqual({ ok: false, failure: 'telegram-unreachable' });
    for (let tries = 0; tries < 3; tries++) {
      if ((await engine.handleUpdate(chat, update)).ok) break;
    }
    expect(texts().at(-1)).toContain('two');
  });

  it.each([
    ['an outage of its own', { kind: 'status', status: 502 }],
    ['more silence than a person would wait for', { kind: '429', retryAfter: 3600 }],
  ] as const)('does the same when Telegram answers with %s', async (_, fault) => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    const update = press('Next');
    api.fault({ method: 'editMessageText', ...fault });
    expect(await engine.handleUpdate(chat, update)).toEqual({ ok: false, failure: 'telegram-unreachable' });
    expect(texts().join()).not.toMatch(/broke|wrong/);
    expect(await engine.handleUpdate(chat, update)).toMatchObject({ ok: true });
    expect(texts().at(-1)).toContain('two');
  });

  it('asks again, when the person is back, what it could not ask because they had stopped the bot', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    const description = 'Forbidden: bot was blocked by the user';
    const next = press('Next');
    for (const method of ['editMessageText', 'sendMessage'])
      api.fault({ method, kind: 'status', status: 403, description });
    expect(await engine.handleUpdate(chat, next)).toEqual(ok('handled'));
    expect(texts().join()).not.toMatch(/broke|two/);
    await engine.handleUpdate(chat, message('/start'), async () => 'done');
    // From its case; this toy knows of none and begins anew.
    expect(texts().at(-1)).toBe('one');
    await engine.handleUpdate(chat, press('Next'));
    expect(texts().at(-1)).toBe('two');
  });

  it('leaves a turn behind that does not come back: the next one is handled, and it writes nothing any more', async () => {
    const engine = await engineWith([counter]);
    await start(engine, 'counter');
    let comeBack: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      comeBack = resolve;
    });
    let wasLate: Promise<unknown> = Promise.resolve();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let stuck: ReturnType<typeof engine.handleUpdate> | undefined;
    await new Promise<void>((begun) => {
      stuck = engine.handleUpdate(chat, message('/hang'), async (_update, controls) => {
        wasLate = hanging.then(() => controls.stop());
        begun();
        await wasLate;
        return 'done';
      });
    });
    vi.advanceTimersByTime(600_000);
    vi.useRealTimers();
    expect(await stuck).toEqual({ ok: false, failure: 'stuck' });
    expect(await engine.handleUpdate(chat, press('Next'))).toMatchObject({ ok: true });
    expect(texts().at(-1)).toContain('two');
    comeBack();
    await wasLate;
    expect(await engine.handleUpdate(chat, press('Next'))).toMatchObject({ ok: true });
    expect(texts().at(-1)).toContain('three');
  });

  it('sends a stored picture by reference and does not send it again on replay', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    await store.values(BLOBS).set('picture:1', png.toString('base64'));
    const painter: Flow = {
      name: 'painter',
      version: 1,
      handed: ANYTHING,
      async run(dialogue) {
        await dialogue.ask('look', {
          photo: 'picture:1',
          buttons: [[{ id: 'ok', text: 'OK' }]],
        });
        await dialogue.ask('and now?', {
          buttons: [[{ id: 'ok', text: 'Fine' }]],
        });
        return { end: true };
      },
    };
    const engine = await engineWith([painter]);
    await start(engine, 'painter');
    await engine.handleUpdate(chat, press('OK'));
    await engine.handleUpdate(chat, press('Fine'));
    expect(api.calls.filter((call) => call.method === 'sendPhoto')).toHaveLength(1);
    const state = await store.values(CHATS).get(String(chat));
    expect(JSON.stringify(state)).not.toContain(png.toString('base64').slice(0, 40));
  });

  describe('a courtesy that Telegram lets hang', () => {
    const hang = ['answerCallbackQuery', 'editMessageReplyMarkup', 'deleteMessage'];
    let open: () => void = () => undefined;
    beforeEach(() => {
      const until = new Promise<void>((resolve) => {
        open = resolve;
      });
      for (const method of hang) api.fault({ method, kind: 'delay', until, times: 20 });
    });
    afterEach(() => open());

    it('delays no step: the next question comes, and the answer to it counts', async () => {
      const engine = await engineWith([counter, listener]);
      await start(engine, 'counter');
      for (let presses = 0; presses < 3; presses++) await engine.handleUpdate(chat, press('Next'));
      expect(texts()).toEqual(['one', 'two', 'three', 'done']);
      await start(engine, 'listener');
      await engine.handleUpdate(chat, press('Yes'));
      await engine.handleEvent(chat, arrived('E1'));
      expect(texts().at(-1)).toBe('heard E1');
      // What hung is done late, in the messages it was meant for.
      open();
      await eventually(() => expect(messages().every(({ buttons }) => buttons.length === 0)).toBe(true));
    });

    it('says as a message why an old button does nothing', async () => {
      const impatient = new TelegramClient({
        token: new Secret(api.token),
        apiRoot: api.url,
        pace: null,
        blobs: { get: async () => ok(undefined) },
        patience: { call: 30_000, upload: 30_000, courtesy: 50 },
      });
      const engine = await engineWith([counter], undefined, impatient);
      await start(engine, 'counter');
      const first = press('Next');
      await engine.handleUpdate(chat, first);
      const again = { ...first.callback_query, id: api.user({ id: chat }).queryId() };
      await engine.handleUpdate(chat, { callback_query: again, update_id: nextUpdate++ } as Update);
      await eventually(() => expect(texts().at(-1)).toContain('from an earlier step'));
      await impatient.disconnect();
    });
  });

  describe('an edited message', () => {
    const heard: string[] = [];
    const listening: Flow = {
      name: 'listening',
      version: 1,
      handed: ANYTHING,
      async run(dialogue) {
        const answer = await dialogue.ask('show or tell', {
          wants: ['photo', 'serial', 'note'],
        });
        heard.push(
          answer.kind === 'photo' ? answer.fileId : answer.kind === 'note' ? answer.text : answer.kind,
        );
        return { go: 'listening' };
      },
    };
    const photo = (name: string, caption?: string) => ({
      photo: [{ file_id: name, file_unique_id: name, width: 1, height: 1 }],
      ...(caption === undefined ? {} : { caption }),
    });
    const sent = (update: Update, content: object): Update =>
      ({ ...update, message: { ...update.message, text: undefined, ...content } }) as unknown as Update;
    const edited = ({ message }: Update, content: object): Update =>
      ({
        update_id: nextUpdate++,
        edited_message: { ...message, photo: undefined, text: undefined, ...content },
      }) as unknown as Update;

    it('is a new photo where the picture was replaced, and words where only the caption was', async () => {
      heard.length = 0;
      const engine = await engineWith([listening]);
      await start(engine, 'listening');
      const first = sent(message(''), photo('blurred'));
      await engine.handleUpdate(chat, first);
      await engine.handleUpdate(chat, edited(first, photo('blurred')));
      await engine.handleUpdate(chat, edited(first, photo('sharp')));
      await engine.handleUpdate(chat, edited(first, photo('sharp', 'it hangs over the gate')));
      expect(heard).toEqual(['blurred', 'sharp', 'it hangs over the gate']);
    });

    it('is heard once, however often Telegram delivers the edit', async () => {
      heard.length = 0;
      const engine = await engineWith([listening]);
      await start(engine, 'listening');
      const first = message('over the gate');
      await engine.handleUpdate(chat, first);
      const edit = edited(first, { text: 'over the door' });
      await engine.handleUpdate(chat, edit);
      expect(await engine.handleUpdate(chat, edit)).toEqual(ok('repeated'));
      expect(heard).toEqual(['over the gate', 'over the door']);
    });

    it('of long ago mends nothing any more', async () => {
      let now = 1_000_000;
      const engine = await engineWith([counter], () => now);
      await start(engine, 'counter');
      const first = message('J500');
      await engine.handleUpdate(chat, first);
      now += 31 * 60_000;
      await engine.handleUpdate(chat, edited(first, { text: 'J50000062' }));
      expect(texts().at(-1)).toContain('dealt with already');
    });
  });

  describe('a password in the chat', () => {
    const person = () => api.user({ id: chat });
    /** Sends a text as a person does and hands it to the engine. */
    async function sends(engine: Engine, text: string): Promise<number> {
      const { id } = await person().send(text);
      const update = message(text);
      if (update.message) update.message.message_id = id;
      expect(await engine.handleUpdate(chat, update)).toMatchObject({ ok: true });
      return id;
    }
    const inChat = (id: number) => person().messages.some((one) => one.id === id);

    it('is deleted and told, and what stands beside it is heard all the same', async () => {
      const engine = await engineWith([counter]);
      await start(engine, 'counter');
      const alone = await sends(engine, 'Canary-Pass-77');
      expect(inChat(alone)).toBe(false);
      expect(texts().at(-1)).toMatch(/deleted your message.*\n+.*Press a button, or type its words/s);
      const words = await sends(engine, 'how does this work?');
      expect(inChat(words)).toBe(true);
      const beside = await sends(engine, 'J50000062 password: kitten');
      expect(inChat(beside)).toBe(false);
      expect(texts().slice(-2)).toEqual([expect.stringContaining('deleted'), expect.stringContaining('one')]);
      const state = JSON.stringify(await store.values(CHATS).get(String(chat)));
      expect(state).not.toMatch(/Canary|kitten/);
    });

    it('is left to its sender where Telegram does not let the bot delete it', async () => {
      const engine = await engineWith([counter]);
      await start(engine, 'counter');
      const description = "Bad Request: message can't be deleted for everyone";
      api.fault({ method: 'deleteMessage', kind: 'status', status: 400, description });
      const id = await sends(engine, 'Canary-Pass-77');
      expect(inChat(id)).toBe(true);
      expect(texts().at(-1)).toContain('Delete it yourself');
    });

    it('is deleted in the end when Telegram could not be reached, or its answer was lost', async () => {
      const engine = await engineWith([counter]);
      await start(engine, 'counter');
      const { id } = await person().send('Canary-Pass-77');
      const update = message('Canary-Pass-77');
      if (update.message) update.message.message_id = id;
      api.fault({ method: 'deleteMessage', kind: 'status', status: 502 });
      expect(await engine.handleUpdate(chat, update)).toEqual({ ok: false, failure: 'telegram-unreachable' });
      api.fault({ method: 'sendMessage', kind: 'status', status: 502 });
      expect(await engine.handleUpdate(chat, update)).toEqual({ ok: false, failure: 'telegram-unreachable' });
      expect(await engine.handleUpdate(chat, update)).toEqual(ok('handled'));
      expect(inChat(id)).toBe(false);
      expect(texts().at(-1)).toContain('I deleted your message');
    });

    it('was none: the next text is taken as it is, once and for ten minutes', async () => {
      let now = 1_000_000;
      const heard: string[] = [];
      const notes: Flow = {
        name: 'notes',
        version: 1,
        handed: ANYTHING,
        async run(dialogue) {
          const answer = await dialogue.ask('note?', { wants: ['note'] });
          if (answer.kind === 'note') heard.push(answer.text);
          return { go: 'notes' };
        },
      };
      const engine = await engineWith([notes], () => now);
      await start(engine, 'notes');
      const text = 'The new password: 4711-reset';
      await sends(engine, text);
      expect(heard).toEqual([]);
      await engine.handleUpdate(chat, press('It was no password'));
      expect(texts().at(-1)).toContain('send it again');
      const again = await sends(engine, text);
      expect(inChat(again)).toBe(true);
      expect(heard).toEqual([text]);
      // The button is good for one text.
      expect(inChat(await sends(engine, text))).toBe(false);
      await engine.handleUpdate(chat, press('It was no password'));
      now += 11 * 60_000;
      expect(inChat(await sends(engine, text))).toBe(false);
      expect(heard).toEqual([text]);
    });

    it('is deleted from an edited message too, and nothing else is answered', async () => {
      const engine = await engineWith([counter]);
      await start(engine, 'counter');
      const { id } = await person().send('hello');
      const edited = (text: string) => {
        const { message: edited_message } = message(text);
        return { update_id: nextUpdate++, edited_message: { ...edited_message, message_id: id } } as Update;
      };
      const before = texts();
      await engine.handleUpdate(chat, edited('hello there'));
      expect(texts()).toEqual(before);
      await engine.handleUpdate(chat, edited('Canary-Pass-77'));
      expect(inChat(id)).toBe(false);
      expect(texts().at(-1)).toContain('I deleted your message');
    });
  });
});
