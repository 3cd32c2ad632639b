import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTelegram } from '../../../src/bot/house/telegram.ts';
import { createVoice, KEPT_WORDS, type Voice } from '../../../src/bot/house/voice.ts';
import { TelegramUnavailable } from '../../../src/flows/engine/bot-api.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { PAIRING_CODE } from '../../../src/sandbox/pairing.ts';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { workingOn } from '../../support/working-on.ts';
import { clientFor, localBotApi } from './support.ts';

const OUT = { method: 'sendMessage', kind: 'status', status: 502 } as const;
const STOPPED = {
  method: 'sendMessage',
  kind: 'status',
  status: 403,
  description: 'Forbidden: bot was blocked by the user',
} as const;
const said = ({ messages }: SimUser) => messages.filter(({ from }) => from === 'bot').map(({ text }) => text);

describe('what the bot says outside conversations', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: Store;
  let api: LocalBotApi;
  let person: SimUser;
  let voice: Voice;
  const log = createLog('silent', 'test');
  const lifeOf = () => {
    const client = clientFor(api);
    const telegram = createTelegram(client.tryCall.bind(client), log);
    return createVoice({ telegram, ...workingOn(store), log });
  };
  const kept = async () => {
    const keys = await store.values(KEPT_WORDS).keys();
    return keys.ok ? keys.value.length : null;
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openTestStore(folder.path);
    api = await localBotApi();
    person = api.user();
    // A bot may not speak first.
    await person.send('/start');
    voice = lifeOf();
  });
  afterEach(async () => {
    await voice.stop();
    await store.close();
    await folder.remove();
  });

  it('is said later where Telegram does not take it, in its order, and kept no longer', async () => {
    expect(await voice.say(person.id, 'one')).toBe('told');
    api.fault({ ...OUT, times: 2 });
    expect(await voice.say(person.id, 'two')).toBe('kept');
    expect(await voice.say(person.id, 'three')).toBe('kept');
    expect(await kept()).toBe(2);
    await person.waitFor(/^three$/);
    await voice.idle();
    expect(said(person)).toEqual(['one', 'two', 'three']);
    expect(await kept()).toBe(0);
  });

  it('is said by the next run, with its buttons', async () => {
    api.fault({ ...OUT, times: 2 });
    await voice.say(person.id, 'two', { rows: [[{ text: 'Yes', data: 'x:yes' }]] });
    await voice.stop();
    voice = lifeOf();
    await voice.start();
    const told = await person.waitFor(/^two$/);
    expect(told.buttons.flat()).toMatchObject([{ text: 'Yes', data: 'x:yes' }]);
  });

  it('waits for somebody who has stopped the bot until they write again', async () => {
    api.fault(STOPPED);
    expect(await voice.say(person.id, 'two')).toBe('kept');
    expect(await voice.say(person.id, 'three')).toBe('kept');
    await voice.idle();
    expect(said(person)).toEqual([]);
    voice.heard(person.id);
    await person.waitFor(/^three$/);
    expect(said(person)).toEqual(['two', 'three']);
  });

  it('of one person waits for nobody else', async () => {
    const other = api.user();
    await other.send('/start');
    api.fault({ ...OUT, times: 2 });
    expect(await voice.say(person.id, 'two')).toBe('kept');
    await voice.idle();
    expect(await voice.say(other.id, 'hello')).toBe('told');
  });

  it('is refused for good where Telegram does not take it as it is, and holds up nothing behind it', async () => {
    expect(await voice.say(person.id, '<b>no end')).toBe('refused');
    expect(await voice.say(person.id, 'next')).toBe('told');
    expect(await kept()).toBe(0);
  });

  it('and holds a secret is kept nowhere: its update has to come again', async () => {
    api.fault(OUT);
    await expect(voice.sayOnce(person.id, 'BCDFG-HJKLM')).rejects.toThrow(TelegramUnavailable);
    expect(await kept()).toBe(0);
    expect(await voice.sayOnce(person.id, 'BCDFG-HJKLM')).toBe('told');
  });

  it('is the business of whoever said it where it can neither be said nor kept', async () => {
    await store.close();
    api.fault(OUT);
    await expect(voice.say(person.id, 'one')).rejects.toThrow(TelegramUnavailable);
  });
});

describe('while Telegram takes no message', () => {
  let fortress: Fortress;
  let ann: SimUser;
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
  });
  afterAll(() => fortress.close());
  const out = (times: number) => fortress.api.fault({ ...OUT, times });

  it('a number that pairs a laptop is answered all the same, and not taken for something else', async () => {
    const laptop = await fortress.laptop(ann);
    expect((await laptop.poll()).status).toBe(200);
    await ann.send('/pair');
    const { text } = await ann.waitFor(PAIRING_CODE);
    await laptop.askToPair(PAIRING_CODE.exec(text)?.[0] ?? '');
    await ann.waitFor(/six digits it shows/);
    const before = said(ann).length;
    out(2);
    await ann.send(laptop.number);
    await ann.waitFor(/is paired/);
    expect(said(ann).length).toBe(before + 1);
  });

  it('a pairing code is made anew and the one nobody saw lies nowhere', async () => {
    fortress.api.fault({ ...OUT, method: 'sendPhoto', times: 2 });
    await ann.send('/pair');
    const { text } = await ann.waitFor(PAIRING_CODE);
    expect(said(ann).filter((one) => one === text)).toHaveLength(1);
    const sent = fortress.api.calls
      .filter(({ method }) => method === 'sendPhoto')
      .map(({ parameters }) => PAIRING_CODE.exec(String(parameters.caption))?.[0]);
    const codes = [...new Set(sent.filter((code) => code !== undefined))];
    const place = fortress.storeUrl.slice('lmdb:'.length);
    const files = (await readdir(place, { withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { name } of files)
      for (const code of codes) expect((await readFile(join(place, name))).includes(code)).toBe(false);
  });

  it('somebody who was put out, and everybody concerned, hears of it later', async () => {
    const bob = await fortress.technician('Bob');
    out(2);
    await fortress.admin.send(`/revoke ${bob.id}`);
    await fortress.admin.waitFor(/ is out/);
    await bob.waitFor(/access/i);
  });
});
