import type { Update } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { BLOBS } from '../../../src/bot/house/blobs.ts';
import { CHATS, openChatStates } from '../../../src/bot/house/chats.ts';
import { TelegramClient } from '../../../src/bot/telegram/client.ts';
import type { Flow } from '../../../src/flows/engine/dialogue.ts';
import { createEngine, type Engine } from '../../../src/flows/engine/engine.ts';
import type { HouseEvent } from '../../../src/flows/engine/events.ts';
import type { House } from '../../../src/flows/ports.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { type LocalBotApi, startLocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import type { Store } from '../../../src/store/store.ts';
import { eventually } from '../../support/eventually.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

let api: LocalBotApi;
let client: TelegramClient;
let store: Store;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let person: SimUser;
let nextUpdate: number;
let now: number;

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  await store.values(BLOBS).set('picture:1', PIXEL);
  await store.values(BLOBS).set('picture:2', PIXEL);
  api = await startLocalBotApi();
  person = api.user();
  await person.send('/start');
  nextUpdate = 1;
  now = 1_000_000;
  client = newClient();
});

afterEach(async () => {
  await client.disconnect();
  await api.close();
  await store.close();
  await folder.remove();
});

function newClient(): TelegramClient {
  return new TelegramClient({
    token: new Secret(api.token),
    apiRoot: api.url,
    pace: null,
    blobs: {
      get: async (key) => {
        const found = await store.values(BLOBS).get(key);
        return found.ok ? ok(Buffer.from(found.value ?? '', 'base64')) : found;
      },
    },
  });
}

/** The part of the house a toy flow touches. */
const house = {
  language: async () => 'en',
  misunderstood: { count: async () => ok(null) },
} as unknown as House;

async function engineWith(flow: Flow, lives = true): Promise<Engine> {
  const states = openChatStates(store);
  return createEngine({
    flows: [flow],
    house,
    states: {
      ...states,
      save: async (chatId, state) => (lives ? states.save(chatId, state) : ok(undefined)),
    },
    callApi: client.tryCall.bind(client),
    log: createLog('silent', 'test'),
    exclusive: (_chatId, task) => task(),
    buttonKey: new Secret(new Uint8Array(32)),
    newDevice: () => ({ end: true }),
    first: flow.name,
    heading: async (_house, { flow: at }) => (at === null ? '<b>the device</b>: over' : '<b>the device</b>'),
    newest: async (chatId) => client.newest(chatId),
    clock: () => now,
  });
}

const flowOf = (run: Flow['run']): Flow => ({
  name: 'toy',
  version: 1,
  handed: z.record(z.string(), z.unknown()),
  run,
});
const start = (engine: Engine) =>
  engine.control(person.chatId, (controls) => controls.start('toy', { caseId: 'C' }));

const NEXT = { buttons: [[{ id: 'next', text: 'Next' }]] };

/** Two questions, a wait for the laptop with nothing to do, and a question after it. */
const walk = flowOf(async (dialogue) => {
  await dialogue.ask('first?', NEXT);
  await dialogue.say('a line about it');
  await dialogue.ask('working…', { quiet: true, events: ['status'], jobId: 'J' });
  await dialogue.ask('second?', NEXT);
  await dialogue.send('the end');
  return { end: true };
});

type Shown = (typeof person.messages)[number];

/** Presses a button of a message; unless told which, of the bot's newest that has it. */
async function press(
  engine: Engine,
  label = 'Next',
  holder: Shown | undefined = person.messages.findLast(({ buttons }) =>
    buttons.flat().some(({ text }) => text === label),
  ),
) {
  const data = holder?.buttons.flat().find(({ text }) => text === label)?.data;
  return engine.handleUpdate(person.chatId, {
    update_id: nextUpdate++,
    callback_query: {
      id: person.queryId(),
      from: person.user,
      chat_instance: '1',
      data,
      message: { message_id: holder?.id, date: 0, chat: { id: person.chatId, type: 'private' } },
    },
  } as unknown as Update);
}

