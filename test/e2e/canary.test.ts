import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { createAudit } from '../../src/audit/trail.ts';
import { WAITING_UPDATES } from '../../src/bot/telegram/shelf.ts';
import { childEnv } from '../../src/kernel/child-env.ts';
import { createLog } from '../../src/kernel/log.ts';
import { realNetwork } from '../../src/lan-agent/network/network.ts';
import { supportBundle } from '../../src/lan-agent/support/bundle.ts';
import { manyCameras, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { drawLabel } from '../../src/sandbox/labels.ts';
import { PAIRING_CODE } from '../../src/sandbox/pairing.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import beside from '../fixtures/beside-serials.json' with { type: 'json' };
import { type Canaries, filesOf, hits, type Places, placesOfNumber } from '../support/canary.ts';
import { walkGroup } from '../support/group-walker.ts';
import { readPdf } from '../support/pdf.ts';
import { agentInTestNetwork, releasedBot } from '../support/programs.ts';
import {
  type House,
  offering,
  offeringUnbind,
  openHouse,
  openStage,
  pressId,
  STEP,
  unbindNow,
} from '../support/stage.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';

const PASSWORD = 'Canary-Admin-77';
const WRONG_PASSWORD = 'Canary-Wrong-88';
const CHAT_PASSWORD = 'Canary-Chat-99';
/** Nothing about it looks like a password: it is one because one is being asked for. */
const PROMPT_PASSWORD = 'canarykitten';
/** Typed behind /help beside a word for an error, where codes are repeated. */
const HELP_SECRET = 'canarypuppy';
/** Not understood, counted, and handed on to the admin: kept nowhere. */
const UNCLEAR = 'canarymagpie qwx';
/** Nothing about it looks like a password, and it stands where a label has its model. */
const BESIDE_SERIAL = 'canary-bird-4';
/** One for a whole site. */
const KEPT_PASSWORD = 'Canary-Kept-55';
const VERIFICATION_CODE = 'ZQXJKV';
const { profile } = unbindableCamera;

it('leaves no secret anywhere: a whole case with a wrong password, faults and a crash, then every place is searched', async () => {
  const house = await openHouse([{ ...unbindableCamera, profile: { ...profile, adminPassword: PASSWORD } }]);
  const { technician, laptop, laptopLines, stage } = house;
  try {
    const home = join(dirname(stage.storeFolder), 'laptop');
    const pairingCode = PAIRING_CODE.exec(technician.transcript())?.[0] ?? '';
    expect(pairingCode).not.toBe('');
    const pairingNumber =
      laptopLines
        .join('\n')
        .match(/: (\d{3} \d{3})$/m)?.[1]
        ?.replace(' ', '') ?? '';
    expect(pairingNumber).toMatch(/^\d{6}$/);
    const identity = JSON.parse(await readFile(join(home, 'identity.json'), 'utf8')) as {
      privateKey: string;
    };

    const label = {
      ...profile,
      verificationCode: VERIFICATION_CODE,
      host: 'www.hik-connect.com',
      caption: 'x',
    };
    await technician.sendPhoto(await drawLabel(label));
    await technician.waitFor(offering('no'), STEP);
    await technician.send(CHAT_PASSWORD);
    await technician.waitFor(({ from }) => from === 'bot', STEP);
    await technician.send(UNCLEAR);
    // What the password is answered ends in the same words, and may be late.
    await technician.waitFor(
      ({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('unclear:')),
      STEP,
    );
    const admin = stage.technician('ru');
    await admin.send('/start');
    await technician.press(/^unclear:/);
    await admin.waitFor(/canarymagpie/, { ...STEP, after: 'start' });
    await technician.waitFor(/Sent to the admin/, STEP);
    await technician.send(`/help error ${HELP_SECRET}`);
    await technician.waitFor(/I do not know this/, STEP);
    await pressId(technician, 'back');
    await technician.waitFor(offering('no'), STEP);
    await pressId(technician, 'no');
    await technician.waitFor(offering('yes'), STEP);
    await pressId(technician, 'yes');
    await technician.waitFor(offeringUnbind, STEP);
    // Errors of every kind on the way: what they say must not hold the token.
    stage.api.fault({ kind: 'disconnect' });
    stage.api.fault({ kind: 'html-502' });
    await unbindNow(technician);
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    const permit = /"permit":"([\w-]{43})"/.exec(
      await readFile(join(home, 'link', 'commands.json'), 'utf8'),
    )?.[1];
    await stage.bot.kill();
    const firstPicture = laptop.lastPicture();
    await technician.send(firstPicture);
    await stage.bot.start();
    await laptop.typePassword(WRONG_PASSWORD);
    await technician.waitFor(/wrong password/, STEP);
    const refused = await filesOf(join(home, 'last-refused'), '');
    const [mark = ''] = Object.entries(refused).flatMap(([name, bytes]) =>
      name === '/key' ? [] : [String(bytes)],
    );
    expect(JSON.parse(mark)).toEqual({
      mark: expect.toSatisfy((bits: number) => bits < 1024),
      at: expect.any(Number),
    });
    const markKey = refused['/key']?.toString('hex') ?? '';
    await pressId(technician, 'again');
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    const secondPicture = laptop.lastPicture();
    await technician.send(secondPicture);
    await technician.waitFor(/admin password of the device/, STEP);
    await technician.send(PROMPT_PASSWORD);
    await technician.waitFor(/looked like a password/, STEP);
    await laptop.typePassword(PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    const paper = { ...(await reportOf(house)), ...(await weekOf(house)), ...(await watchedOf(house)) };
    await laptop.stop();
    await stage.bot.stop();

    const canaries: Canaries = {
      'bot token': stage.api.token,
      'admin password': PASSWORD,
      'wrong password': WRONG_PASSWORD,
      'password typed into the chat': CHAT_PASSWORD,
      'password typed beside the prompt': PROMPT_PASSWORD,
      'typed behind /help': HELP_SECRET,
      'verification code': VERIFICATION_CODE,
      'first picture answer': firstPicture,
      'second picture answer': secondPicture,
      'pairing code': pairingCode,
      'pairing code without its dash': pairingCode.replace('-', ''),
      'agent key': identity.privateKey,
      'key of the refused password': markKey,
    };
    const kept = await keptByOperator(stage);
    const places: Places = { ...(await placesOf(house, home)), ...paper, ...kept.places };
    expect(Object.keys(places).length).toBeGreaterThan(8);
    expect(hits({ 'key of backups': kept.privateKey }, places)).toEqual([]);
    // The store and the backup in clear hold it; the sealed one shows nothing at all, and the file for support no device.
    const { 'backup, unpacked': clear, 'backup, sealed': sealed, 'file for support': support } = kept.places;
    const serial = { serial: profile.shortSerial };
    expect(hits(serial, { clear })).toEqual(['serial in clear']);
    expect(hits(serial, { sealed, support })).toEqual([]);
    process.stdout.write(
      `canary: ${Object.keys(canaries).length + 1} secrets, searched ${Object.keys(places).join(', ')}\n`,
    );
    expect(hits(canaries, places)).toEqual([]);
    // What its sender hands on goes to the admin in one call, and lies nowhere.
    const { 'Bot API calls': _calls, ...lying } = places;
    expect(hits({ 'handed on to the admin': UNCLEAR }, lying)).toEqual([]);
    // The laptop's screen is where its pairing number belongs.
    const { 'agent’s words': _screen, ...elsewhere } = places;
    expect(placesOfNumber(pairingNumber, elsewhere)).toEqual([]);
    const chat = Buffer.from(JSON.stringify(technician.messages));
    expect(chat.includes('looked like a password')).toBe(true);
    expect(hits({ CHAT_PASSWORD, PROMPT_PASSWORD }, { chat })).toEqual([]);
    // A permit is carried by the command in the hub's mailbox and on the laptop until it is spent; nowhere else.
    const carriers = /^(store|agent home|backup, unpacked)/;
    const others = Object.fromEntries(Object.entries(places).filter(([name]) => !carriers.test(name)));
    expect(hits({ permit: permit ?? '' }, others)).toEqual([]);

    // The search finds every one of them in every place: a place that is not really read would be no proof.
    for (const [place, bytes] of Object.entries(places)) {
      for (const [name, secret] of Object.entries(canaries)) {
        const planted = Buffer.concat([bytes.subarray(-200), Buffer.from(` ${secret} `)]);
        expect(hits({ [name]: secret }, { [place]: planted })).toEqual([`${name} in ${place}`]);
      }
    }
  } finally {
    await house.stage.close();
  }
}, 180_000);

/** What the operator's commands write and say: backups in clear and sealed, a store restored from the sealed one, doctor's file. */
async function keptByOperator(stage: Stage) {
  const folder = dirname(stage.storeFolder);
  const [plain, sealed, support, key, elsewhere] = ['plain', 'sealed', 'support', 'key.txt', 'elsewhere'].map(
    (name) => join(folder, name),
  ) as [string, string, string, string, string];
  const privateKey = await generateX25519Identity();
  await writeFile(key, `${privateKey}\n`, { mode: 0o600 });
  const said: string[] = [];
  const command = async (storeFolder: string, ...words: string[]) => {
    const child = spawn(process.execPath, [await releasedBot(), ...words], {
      env: {
        ...childEnv(),
        BOT_TOKEN: stage.api.token,
        TELEGRAM_API_ROOT: stage.api.url,
        ADMIN_IDS: String(stage.technician('en').id),
        STORE_URL: `lmdb:${storeFolder}`,
        HUB_LISTEN: '127.0.0.1:0',
        WATCH_LISTEN: '127.0.0.1:0',
      },
      cwd: folder,
    });
    said.push(...(await Promise.all([text(child.stdout), text(child.stderr)])));
  };
  await command(stage.storeFolder, 'backup', plain);
  await command(stage.storeFolder, 'backup', sealed, '--recipient', await identityToRecipient(privateKey));
  await command(elsewhere, 'restore', sealed, '--identity', key);
  await command(stage.storeFolder, 'doctor', '--bundle', support);
  for (const file of [plain, sealed, support]) expect((await stat(file)).mode & 0o077).toBe(0);
  expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
  const restored = await filesOf(elsewhere, 'store restored');
  expect(Object.keys(restored).length).toBeGreaterThan(0);
  return {
    privateKey,
    places: {
      'backup, unpacked': gunzipSync(await readFile(plain)),
      'backup, sealed': await readFile(sealed),
      'file for support': await readFile(support),
      'words of the operator’s commands': Buffer.from(said.join('\n')),
      ...restored,
    },
  };
}

it('leaves nothing of a password that is kept for a group, over a whole site', async () => {
  const site = manyCameras(3).map((camera) => ({
    ...camera,
    profile: { ...camera.profile, adminPassword: KEPT_PASSWORD },
  }));
  const house = await openHouse(site);
  const { technician, laptop, stage } = house;
  try {
    await technician.send('/site');
    await laptop.answer(true);
    for (const id of ['all', 'owner', 'none', 'same']) {
      await technician.waitFor(offering(id), STEP);
      await pressId(technician, id);
    }
    const end = await walkGroup(technician, {
      picture: () => laptop.lastPicture(),
      confirm: (isKept) => (isKept ? laptop.answer(true) : laptop.typePassword(KEPT_PASSWORD)),
    });
    expect(end).not.toContain(site[0]?.profile.shortSerial);
    for (const { profile } of site)
      expect(stage.lan.device(profile.shortSerial).snapshot()).toMatchObject({ bound: false });
    await laptop.stop();
    await stage.bot.kill();
    const home = join(dirname(stage.storeFolder), 'laptop');
    const places = await surroundings(house, home);
    expect(Object.keys(places).length).toBeGreaterThan(8);
    expect(hits({ 'kept password': KEPT_PASSWORD }, places)).toEqual([]);
  } finally {
    await stage.close();
  }
}, 180_000);

it('leaves no secret in the store of a bot that is killed while its chat is held up', async () => {
  const stage = await openStage({ devices: [] });
  try {
    const technician = stage.technician('en');
    await technician.send('/start');
    await technician.waitFor(/label/, STEP);
    const canaries: Canaries = {
      'bot token': stage.api.token,
      'password typed into the chat': CHAT_PASSWORD,
      'password without its word': PROMPT_PASSWORD,
      'typed beside a serial number': BESIDE_SERIAL,
      'verification code': VERIFICATION_CODE,
    };
    const release = stage.api.fault({ kind: '429', chat: technician.id, retryAfter: 120, times: 10_000 });
    await technician.send(`password: ${CHAT_PASSWORD}`);
    await technician.send(PROMPT_PASSWORD);
    await technician.send(`J50000063\n${BESIDE_SERIAL}`);
    await technician.send(
      ['www.hik-connect.com', 'J50000062', VERIFICATION_CODE, 'DS-2CD2386G2-IU'].join('\r'),
    );
    await allConfirmed(stage);
    expect(hits(canaries, await filesOf(stage.storeFolder, 'store'))).toEqual([]);
    await stage.bot.kill();
    const places = await filesOf(stage.storeFolder, 'store');
    expect(hits(canaries, places)).toEqual([]);
    expect(await waitingIn(stage.storeFolder)).toHaveLength(4);
    release();
    await stage.bot.start();
    await technician.waitFor(/looked like a password/, STEP);
    await technician.waitFor(/working on J50000063/, STEP);
    const byBot = technician.messages.filter(({ from }) => from === 'bot');
    expect(hits(canaries, { chat: Buffer.from(JSON.stringify(byBot)) })).toEqual([]);
    expect(technician.messages.some(({ text }) => text.includes(CHAT_PASSWORD))).toBe(false);
    await stage.bot.stop();
    expect(await waitingIn(stage.storeFolder)).toEqual([]);
    expect(hits(canaries, await filesOf(stage.storeFolder, 'store'))).toEqual([]);
  } finally {
    await stage.close();
  }
}, 120_000);

/** What is typed beside a serial number, and where: each piece is a secret of its own. */
const PLACES_BESIDE: readonly ((secret: string, serial: string) => string)[] = [
  (secret, serial) => `${serial}\n${secret}`,
  (secret, serial) => `${serial} ${secret}`,
  (secret, serial) => `${secret}\n${serial}`,
  (secret, serial) => `${secret} ${serial}`,
  (secret, serial) => `${serial}\nDS-2CD2386G2-IU\n${secret}`,
  (secret, serial) => `DS-2CD2386G2-IU ${secret}\n${serial}`,
  (secret, serial) => `1) ${serial} ${secret}\n2) K50000777\n3) ${secret} K50000778`,
];

it('leaves nothing of what is typed beside serial numbers, wherever it stands, in the chat, the store, the log or the trail', async () => {
  const botLines: string[] = [];
  const stage = await openStage({ devices: [], onBotLine: (line) => botLines.push(line) });
  try {
    const technician = stage.technician('en');
    await technician.send('/start');
    await technician.waitFor(/label/, STEP);
    const canaries: Record<string, string> = {};
    let count = 0;
    const next = () => `J${50_001_000 + count++}`;
    const named = (serial: string) => (message: ChatMessage) =>
      message.from === 'bot' && message.text.includes(serial);

    for (const [at, words] of beside.entries()) {
      const secret = words.split(' ').reduce((longest, one) => (one.length > longest.length ? one : longest));
      canaries[words] = secret;
      // The whole fixture on the line below, and in one further place each.
      const others = PLACES_BESIDE.slice(1);
      for (const place of [PLACES_BESIDE[0], others[at % others.length]]) {
        const serial = next();
        await technician.send('/new');
        await technician.send(place?.(words, serial) ?? '');
        await technician.waitFor(named(serial), STEP);
      }
    }

    const caption = 'Canary-Caption-1';
    await technician.send('/new');
    await technician.sendPhoto(
      await drawLabel({
        ...profile,
        verificationCode: VERIFICATION_CODE,
        host: 'www.hik-connect.com',
        caption: 'x',
      }),
      { caption: `${profile.shortSerial} ${caption}` },
    );
    await technician.waitFor(named(profile.shortSerial), STEP);

    const edited = 'canary-edited-2';
    await technician.send('/new');
    const { id } = await technician.send('J5000');
    await technician.waitFor((message) => message.from === 'bot', STEP);
    const serial = next();
    await technician.edit(id, `${serial}\n${edited}`);
    await technician.waitFor(named(serial), STEP);

    const answered = 'canary-which-3';
    const [one, other] = [next(), next()];
    await technician.send('/new');
    await technician.send(`${one} ${other}`);
    await technician.waitFor(named(other), STEP);
    await technician.send(`${other} ${answered}`);
    await technician.waitFor(new RegExp(`Serial number ${other}`), STEP);
    await technician.send('/cancel');
    await technician.waitFor(named(one), STEP);
    Object.assign(canaries, { caption, edited, answered, code: VERIFICATION_CODE });
    await stage.bot.stop();

    const store = await openTestStore(stage.storeFolder);
    const trail: string[] = [];
    await createAudit(store, Date.now).read((line) => trail.push(line));
    await store.close();
    expect(trail.length).toBeGreaterThan(2 * beside.length);
    const places: Places = {
      log: Buffer.from(botLines.join('\n')),
      chat: Buffer.from(JSON.stringify(technician.messages.filter(({ from }) => from === 'bot'))),
      'Bot API calls': Buffer.from(JSON.stringify(stage.api.calls)),
      trail: Buffer.from(trail.join('\n')),
      ...(await filesOf(stage.storeFolder, 'store')),
    };
    expect(hits(canaries, places)).toEqual([]);
  } finally {
    await stage.close();
  }
}, 240_000);

/** Waits until Telegram holds no update any more. */
async function allConfirmed({ api }: Stage): Promise<void> {
  const asked = () => request(`${api.url}/bot${api.token}/getWebhookInfo`).then(({ body }) => body.json());
  for (;;) {
    const { result } = (await asked()) as { result: { pending_update_count: number } };
    if (result.pending_update_count === 0) return;
  }
}

/** What waits in a store that nobody has open. */
async function waitingIn(storeFolder: string): Promise<string[]> {
  const store = await openTestStore(storeFolder);
  const keys = await store.values(WAITING_UPDATES).keys();
  await store.close();
  if (!keys.ok) throw new Error(keys.failure.reason);
  return keys.value;
}

it('would be found when the log wrote what libraries say as it is', () => {
  const token = `123456789:${'Aa0_-'.repeat(7)}`;
  const canaries: Canaries = { 'bot token': token, 'pairing code': 'BCDFG-HJKLM' };
  const written = (clean?: (line: string) => string): Places => {
    let lines = '';
    const write = (line: string) => {
      lines += line;
    };
    const log = createLog('info', 'canary', { write }, clean);
    log.error(
      { err: new Error(`connect ECONNREFUSED https://api.telegram.org/bot${token}/getMe`) },
      'failed',
    );
    log.warn('no such code: BCDFG-HJKLM');
    return { log: Buffer.from(lines) };
  };
  expect(hits(canaries, written())).toEqual([]);
  expect(
    hits(
      canaries,
      written((line) => line),
    ),
  ).toEqual(['bot token in log', 'pairing code in log']);
});

it('is in no complaint about wrong settings', async () => {
  const folder = await temporaryFolder();
  const canaries: Canaries = {
    token: 'Canary-Token-11',
    secret: 'Canary-Secret-22',
    store: 'Canary-Store-33',
  };
  const child = spawn(process.execPath, [await releasedBot()], {
    cwd: folder.path,
    env: {
      BOT_TOKEN: canaries.token,
      WEBHOOK_SECRET: canaries.secret,
      STORE_URL: `redis://user:${canaries.store}@host`,
      ADMIN_IDS: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(error).toContain('BOT_TOKEN');
  expect(hits(canaries, { stdout: Buffer.from(out), stderr: Buffer.from(error) })).toEqual([]);
  await folder.remove();
}, 60_000);

it('is in no complaint about a store on a server, wherever its address lay', async () => {
  const folder = await temporaryFolder();
  const canaries: Canaries = { store: 'Canary-Store-44', sentinel: 'Canary-Sentinel-55' };
  // Nobody listens at port 1.
  const address = `rediss://user:${canaries.store}@127.0.0.1:1?sentinel=main&sentinel-password=${canaries.sentinel}`;
  const file = join(folder.path, 'STORE_URL');
  await writeFile(file, `${address}\n`, { mode: 0o600 });
  const support = join(folder.path, 'support.json');
  const places: Record<string, Buffer> = {};
  for (const [how, words, env] of [
    ['start', [], { STORE_URL: address }],
    ['start with a file', [], { STORE_URL_FILE: file }],
    ['doctor', ['doctor', '--bundle', support], { STORE_URL: address }],
    ['backup', ['backup', join(folder.path, 'backup')], { STORE_URL_FILE: file }],
    ['store check', ['store', 'check'], { STORE_URL: address }],
  ] as const) {
    const child = spawn(process.execPath, [await releasedBot(), ...words], {
      cwd: folder.path,
      env: {
        BOT_TOKEN: `123456789:${'Aa0_-'.repeat(7)}`,
        ADMIN_IDS: '1',
        TELEGRAM_API_ROOT: 'http://127.0.0.1:9',
        HUB_LISTEN: '127.0.0.1:0',
        WATCH_LISTEN: '127.0.0.1:0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
    expect(said).not.toBe('');
    places[how] = Buffer.from(said);
  }
  places.bundle = await readFile(support);
  expect(hits(canaries, places)).toEqual([]);
  await folder.remove();
}, 120_000);

/** Has a program throw, where nobody catches it, an error that holds secrets; what it wrote until it ended. */
async function crashed(
  program: string,
  cwd: string,
  env: Record<string, string>,
  args: string[] = [],
): Promise<Places> {
  const bomb = `
    const armed = setInterval(() => {
      if (process.listenerCount('uncaughtException') === 0) return;
      clearInterval(armed);
      Promise.reject(Object.assign(new Error('failed: ' + process.env.PLANTED), { request: process.env.PLANTED }));
    }, 20);`;
  const imports = ['--import', `data:text/javascript,${encodeURIComponent(bomb)}`];
  const child = spawn(process.execPath, [...imports, program, ...args], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(error).toContain('failed: ');
  return { stdout: Buffer.from(out), stderr: Buffer.from(error) };
}

it('is in nothing a program says when it crashes', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const canaries: Canaries = {
    token: `123456789:${'Aa0_-'.repeat(7)}`,
    key: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'),
    permit: randomBytes(32).toString('base64url'),
    'pairing code': 'BCDFG-HJKLM',
  };
  const PLANTED = Object.values(canaries).join(' ');
  const folder = await temporaryFolder();
  const bot = {
    PLANTED,
    BOT_TOKEN: canaries.token ?? '',
    ADMIN_IDS: '1',
    STORE_URL: `lmdb:${folder.path}`,
    TELEGRAM_API_ROOT: 'http://127.0.0.1:9',
    HUB_LISTEN: '127.0.0.1:0',
    WATCH_LISTEN: '127.0.0.1:0',
  };
  expect(hits(canaries, await crashed(await releasedBot(), folder.path, bot))).toEqual([]);
  const agent = { PLANTED, UNBIND_AGENT_HOME: folder.path, UNBIND_AGENT_TEST_NETWORK: '127.0.0.1/8:37999' };
  expect(
    hits(
      canaries,
      await crashed(await agentInTestNetwork(), folder.path, agent, ['discover', '--wait', '20000']),
    ),
  ).toEqual([]);
  await folder.remove();
}, 60_000);

/** Every place a secret could have got to, but for the two that are meant to hold one. */
async function placesOf(house: House, home: string): Promise<Places> {
  const audit = Buffer.from((await auditOf(house.stage.storeFolder)).join('\n'));
  return { 'audit export': audit, ...(await surroundings(house, home)) };
}

/** The same as files, lines and calls. */
/** What stands in a laptop's file for support beside its state folder is searched in its own test. */
const SOURCES = { network: realNetwork(), env: {}, checks: [] };

async function surroundings({ stage, botLines, laptopLines }: House, home: string): Promise<Places> {
  const calls = stage.api.calls.filter(({ parameters }) => !PAIRING_CODE.test(String(parameters.caption)));
  // The agent's own key lies in its identity, and nowhere else.
  const { 'agent home/identity.json': _, ...agent } = await filesOf(home, 'agent home');
  return {
    'bot’s log and error output': Buffer.from(botLines.join('\n')),
    'agent’s words': Buffer.from(laptopLines.join('\n')),
    'Bot API calls': Buffer.from(JSON.stringify(calls)),
    'laptop’s file for support': Buffer.from((await supportBundle({ ...SOURCES, home })).text),
    ...(await filesOf(stage.storeFolder, 'store')),
    ...agent,
  };
}

/** What stands in the report of the case, as people read it. */
async function reportOf({ technician, stage }: House): Promise<Places> {
  await technician.press(/^report:/);
  await technician.waitFor(offering('leave-out'), STEP);
  await pressId(technician, 'only');
  await technician.waitFor(offering('no-site'), STEP);
  await pressId(technician, 'no-site');
  const file = (ending: RegExp) => technician.waitFor((said) => ending.test(said.file?.name ?? ''), STEP);
  const bytes = async (ending: RegExp) =>
    Buffer.from(stage.api.bytes((await file(ending)).file?.id ?? '') ?? []);
  const { pages } = readPdf(await bytes(/\.pdf$/));
  const table = await bytes(/\.csv$/);
  expect(pages.join()).toContain(profile.shortSerial);
  expect(table.toString()).toContain(profile.shortSerial);
  return { 'report on paper': Buffer.from(pages.join('\n')), 'report as a table': table };
}

/** What admins are told of the week, and its cases as a table. */
async function weekOf({ technician, stage }: House): Promise<Places> {
  await technician.send('/admin');
  const { text } = await technician.waitFor(/How things stand/, STEP);
  await technician.press(/^admin:export$/);
  const sent = await technician.waitFor(({ file }) => /^cases-.*\.csv$/.test(file?.name ?? ''), STEP);
  const table = Buffer.from(stage.api.bytes(sent.file?.id ?? '') ?? []);
  expect(table.toString()).toContain(profile.shortSerial);
  return { 'how things stand': Buffer.from(text), 'cases of the week': table };
}

/** What whoever watches over the bot is told. */
async function watchedOf({ botLines }: House): Promise<Places> {
  const ready = botLines.findLast((line) => line.includes('"msg":"ready"')) ?? '{}';
  const { watch } = JSON.parse(ready) as { watch: string };
  const told = async (path: string) => Buffer.from(await (await fetch(`${watch}${path}`)).text());
  const metrics = await told('/metrics');
  expect(metrics.toString()).toContain('unbind_reports_total{outcome="wrong-password"} 1');
  return {
    metrics,
    'whether it is ready': await told('/ready'),
    'whether it is alive': await told('/health'),
  };
}

/** The lines of the audit trail, which must be whole although the bot was killed. */
async function auditOf(storeFolder: string): Promise<string[]> {
  const store = await openTestStore(storeFolder);
  const audit = createAudit(store, Date.now);
  const lines: string[] = [];
  await audit.read((line) => lines.push(line));
  expect(await audit.verify()).toMatchObject({ ok: true, value: { faults: [], entries: lines.length } });
  const words = lines.map((line) => (JSON.parse(line) as { what: string }).what);
  expect(words).toEqual(
    expect.arrayContaining(['agent.paired', 'case.verdict', 'case.permit', 'case.challenged']),
  );
  expect(words.filter((word) => word === 'case.attempt')).toHaveLength(2);
  expect(words.filter((word) => word === 'case.reported')).toHaveLength(2);
  await store.close();
  return lines;
}
