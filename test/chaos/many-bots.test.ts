/** Several bots on one Redis, and Telegram's updates thrown at any of them; one is killed, one sleeps and wakes. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHATS } from '../../src/bot/house/chats.ts';
import { WAITING_UPDATES } from '../../src/bot/telegram/shelf.ts';
import { ok } from '../../src/kernel/result.ts';
import { type LocalBotApi, startLocalBotApi } from '../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { gate } from '../integration/bot/support.ts';
import { eventually } from '../support/eventually.ts';
import { type OneOfMany, openFront, startOneOfMany } from '../support/many-bots.ts';
import { releasedBot } from '../support/programs.ts';
import { NO_REDIS, startRedis, startSentinels } from '../support/redis.ts';

const PEOPLE = 4;
/** Commands whose answers are told apart; none comes twice in a row. */
const COMMANDS = ['/cancel', '/cases', '/start'] as const;
const ANSWERS = [/^Nothing is running/, /^No case yet/, /^I help you unbind/] as const;

/** Bots on one Redis of their own, or the one given, each with the same settings; people who may speak to them. */
async function startMany(count: number, mode: 'webhook' | 'polling', given?: string) {
  // Made once, whoever starts it.
  await releasedBot();
  const storeUrl = given ?? (await ownRedis());
  const api = await startLocalBotApi({ webhookRetryMs: 50 });
  onTestFinished(() => api.close());
  const people = Array.from({ length: PEOPLE }, () => api.user());
  const front = await openFront();
  onTestFinished(() => front.close());
  // Telegram throws each update at the next one.
  const taken: number[] = [];
  front.onAnswer(({ bot, status }) => {
    if (status === 200) taken.push(bot);
  });
  const settings = {
    BOT_TOKEN: api.token,
    TELEGRAM_API_ROOT: api.url,
    ADMIN_IDS: people.map(({ id }) => id).join(','),
    STORE_URL: storeUrl,
    ...(mode === 'webhook'
      ? { WEBHOOK_URL: `${front.url}/telegram`, WEBHOOK_SECRET: 'posted-by-telegram-alone' }
      : {}),
  };
  const another = async () => {
    const started = await startOneOfMany(settings);
    onTestFinished(() => started.end());
    return started;
  };
  front.bots.push(...(await Promise.all(Array.from({ length: count }, another))));
  return { api, people, storeUrl, bots: front.bots, taken, another };
}

async function ownRedis(): Promise<string> {
  const redis = await startRedis();
  onTestFinished(() => redis.end());
  return redis.url;
}

/** Which command each answer of the bot in a chat is to, in the order in which they came. */
function answersOf(person: SimUser): number[] {
  return person.messages
    .filter(({ from }) => from === 'bot')
    .map(({ text }) => ANSWERS.findIndex((answer) => answer.test(text)))
    .filter((command) => command !== -1);
}

/** What a person says: so many commands, one after the other, from one on. */
async function say(person: SimUser, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) await person.send(COMMANDS[n % COMMANDS.length] ?? '');
}

/** Answers in the order of the commands; where one was said twice in a row, it was said again after a crash. */
const inOrder = (count: number) => Array.from({ length: count }, (_, n) => n % COMMANDS.length);
const onceEach = (answers: readonly number[]) => answers.filter((answer, at) => answer !== answers[at - 1]);

async function allAnswered(people: readonly SimUser[], count: number): Promise<void> {
  await eventually(() => {
    for (const person of people) expect(onceEach(answersOf(person)).length).toBeGreaterThanOrEqual(count);
  });
}

async function openRedis(url: string): Promise<Store> {
  const opened = await openStore(url);
  const store = opened.ok ? opened.value : expect.unreachable(opened.failure.reason);
  onTestFinished(() => store.close());
  return store;
}

/** How many calls of a bot put a message into a chat. */
const saidIn = (api: LocalBotApi, { id }: SimUser) =>
  api.calls.filter(({ method, parameters }) => method === 'sendMessage' && parameters.chat_id === id).length;

