/** A request that is handed on as a whole, to whoever answers it: what lines and proxies of the tests are made of. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** A request with all of its body. */
export interface Received {
  /** With its query. */
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Resolves when a request is there to its end. @throws Error where it breaks off */
export async function received(asked: IncomingMessage): Promise<Received> {
  const { url: path = '/', method = 'GET', headers } = asked;
  return { path, method, headers, body: Buffer.concat(await asked.toArray()) };
}

/** @param target address of whoever answers @throws Error where nobody does, or `signal` ends it */
export async function handOn(
  target: string | undefined,
  { path, method, headers, body }: Received,
  signal: AbortSignal,
): Promise<Answer> {
  const sent = request(new URL(path, target), { method, headers, signal });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(await answer.toArray()) };
}
