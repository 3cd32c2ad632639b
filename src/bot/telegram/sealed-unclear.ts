/**
 * What was typed last and not understood, where the button that hands it on may be pressed at another process: sealed as the
 * updates are that wait (shelf.ts), and no longer than it can be handed on.
 */
import * as z from 'zod';
import { handedOn, UNCLEAR_KEPT_MS, type Unclear, type UnclearText } from '../../flows/engine/unclear.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import { kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { sealed, unsealed } from './sealed.ts';

/** By chat: a text, sealed (sealed.ts). */
export const UNCLEAR_TEXTS = kind({
  name: 'unclear-texts',
  version: 1,
  schema: z.base64(),
  fleeting: true,
});

/**
 * Where the store fails nothing can be handed on: nobody is held up for it.
 * @param key 32 bytes; never in the store
 */
export function createSealedUnclear(
  store: Pick<Store, 'values'>,
  key: Secret<Uint8Array>,
  log: Log,
): Unclear {
  const texts = store.values(UNCLEAR_TEXTS);
  const placeOf = (chatId: number) => `unclear ${chatId}`;
  const noted = ({ ok: isDone }: Result<void, StoreFailure>) => {
    if (!isDone) log.warn('a text that was not understood cannot be kept');
  };
  return {
    async keep(chatId, text) {
      const hidden = sealed(key, JSON.stringify(handedOn(text)), placeOf(chatId));
      noted(await texts.set(String(chatId), hidden, UNCLEAR_KEPT_MS));
    },
    async get(chatId) {
      const found = orNone(await texts.get(String(chatId)));
      const text = found.ok && found.value ? unsealed(key, found.value, placeOf(chatId)) : null;
      return text === null ? null : (JSON.parse(text) as UnclearText);
    },
    async forget(chatId) {
      noted(await texts.delete(String(chatId)));
    },
  };
}
