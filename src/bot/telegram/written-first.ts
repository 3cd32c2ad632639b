import type { CallApi } from '../../flows/engine/bot-api.ts';
import { fail } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { COURTESIES } from './client.ts';
import { TelegramUnreachable } from './failure.ts';

/**
 * Calls that tell of nothing which is not on disk: what the turn has written so far is committed before a chat sees a word of
 * it (docs/decisions/0075). Where that fails nothing is called, and the update is handed in again. A courtesy tells of nothing.
 */
export function writtenFirst(callApi: CallApi, store: Pick<Store, 'flush'>): CallApi {
  return async (method, payload) => {
    if (!COURTESIES.test(method)) {
      const written = await store.flush();
      if (!written.ok) return fail(new TelegramUnreachable(method, 'store', '', false));
    }
    return callApi(method, payload);
  };
}
