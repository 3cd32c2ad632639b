import { readdir, stat, utimes } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ACTION_NAMES } from '../../../src/lan-agent/window/actions.ts';
import { grantKey } from '../../../src/lan-agent/window/session.ts';
import { FROM_FILE, OWN, openWindow, post, send } from './window-client.ts';

describe('the way in', () => {
  it('is a key that works once, for a cookie that no script and no other page gets', async () => {
    const { address, enter, home } = await openWindow();
    const { key, entered, cookie } = await enter();
    expect(entered.status).toBe(200);
    const { pathname } = new URL(address);
    expect(entered.headers['set-cookie']).toEqual([`${cookie}; Path=${pathname}; HttpOnly; SameSite=Strict`]);
    expect((await send(address, { headers: { ...OWN, cookie } })).text).toContain('<title>window');

    const again = await post(`${address}enter`, { key }, { origin: 'null', ...FROM_FILE });
    expect(again).toMatchObject({ status: 403, text: '<title>key-used</title>' });
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(await readdir(join(home, 'window'))).toEqual([]);
  });

  it('takes one of two browsers that come with one key at once', async () => {
    const { address, home } = await openWindow();
    const key = await grantKey(home);
    const fields = { key: key.ok ? key.value : '' };
    const answers = await Promise.all([0, 1, 2, 3].map(() => post(`${address}enter`, fields, FROM_FILE)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403]);
  });

  it('is shut to a key nobody came with in time, and forgets it', async () => {
    const { address, home } = await openWindow();
    const key = await grantKey(home);
    const [name = ''] = await readdir(join(home, 'window'));
    const early = new Date(Date.now() - 4 * 60_000);
    await utimes(join(home, 'window', name), early, early);
    const late = await post(`${address}enter`, { key: key.ok ? key.value : '' }, FROM_FILE);
    expect(late.status).toBe(403);
    const other = await grantKey(home);
    await utimes(join(home, 'window', (await readdir(join(home, 'window')))[0] ?? ''), early, early);
    await grantKey(home);
    expect(other.ok && (await readdir(join(home, 'window'))).length).toBe(1);
  });

  it('is shut to keys of nobody, whatever they look like', async () => {
    const { address } = await openWindow();
    for (const key of ['', '../identity.json', '.', 'x'.repeat(43), '%00']) {
      const tried = await post(`${address}enter`, { key }, { origin: 'null', ...FROM_FILE });
      expect(tried.status).toBe(403);
    }
    expect((await post(`${address}enter`, {}, FROM_FILE)).status).toBe(403);
    expect((await post(`${address}enter`, { key: 'x'.repeat(5000) }, FROM_FILE)).status).toBe(413);
  });

  it('keeps on the disk what lets nobody in, for its owner alone', async () => {
    const { home, enter } = await openWindow();
    const waiting = await grantKey(home);
    const { key, cookie } = await enter();
    const folder = join(home, 'window');
    const names = await readdir(folder);
    expect(names).toHaveLength(1);
    for (const secret of [key, cookie.split('=')[1] ?? '-', waiting.ok ? waiting.value : '-']) {
      expect(names.join()).not.toContain(secret);
    }
    const { mode, size } = await stat(join(folder, names[0] ?? ''));
    expect(size).toBe(0);
    if (process.platform !== 'win32') {
      expect(mode & 0o077).toBe(0);
      expect((await stat(folder)).mode & 0o077).toBe(0);
    }
  });
});

