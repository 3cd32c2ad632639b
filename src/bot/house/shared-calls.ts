/**
 * Calls to Telegram where several processes speak for one bot: which message of a chat is the newest is kept in the store, and a
 * process that may have lost what it works under says nothing more.
 */
import * as z from 'zod';
import type { CallApi } from '../../flows/engine/bot-api.ts';
import { fail } from '../../kernel/result.ts';
import type { Holds } from '../../store/holds.ts';
import { kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';

/** By chat: id of the newest message a process of this bot has put into it. Who asks comes after the turn that put it there. */
export const NEWEST_MESSAGES = kind({
  name: 'newest-messages',
  gathers: true,
  version: 1,
  schema: z.number(),
});

/** A card nobody has touched for so long is looked at anew anyway, ms. */
const KEPT_MS = 2 * 24 * 60 * 60_000;

export interface SharedCalls {
  readonly callApi: CallApi;
  /** Id of the newest message in a chat; where that cannot be found out, one that is newer than all. */
  newest(chatId: number): Promise<number>;
}

/**
 * @param call calls Telegram
 * @param own id of the newest message this process has put into a chat; 0: none
 */
export function createSharedCalls(
  store: Pick<Store, 'values'>,
  holds: Pick<Holds, 'isLost'>,
  call: CallApi,
  own: (chatId: number) => number,
): SharedCalls {
  const newest = store.values(NEWEST_MESSAGES);
  /** Chat -> when this process has handed over a message of its own last, ms since 1970: its turn may not have written it yet. */
  const handedOver = new Map<number, number>();

  const callApi: CallApi = async (method, payload) => {
    // Whoever has the turn by now says it.
    if (holds.isLost())
      return fail({ kind: 'unreachable', description: `${method}: this process has lost its turn` });
    const chatId = Number(Object(payload).chat_id ?? Number.NaN);
    const before = own(chatId);
    const answer = await call(method, payload);
    if (answer.ok && own(chatId) > before) {
      // Another process may have put a later one there before this turn ends.
      const written = await newest.amend(
        String(chatId),
        (known = 0) => ({ value: Math.max(known, own(chatId)) }),
        { ttlMs: KEPT_MS, anyway: true },
      );
      // What cannot be written is noticed by the next process as a card that is still the newest: it edits it in its place.
      if (written.ok) handedOver.set(chatId, Date.now());
    }
    return answer;
  };

  return {
    callApi,
    async newest(chatId) {
      const found = orNone(await newest.get(String(chatId)));
      if (!found.ok) return Number.POSITIVE_INFINITY;
      const isOwnAlone = (handedOver.get(chatId) ?? 0) > Date.now() - KEPT_MS;
      return Math.max(own(chatId), found.value ?? (isOwnAlone ? 0 : Number.POSITIVE_INFINITY));
    },
  };
}
