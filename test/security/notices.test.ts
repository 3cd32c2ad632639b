/**
 * Every notice, each brought about by what it speaks of and seen in the chats of two admins, one for each language. A
 * third admin does what admins do: whoever does a thing gets no notice of it. Causes inside a process (a trail that was
 * changed, a crash) are brought about before it starts.
 */

import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ulid } from 'ulid';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { AUDIT_LINES, createAudit } from '../../src/audit/trail.ts';
import { DAYS } from '../../src/bot/door/limits.ts';
import type { NoticeKind } from '../../src/bot/house/notice.ts';
import { leaveNotice, NOTICE_DEFAULTS, NOTICE_KINDS } from '../../src/bot/house/notices.ts';
import { PROFILES } from '../../src/bot/house/profiles.ts';
import { RUN_MARK } from '../../src/bot/server/run-mark.ts';
import type { Settings } from '../../src/bot/settings.ts';
import { LINK_VERSION } from '../../src/link/messages.ts';
import { formatPublicKey, signRotation } from '../../src/link/signing.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { createEpochs } from '../../src/store/epoch.ts';
import type { Store } from '../../src/store/store.ts';
import { otherNumber, TestAgent } from '../integration/hub/house.ts';
import { releasedBot } from '../support/programs.ts';
import { anyKind, openTestStore, temporaryFolder } from '../support/store.ts';
import { type Fortress, openFortress, pressed } from './fortress.ts';
import { askForUnbind, event, SERIAL, toThePassword, unbindingBy } from './walk.ts';

/** The fortress' first people, in the order in which they come. */
const [OLGA, OLEG, PAVEL, LARS] = [700_000_001, 700_000_002, 700_000_003, 700_000_004];
const OTHER_SERIAL = 'J50000099';
const DIGIT_PIN = '480213795';

/** All at once and nothing in the digest, so that each is seen when it happens. */
const AT_ONCE = {
  ...NOTICE_DEFAULTS,
  ways: Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, 'quiet' as const])),
};

interface Stage {
  readonly house: Fortress;
  /** Does what admins do. */
  readonly pavel: SimUser;
}

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** A store that Oleg has used before: what happens at start is told in his language. */
async function usedStore(prepare: (store: Store) => Promise<void> = async () => undefined): Promise<string> {
  const folder = await temporaryFolder();
  closers.push(() => folder.remove());
  const store = await openTestStore(folder.path);
  await store.values(PROFILES).set(String(OLEG), { language: 'ru', name: 'Oleg' });
  await prepare(store);
  await store.close();
  return `lmdb:${folder.path}`;
}

async function openStage(own: Partial<Settings> & { storeUrl: string }): Promise<Stage> {
  let pavel: SimUser | undefined;
  const settings = { notices: AT_ONCE, adminIds: [OLGA, OLEG, PAVEL], ...own };
  const house = await openFortress(settings, Date.now, async (api) => {
    // What the bot says as it starts reaches nobody who has not opened their chat.
    pavel = api.user({ firstName: 'Pavel', languageCode: 'en' });
    await pavel.send('/start');
  });
  closers.push(() => house.close());
  if (!pavel) throw new Error('Pavel did not come');
  expect([house.admin.id, house.russianAdmin.id, pavel.id]).toEqual([OLGA, OLEG, PAVEL]);
  await pavel.waitFor(/I help/, { after: 'start' });
  return { house, pavel };
}

/** Opened by the first case that needs it. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}

/** Where nothing is out of order. Lars, who is not in yet, has unbound as many devices as one may in a day. */
const usual = once(async () => {
  const storeUrl = await usedStore(async (store) => {
    const cases = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`C${n}`, Date.now()]));
    await store.values(DAYS).set(String(LARS), { cases, liftedUntil: 0 });
    await store.values(PROFILES).set(String(LARS), { language: 'en', name: 'Lars' });
    await leaveNotice(store, { kind: 'limit.asked', person: LARS, most: 20, devices: 45 }, Date.now());
  });
  const stage = await openStage({
    storeUrl,
    auditHead: {
      everyMs: 86_400_000,
      keepers: [{ to: 'chat' }, { to: 'file', path: join(import.meta.filename, 'heads') }],
    },
  });
  const lars = stage.house.api.user({ firstName: 'Lars', languageCode: 'en' });
  expect(lars.id).toBe(LARS);
  return { ...stage, lars };
});
const anna = once(async () => (await usual()).house.technician('Anna'));
const annasLaptop = once(async () => (await usual()).house.laptop(await anna(), '192.0.2.1'));