describe('others at this laptop', () => {
  it('a page that was led here by its name alone (DNS rebinding) gets nothing', async () => {
    const { address, enter } = await openWindow();
    const { cookie, key } = await enter();
    const { port, pathname } = new URL(address);
    for (const host of [
      `evil.example:${port}`,
      `localhost:${port}`,
      '127.0.0.1',
      `127.0.0.1.nip.io:${port}`,
    ]) {
      const headers = { ...OWN, host, origin: `http://${host}`, cookie };
      const read = await send(address, { headers });
      expect(read).toMatchObject({ status: 421, text: 'Misdirected Request' });
      expect((await post(`${address}stop`, {}, headers)).status).toBe(421);
      expect((await post(`${address}enter`, { key }, headers)).status).toBe(421);
      expect(read.text).not.toContain(pathname);
    }
  });

  it('another page of the internet, or of another port here, can not press a button', async () => {
    const { press, enter, done, origin } = await openWindow();
    const { cookie } = await enter();
    const { port } = new URL(origin);
    const others = [
      'https://evil.example',
      `http://127.0.0.1:${Number(port) - 1}`,
      `https://127.0.0.1:${port}`,
    ];
    for (const from of [...others, 'null', 'file://']) {
      expect((await press(cookie, 'stop', {}, { origin: from })).status).toBe(403);
    }
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await press(cookie, 'stop', {}, { 'sec-fetch-site': site })).status).toBe(403);
    }
    expect(done).toEqual([]);
    expect((await press(cookie, 'stop')).status).toBe(303);
    expect(done).toEqual([{ name: 'stop' }]);
  });

  it('another page can neither show the window in itself nor read what it says', async () => {
    const { address, enter } = await openWindow();
    const { cookie } = await enter();
    const headers = { cookie };
    const of = (site: string, dest: string) =>
      send(address, { headers: { ...headers, 'sec-fetch-site': site, 'sec-fetch-dest': dest } });
    expect((await of('cross-site', 'document')).text).toBe('<title>elsewhere</title>');
    expect((await of('same-site', 'document')).status).toBe(403);
    expect((await of('same-origin', 'iframe')).status).toBe(403);
    expect((await of('same-origin', 'script')).status).toBe(403);
    expect((await of('none', 'document')).status).toBe(200);
    for (const site of ['same-site', 'cross-site', 'none']) {
      const asked = await send(`${address}live`, { headers: { ...headers, 'sec-fetch-site': site } });
      expect(asked.status).toBe(403);
    }
    const { headers: said } = await of('same-origin', 'document');
    expect(said).toMatchObject({
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    });
    expect(said['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(said['access-control-allow-origin']).toBeUndefined();
  });

  it('another page can not let itself in with a key of its own, inside or outside of a frame', async () => {
    const { address, home } = await openWindow();
    const key = await grantKey(home);
    const fields = { key: key.ok ? key.value : '' };
    const from = (headers: Record<string, string>) =>
      post(`${address}enter`, fields, { ...FROM_FILE, origin: 'null', ...headers });
    expect((await from({ origin: 'https://evil.example' })).text).toBe('<title>elsewhere</title>');
    expect((await from({ 'sec-fetch-dest': 'iframe' })).status).toBe(403);
    expect((await from({ 'sec-fetch-dest': 'empty' })).status).toBe(403);
    expect((await from({})).status).toBe(200);
  });

  it('another user, who can reach the port, sees nothing and does nothing', async () => {
    const { address, origin, done, server, enter } = await openWindow();
    const { cookie } = await enter();
    // Without the path, even who has a cookie.
    for (const path of [
      '/',
      '/here',
      '/enter',
      '/stop',
      '/x/',
      `${new URL(address).pathname.slice(0, -1)}`,
    ]) {
      const asked = await send(`${origin}${path}`, { headers: { cookie } });
      expect(asked).toMatchObject({ status: 404, text: 'Not Found' });
    }
    // With the path of the printed address, and every header of a browser.
    const forged = { ...OWN, origin };
    for (const cookies of ['', 'unbind-window=', 'unbind-window', `unbind-window=${'A'.repeat(43)}`]) {
      const headers = { ...forged, cookie: cookies };
      expect((await send(address, { headers })).text).toBe('<title>no-key</title>');
      expect((await send(`${address}live`, { headers })).status).toBe(403);
      for (const name of ACTION_NAMES) {
        const form = server.forms.values[name];
        expect((await post(`${address}${name}`, { form }, headers)).status).toBe(403);
      }
    }
    expect(done).toEqual([]);
  });

  it('whoever has not entered can not even keep the window busy with long forms', async () => {
    const { address, origin } = await openWindow();
    const headers = { ...OWN, origin };
    expect((await post(`${address}answer`, { password: 'x'.repeat(4096) }, headers)).status).toBe(403);
  });
});