async function types(engine: Engine, text: string, outside?: Parameters<Engine['handleUpdate']>[2]) {
  const { id } = await person.send(text);
  return engine.handleUpdate(
    person.chatId,
    {
      update_id: nextUpdate++,
      message: {
        message_id: id,
        date: 0,
        text,
        chat: { id: person.chatId, type: 'private' },
        from: person.user,
      },
    } as unknown as Update,
    outside,
  );
}

const laptopSays = (engine: Engine, id = 'E1') =>
  engine.handleEvent(person.chatId, {
    id,
    caseId: 'C',
    type: 'status',
    jobId: 'J',
    status: 'can-unbind',
  } satisfies HouseEvent);

const says = (text: string) => client.tryCall('sendMessage', { chat_id: person.chatId, text });

/** What the bot has in the chat now, without what /start has left there. */
const inChat = () => person.messages.filter(({ from }) => from === 'bot');
const cards = () => inChat().filter(({ text }) => text.startsWith('the device'));
const keyboards = () => inChat().filter(({ buttons }) => buttons.length > 0);
/** Calls that make a phone ring. */
const rings = () =>
  api.calls.filter(
    ({ method, parameters }) => /^send(Message|Photo)/.test(method) && !parameters.disable_notification,
  ).length;

describe('the card of a case', () => {
  it('is one message, edited in place without a sound while the person looks at it', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    const { id } = inChat()[0] ?? {};
    await press(engine);
    expect(inChat()).toMatchObject([{ id, text: 'the device\n\na line about it\n\nworking…' }]);
    now += 5_000;
    await laptopSays(engine);
    // What was said since the last answer is still there.
    expect(inChat()).toMatchObject([{ id, text: 'the device\n\na line about it\n\nsecond?' }]);
    expect(rings()).toBe(1);
  });

  it('moves below with a sound when it is needed and three messages have come in between', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    await press(engine);
    const [before] = cards();
    for (const notice of ['one', 'two', 'three']) await says(notice);
    const rung = rings();
    await laptopSays(engine);
    expect(rings()).toBe(rung + 1);
    await eventually(() => expect(cards()).toHaveLength(1));
    expect(inChat().map(({ text }) => text)).toEqual([
      'one',
      'two',
      'three',
      'the device\n\na line about it\n\nsecond?',
    ]);
    expect(cards()[0]?.id).not.toBe(before?.id);
    expect(keyboards()).toHaveLength(1);
  });

  it('stays where it is while nothing is needed, whatever has come below it', async () => {
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        await dialogue.ask('working…', { quiet: true, events: ['status'], jobId: 'J' });
        await dialogue.ask('still working…', { quiet: true, events: ['status'], jobId: 'J' });
        return { end: true };
      }),
    );
    await start(engine);
    for (const notice of ['one', 'two', 'three']) await says(notice);
    now += 60_000;
    await laptopSays(engine);
    expect(inChat().map(({ text }) => text)).toEqual(['the device\n\nstill working…', 'one', 'two', 'three']);
    expect(rings()).toBe(3);
  });

  it.each([
    [19_000, 'edited', 1],
    [21_000, 'new, with a sound', 2],
  ])('is, %i ms after the person did something, %s', async (passed, _, rung) => {
    const engine = await engineWith(walk);
    await start(engine);
    now += 3_600_000;
    await press(engine);
    now += passed;
    await laptopSays(engine);
    expect(rings()).toBe(rung);
    await eventually(() => expect(inChat()).toHaveLength(1));
    expect(inChat()[0]?.text).toContain('second?');
  });

  it('comes below what the person types, and answers there', async () => {
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        await dialogue.ask('which?', { wants: ['serial'] });
        await dialogue.ask('working…', { quiet: true });
        return { end: true };
      }),
    );
    await start(engine);
    const typed = await types(engine, 'J50000062');
    expect(typed).toEqual(ok('handled'));
    await eventually(() => expect(inChat()).toHaveLength(1));
    expect(person.messages.at(-1)).toMatchObject({ from: 'bot', text: 'the device\n\nworking…' });
    expect(rings()).toBe(1);
  });

  it('keeps the buttons of its question when a press on the one before comes late', async () => {
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        const leave = [[{ id: 'leave', text: 'Leave' }]];
        await dialogue.ask('looking…', { buttons: leave, events: ['status'], jobId: 'J' });
        await dialogue.ask('not found', { buttons: leave });
        await dialogue.say('left');
        return { end: true };
      }),
    );
    await start(engine);
    const before = person.messages.at(-1);
    await laptopSays(engine);
    await press(engine, 'Leave', before);
    await eventually(() => expect(person.answers.at(-1)?.text).toMatch(/earlier step/));
    // Whatever is done beside a turn was asked for before this.
    await says('one');
    expect(keyboards()).toMatchObject([{ text: 'the device\n\nnot found' }]);
    await press(engine, 'Leave');
    await eventually(() => expect(inChat().some(({ text }) => text.includes('left'))).toBe(true));
  });

  it('comes anew when the person has deleted it', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    await press(engine);
    await client.tryCall('deleteMessage', { chat_id: person.chatId, message_id: cards()[0]?.id ?? 0 });
    await laptopSays(engine);
    expect(cards()).toMatchObject([{ text: 'the device\n\na line about it\n\nsecond?' }]);
  });

  it('is emptied with a word where Telegram does not let the old one be deleted', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    await press(engine);
    await says('in between');
    const description = "Bad Request: message can't be deleted for everyone";
    api.fault({ method: 'deleteMessage', kind: 'status', status: 400, description });
    await laptopSays(engine);
    await eventually(() =>
      expect(inChat().map(({ text }) => text)).toEqual([
        '↓ This case goes on below.',
        'in between',
        expect.stringContaining('second?'),
      ]),
    );
    expect(keyboards()).toHaveLength(1);
  });

  it('loses its keyboard at /cancel, and says where the case ended', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    await types(engine, '/cancel', async (_update, controls) => {
      controls.stop();
      return 'done';
    });
    await eventually(() => expect(inChat()).toMatchObject([{ text: 'the device: over', buttons: [] }]));
  });

  it('says where the case ended, beside the end, which is a message of its own with a sound', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    await press(engine);
    await laptopSays(engine);
    const rung = rings();
    await press(engine);
    await eventually(() => expect(inChat().map(({ text }) => text)).toEqual(['the device: over', 'the end']));
    expect(rings()).toBe(rung + 1);
    expect(keyboards()).toEqual([]);
  });

  it('gives way to a picture, which stays without its keyboard when the next question comes', async () => {
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        await dialogue.ask('first?', NEXT);
        await dialogue.ask('read it', { ...NEXT, photo: 'picture:1' });
        await dialogue.ask('and this', { ...NEXT, photo: 'picture:2' });
        await dialogue.ask('last?', NEXT);
        return { end: true };
      }),
    );
    await start(engine);
    await press(engine);
    await eventually(() => expect(inChat()).toMatchObject([{ kind: 'photo' }]));
    await press(engine);
    // One picture after another is one message.
    expect(inChat()).toMatchObject([{ kind: 'photo', text: 'the device\n\nand this' }]);
    await press(engine);
    await eventually(() =>
      expect(inChat()).toMatchObject([
        { kind: 'photo', buttons: [] },
        { kind: 'text', text: 'the device\n\nlast?' },
      ]),
    );
  });

  it('sends above what there is no room for, and cuts what is too long at a line, with a word', async () => {
    const long = (mark: string, lines: number) => `${mark}\n${'<b>line &amp; line</b>\n'.repeat(lines)}`;
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        await dialogue.say(long('older', 200));
        await dialogue.say(long('newer', 200));
        await dialogue.ask('first?', NEXT);
        await dialogue.ask(long('endless', 1000), NEXT);
        return { end: true };
      }),
    );
    await start(engine);
    const [older, card] = inChat();
    expect(older?.text).toMatch(/^older/);
    expect(card?.text).toMatch(/^the device\n\nnewer.*first\?$/s);
    await press(engine);
    const cut = inChat().at(-1);
    expect(cut?.text).toMatch(/line & line\n… There was more, and no room for it here\.$/);
    expect(cut?.text.length).toBeLessThanOrEqual(4096);
    expect(cut?.buttons).not.toEqual([]);
  });

  it('says last what no question follows', async () => {
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        await dialogue.say('one thing');
        await dialogue.say('and another');
        return { end: true };
      }),
    );
    await start(engine);
    expect(inChat().map(({ text }) => text)).toEqual(['one thing\n\nand another']);
  });

  it('shows at once that a photo is being looked at, and no longer than that', async () => {
    let read: () => void = () => undefined;
    const reading = new Promise<void>((resolve) => {
      read = resolve;
    });
    const photo = await person.send('a photo');
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        await dialogue.during('reading…', photo.id, async () => {
          await reading;
          return ok(null);
        });
        await dialogue.ask('first?', NEXT);
        return { end: true };
      }),
    );
    const started = start(engine);
    const reaction = () => person.messages.find(({ id }) => id === photo.id)?.reaction;
    await person.until(() => reaction() === '👀');
    await person.until(() => cards().some(({ text }) => text.endsWith('reading…')));
    await person.until(() => api.calls.some(({ parameters }) => parameters.action === 'typing'));
    read();
    await started;
    await person.until(() => reaction() === null);
    expect(inChat()).toMatchObject([{ text: 'the device\n\nfirst?' }]);
  });
});