/** Where a PIN is asked for, the trail was changed and the bot was killed. */
const damaged = once(async () =>
  openStage({
    askPin: true,
    storeUrl: await usedStore(async (store) => {
      const audit = createAudit(store, Date.now);
      for (let n = 0; n < 3; n++) await audit.append({ what: 'case.stage', case: 'C', by: 7, detail: { n } });
      await store.values(AUDIT_LINES).set('000000000002', '{}');
      await store.values(anyKind('notices')).set('0', 'of another program');
      await store.values(RUN_MARK).set('running', Date.now() - 60_000);
    }),
  }),
);

let laptops = 1;
/** A technician with a laptop on the way to an unbind. */
async function walker(name: string) {
  const { house } = await usual();
  const person = await house.technician(name);
  laptops += 1;
  return { person, laptop: await house.laptop(person, `192.0.2.${laptops}`) };
}

/** Has a laptop ask for another key. */
async function asksForKey(laptop: TestAgent): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const named = formatPublicKey(publicKey);
  const proof = signRotation(laptop.agentId, named, privateKey);
  const body = { version: LINK_VERSION, publicKey: named, proof };
  expect((await laptop.send('POST', '/v1/rotate', body)).body).toMatchObject({ state: 'waiting' });
}

/** Comes by an invitation that asks for approval, Pavel's or another admin's; Pavel presses the button. */
async function applicant(name: string, button?: 'Let in' | 'Turn away', inviter?: SimUser): Promise<SimUser> {
  const { house, pavel } = await usual();
  const admin = inviter ?? pavel;
  const person = house.api.user({ firstName: name, languageCode: 'en' });
  await admin.send('/invite ask');
  const link = await admin.waitFor(/start=/);
  expect(link.text).toContain('asks for approval');
  await person.send(`/start ${/start=([\w-]+)/.exec(link.text)?.[1]}`);
  expect((await person.waitFor(/An admin has to let you in/)).text).toContain(
    inviter ? 'invited by Olga' : 'invited by Pavel',
  );
  if (button === undefined) return person;
  const asked = await pavel.waitFor(new RegExp(`${name} .* wants to join`), { after: 'start' });
  await pavel.press(button, asked.id);
  await person.waitFor(button === 'Let in' ? /Welcome/ : /turned your invitation down/);
  return person;
}

/** What each admin is to be told, in English and in Russian. */
type Told = readonly [house: Fortress, english: RegExp, russian: RegExp];

