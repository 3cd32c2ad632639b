/** /pair with all that a laptop needs, and the packages as files in the chat: the real bot, the local Bot API, real bytes. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import jsqr from 'jsqr';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Settings } from '../../../src/bot/settings.ts';
import { startBot } from '../../../src/bot/start.ts';
import { createKeyring } from '../../../src/hub/keys.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { PAIRING_CODE } from '../../../src/sandbox/pairing.ts';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { ChatMessage } from '../../../src/sandbox/telegram/message.ts';
import { settingsWith } from '../../support/own-settings.ts';
import { writePackages } from '../../support/packages.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { value } from '../hub/house.ts';
import { localBotApi } from './support.ts';

const PUBLIC_URL = 'https://bot.example.org:8443';
const log = createLog('silent', 'test');

/** Packages for a hub whose store there is already, and a bot that can be started on it as often as one likes. */
async function open(sizes?: Parameters<typeof writePackages>[1]) {
  const [store, packages] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  const made = await openTestStore(store.path);
  const { publicKey: hubKey } = await value(createKeyring(made)());
  await made.close();
  const written = await writePackages(packages.path, { hubKey, server: PUBLIC_URL, ...sizes });
  const api = await localBotApi();
  const [olga, oleg] = [
    api.user({ firstName: 'Olga', languageCode: 'en' }),
    api.user({ firstName: 'Oleg', languageCode: 'ru' }),
  ];
  const started: { stop(): Promise<void> }[] = [];
  onTestFinished(async () => {
    for (const bot of started) await bot.stop();
    await Promise.all([store.remove(), packages.remove()]);
  });
  const start = (own: Partial<Settings> = {}) =>
    startBot(
      settingsWith({
        token: new Secret(api.token),
        apiRoot: api.url,
        adminIds: [olga.id, oleg.id],
        storeUrl: `lmdb:${store.path}`,
        hub: { ...settingsWith({} as never).hub, publicUrl: PUBLIC_URL },
        packages: { folder: packages.path, key: null },
        ...own,
      }),
      log,
    );
  return {
    api,
    olga,
    oleg,
    written,
    folder: packages.path,
    start,
    async run(own?: Partial<Settings>) {
      const bot = await start(own);
      if (!bot.ok) throw new Error(`${bot.failure.reason} ${bot.failure.detail}`);
      started.push(bot.value);
      return bot.value;
    },
  };
}

const copiesOf = ({ buttons }: ChatMessage) => buttons.flat().flatMap(({ copies }) => copies ?? []);
const isFile = ({ kind }: ChatMessage) => kind === 'document';
const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What a laptop's camera reads off the phone. */
async function readFromPicture(api: LocalBotApi, { file }: ChatMessage): Promise<string | undefined> {
  const { data, info } = await sharp(api.bytes(file?.id ?? ''))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const read = jsqr as unknown as typeof jsqr.default;
  return read(new Uint8ClampedArray(data), info.width, info.height)?.data;
}

/** How often bytes went up to Telegram, and how often a file id did. */
function sentFiles(api: LocalBotApi) {
  const sent = api.calls.filter(({ method }) => method === 'sendDocument');
  const known = sent.filter(({ parameters }) => typeof parameters.document === 'string');
  return { uploads: sent.length - known.length, known: known.length };
}

describe('/pair', () => {
  it.each(['olga', 'oleg'] as const)(
    'tells %s address and code in one message, to be copied, and shows the address to a camera',
    async (who) => {
      const house = await open();
      await house.run();
      const person = house[who];
      await person.send('/pair');
      const message = await person.waitFor(PAIRING_CODE);
      const code = PAIRING_CODE.exec(message.text)?.[0] ?? '';
      const page = `${PUBLIC_URL}/agent`;
      expect(message.text).toContain(page);
      expect(copiesOf(message)).toEqual([page, code, `unbind-agent pair ${code} --server ${PUBLIC_URL}`]);
      expect(await readFromPicture(house.api, message)).toBe(page);
    },
  );

  it('is told without the picture where Telegram does not take it', async () => {
    const house = await open();
    await house.run();
    const description = 'Bad Request: IMAGE_PROCESS_FAILED';
    house.api.fault({ method: 'sendPhoto', kind: 'status', status: 400, description });
    await house.olga.send('/pair');
    expect(await house.olga.waitFor(PAIRING_CODE)).toMatchObject({ kind: 'text' });
  });

  it('offers no file where there are no packages, and the page says how else', async () => {
    const house = await open();
    await house.run({ packages: null });
    await house.olga.send('/pair');
    const { buttons } = await house.olga.waitFor(PAIRING_CODE);
    expect(buttons.flat().filter(({ data }) => data !== null)).toEqual([]);
  });
});

