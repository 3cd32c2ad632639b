import type { Answer, CallApi, CallFailure, Method, Payload } from '../../flows/engine/bot-api.ts';
import { fail, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { COURTESIES } from './client.ts';
import { TelegramUnreachable } from './failure.ts';

/** Makes a call of the Bot API ready, and hands over what makes it. */
export type Prepare = <M extends Method>(
  method: M,
  payload: Payload<M>,
) => Promise<() => Promise<Result<Answer<M>, CallFailure>>>;

/**
 * Calls that tell of nothing which is not on disk: what the turn has written so far is committed before a chat sees a word of
 * it (docs/decisions/0075), and meanwhile the call is made ready. Where that fails nothing is called, and the update is handed in
 * again. A courtesy tells of nothing.
 */
export function writtenFirst(prepare: Prepare, store: Pick<Store, 'flush'>): CallApi {
  return async (method, payload) => {
    if (COURTESIES.test(method)) return (await prepare(method, payload))();
    const flushed = store.flush();
    const call = await prepare(method, payload);
    const written = await flushed;
    return written.ok ? call() : fail(new TelegramUnreachable(method, 'store', '', false));
  };
}
