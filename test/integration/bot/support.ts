import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { TelegramClient, type TelegramClientOptions } from '../../../src/bot/telegram/client.ts';
import { ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { type LocalBotApi, startLocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';

/** Bytes that references in payloads point to. */
export const BLOBS = new Map<string, Uint8Array>();

/** A local Bot API that ends with the test. */
export async function localBotApi(
  options: Parameters<typeof startLocalBotApi>[0] = {},
): Promise<LocalBotApi> {
  const api = await startLocalBotApi(options);
  onTestFinished(() => api.close());
  return api;
}

/** A client that ends with the test; without limits of pace unless they are given. */
export function clientFor(
  api: { url: string; token: string },
  options: Partial<TelegramClientOptions> = {},
): TelegramClient {
  const client = new TelegramClient({
    token: new Secret(api.token),
    apiRoot: api.url,
    blobs: { get: async (key) => ok(BLOBS.get(key)) },
    pace: null,
    ...options,
  });
  onTestFinished(() => client.disconnect());
  return client;
}

/** A server of the test's own, for what no Bot API does on purpose. */
export async function rawServer(listener: RequestListener): Promise<{ url: string; token: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, token: `123456789:${'T'.repeat(35)}` };
}

/** A promise and what fulfils it. */
export function gate<T = void>(): { passed: Promise<T>; open: (value: T) => void } {
  let open: (value: T) => void = () => undefined;
  const passed = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
