/**
 * Updates that wait for their turn, on disk. They hold what people type, passwords and codes among it: each is sealed
 * with a key that is not in the store, erased as soon as it was handled, and after a day in any case.
 */
import type { Update } from 'grammy/types';
import { decodeTime } from 'ulid';
import * as z from 'zod';
import type { Log } from '../../kernel/log.ts';
import { ok } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import { kind } from '../../store/kind.ts';
import type { Store, Stored } from '../../store/store.ts';
import { nextUlid } from '../../store/ulid.ts';
import { sealed, unsealed } from './sealed.ts';

/**
 * What a chat is told about its updates; `bot:intake.<word>` is the sentence.
 * - `too-fast`, `full`: what came meanwhile was not kept
 * - `slow`: the one at the head of the line has not been handled for a while; it is kept
 * - `broken`: it could not be handled and was given up
 * - `lost`: it waited for more than a day, or was sealed under another token
 */
export type IntakeWord = 'too-fast' | 'full' | 'slow' | 'broken' | 'lost';

/** What waits in a chat's line: an update to be handled, or a word to be told in its turn. */
export type Waiting = { readonly update: Update } | { readonly word: IntakeWord };

/** Where a thing lies. */
export interface Place {
  readonly chatId: number;
  /** The update's id; null for a word. */
  readonly updateId: number | null;
  /** Ascending in the order in which things were put away. */
  readonly key: string;
}

export interface Shelf {
  /** Everything that lies there since the last run, oldest first. */
  places(): Stored<Place[]>;
  /** Puts a thing away behind all others; it is durable when this resolves. */
  put(chatId: number, thing: Waiting): Stored<Place>;
  /** The thing at a place; `lost` when its day is over or it cannot be unsealed. */
  read(place: Place): Stored<Waiting | 'lost'>;
  /** Puts a word where an update was given up. */
  giveUp(place: Place, word: IntakeWord): Stored<void>;
  /** Counts that the program died while this one was at the head of its line. @returns how often by now */
  died(place: Place): Stored<number>;
  /** Takes a thing away again that was put there in vain. */
  withdraw(place: Place): Stored<void>;
  /** Erases what was handled; of an update the id is remembered for a day. */
  done(place: Place): Stored<void>;
  /** Whether an update with this id was handled within a day: Telegram hands out the same one again for so long. */
  wasHandled(updateId: number): Stored<boolean>;
}

export const WAITING_UPDATES = kind({
  name: 'waiting-updates',
  version: 1,
  schema: z.object({
    sealed: z.base64(),
    /** How often the program died over it. */
    deaths: z.number(),
  }),
  fleeting: true,
});
export const HANDLED_UPDATES = kind({ name: 'handled-updates', version: 1, schema: z.literal(true) });

/** Telegram keeps what nobody takes for a day (https://core.telegram.org/bots/api#getting-updates). */
const DAY_MS = 24 * 60 * 60 * 1000;
const ULID_LENGTH = 26;

/** @param key 32 bytes; never in the store */
export function createShelf(store: Pick<Store, 'values'>, key: Secret<Uint8Array>, log: Log): Shelf {
  const waiting = store.values(WAITING_UPDATES);
  const handled = store.values(HANDLED_UPDATES);
  let last: string | null = null;

  const write = (at: string, thing: Waiting, deaths = 0) =>
    waiting.set(at, { sealed: sealed(key, JSON.stringify(thing), at), deaths }, DAY_MS);

  return {
    async places() {
      const keys = await waiting.keys();
      if (!keys.ok) return keys;
      const places = keys.value.flatMap((found) => placeOf(found) ?? []);
      const [newest] = places.at(-1)?.key.split(' ') ?? [];
      last = newest ?? last;
      return ok(places);
    },
    async put(chatId, thing) {
      const updateId = 'update' in thing ? thing.update.update_id : null;
      last = nextUlid(last, Date.now());
      const place = { chatId, updateId, key: `${last} ${chatId} ${updateId ?? '-'}` };
      const written = await write(place.key, thing);
      return written.ok ? ok(place) : written;
    },
    async read({ key: at }) {
      const found = await waiting.get(at);
      if (!found.ok) {
        if (found.failure.reason !== 'unreadable') return found;
        log.error({ failure: found.failure.detail }, 'a waiting update cannot be read');
        return ok('lost');
      }
      const text = found.value === undefined ? null : unsealed(key, found.value.sealed, at);
      return ok(text === null ? 'lost' : (JSON.parse(text) as Waiting));
    },
    giveUp: ({ key: at }, word) => write(at, { word }),
    async died({ key: at }) {
      const found = await waiting.get(at);
      // One that cannot be read is `lost` as soon as it is taken up.
      if (!found.ok) return found.failure.reason === 'unreadable' ? ok(0) : found;
      if (found.value === undefined) return ok(0);
      const deaths = found.value.deaths + 1;
      const kept = await waiting.set(at, { ...found.value, deaths }, restOfDay(at));
      return kept.ok ? ok(deaths) : kept;
    },
    withdraw: ({ key: at }) => waiting.delete(at),
    async done({ key: at, updateId }) {
      const [erased, noted] = await Promise.all([
        waiting.delete(at),
        updateId === null ? ok(undefined) : handled.set(String(updateId), true, DAY_MS),
      ]);
      return erased.ok ? noted : erased;
    },
    async wasHandled(updateId) {
      const found = await handled.get(String(updateId));
      return found.ok ? ok(found.value !== undefined) : found;
    },
  };
}

/** What is left of the day of a thing that was put away before, ms. */
function restOfDay(key: string): number {
  const age = Date.now() - decodeTime(key.slice(0, ULID_LENGTH));
  return Math.min(DAY_MS, Math.max(1, DAY_MS - age));
}

function placeOf(key: string): Place | null {
  const [, chatId, updateId] = /^[0-9A-Z]{26} (-?\d+) (\d+|-)$/.exec(key) ?? [];
  if (chatId === undefined) return null;
  return { chatId: Number(chatId), updateId: updateId === '-' ? null : Number(updateId), key };
}
