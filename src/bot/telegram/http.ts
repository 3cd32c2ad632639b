/**
 * What calls to Telegram need of undici, by its parts: the whole of it also loads its fetch, its WebSocket and those of node, which
 * took a fifth of the bot's start (docs/decisions/0079).
 */
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js';

/** One request over a dispatcher, as its own `request` makes it. @throws Error of undici's where no answer came */
export async function requestOver(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  // A file is the first to be asked for in this way.
  const { default: request } = await import('undici/lib/api/api-request.js');
  return request.call(dispatcher, options);
}

/** An answer, all of it. */
interface WholeAnswer {
  readonly statusCode: number;
  readonly text: string;
}

/**
 * One request and the whole of its answer, which is small: a stream of it takes longer to set up and to end than the answer to come
 * (docs/decisions/0080).
 * @throws Error of undici's where no answer came, or not all of it; the signal's reason when that has ended it
 */
export function answerOver(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal?: AbortSignal,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let statusCode = 0;
    let request: Dispatcher.DispatchController | undefined;
    const abort = () => request?.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        request = controller;
        if (signal?.aborted) abort();
      },
      onResponseStart(_controller, code) {
        statusCode = code;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        signal?.removeEventListener('abort', abort);
        resolve({ statusCode, text: Buffer.concat(chunks).toString() });
      },
      onResponseError(_controller, error) {
        signal?.removeEventListener('abort', abort);
        // What is still to be sent would be read for nobody.
        if (options.body instanceof Readable) options.body.on('error', () => undefined).destroy(error);
        reject(error);
      },
    });
  });
}
