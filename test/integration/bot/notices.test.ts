import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotices, leaveNotice, NOTICE_DEFAULTS, type Notices } from '../../../src/bot/house/notices.ts';
import { createProfiles, PROFILES } from '../../../src/bot/house/profiles.ts';
import { createTelegram } from '../../../src/bot/house/telegram.ts';
import { AGENTS } from '../../../src/hub/agents.ts';
import { createHub } from '../../../src/hub/hub.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { workingOn } from '../../support/working-on.ts';
import { value } from '../hub/house.ts';
import { clientFor, localBotApi, rawServer } from './support.ts';

const HOUR = 60 * 60 * 1000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let api: LocalBotApi;
let olga: SimUser;
let ivan: SimUser;
let anna: SimUser;
let now: number;
/** Whose phone is lost. */
let locked: SimUser | null;
let open: Notices[];

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  api = await localBotApi();
  olga = api.user({ firstName: 'Olga' });
  ivan = api.user({ firstName: 'Ivan' });
  anna = api.user({ firstName: 'Anna' });
  now = Date.UTC(2026, 10, 28, 12);
  locked = null;
  open = [];
  for (const person of [olga, ivan, anna]) await person.send('/start');
  const profiles = createProfiles(store.values(PROFILES));
  await profiles.meet(olga.id, { first_name: 'Olga', language_code: 'en' });
  await profiles.meet(ivan.id, { first_name: 'Ivan', language_code: 'ru' });
  await profiles.meet(anna.id, { first_name: 'Anna <b>', language_code: 'en' });
  await store.values(AGENTS).set('LAPTOP', {
    id: 'LAPTOP',
    name: 'Van 7',
    host: { name: 'van', system: 'Windows 11', agentVersion: '1.0.0' },
    publicKey: 'key',
    technicians: [anna.id],
    createdAt: now,
    revoked: false,
    pairedBy: 'typed',
  });
});
afterEach(async () => {
  for (const notices of open) await notices.stop();
  await store.close();
  await folder.remove();
});

/** The bot's notices with two admins: Olga reads English, Ivan Russian. */
function notices(settings = NOTICE_DEFAULTS, telegram: { url: string; token: string } = api): Notices {
  const log = createLog('silent', 'test');
  const client = clientFor(telegram);
  const made = createNotices({
    ...workingOn(store),
    admins: [olga.id, ivan.id],
    telegram: createTelegram(client.tryCall.bind(client), log),
    profiles: createProfiles(store.values(PROFILES)),
    access: { isLocked: async (person) => ok(person === locked?.id) },
    directory: createHub({ store, log, onEvent: async () => true, onPairing: async () => undefined })
      .directory,
    settings,
    log,
    clock: () => now,
  });
  open.push(made);
  return made;
}

/** A Telegram whose network is down. */
async function outOfReach(): Promise<{ url: string; token: string }> {
  const { url, token } = await rawServer((request) => request.socket.destroy());
  return { url, token };
}

const heard = (person: SimUser) =>
  person.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
const last = (person: SimUser) => heard(person).at(-1) ?? '';
/** Of the last message to a person: whether the phone stayed silent. */
const silent = (person: SimUser) =>
  api.calls.findLast(({ method, parameters }) => method === 'sendMessage' && parameters.chat_id === person.id)
    ?.parameters.disable_notification === true;

