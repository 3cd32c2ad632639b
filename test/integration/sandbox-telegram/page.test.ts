import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type PageEvent, pageEvents } from '../../support/page-events.ts';
import { call, DEVICE, picture, start } from './helpers.ts';

const act = (api: LocalBotApi, user: number, path: string, body: string | Buffer = '') =>
  request(`${api.url}/page/users/${user}/${path}`, { method: 'POST', body });

describe('The chat page', () => {
  it('is served whole from this machine, with a policy that lets nothing else in', async () => {
    const api = await start();
    const page = await request(`${api.url}/`);
    const html = await page.body.text();
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    const addresses = [...html.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, address]) => address);
    expect(addresses).toEqual(expect.arrayContaining(['/page/page.css', '/page/page.js', '/page/icon.svg']));
    for (const address of [
      ...addresses,
      '/page/chat.js',
      '/page/laptops.js',
      '/page/devices.js',
      '/page/tray.js',
      '/page/tour.js',
      '/page/element.js',
      '/page/rich-text.js',
    ]) {
      const asset = await request(`${api.url}${address}`);
      expect([address, asset.statusCode]).toEqual([address, 200]);
      expect(await asset.body.text()).not.toMatch(/(?:src|href|url|from|fetch)\s*[=(]\s*['"]?https?:/);
    }
    expect((await request(`${api.url}/page/..%2ftelegram%2fpage.ts`)).statusCode).toBe(404);
    expect((await request(`${api.url}/`, { headers: { host: 'evil.example' } })).statusCode).toBe(403);
  });

  it('has its words in both languages and two technicians', async () => {
    const api = await start({
      page: { samples: [{ id: 'one', title: 'One', bytes: await picture(300, 200) }] },
    });
    const setup = (await (await request(`${api.url}/page/setup`)).body.json()) as {
      texts: Record<string, Record<string, string>>;
      technicians: { id: number; language: string }[];
      samples: unknown;
    };
    expect(Object.keys(setup.texts.en ?? {})).toEqual(Object.keys(setup.texts.ru ?? {}));
    expect(setup.technicians.map(({ language }) => language)).toEqual(['en', 'ru']);
    expect(setup.technicians.map(({ id }) => id)).toEqual(api.page.technicians.map(({ id }) => id));
    expect(setup.samples).toEqual([{ id: 'one', title: 'One' }]);
    const thumbnail = await request(`${api.url}/page/samples/one`);
    expect(thumbnail.headers['content-type']).toBe('image/jpeg');
  });

  it('is told everything live: the state first, then what changes', async () => {
    const api = await start();
    const [technician] = api.page.technicians as [SimUser];
    const { id } = technician;
    await technician.send('before');
    const laptop = api.page.laptop('laptop-1', technician);
    laptop.say('\u001b[32mgreen\u001b[0m http://127.0.0.1:1/');
    const events = pageEvents(api.url, id);
    const next = async () => (await events.next()).value as PageEvent;
    expect(await next()).toMatchObject({
      type: 'state',
      messages: [{ text: 'before', from: 'user' }],
      laptops: [{ name: 'laptop-1', owner: id, lines: ['green http://127.0.0.1:1/'], wants: null }],
      devices: [],
      menu: { commands: [], description: '' },
      tour: null,
      hosted: { devices: false, tour: false },
    });
    await api.user().send('somebody else');
    const sent = await call<{ message_id: number }>(api, 'sendMessage', {
      chat_id: id,
      text: '<b>x</b>',
      parse_mode: 'HTML',
    });
    expect(await next()).toMatchObject({ type: 'message', message: { text: 'x', from: 'bot' } });
    await call(api, 'sendChatAction', { chat_id: id, action: 'typing' });
    expect(await next()).toMatchObject({ type: 'action', action: 'typing' });
    await call(api, 'deleteMessage', { chat_id: id, message_id: sent.result.message_id });
    expect(await next()).toMatchObject({ type: 'deleted', messageIds: [sent.result.message_id] });
    await call(api, 'setMyCommands', { commands: [{ command: 'start', description: 'Start' }] });
    expect(await next()).toMatchObject({ type: 'menu', menu: { commands: [{ command: 'start' }] } });
    api.page.devices([DEVICE]);
    expect(await next()).toEqual({ type: 'devices', devices: [DEVICE] });
    const want = { what: 'To type the password, open this page:', address: 'http://127.0.0.1:1/x' };
    laptop.wants(want);
    expect(await next()).toMatchObject({ type: 'laptop', laptop: { name: 'laptop-1', wants: want } });
    laptop.say('typed');
    expect(await next()).toEqual({ type: 'line', laptop: 'laptop-1', line: 'typed' });
    await events.return(undefined);
  });

  it('sends texts, photos, files and samples, and presses buttons, as the technician', async () => {
    const api = await start({
      page: { samples: [{ id: 'one', title: 'One', bytes: await picture(300, 200) }] },
    });
    const [technician] = api.page.technicians;
    const id = technician?.id ?? 0;
    expect((await act(api, id, 'text', 'hello')).statusCode).toBe(200);
    expect((await act(api, id, 'photo', await picture(20, 10))).statusCode).toBe(200);
    expect((await act(api, id, 'documents/%D0%B0.txt', 'text')).statusCode).toBe(200);
    expect((await act(api, id, 'samples/one')).statusCode).toBe(200);
    expect(technician?.messages.map(({ kind }) => kind)).toEqual(['text', 'photo', 'document', 'photo']);
    expect(technician?.messages[2]?.file?.name).toBe('а.txt');
    const reply_markup = { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] };
    const sent = await call<{ message_id: number }>(api, 'sendMessage', {
      chat_id: id,
      text: '?',
      reply_markup,
    });
    expect((await act(api, id, `press/${sent.result.message_id}`, 'y')).statusCode).toBe(200);
    const updates = await call<{ callback_query?: { data: string } }[]>(api, 'getUpdates');
    expect(updates.result.at(-1)?.callback_query?.data).toBe('y');
  });

  it('sends albums, files as they are and what no dialogue asks for', async () => {
    const samples = ['one', 'two'].map(async (id) => ({ id, title: id, bytes: await picture(300, 200) }));
    const api = await start({ page: { samples: await Promise.all(samples) } });
    const [technician] = api.page.technicians as [SimUser];
    const statuses: number[] = [];
    const post = async (path: string, body: string | Buffer = '') =>
      statuses.push((await act(api, technician.id, path, body)).statusCode);
    await post('albums/a-1', await picture(20, 10));
    await post('albums/a-1/samples/two');
    for (const kind of ['sticker', 'voice', 'video', 'location', 'contact', 'dice'])
      await post(`others/${kind}`);
    await post('documents/label.png', await picture(20, 10));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(technician.messages.map(({ kind, albumId }) => [kind, albumId])).toEqual([
      ['photo', 'a-1'],
      ['photo', 'a-1'],
      ...['sticker', 'voice', 'video', 'location', 'contact', 'dice', 'document'].map((kind) => [kind, null]),
    ]);
    expect((await act(api, technician.id, 'others/poll')).statusCode).toBe(404);
    expect((await act(api, technician.id, 'albums/a%20b/samples/one')).statusCode).toBe(400);
  });

  it('acts on devices and leads the tour through its host, and without one has neither', async () => {
    const api = await start();
    const [technician] = api.page.technicians as [SimUser];
    api.page.devices([DEVICE]);
    const device = async (path: string) =>
      (await request(`${api.url}/page/devices/${path}`, { method: 'POST' })).statusCode;
    expect(await device('J12345678/unplug')).toBe(404);
    expect((await act(api, technician.id, 'tour/start')).statusCode).toBe(404);
    const done: unknown[] = [];
    api.page.host({
      device: (...given) => done.push(given),
      tour: (person, step) => done.push([person.id, step]),
    });
    expect(await device('J12345678/unplug')).toBe(200);
    expect(await device('J12345678/explode')).toBe(404);
    expect(await device('J00000000/unplug')).toBe(404);
    expect((await act(api, technician.id, 'tour/start')).statusCode).toBe(200);
    expect((await act(api, technician.id, 'tour/rewind')).statusCode).toBe(404);
    expect(done).toEqual([
      ['J12345678', 'unplug'],
      [technician.id, 'start'],
    ]);
  });

  it('says why something was not sent, and acts for nobody but its technicians', async () => {
    const api = await start();
    const id = api.page.technicians[0]?.id ?? 0;
    const bad = await act(api, id, 'photo', 'no picture');
    expect(bad.statusCode).toBe(400);
    expect(await bad.body.json()).toMatchObject({ description: 'Bad Request: IMAGE_PROCESS_FAILED' });
    expect((await act(api, id, 'text', '')).statusCode).toBe(400);
    expect((await act(api, api.user().id, 'text', 'x')).statusCode).toBe(400);
    expect((await act(api, id, 'samples/none')).statusCode).toBe(404);
    const foreign = await request(`${api.url}/page/users/${id}/text`, {
      method: 'POST',
      body: 'x',
      headers: { origin: 'https://evil.example' },
    });
    expect(foreign.statusCode).toBe(403);
    expect(api.page.technicians[0]?.messages).toEqual([]);
  });

  it('shows pictures in place and hands everything else out as a file', async () => {
    const api = await start();
    const user = api.user();
    const photo = await user.sendPhoto(await picture(20, 10));
    const page = await user.sendDocument(Buffer.from('<script>'), 'a.html', 'text/html');
    const get = async (id = '') => (await request(`${api.url}/page/files/${id}`)).headers;
    expect(await get(photo.file?.id)).toMatchObject({ 'content-type': 'image/jpeg' });
    expect(await get(page.file?.id)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
    });
  });
});