describe('a word on the card', () => {
  const remark = (engine: Engine, text: string, needed = false) =>
    engine.control(
      person.chatId,
      async (controls) => void expect(await controls.remark('C', text, needed)).toBe(true),
    );

  it('says what a question can use, below what was sent, once, and goes with the next step', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    for (const nonsense of ['zzqx', 'qqwwrr', 'plmm']) await types(engine, nonsense);
    await eventually(() => expect(inChat()).toHaveLength(1));
    expect(person.messages.at(-1)?.text).toMatch(
      /^the device\n\nI do not understand.* “Next”.*\n\nfirst\?$/s,
    );
    expect(keyboards()).toHaveLength(1);
    await press(engine);
    expect(inChat()).toMatchObject([{ text: 'the device\n\na line about it\n\nworking…' }]);
  });

  it('is edited in where the card is the last message, however long ago, without a sound', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    const { id } = inChat()[0] ?? {};
    await press(engine);
    now += 60_000;
    await remark(engine, 'no word yet');
    await remark(engine, 'still none');
    expect(inChat()).toMatchObject([
      { id, text: 'the device\n\na line about it\n\nstill none\n\nworking…', buttons: [[{}, {}]] },
    ]);
    expect(rings()).toBe(1);
  });

  it('comes on a new card, with a sound, where the card is not the last message', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    await press(engine);
    for (const notice of ['one', 'two', 'three']) await says(notice);
    const rung = rings();
    await remark(engine, 'no word yet');
    await eventually(() => expect(cards()).toHaveLength(1));
    expect(person.messages.at(-1)?.text).toContain('no word yet');
    expect(rings()).toBe(rung + 1);
  });

  it('comes with a sound where the person is needed and does not look', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    now += 21_000;
    await remark(engine, 'two minutes left', true);
    await eventually(() => expect(cards()).toHaveLength(1));
    expect(rings()).toBe(2);
  });

  it('brings a picture along, which is there once', async () => {
    const engine = await engineWith(
      flowOf(async (dialogue) => {
        await dialogue.ask('read it', { ...NEXT, photo: 'picture:1' });
        return { end: true };
      }),
    );
    await start(engine);
    await types(engine, 'zzqx');
    await eventually(() =>
      expect(inChat()).toMatchObject([{ kind: 'photo', buttons: [[{}], [{}, {}], [{}]] }]),
    );
    expect(person.messages.at(-1)?.text).toMatch(/I do not understand.*read it$/s);
  });

  it('is a message where an older version has left the card', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    const stored = await store.values(CHATS).get(String(person.chatId));
    if (!stored.ok || !stored.value?.card) throw new Error('no card is stored');
    const { asked: _, ...card } = stored.value.card;
    await store.values(CHATS).set(String(person.chatId), { ...stored.value, card });
    await types(engine, 'zzqx');
    expect(inChat().map(({ text }) => text)).toEqual([
      'the device\n\nfirst?',
      expect.stringMatching(/^I do not understand/),
    ]);
  });
});