describe.skipIf(NO_REDIS !== null)(`several bots on one Redis (${NO_REDIS ?? 'redis-server'})`, () => {
  it('answer each update once and in its order, while one is killed and another sleeps and wakes', async () => {
    const { api, people, bots, taken, another } = await startMany(4, 'webhook');
    await Promise.all(people.map((person) => say(person, 0, 9)));
    await allAnswered(people, 9);
    for (const person of people) {
      expect(answersOf(person)).toEqual(inOrder(9));
      expect(saidIn(api, person)).toBeGreaterThanOrEqual(9);
    }
    // All of them take updates in.
    expect(new Set(taken).size).toBe(4);

    // In the middle of its work: whichever chat it has the turn of goes on elsewhere.
    const speaking = Promise.all(people.map((person) => say(person, 9, 9)));
    await eventually(() => expect(answersOf(people[0] ?? expect.unreachable()).length).toBeGreaterThan(9));
    bots[0]?.child.kill('SIGKILL');
    await speaking;
    await allAnswered(people, 18);
    for (const person of people) expect(onceEach(answersOf(person))).toEqual(inOrder(18));

    // It does not know that it sleeps, and wakes with what it was at.
    const again = Promise.all(people.map((person) => say(person, 18, 9)));
    await eventually(() => expect(answersOf(people[1] ?? expect.unreachable()).length).toBeGreaterThan(18));
    bots[1]?.child.kill('SIGSTOP');
    await again;
    await allAnswered(people, 27);
    bots[1]?.child.kill('SIGCONT');
    bots.push(await another());
    await Promise.all(people.map((person) => say(person, 27, 6)));
    await allAnswered(people, 33);
    for (const person of people) {
      const answers = answersOf(person);
      expect(onceEach(answers)).toEqual(inOrder(33));
      // Said again by who took over: once for each of the two at most.
      expect(answers.length).toBeLessThanOrEqual(33 + 2);
    }
    await eventually(() =>
      expect(
        people.flatMap(({ messages }) => messages.filter(({ text }) => /was not shut down/.test(text)))
          .length,
      ).toBeGreaterThan(0),
    );
  }, 180_000);

  it('answer each update in its order while Sentinels fail their store over', async () => {
    const primary = await startRedis();
    onTestFinished(() => primary.end());
    const replicas = [await startRedis({ replicaOf: primary }), await startRedis({ replicaOf: primary })];
    for (const replica of replicas) onTestFinished(() => replica.end());
    const sentinels = await startSentinels(primary, { replicas: replicas.length });
    onTestFinished(() => sentinels.end());
    const url = `redis://${sentinels.addresses.join(',')}?sentinel=${sentinels.name}&replicas=1`;
    const { people, bots } = await startMany(2, 'webhook', url);
    await Promise.all(people.map((person) => say(person, 0, 6)));
    await allAnswered(people, 6);

    const speaking = Promise.all(people.map((person) => say(person, 6, 12)));
    await eventually(() => expect(answersOf(people[0] ?? expect.unreachable()).length).toBeGreaterThan(6));
    await primary.kill();
    await speaking;
    await allAnswered(people, 18);
    await Promise.all(people.map((person) => say(person, 18, 3)));
    await eventually(() => {
      for (const person of people) expect(answersOf(person).length).toBeGreaterThanOrEqual(21);
    });
    expect(await sentinels.primary()).not.toBe(primary.port);
    for (const person of people) {
      const answers = answersOf(person);
      // What was answered just before, and noted where no replica had heard of it yet, is answered again, and what follows with it.
      const goesBack = answers.filter((answer, at) => at > 0 && answer !== ((answers[at - 1] ?? 0) + 1) % 3);
      expect(goesBack.length, String(answers)).toBeLessThanOrEqual(1);
      expect(answers.at(-1)).toBe(2);
    }
    for (const { child } of bots) expect(child.exitCode).toBeNull();
  }, 120_000);

  it('let one that slept in the middle of a turn write nothing into what another has done meanwhile', async () => {
    const { api, people, bots, storeUrl } = await startMany(2, 'webhook');
    const [person = expect.unreachable()] = people;
    const [asleep = expect.unreachable(), awake = expect.unreachable()] = bots;
    const store = await openRedis(storeUrl);
    await say(person, 0, 3);
    await allAnswered([person], 3);

    awake.child.kill('SIGSTOP');
    const heard = gate();
    api.fault({ method: 'sendMessage', chat: person.id, kind: 'delay', until: heard.passed });
    const before = saidIn(api, person);
    await say(person, 3, 1);
    await eventually(() => expect(saidIn(api, person)).toBe(before + 1));
    asleep.child.kill('SIGSTOP');
    awake.child.kill('SIGCONT');
    await allAnswered([person], 4);
    // Seen through: what is said stands in the state, and nothing waits.
    await eventually(async () => expect(await store.values(WAITING_UPDATES).keys()).toEqual(ok([])));
    const written = await store.values(CHATS).get(String(person.id));

    // It wakes, and Telegram has done what it asked for: it goes on where it was.
    asleep.child.kill('SIGCONT');
    heard.open();
    await eventually(() => expect(asleep.lines.join('\n')).toMatch(/could not be handled/));
    expect(await store.values(CHATS).get(String(person.id))).toEqual(written);
    await say(person, 4, 5);
    await allAnswered([person], 9);
    expect(onceEach(answersOf(person))).toEqual(inOrder(9));
  }, 120_000);

  it('poll in one process, and in another when that is killed', async () => {
    const { people, bots } = await startMany(2, 'polling');
    const person = people[0] ?? expect.unreachable();
    await say(person, 0, 3);
    await allAnswered([person], 3);
    const polls = ({ lines }: OneOfMany) =>
      lines.some((line) => line.includes('this process polls Telegram'));
    await eventually(() => expect(bots.findIndex(polls)).not.toBe(-1));
    const first = bots.findIndex(polls);
    bots[first]?.child.kill('SIGKILL');
    await say(person, 3, 6);
    await allAnswered([person], 9);
    expect(onceEach(answersOf(person))).toEqual(inOrder(9));
    // Its answers may be here before its lines are.
    await eventually(() => expect(polls(bots[1 - first] ?? expect.unreachable())).toBe(true));
  }, 120_000);
});
