/** Two bots on one store would answer everybody twice, and take each other's updates: only one runs, whatever its port. */
import { once } from 'node:events';
import { link, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { RUNNING_BOT, runningBot, takePlace } from '../../../src/bot/server/one-bot.ts';
import { startBot } from '../../../src/bot/start.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { startLocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { Store } from '../../../src/store/store.ts';
import { settingsWith } from '../../support/own-settings.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const clock = () => NOW;

async function opened(t: TestContext, below = ''): Promise<{ folder: string; store: Store }> {
  const { path, remove } = await temporaryFolder();
  const folder = join(path, below);
  await mkdir(folder, { recursive: true });
  const store = await openTestStore(folder);
  t.onTestFinished(async () => {
    await store.close();
    await remove();
  });
  return { folder, store };
}

/** The socket of a process that was killed: it is there, and nobody listens. */
async function deadSocket(folder: string, name: string): Promise<void> {
  const server = createServer().listen(join(folder, 'alive'));
  await once(server, 'listening');
  await link(join(folder, 'alive'), join(folder, name));
  server.close();
  await once(server, 'close');
}

const record = (socket: string) => ({ socket, pid: 4711, host: 'server', since: NOW - 60_000 });
const sockets = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.sock'));

it('lets one bot start on a store, on whatever port, and the next one when it has stopped', async (t) => {
  const { path, remove } = await temporaryFolder();
  const api = await startLocalBotApi();
  t.onTestFinished(async () => {
    await api.close();
    await rm(`${path}-also`, { force: true });
    await remove();
  });
  await symlink(path, `${path}-also`);
  const start = (folder: string) =>
    startBot(
      settingsWith({
        token: new Secret(api.token),
        apiRoot: api.url,
        adminIds: [1],
        storeUrl: `lmdb:${folder}`,
      }),
      createLog('silent', 'test'),
    );
  const first = await start(path);
  if (!first.ok) throw new Error(first.failure.detail);
  // Under another name of the folder, too.
  for (const folder of [path, `${path}-also`]) {
    const second = await start(folder);
    expect(second).toMatchObject({ ok: false, failure: { reason: 'store-taken' } });
    expect(!second.ok && second.failure.detail).toContain(String(process.pid));
  }
  await first.value.stop();
  expect(await sockets(path)).toEqual([]);
  const next = await start(path);
  if (!next.ok) throw new Error(next.failure.detail);
  await next.value.stop();
}, 60_000);

it('gives the place to exactly one of many that start at once', async (t) => {
  const { folder, store } = await opened(t);
  const places = await Promise.all(Array.from({ length: 12 }, () => takePlace(store, folder, clock)));
  const taken = places.filter((place) => place.ok);
  expect(taken).toHaveLength(1);
  expect(places.filter((place) => !place.ok && place.failure.reason === 'taken')).toHaveLength(11);
  expect(await runningBot(store, folder)).toMatchObject({ value: { pid: process.pid, since: NOW } });
  for (const place of taken) if (place.ok) await place.value.leave();
  expect(await runningBot(store, folder)).toEqual({ ok: true, value: null });
  expect(await sockets(folder)).toEqual([]);
});

it('gives it to exactly one of many that find a bot killed', async (t) => {
  const { folder, store } = await opened(t);
  const gone = record('bot-00000000000000aa.sock');
  await deadSocket(folder, gone.socket);
  await store.values(RUNNING_BOT).set('bot', gone);
  expect(await runningBot(store, folder)).toEqual({ ok: true, value: null });
  const places = await Promise.all(Array.from({ length: 12 }, () => takePlace(store, folder, clock)));
  expect(places.filter((place) => place.ok)).toHaveLength(1);
  expect(await sockets(folder)).toHaveLength(1);
  expect(await sockets(folder)).not.toContain(gone.socket);
  for (const place of places) if (place.ok) await place.value.leave();
});

it('is free in a folder that was copied from under a running bot', async (t) => {
  const { folder, store } = await opened(t);
  await store.values(RUNNING_BOT).set('bot', record('bot-00000000000000bb.sock'));
  const place = await takePlace(store, folder, clock);
  expect(place.ok).toBe(true);
  if (place.ok) await place.value.leave();
});

it('works in a folder whose path is longer than a socket’s may be', async (t) => {
  const { folder, store } = await opened(t, 'a-folder-of-forty-characters-and-more/'.repeat(4));
  const place = await takePlace(store, folder, clock);
  expect(place.ok).toBe(true);
  expect(await sockets(folder)).toHaveLength(1);
  expect(await takePlace(store, folder, clock)).toMatchObject({ failure: { reason: 'taken' } });
  if (place.ok) await place.value.leave();
});

it('says so where the system makes no socket', async (t) => {
  const { folder, store } = await opened(t);
  const place = await takePlace(store, join(folder, 'none'), clock);
  expect(place).toEqual({ ok: false, failure: { reason: 'no-socket', detail: expect.stringMatching(/^E/) } });
});