/** Brings every kind about. A kind without a cause does not compile, and fails below. */
const CAUSES: Readonly<Record<NoticeKind, () => Promise<Told>>> = {
  'access.joined': async () => {
    const stage = await usual();
    await stage.house.technician('Jens');
    return [
      stage.house,
      /^👤 Jens \(\d+\) has joined with invitation no\. [0-9A-F]{6} of Olga \(\d+\)\. Not right\? \/people$/,
      /^👤 Jens \(\d+\): доступ получен по приглашению № [0-9A-F]{6} \(пригласил: Olga \(\d+\)\)\. Что-то не так\? \/people$/,
    ];
  },
  'access.asks': async () => {
    await applicant('Alf');
    return [
      (await usual()).house,
      /^👤 Alf \(\d+\) wants to join with invitation no\. [0-9A-F]{6} of Pavel \(\d+\)\. Nothing works for them before/,
      /^👤 Alf \(\d+\) просит доступ по приглашению № [0-9A-F]{6} \(пригласил: Pavel \(\d+\)\)\. Пока вы не решите/,
    ];
  },
  'access.approved': async () => {
    await applicant('Boris', 'Let in');
    return [
      (await usual()).house,
      /^👤 Pavel \(\d+\) has let Boris \(\d+\) in\.$/,
      /^👤 Доступ разрешён: Boris \(\d+\)\. Кто разрешил: Pavel \(\d+\)\.$/,
    ];
  },
  'access.declined': async () => {
    await applicant('Carl', 'Turn away');
    return [
      (await usual()).house,
      /^👤 Pavel \(\d+\) has turned Carl \(\d+\) away\.$/,
      /^👤 В доступе отказано: Carl \(\d+\)\. Кто отказал: Pavel \(\d+\)\.$/,
    ];
  },
  'access.revoked': async () => {
    const stage = await usual();
    const dora = await stage.house.technician('Dora');
    await stage.pavel.send(`/revoke ${dora.id}`);
    return [
      stage.house,
      /^👤 Pavel \(\d+\) has taken the access of Dora \(\d+\) away\.$/,
      /^👤 Доступ закрыт: Dora \(\d+\)\. Кто закрыл: Pavel \(\d+\)\.$/,
    ];
  },
  'access.locked': async () => {
    const stage = await usual();
    const dirk = await stage.house.technician('Dirk');
    await stage.pavel.send(`/lock ${dirk.id}`);
    await stage.pavel.waitFor(/\/unlock/);
    return [
      stage.house,
      /^👤 Pavel \(\d+\) has locked Dirk \(\d+\) out: their phone is lost\. Found again\? \/unlock$/,
      /^👤 Вход закрыт, телефон потерян: Dirk \(\d+\)\. Кто закрыл: Pavel \(\d+\)\. Телефон нашёлся\? \/unlock$/,
    ];
  },
  'access.unlocked': async () => {
    const stage = await usual();
    const dina = await stage.house.technician('Dina');
    await stage.pavel.send(`/lock ${dina.id}`);
    await stage.pavel.waitFor(/\/unlock/);
    await stage.pavel.send(`/unlock ${dina.id}`);
    return [
      stage.house,
      /^👤 Pavel \(\d+\) has let Dina \(\d+\) in again after a lost phone\.$/,
      /^👤 Вход снова открыт после потери телефона: Dina \(\d+\)\. Кто открыл: Pavel \(\d+\)\.$/,
    ];
  },
  'laptop.paired': async () => {
    await annasLaptop();
    return [
      (await usual()).house,
      /^💻 “Laptop” \(linux, 192\.0\.2\.1\) was paired by Anna \(\d+\)\. Not right\? Remove it: \/agents$/,
      /^💻 Подключён ноутбук «Laptop» \(linux, 192\.0\.2\.1\)\. Кто подключил: Anna \(\d+\)\. Что-то не так\?/,
    ];
  },
  'laptop.refused': async () => {
    const stage = await usual();
    const person = await anna();
    await new TestAgent(stage.house.from('192.0.2.100')).askToPair(await stage.house.code(person));
    const asked = await person.waitFor(/six digits it shows/);
    await person.press('Not mine', asked.id);
    return [
      stage.house,
      /^💻 Anna \(\d+\) pressed “Not mine”: “Laptop” \(linux, 192\.0\.2\.100\) had a pairing code from their chat\./,
      /^💻 Anna \(\d+\): нажато «Не мой»\. У ноутбука «Laptop» \(linux, 192\.0\.2\.100\) был код подключения/,
    ];
  },
  'laptop.wrong-number': async () => {
    const stage = await usual();
    const person = await anna();
    const laptop = new TestAgent(stage.house.from('192.0.2.101'));
    await laptop.askToPair(await stage.house.code(person));
    await person.waitFor(/six digits it shows/);
    await person.send(otherNumber(laptop.number));
    return [
      stage.house,
      /^⚠️ Wrong number while pairing “Laptop” \(linux, 192\.0\.2\.101\) with Anna \(\d+\)\. The code is burnt/,
      /^⚠️ Неверное число при подключении ноутбука «Laptop» \(linux, 192\.0\.2\.101\), монтажник Anna \(\d+\)\./,
    ];
  },
  'laptop.new-key': async () => {
    const stage = await usual();
    const { person, laptop } = await walker('Nora');
    await asksForKey(laptop);
    const asked = await person.waitFor(/asks for a new key .*shows the same sign/s, { after: 'start' });
    // Only whoever it belongs to can answer.
    const seen = await stage.house.admin.waitFor(/asks for a new key/, { after: 'start' });
    expect(seen.buttons.flat()).toEqual([]);
    await person.press('No', asked.id);
    await person.waitFor(/Refused: .* keeps its key/);
    await person.press(/^a:revoke:/);
    await person.waitFor(/is removed/, { after: 'start' });
    return [
      stage.house,
      /^🔑 “Laptop(?: \d+)?” asks for a new key .+, from 192\.0\.2\.\d+\. The old key stays good until its owner says yes\. Not right\? \/agents$/,
      /^🔑 «Laptop(?: \d+)?» просит новый ключ .+, адрес 192\.0\.2\.\d+\. Пока хозяин не согласится, действует старый\. Что-то не так\? \/agents$/,
    ];
  },
  'laptop.rotated': async () => {
    const stage = await usual();
    const person = await anna();
    await asksForKey(await stage.house.laptop(person, '192.0.2.102'));
    const asked = await person.waitFor(/asks for a new key/, { after: 'start' });
    await person.press('Yes, same sign', asked.id);
    return [
      stage.house,
      /^🔑 “Laptop.*” has a new key; the old one opens nothing any more\.$/,
      /^🔑 У ноутбука «Laptop.*» новый ключ, старый больше ничего не открывает\.$/,
    ];
  },
  'laptop.taken-over': async () => {
    const laptop = await annasLaptop();
    // The thief's process is newer; then the owner's polls again.
    expect((await laptop.poll({ epoch: ulid(Date.now() + 60_000) })).status).toBe(200);
    expect((await laptop.poll()).status).toBe(409);
    return [
      (await usual()).house,
      /^⚠️ “Laptop(?: \d+)?”: a second program with its key has taken over, from 192\.0\.2\.1\. If the agent was not/,
      /^⚠️ «Laptop(?: \d+)?»: вместо него отвечает вторая программа с тем же ключом, адрес 192\.0\.2\.1\. Если агента/,
    ];
  },
  'laptop.new-address': async () => {
    const { house } = await usual();
    const { privateKey, agentId } = await annasLaptop();
    const keys = { privateKey, publicKey: createPublicKey(privateKey) };
    const away = new TestAgent(house.from('198.51.100.7'), keys);
    away.agentId = agentId;
    expect((await away.poll({ epoch: ulid(Date.now() + 120_000) })).status).toBe(200);
    return [
      (await usual()).house,
      /^💻 “Laptop(?: \d+)?” calls from another address: 198\.51\.100\.7\.$/,
      /^💻 «Laptop(?: \d+)?» выходит на связь с другого адреса: 198\.51\.100\.7\.$/,
    ];
  },
  'laptop.revoked': async () => {
    const { laptop } = await walker('Rita');
    const { pavel } = await usual();
    await pavel.send('/agents');
    const all = await pavel.waitFor(/All laptops of the house/);
    await pavel.press(`h:revoke:${laptop.agentId}`, all.id);
    await pavel.waitFor(/is removed/);
    return [
      (await usual()).house,
      /^💻 “Laptop(?: \d+)?” was removed\. Its key opens nothing any more\.$/,
      /^💻 Ноутбук «Laptop(?: \d+)?» убран\. Его ключ больше ничего не открывает\.$/,
    ];
  },
  'laptop.unproven': async () => {
    const { person, laptop } = await walker('Una');
    const { jobId } = await unbindingBy(person, laptop);
    const report = { shortSerial: SERIAL, outcome: 'unbound' as const, verified: true };
    await laptop.sendEvents([event('outcome', { jobId, report })]);
    return [
      (await usual()).house,
      /^⚠️ “Laptop(?: \d+)?” reports J50000062 of Una \(\d+\) as unbound, but that cannot be so: it went around/,
      /^⚠️ «Laptop(?: \d+)?» сообщает, что J50000062 отвязано \(монтажник Una \(\d+\)\), но так быть не могло/,
    ];
  },
  'laptop.unknown-job': async () => {
    const now = Date.now();
    const storeUrl = await usedStore(async (store) => {
      const epochs = createEpochs(store);
      await epochs.raise({ epoch: 1, restoredAt: now, takenAt: now - 60_000 });
      await epochs.confirm(1, now);
    });
    const stage = await openStage({ storeUrl });
    const laptop = await stage.house.laptop(await stage.house.technician('Ulla'));
    const report = { shortSerial: SERIAL, outcome: 'unbound' as const, verified: true };
    await laptop.sendEvents([event('outcome', { jobId: ulid(now - 30_000), report })]);
    return [
      stage.house,
      /^⚠️ “Laptop(?: \d+)?” reports the end of a job with J50000062 that I know nothing of: it began after the backup/,
      /^⚠️ «Laptop(?: \d+)?» сообщает об окончании работы с J50000062, о которой я не знаю: она началась после/,
    ];
  },
  'laptop.flooding': async () => {
    const { person, laptop } = await walker('Fritz');
    const { jobId } = await unbindingBy(person, laptop);
    const prompts = Array.from({ length: 45 }, () =>
      event('prompt', { jobId, state: 'shown', attemptsLeft: null }),
    );
    expect((await laptop.sendEvents(prompts)).status).toBe(200);
    return [
      (await usual()).house,
      /^⚠️ “Laptop(?: \d+)?” sends more than an honest laptop does\. The rest is not listened to\.$/,
      /^⚠️ «Laptop(?: \d+)?» шлёт больше, чем шлёт исправный ноутбук\. Остальное не слушаю\.$/,
    ];
  },
  'pairing.guessing': async () => {
    const { house } = await usual();
    for (let n = 0; n < 20; n++)
      await new TestAgent(house.from(`203.0.113.${n % 4}`)).askToPair(`BBBBBBBBB${'BCDFG'[n % 5]}`);
    return [
      (await usual()).house,
      /^⚠️ Many wrong pairing codes came in\. Nobody can pair for a while from addresses that begin with 203\.0\.113\. Somebody may be guessing/,
      /^⚠️ Пришло много неверных кодов подключения\. Пока нельзя подключиться с адресов, которые начинаются с 203\.0\.113\. Возможно/,
    ];
  },
  'limit.reached': async () => {
    const { house, lars } = await usual();
    await house.letIn(lars);
    await askForUnbind(lars, await house.laptop(lars, '192.0.2.103'));
    return [
      (await usual()).house,
      /^📈 Lars \(\d+\) has reached the limit of 20 unbinds in 24 hours\. To let them go on: the button, or \/lift$/,
      /^📈 Lars \(\d+\): исчерпан предел в 20 отвязок за 24 часа\. Разрешить работать дальше: кнопкой или \/lift$/,
    ];
  },
  'limit.asked': async () => {
    const { house } = await usual();
    return [
      house,
      /^📈 Lars \(\d+\) is about to unbind more devices than the day allows: 45, and the limit is 20 in 24 hours/,
      /^📈 Lars \(\d+\): предстоит отвязок больше, чем можно за день: 45, а предел 20 за 24 часа/,
    ];
  },
  'stolen.tried': async () => {
    const { pavel } = await usual();
    const person = await anna();
    await pavel.send(`/deny ${OTHER_SERIAL}`);
    await pavel.waitFor(/Cases with it are stopped/);
    await person.send(OTHER_SERIAL);
    await person.waitFor(/reported as stolen/);
    return [
      (await usual()).house,
      /^🛑 Anna \(\d+\) tried to work on J50000099, which is on the list of stolen devices\. The case is stopped\.$/,
      /^🛑 Anna \(\d+\): попытка работать с J50000099 из списка краденых\. Заявка остановлена\.$/,
    ];
  },
  'stolen.unbound': async () => {
    const { pavel } = await usual();
    const { person, laptop } = await walker('Stan');
    const { jobId, permit } = await toThePassword(person, laptop);
    expect((await laptop.permit(permit, jobId, SERIAL)).body).toEqual({ granted: true });
    const report = { shortSerial: SERIAL, outcome: 'unbound' as const, verified: true };
    await laptop.sendEvents([event('outcome', { jobId, report })]);
    await person.waitFor(/Unbound, verified/);
    await pavel.send(`/deny ${SERIAL}`);
    await pavel.waitFor(/Cases with it are stopped/);
    // Others go on with it.
    await pavel.send(`/allow ${SERIAL}`);
    await pavel.waitFor(/off the list/);
    return [
      (await usual()).house,
      /^🛑 J50000062, now on the list of stolen devices, was unbound here on \d.+ by Stan \(\d+\)\.$/,
      /^🛑 Устройство J50000062, теперь в списке краденых, отвязали здесь \d.+\. Монтажник: Stan \(\d+\)\.$/,
    ];
  },
  'pin.blocked': async () => {
    const stage = await damaged();
    const person = await stage.house.technician('Paul');
    await person.send('/pin');
    await person.waitFor(/Choose a PIN/);
    await person.send(DIGIT_PIN);
    await person.waitFor(/The PIN is set/);
    await person.send('/pair');
    await person.waitFor(/Type your PIN/);
    for (let n = 0; n < 5; n++) await person.send('111222333');
    await person.waitFor(/Too many wrong PINs/);
    return [
      stage.house,
      /^⚠️ Paul \(\d+\) typed a wrong PIN too often: blocked for 15 minutes\. Ask them: is the phone lost\?/,
      /^⚠️ Paul \(\d+\): слишком много неверных PIN-кодов, вход закрыт на 15 мин\. Спросите, не потерян ли телефон\./,
    ];
  },
  'pin.set': async () => {
    const stage = await damaged();
    const person = stage.house.api.user({ firstName: 'Petra', languageCode: 'en' });
    await stage.house.letIn(person);
    // Asked while it is certainly they who hold the phone.
    await person.waitFor(/Choose yours now.*\/pin/, { after: 'start' });
    await person.send('/pin');
    await person.waitFor(/Choose a PIN/);
    await person.send(DIGIT_PIN);
    return [stage.house, /^🔢 Petra \(\d+\) has a new PIN\.$/, /^🔢 Petra \(\d+\): новый PIN-код\.$/];
  },
  'pin.reset': async () => {
    const stage = await damaged();
    const person = await stage.house.technician('Rosa');
    await stage.pavel.send(`/resetpin ${person.id}`);
    return [
      stage.house,
      /^🔢 Pavel \(\d+\) has made the bot forget the PIN of Rosa \(\d+\)\.$/,
      /^🔢 PIN-код забыт: Rosa \(\d+\)\. Кто сбросил: Pavel \(\d+\)\.$/,
    ];
  },
  'pin.missing': async () => [
    (await damaged()).house,
    /^🔢 No PIN yet: .*Oleg \(\d+\).*700000003.*\. Whoever holds the phone chooses it: ask them/,
    /^🔢 Ещё нет PIN-кода: .*Oleg \(\d+\).*700000003.*\. Его задаёт тот, у кого телефон/,
  ],
  'audit.damaged': async () => [
    (await damaged()).house,
    /^⚠️ The audit trail was changed\. Faults: 1, the first at entry 2\. Somebody had access to the store\./,
    /^⚠️ Журнал аудита изменён, мест: 1, первое в записи 2\. У кого-то был доступ к хранилищу\./,
  ],
  'audit.head': async () => [
    (await usual()).house,
    /^🧾 The audit trail is whole\. Keep this message: \d+:[0-9a-f]{64}$/,
    /^🧾 Журнал аудита цел\. Сохраните это сообщение: \d+:[0-9a-f]{64}$/,
  ],
  'audit.unkept': async () => [
    (await usual()).house,
    /^⚠️ Where the audit trail ends could not be handed on \(file\)\. Look at AUDIT_HEAD_TO and the log\.$/,
    /^⚠️ Место, где кончается журнал аудита, не удалось передать \(file\)\. Проверьте AUDIT_HEAD_TO и лог\.$/,
  ],
  'house.crashed': async () => [
    (await damaged()).house,
    /^⚠️ The bot was not shut down but ended in the middle of its work, last seen \d.+\. It runs again/,
    /^⚠️ Бота не остановили: он прервался посреди работы, последний признак жизни \d.+\. Он снова работает/,
  ],
  'house.unheard': async () => {
    const { house } = await usual();
    house.api.fault({ method: 'sendMessage', kind: 'status', status: 403, chat: PAVEL, times: 1 });
    // A question is told at once, however many of its kind there were; the invitation is not Pavel's, who is answered nothing.
    await applicant('Ulla', undefined, house.admin);
    return [
      house,
      /^⚠️ Pavel \(\d+\) gets no notices: Telegram does not let me write to them\./,
      /^⚠️ Pavel \(\d+\) не получает уведомлений: Telegram не даёт мне написать\./,
    ];
  },
  'store.aside': async () => [
    (await damaged()).house,
    /^⚠️ A stored record cannot be read \(notices\)\. It stays where it is, and a copy of it is set aside\. On the server: unbind-bot store aside$/,
    /^⚠️ Запись в хранилище не читается \(notices\)\. Она осталась на месте, её копия отложена\. На сервере: unbind-bot store aside$/,
  ],
  'house.more': async () => {
    const storeUrl = await usedStore();
    const notices = { ...NOTICE_DEFAULTS, ways: { 'pin.reset': 'digest' as const } };
    const busy = await openFortress({ storeUrl, notices, adminIds: [OLGA, OLEG, PAVEL] });
    const pavel = busy.api.user({ firstName: 'Pavel', languageCode: 'en' });
    for (let n = 1; n <= 51; n++) {
      await pavel.send(`/resetpin ${n}`);
      await pavel.waitFor(new RegExp(`PIN of ${n} is forgotten`));
    }
    await busy.close();
    const again = await openFortress({ storeUrl, notices: { ...notices, digestMs: 0 } });
    closers.push(() => again.close());
    return [
      again,
      /^What else happened\n(• \d.+: 🔢 Pavel \(\d+\) has made .+\n)+.+Too much happened to list it all \(pin\.reset\)\./,
      /^Что ещё произошло\n(• \d.+: 🔢 PIN-код забыт: .+\n)+.+Всего случилось больше, чем можно перечислить/,
    ];
  },
};

