/** A Telegram of one chat, on this machine: hands out what one person writes, and takes whatever the bot calls. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandIn {
  readonly url: string;
  /** A token that no bot of Telegram's has. */
  readonly token: string;
  /** Hands out a text. @returns whether a message came back before `patience` was over */
  answered(text: string, patience: AbortSignal): Promise<boolean>;
  close(): void;
}

const TOKEN = `123456789:${'R'.repeat(35)}`;
const ME = { id: 123_456_789, is_bot: true, first_name: 'Rehearsal', username: 'rehearsal_bot' };

/** @param person user id of whoever writes, and of his chat */
export async function openStandIn(person: number): Promise<StandIn> {
  const updates: object[] = [];
  let held: ServerResponse | null = null;
  let said = 0;
  let heard: () => void = () => undefined;

  const answer = (response: ServerResponse, result: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, result }));
  const handOut = () => {
    if (!held || updates.length === 0) return;
    answer(held, updates.splice(0));
    held = null;
  };
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const method = request.url?.split(/[/?]/)[2] ?? '';
    if (method === 'getUpdates') {
      held = response;
      return handOut();
    }
    if (method === 'getMe') return void answer(response, ME);
    if (!method.startsWith('send')) return void answer(response, true);
    said += 1;
    answer(response, { message_id: said, date: 1, chat: { id: person, type: 'private' } });
    if (method === 'sendMessage') heard();
  };

  const server = createServer((request, response) => {
    request.resume().once('end', () => take(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const from = { id: person, is_bot: false, first_name: 'R', language_code: 'en' };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
    answered: (text, patience) =>
      new Promise((resolve) => {
        patience.addEventListener('abort', () => resolve(false), { once: true });
        heard = () => resolve(true);
        const id = ++said;
        const chat = { id: person, type: 'private', first_name: 'R' };
        const entities = text.startsWith('/')
          ? [{ type: 'bot_command', offset: 0, length: text.length }]
          : [];
        updates.push({ update_id: id, message: { message_id: id, date: 1, chat, from, text, entities } });
        handOut();
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