describe('a notice', () => {
  it('is told to every admin in their language, whoever did it excepted, and to the owner at once', async () => {
    const { raise, idle } = notices();
    await raise({ kind: 'laptop.revoked', agent: 'LAPTOP', by: olga.id });
    await idle();
    expect(heard(olga)).toEqual([]);
    expect(last(ivan)).toContain('Ноутбук «Van 7» убран');
    expect(last(anna)).toContain('“Van 7” was removed');
    expect([silent(ivan), silent(anna)]).toEqual([true, true]);
    await raise({ kind: 'laptop.paired', agent: 'LAPTOP', address: '192.0.2.1', by: 5 });
    await idle();
    expect(heard(ivan)).toHaveLength(1);
    expect(last(anna)).toContain('was paired by 5');
  });

  it('waits for the one admin whom Telegram does not let it reach, and not for the others', async () => {
    const { raise, idle } = notices();
    api.fault({ method: 'sendMessage', kind: 'status', status: 502 });
    await raise({ kind: 'limit.reached', person: anna.id, most: 20 });
    await idle();
    const [late, heardIt] = heard(olga).length === 0 ? [olga, ivan] : [ivan, olga];
    expect([heard(late).length, heard(heardIt).length]).toEqual([0, 1]);
    await late.waitFor((message) => message.from === 'bot');
  });

  it('is kept from a phone that is lost until its owner is let in again', async () => {
    const { raise, idle } = notices();
    locked = olga;
    await raise({ kind: 'access.locked', person: olga.id, by: anna.id });
    await raise({ kind: 'laptop.revoked', agent: 'LAPTOP', by: anna.id });
    await idle();
    expect(heard(olga)).toEqual([]);
    expect(heard(ivan)).toHaveLength(2);
    locked = null;
    await raise({ kind: 'access.unlocked', person: olga.id, by: ivan.id });
    await idle();
    expect(heard(olga)).toHaveLength(2);
    expect(heard(olga)[0]).toContain('was removed');
  });

  it('is not told to whom the chat has answered so already', async () => {
    const { raise, idle } = notices();
    const laptop = { name: 'Van 9', system: 'Linux', address: '192.0.2.9' };
    await raise({ kind: 'laptop.wrong-number', laptop, person: olga.id });
    await raise({ kind: 'stolen.tried', person: olga.id, serial: 'J50000062' });
    await raise({ kind: 'limit.reached', person: olga.id, most: 20 });
    await raise({ kind: 'pin.blocked', person: olga.id, minutes: 15 });
    await idle();
    expect(heard(olga)).toEqual([]);
    expect(heard(ivan)).toHaveLength(4);
  });

  it('makes a sound where somebody has to act, and shows names as they are', async () => {
    const { raise, idle } = notices();
    await raise({ kind: 'stolen.tried', person: anna.id, serial: 'J50000062' });
    await idle();
    expect(last(olga)).toBe(
      `🛑 Anna <b> (${anna.id}) tried to work on J50000062, which is on the list of stolen devices. The case is stopped.`,
    );
    expect(silent(olga)).toBe(false);
  });

  it('is one message however often the thing happens; repeats are counted in the digest', async () => {
    const { raise, idle } = notices();
    for (let n = 0; n < 5; n++) await raise({ kind: 'limit.reached', person: anna.id, most: 20 });
    await idle();
    expect(heard(olga)).toHaveLength(1);
    now += 13 * HOUR;
    await raise({ kind: 'house.crashed', at: now });
    await idle();
    expect(heard(olga).join('\n')).toMatch(/What else happened\n• .*limit of 20 unbinds.* \(×4\)/);
    expect(heard(ivan).join('\n')).toMatch(/Что ещё произошло\n• .*\(×4\)/);
    const count = heard(olga).length;
    now += 13 * HOUR;
    await raise({ kind: 'audit.head', place: '1:a' });
    await idle();
    expect(heard(olga)).toHaveLength(count + 1);
  });

  it('of one kind in a flood does not push another kind out of sight, and is kept within bounds', async () => {
    const { raise, idle } = notices();
    for (let n = 0; n < 100; n++) await raise({ kind: 'pairing.guessing', prefix: `192.0.${n}.0/24` });
    await raise({ kind: 'stolen.tried', person: anna.id, serial: 'J50000062' });
    await idle();
    expect(heard(olga)).toHaveLength(11);
    expect(last(olga)).toContain('J50000062');
    now += 13 * HOUR;
    await raise({ kind: 'audit.head', place: '1:a' });
    await idle();
    const digest = heard(olga).join('\n');
    expect(digest).toContain('192.0.30.0/24');
    expect(digest).toMatch(/list it all \(pairing\.guessing\).*\(×\d+\)/);
    for (const text of heard(olga)) expect(text.length).toBeLessThanOrEqual(4096);
  });

  it('goes where the operator says', async () => {
    const { raise, idle } = notices({
      ways: { 'access.joined': 'sound', 'limit.reached': 'digest' },
      digestMs: HOUR,
    });
    await raise({ kind: 'access.joined', person: anna.id, inviter: 1, invitation: 'K7' });
    await idle();
    expect(silent(olga)).toBe(false);
    await raise({ kind: 'limit.reached', person: anna.id, most: 20 });
    await idle();
    expect(heard(olga)).toHaveLength(1);
  });

  it('is told after a crash, and after an outage of Telegram', async () => {
    const before = notices(NOTICE_DEFAULTS, await outOfReach());
    await before.raise({ kind: 'house.crashed', at: now });
    await before.raise({ kind: 'pin.set', person: anna.id });
    await before.idle();
    expect(heard(olga)).toEqual([]);
    await before.stop();
    await store.close();
    store = await openTestStore(folder.path);
    const after = notices();
    await after.start();
    await after.idle();
    expect(heard(olga)).toHaveLength(1);
    expect(heard(ivan)).toHaveLength(1);
    now += 13 * HOUR;
    await after.raise({ kind: 'audit.head', place: '1:a' });
    await after.idle();
    expect(heard(olga).join('\n')).toMatch(/What else happened\n• .*new PIN/);
  });

  it('is taken from another process within a minute, once', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const running = notices();
      await running.start();
      await value(leaveNotice(store, { kind: 'pin.reset', person: anna.id, by: null }, now));
      vi.advanceTimersByTime(60_000);
      await running.idle();
      const told = `🔢 The operator, on the server, has made the bot forget the PIN of Anna <b> (${anna.id}).`;
      expect(heard(olga)).toEqual([told]);
      vi.advanceTimersByTime(60_000);
      await running.idle();
      expect(heard(olga)).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('names as many people as can be read, and counts the others', async () => {
    const { raise, idle } = notices();
    await raise({ kind: 'pin.missing', people: Array.from({ length: 23 }, (_, n) => 1_000 + n) });
    await idle();
    expect(last(olga)).toContain(', 1018, 1019, and 3 more. Whoever');
    expect(last(ivan)).toContain(', 1019, и ещё 3. Его');
  });

  it('that Telegram refuses for one admin is what the others hear of, once a day', async () => {
    const { raise, idle } = notices();
    api.fault({
      method: 'sendMessage',
      kind: 'status',
      status: 403,
      description: 'Forbidden: bot was blocked by the user',
      chat: ivan.id,
      times: 3,
    });
    const unheard = () => heard(olga).filter((text) => text.includes(`Ivan (${ivan.id}) gets no notices`));
    await raise({ kind: 'house.crashed', at: now });
    await raise({ kind: 'audit.head', place: '1:a' });
    await idle();
    expect(unheard()).toHaveLength(1);
    expect(heard(olga)).toHaveLength(3);
    // Neither whoever does not hear, nor anybody because of a technician.
    await raise({ kind: 'audit.head', place: '2:a' });
    await idle();
    expect(heard(ivan)).toEqual([]);
    api.fault({ method: 'sendMessage', kind: 'status', status: 403, chat: anna.id, times: 1 });
    await raise({ kind: 'laptop.flooding', agent: 'LAPTOP' });
    await idle();
    expect(unheard()).toHaveLength(1);
    expect(heard(olga).join('\n')).not.toContain(`${anna.id}`);
  });
});