describe('a bot that is killed', () => {
  it('between sending a card and remembering it sends it again, and either is good for one answer', async () => {
    const asked: string[] = [];
    const flow = flowOf(async (dialogue) => {
      const answer = await dialogue.ask('first?', NEXT);
      asked.push(answer.kind);
      await dialogue.ask('second?', { buttons: [[{ id: 'more', text: 'More' }]] });
      return { end: true };
    });
    await start(await engineWith(flow, false));
    await start(await engineWith(flow));
    expect(cards()).toHaveLength(2);
    const engine = await engineWith(flow);
    // The older of the two, which nobody remembers.
    const [older] = cards();
    await press(engine, older?.buttons.flat()[0]?.text, older);
    await eventually(() => expect(keyboards()).toHaveLength(1));
    expect(keyboards()[0]?.text).toBe('the device\n\nsecond?');
    await engine.handleUpdate(person.chatId, { update_id: nextUpdate++ } as Update);
    expect(new Set(asked)).toEqual(new Set(['button']));
  });

  it('may leave a keyboard of a step that is over, which goes when it is pressed', async () => {
    const engine = await engineWith(walk);
    await start(engine);
    const [first] = cards();
    await says('in between');
    // The step is over, and the bot was killed before the old card was taken away.
    for (const method of ['deleteMessage', 'editMessageText'])
      api.fault({ method, kind: 'status', status: 400, description: 'Bad Request: gone' });
    now += 60_000;
    await types(engine, 'next');
    await laptopSays(engine);
    await press(engine, 'Next', first);
    await eventually(() => expect(keyboards()).toHaveLength(1));
    expect(keyboards()[0]?.text).toContain('second?');
  });

  it('does not trust a card of the run before to be in sight', async () => {
    await start(await engineWith(walk));
    await press(await engineWith(walk));
    now += 1_000;
    // A notice of the run before, which nobody remembers.
    await says('a notice');
    await client.disconnect();
    client = newClient();
    await laptopSays(await engineWith(walk));
    await eventually(() => expect(cards()).toHaveLength(1));
    expect(person.messages.at(-1)?.text).toContain('second?');
  });

  it('takes up a chat that an older version has stored, which knew no cards', async () => {
    await start(await engineWith(walk));
    const stored = await store.values(CHATS).get(String(person.chatId));
    if (!stored.ok || !stored.value?.conversation) throw new Error('nothing is stored');
    const { card: _, touchedAt: _at, ...older } = stored.value;
    const conversation = { ...stored.value.conversation, version: 201 };
    await store.values(CHATS).set(String(person.chatId), { ...older, conversation });
    await press(await engineWith(walk));
    const said = person.said.filter(({ from }) => from === 'bot').map(({ text }) => text);
    expect(said).toContain('The bot was updated. Nothing is lost: here is this step again.');
    expect(person.messages.at(-1)?.text).toContain('working…');
    expect(keyboards().length).toBeGreaterThan(0);
  });
});
