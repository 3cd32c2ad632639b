/** A window on a tiny view, and requests with exactly the headers a test wants, as no browser would send them. */

import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ActionName, WindowAction } from '../../../src/lan-agent/window/actions.ts';
import { type Acted, serveWindow, type WindowServer } from '../../../src/lan-agent/window/server.ts';
import { grantKey } from '../../../src/lan-agent/window/session.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** What a browser says of a form of the page itself. */
export const OWN = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** One request, to the end of its answer. */
export function send(url: string | URL, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (answer: IncomingMessage) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    outgoing.on('error', reject).end(body);
  });
}

/** A form, sent from `origin`. */
export function post(
  url: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = new URLSearchParams(fields).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
  return send(url, { method: 'POST', headers: { ...type, ...headers }, body });
}

/** A window that shows how often it was changed, and what was done in it. */
export async function openWindow(act: (action: WindowAction, body: Buffer) => Acted = () => 'done') {
  const home = await mkdtemp(join(tmpdir(), 'unbind-window-'));
  const done: WindowAction[] = [];
  const server: WindowServer = await serveWindow({
    home,
    view: {
      page: ({ base, forms }) => `<title>window</title><i id="done">${done.length}</i> ${base} ${forms.stop}`,
      parts: () => ({ done: String(done.length), still: 'the same' }),
      outside: (why) => `<title>${why}</title>`,
      policy: "default-src 'none'; frame-ancestors 'none'",
    },
    act: async (action, body) => {
      done.push(action);
      return act(action, body);
    },
  });
  onTestFinished(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });
  const { address } = server;
  const { origin } = new URL(address);
  const enter = async () => {
    const key = await grantKey(home);
    if (!key.ok) throw new Error(key.failure.code);
    const entered = await post(`${address}enter`, { key: key.value }, { origin: 'null', ...FROM_FILE });
    const [cookie = ''] = entered.headers['set-cookie']?.[0]?.split(';') ?? [];
    return { key: key.value, entered, cookie };
  };
  return {
    home,
    server,
    address,
    origin,
    done,
    enter,
    /** Sends the form of an action as the page would. */
    press: (
      cookie: string,
      name: ActionName,
      fields: Record<string, string> = {},
      headers: Record<string, string> = {},
    ) =>
      post(
        `${address}${name}`,
        { form: server.forms.values[name], ...fields },
        { ...OWN, origin, cookie, ...headers },
      ),
  };
}

/** What a browser says of a form in a file on the disk. */
export const FROM_FILE = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};
