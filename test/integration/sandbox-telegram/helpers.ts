import sharp from 'sharp';
import { afterEach } from 'vitest';
import {
  type LocalBotApi,
  type LocalBotApiOptions,
  startLocalBotApi,
} from '../../../src/sandbox/telegram/local-bot-api.ts';

const running: LocalBotApi[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.close()));
});

/** A device as the page shows it. */
export const DEVICE = {
  serial: 'J12345678',
  model: 'M',
  address: '127.0.1.1',
  bound: true,
  cloud: 'online',
  triesLeft: 7,
  lockMinutes: 0,
  executions: 0,
  plugged: true,
} as const;

/** A local Bot API that ends with its test. */
export async function start(options: LocalBotApiOptions = {}): Promise<LocalBotApi> {
  const api = await startLocalBotApi(options);
  running.push(api);
  return api;
}

export interface Answer<T> {
  readonly ok: boolean;
  readonly result: T;
  readonly error_code: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after?: number };
}

/** A call without any client, as JSON. */
export async function call<T = unknown>(
  api: LocalBotApi,
  method: string,
  parameters: object = {},
): Promise<Answer<T>> {
  return await post<T>(api, method, JSON.stringify(parameters), 'application/json');
}

/** A call with a body of any kind. */
export async function post<T = unknown>(
  api: LocalBotApi,
  method: string,
  body: RequestInit['body'],
  contentType?: string,
): Promise<Answer<T>> {
  const response = await fetch(`${api.url}/bot${api.token}/${method}`, {
    method: 'POST',
    body: body ?? null,
    ...(contentType && { headers: { 'content-type': contentType } }),
  });
  return (await response.json()) as Answer<T>;
}

/** A picture of one colour, PNG. */
export async function picture(width: number, height: number): Promise<Buffer> {
  return await sharp({ create: { width, height, channels: 3, background: '#3478c0' } })
    .png()
    .toBuffer();
}