describe('a package as a file', () => {
  it('is brought up once, for everybody, also over a restart; the code stays where it is', async () => {
    const house = await open();
    const { api, olga, oleg, written } = house;
    const bot = await house.run();
    const wanted = written.list.packages.find(({ system }) => system === 'linux-x64');
    await olga.send('/pair');
    const offer = await olga.waitFor(PAIRING_CODE);
    await olga.press('pf');
    await olga.waitFor(/Which system/);
    await olga.press('Linux');
    const came = await olga.waitFor(isFile);
    expect(came.file?.name).toBe(wanted?.file);
    expect(sumOf(api.bytes(came.file?.id ?? '') ?? Buffer.alloc(0))).toBe(wanted?.sha256);
    expect(came.text).toContain(wanted?.sha256);
    expect(came.text).toContain('unbind.sh');
    expect(olga.messages.find(({ id }) => id === offer.id)?.buttons).toEqual(offer.buttons);
    expect(sentFiles(api)).toEqual({ uploads: 1, known: 0 });

    await oleg.send('/pair');
    await oleg.waitFor(PAIRING_CODE);
    await oleg.press('pf');
    await oleg.waitFor(/Какая система/);
    await oleg.press('ps:linux-x64');
    await oleg.waitFor(isFile);
    expect(sentFiles(api)).toEqual({ uploads: 1, known: 1 });

    await bot.stop();
    await house.run();
    await olga.press('pf', offer.id);
    await olga.waitFor(/Which system/);
    await olga.press('Linux');
    const again = await olga.waitFor(isFile);
    expect(again.file?.id).toBe(came.file?.id);
    expect(sentFiles(api)).toEqual({ uploads: 1, known: 2 });
  });

  it('is brought up anew when Telegram does not know it any more', async () => {
    const house = await open({ sizes: { 'win-x64': 5_000 } });
    await house.run();
    const { api, olga } = house;
    await olga.send('/pair');
    await olga.waitFor(PAIRING_CODE);
    // The only one there is: nothing is asked.
    await olga.press('pf');
    await olga.waitFor(isFile);
    const description = 'Bad Request: wrong file identifier/HTTP URL specified';
    api.fault({ method: 'sendDocument', kind: 'status', status: 400, description });
    await olga.press('pf');
    await olga.waitFor(isFile);
    expect(sentFiles(api)).toEqual({ uploads: 2, known: 1 });
  });

  it('that is asked for again while it is on its way comes for that, too: the first may have been seen already', async () => {
    const house = await open({ sizes: { 'win-x64': 5_000 } });
    await house.run();
    const { api, olga } = house;
    await olga.send('/pair');
    await olga.waitFor(PAIRING_CODE);
    let arrive: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    api.fault({ method: 'sendDocument', kind: 'delay', until });
    for (const _ of [1, 2]) {
      await olga.press('pf');
      await olga.waitFor(/comes here by itself/);
    }
    arrive();
    await olga.until(() => sentFiles(api).known === 1);
    expect(sentFiles(api)).toEqual({ uploads: 1, known: 1 });
  });

  it('still comes after the bot was stopped in the middle of it', async () => {
    const house = await open({ sizes: { 'win-x64': 5_000 } });
    const { api, oleg } = house;
    const bot = await house.run();
    const mend = api.fault({ method: 'sendDocument', kind: 'status', status: 502, times: 1_000 });
    await oleg.send('/pair');
    await oleg.waitFor(PAIRING_CODE);
    await oleg.press('pf');
    await oleg.waitFor(/он придёт сюда сам/);
    await oleg.until(() => sentFiles(api).uploads > 0);
    await bot.stop();
    mend();
    await house.run();
    await oleg.waitFor(isFile);
  });

  it('that Telegram does not take is told, with the address to get it from', async () => {
    const house = await open({ sizes: { 'win-x64': 5_000 } });
    await house.run();
    const { api, olga } = house;
    const description = 'Request Entity Too Large';
    api.fault({ method: 'sendDocument', kind: 'status', status: 413, description });
    await olga.send('/pair');
    await olga.waitFor(PAIRING_CODE);
    await olga.press('pf');
    expect((await olga.waitFor(/cannot be sent here/)).text).toContain(`${PUBLIC_URL}/agent`);
  });
});

describe('packages that are not right', () => {
  it('keep the bot from starting, each for its reason', async () => {
    const house = await open();
    const refusedFor = async (own?: Partial<Settings>) => {
      const bot = await house.start(own);
      return bot.ok ? bot.value.stop() : bot.failure.reason;
    };
    const { publicKey: key } = generateKeyPairSync('ed25519');
    expect(await refusedFor({ packages: { folder: house.folder, key } })).toBe('packages-not-signed');
    expect(await refusedFor({ packages: { folder: `${house.folder}/none`, key: null } })).toBe(
      'packages-unreadable',
    );
    await appendFile(join(house.folder, house.written.list.packages[0]?.file ?? ''), 'x');
    expect(await refusedFor()).toBe('packages-altered');
    await appendFile(join(house.folder, 'packages.json'), ' ');
    expect(await refusedFor()).toBe('packages-not-signed');
    await writePackages(house.folder);
    expect(await refusedFor()).toBe('packages-other-hub');
  });
});