describe('every admin hears in their language', () => {
  it.each(NOTICE_KINDS)('%s', { timeout: 60_000 }, async (kind) => {
    const [house, english, russian] = await CAUSES[kind]();
    const told = [
      await house.admin.waitFor(english, { after: 'start' }),
      await house.russianAdmin.waitFor(russian, { after: 'start' }),
    ];
    for (const { text } of told) expect(text).not.toMatch(/\{\{|\bnull\b|undefined|none\.|what\.|notice:/);
  });

  it('also of a record that was set aside before there was a bot to say so', {
    timeout: 60_000,
  }, async () => {
    const storeUrl = await usedStore(async (store) => {
      await store.values(anyKind(RUN_MARK.name)).set('running', 'of another program');
    });
    const { house } = await openStage({ storeUrl });
    const aside = new RegExp(`cannot be read \\(${RUN_MARK.name}\\)`);
    await house.admin.waitFor(aside, { after: 'start' });
  });

  it('also of what was done beside the bot, on the server', { timeout: 60_000 }, async () => {
    const storeUrl = await usedStore();
    const env = {
      BOT_TOKEN: `123456789:${'A'.repeat(35)}`,
      ADMIN_IDS: String(OLGA),
      STORE_URL: storeUrl,
    };
    const args = [await releasedBot(), 'forget-pin', String(OLEG)];
    await promisify(execFile)(process.execPath, args, { env, cwd: storeUrl.replace('lmdb:', '') });
    const { house } = await openStage({ storeUrl });
    await house.admin.waitFor(
      /^🔢 The operator, on the server, has made the bot forget the PIN of Oleg \(\d+\)\.$/,
      { after: 'start' },
    );
    await house.russianAdmin.waitFor(
      /^🔢 PIN-код забыт: Oleg \(\d+\)\. Кто сбросил: владелец бота, на сервере\.$/,
      { after: 'start' },
    );
  });
});

describe('an admin', () => {
  it('lifts a limit by the button under the notice, which no technician may press, and its owner hears of it', async () => {
    const storeUrl = await usedStore(async (store) => {
      const cases = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`C${n}`, Date.now()]));
      await store.values(DAYS).set(String(LARS), { cases, liftedUntil: 0 });
    });
    const { house } = await openStage({ storeUrl });
    const lars = house.api.user({ firstName: 'Lars', languageCode: 'en' });
    expect(lars.id).toBe(LARS);
    await house.letIn(lars);
    await askForUnbind(lars, await house.laptop(lars));
    await lars.waitFor(/Your unbinds of the last 24 hours are used up/);
    await house.forge(pressed(lars, `x:lift:${lars.id}`));
    expect(lars.transcript()).not.toContain('lifted your daily limit');
    const notice = await house.admin.waitFor(/has reached the limit of 20/, { after: 'start' });
    await house.admin.press('Lift the limit', notice.id);
    await house.admin.waitFor(/may go on over the daily limit/);
    await lars.waitFor(/An admin has lifted your daily limit/);
    await lars.press(/again/);
    await lars.waitFor(/Asked the laptop/);
  });

  it('sees all laptops and may remove them, which no technician may', async () => {
    const house = await openFortress();
    onTestFinished(() => house.close());
    const person = await house.technician('Anna');
    const laptop = await house.laptop(person);
    await house.admin.send('/agents');
    expect((await house.admin.waitFor(/All laptops of the house: 1/)).text).toContain('Anna');
    await house.admin.press(/^h:revoke:/);
    await house.admin.waitFor(/is removed/);
    // The owner hears of it, too, and the laptop is turned away.
    await person.waitFor(/was removed/, { after: 'start' });
    expect((await laptop.poll()).status).toBe(410);
    const second = await house.laptop(person, '192.0.2.11');
    await person.send('/agents');
    expect(
      (await person.waitFor(/Your laptops/)).buttons.flat().some(({ data }) => data?.startsWith('h:')),
    ).toBe(false);
    expect((await second.poll()).status).toBe(200);
  });

  it('sees by which invitation somebody came, and who waits gets nothing', async () => {
    const house = await openFortress();
    onTestFinished(() => house.close());
    await house.technician('Anna');
    await house.admin.send('/people');
    expect((await house.admin.waitFor(/Technicians/)).text).toMatch(
      /1\. Anna · \d+ · since .+\n +by invitation no\. [0-9A-F]{6} of Olga/,
    );
    await house.admin.send('/invite ask');
    const link = await house.admin.waitFor(/start=/);
    const waits = house.api.user({ firstName: 'Boris', languageCode: 'en' });
    await waits.send(`/start ${/start=([\w-]+)/.exec(link.text)?.[1]}`);
    await waits.waitFor(/An admin has to let you in/);
    await waits.send(SERIAL);
    await house.admin.waitFor(/wants to join/, { after: 'start' });
    await house.admin.press('Let in');
    await waits.waitFor(/Welcome/);
    expect(waits.transcript()).not.toContain('Looking for');
  });
});