describe('forms', () => {
  it('are taken once: a form sent twice, gone back to or kept in another tab does nothing', async () => {
    const { server, address, origin, enter, done } = await openWindow();
    const { cookie } = await enter();
    const form = server.forms.values.search;
    const headers = { ...OWN, origin, cookie };
    const answers = await Promise.all([0, 1, 2].map(() => post(`${address}search`, { form }, headers)));
    for (const { status, headers: said } of answers) {
      expect(status).toBe(303);
      expect(said.location).toBe(new URL(address).pathname);
    }
    expect(done).toEqual([{ name: 'search' }]);
    // A second tab has got the new form with the page it shows by now.
    expect((await send(address, { headers: { ...OWN, cookie } })).text).toContain(server.forms.values.stop);
    await post(`${address}search`, { form: server.forms.values.search }, headers);
    expect(done).toHaveLength(2);
  });

  it('do nothing without what the page has put into them', async () => {
    const { address, origin, enter, done } = await openWindow();
    const { cookie } = await enter();
    const headers = { ...OWN, origin, cookie };
    for (const name of ACTION_NAMES) expect((await post(`${address}${name}`, {}, headers)).status).toBe(303);
    expect(done).toEqual([]);
  });

  it('are forms: nothing else is read, and nothing but a form changes anything', async () => {
    const { address, origin, server, enter, done } = await openWindow();
    const { cookie } = await enter();
    const headers = { ...OWN, origin, cookie };
    const form = server.forms.values.stop;
    const json = { ...headers, 'content-type': 'application/json', 'content-length': '2' };
    expect((await send(`${address}stop`, { method: 'POST', headers: json, body: '{}' })).status).toBe(415);
    expect((await send(`${address}stop?form=${form}`, { headers })).status).toBe(404);
    for (const method of ['PUT', 'DELETE', 'OPTIONS']) {
      expect((await send(`${address}stop`, { method, headers })).status).toBe(405);
    }
    const chunked = {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
      'transfer-encoding': 'chunked',
    };
    const body = `form=${form}`;
    expect((await send(`${address}stop`, { method: 'POST', headers: chunked, body })).status).toBe(413);
    expect(done).toEqual([]);
  });

  it('lose what was typed into them when they have been dealt with', async () => {
    const kept: Buffer[] = [];
    const { press, enter } = await openWindow((_action, body) => {
      expect(body.toString()).toContain('Window-Secret-1');
      kept.push(body);
      return 'done';
    });
    const { cookie } = await enter();
    await press(cookie, 'answer', { password: 'Window-Secret-1' });
    expect(kept).toHaveLength(1);
    expect(kept[0]?.every((byte) => byte === 0)).toBe(true);
  });

  it('can lead to a file, which is saved and not shown', async () => {
    const { press, enter } = await openWindow(() => ({ file: 'support.json', content: Buffer.from('{}') }));
    const { cookie } = await enter();
    const saved = await press(cookie, 'bundle');
    expect(saved).toMatchObject({ status: 200, text: '{}' });
    expect(saved.headers['content-disposition']).toBe('attachment; filename="support.json"');
  });
});

describe('changes', () => {
  /** What a browser that listens is told, event by event. */
  async function listen(address: string, cookie: string) {
    const heard: unknown[] = [];
    const waiting: (() => void)[] = [];
    const stream = get(`${address}live`, {
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' },
    });
    onTestFinished(() => void stream.destroy());
    stream.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        const events = `${text}${part}`.split('\n\n');
        text = events.pop() ?? '';
        heard.push(...events.map((one) => (one.startsWith('data: ') ? JSON.parse(one.slice(6)) : one)));
        for (const wake of waiting.splice(0)) wake();
      });
    });
    return {
      close: () => stream.destroy(),
      /** The first so many events. */
      first: async (count: number) => {
        while (heard.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
        return heard;
      },
    };
  }

  it('come to every tab, each what it does not have', async () => {
    const { address, press, enter, server } = await openWindow();
    const { cookie } = await enter();
    const all = { done: '0', still: 'the same' };
    const one = await listen(address, cookie);
    const other = await listen(address, cookie);
    expect(await one.first(1)).toEqual([all]);
    expect(await other.first(1)).toEqual([all]);
    expect(server.isWatched()).toBe(true);
    await press(cookie, 'search');
    for (const tab of [one, other]) expect(await tab.first(2)).toEqual([all, { done: '1' }]);
    // A laptop that slept comes back: it is told all there is.
    expect(await (await listen(address, cookie)).first(1)).toEqual([{ done: '1', still: 'the same' }]);
  });

  it('end with the window, which says so', async () => {
    const { address, enter, server } = await openWindow();
    const { cookie } = await enter();
    const tab = await listen(address, cookie);
    await tab.first(1);
    await server.close();
    expect((await tab.first(2))[1]).toBe('event: end\ndata: {}');
  });

  it('are followed by nobody once the browser is closed, and the window lives on', async () => {
    const { address, enter, server } = await openWindow();
    const { cookie } = await enter();
    const tab = await listen(address, cookie);
    await tab.first(1);
    tab.close();
    await expect.poll(() => server.isWatched()).toBe(false);
    expect((await send(address, { headers: { ...OWN, cookie } })).status).toBe(200);
  });
});
