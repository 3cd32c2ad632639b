/**
 * What calls to Telegram need of undici, by its parts: the whole of it also loads its fetch, its WebSocket and those of node, which
 * took a fifth of the bot's start (docs/decisions/0079).
 */
import type { Dispatcher } from 'undici';
import request from 'undici/lib/api/api-request.js';

export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js';

/** One request over a dispatcher, as its own `request` makes it. @throws Error of undici's where no answer came */
export async function requestOver(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  return request.call(dispatcher, options);
}
