/**
 * Updates that wait for their turn, on disk. They hold what people type, passwords and codes among it: each is sealed
 * with a key that is not in the store, erased as soon as it was handled, and after a day in any case. Where several processes
 * have the store open, each of them may have put away what any of them handles (docs/decisions/0072).
 */
import type { Update } from 'grammy/types';
import { decodeTime } from 'ulid';
import * as z from 'zod';
import type { Log } from '../../kernel/log.ts';
import { ok } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import { type DataOf, kind, step } from '../../store/kind.ts';
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
  /** The chats for which something has lain there for `ageMs` or longer, whoever put it there. */
  chats(ageMs: number): Stored<number[]>;
  /** What lies there for a chat, oldest first, at most so many. */
  placesOf(chatId: number, most: number): Stored<Place[]>;
  /**
   * Puts a thing away behind all others.
   * @param behind the newest of its chat that is known, should another process with another clock have put that away
   * @returns where, and what resolves when it is durable
   */
  put(
    chatId: number,
    thing: Waiting,
    behind?: Place,
  ): { readonly place: Place; readonly written: Stored<Place> };
  /**
   * The thing at a place; `lost` when its day is over or it cannot be unsealed, `handled` when another process has put the same
   * update away, and it was seen through from there. Where the process that answered for it is gone, this one does from now on,
   * and that counts as a death.
   */
  read(place: Place): Stored<Waiting | 'lost' | 'handled'>;
  /** Puts a word where an update was given up. */
  giveUp(place: Place, word: IntakeWord): Stored<void>;
  /** Counts that the program died while this one was at the head of its line; after too often it is given up. */
  died(place: Place): Stored<void>;
  /** Takes a thing away again that was put there in vain. */
  withdraw(place: Place): Stored<void>;
  /** Erases what was handled; of an update the id is remembered for a day. */
  done(place: Place): Stored<void>;
  /** Whether an update with this id was handled within a day: Telegram hands out the same one again for so long. */
  wasHandled(updateId: number): Stored<boolean>;
}

const waitingSchema = z.object({
  sealed: z.base64(),
  /** How often the program died over it. */
  deaths: z.number(),
});
/** By chat, moment and update: what waits for a chat lies together, in its order. */
export const WAITING_UPDATES = kind({
  name: 'waiting-updates',
  gathers: true,
  joins: true,
  version: 2,
  schema: waitingSchema.extend({
    /** The process that answers for it; absent where there is but one. */
    by: z.string().exactOptional(),
  }),
  steps: [step('there was one process', waitingSchema, (old) => old)],
  fleeting: true,
});
type WaitingUpdate = DataOf<typeof WAITING_UPDATES>;
export const HANDLED_UPDATES = kind({
  name: 'handled-updates',
  gathers: true,
  version: 1,
  schema: z.literal(true),
});

/** Telegram keeps what nobody takes for a day (https://core.telegram.org/bots/api#getting-updates). */
const DAY_MS = 24 * 60 * 60 * 1000;

/** Keys that are looked at together where all are. */
const PAGE = 500;

/** This process among others on the same store. */
export interface AmongOthers {
  /** What it is called. */
  readonly process: string;
  /** Whether a process is still at work. */
  lives(process: string): Promise<boolean>;
}

/** An update over which the program died so often is given up: it would go on to end it for everybody. */
const MOST_DEATHS = 5;

/**
 * @param key 32 bytes; never in the store
 * @param others null: no other process has the store open
 */
export function createShelf(
  store: Pick<Store, 'values'>,
  key: Secret<Uint8Array>,
  log: Log,
  others: AmongOthers | null = null,
): Shelf {
  const waiting = store.values(WAITING_UPDATES);
  const handled = store.values(HANDLED_UPDATES);
  const by = others === null ? {} : { by: others.process };
  let last: string | null = null;

  const write = (at: string, thing: Waiting) =>
    waiting.set(at, { sealed: sealed(key, JSON.stringify(thing), at), deaths: 0, ...by }, DAY_MS);

  /** @returns whether it is given up */
  async function countDeath({ key: at, updateId }: Place, there: WaitingUpdate): Stored<boolean> {
    const deaths = there.deaths + 1;
    if (deaths >= MOST_DEATHS) {
      log.error({ update: updateId, deaths }, 'given up: the program dies over this update');
      const given = await write(at, { word: 'broken' });
      return given.ok ? ok(true) : given;
    }
    const kept = await waiting.set(at, { ...there, ...by, deaths }, restOfDay(at));
    return kept.ok ? ok(false) : kept;
  }

  /** Whether nobody answers for it any more. */
  const isLeft = async (owner: string | undefined) =>
    others !== null && owner !== undefined && owner !== others.process && !(await others.lives(owner));

  return {
    async places() {
      const keys = await waiting.keys();
      if (!keys.ok) return keys;
      const places = keys.value
        .flatMap((found) => placeOf(found) ?? [])
        .toSorted((one, other) => (momentOf(one.key) < momentOf(other.key) ? -1 : 1));
      const newest = places.at(-1);
      last = newest ? momentOf(newest.key) : last;
      return ok(places);
    },
    async chats(ageMs) {
      /** Whether the oldest thing of a chat has lain there for so long. */
      const lies = new Map<number, boolean>();
      for (let after: string | undefined; ; ) {
        const keys = await waiting.page({ most: PAGE, ...(after === undefined ? {} : { after }) });
        if (!keys.ok) return keys;
        for (const { chatId, key: at } of keys.value.flatMap((found) => placeOf(found) ?? []))
          if (!lies.has(chatId)) lies.set(chatId, Date.now() - decodeTime(momentOf(at)) >= ageMs);
        if (keys.value.length < PAGE)
          return ok([...lies].flatMap(([chatId, isOld]) => (isOld ? chatId : [])));
        after = keys.value.at(-1);
      }
    },
    async placesOf(chatId, most) {
      const keys = await waiting.page({ prefix: `${chatId} `, most });
      return keys.ok ? ok(keys.value.flatMap((found) => placeOf(found) ?? [])) : keys;
    },
    put(chatId, thing, behind) {
      const updateId = 'update' in thing ? thing.update.update_id : null;
      const before = behind && momentOf(behind.key);
      if (before !== undefined && (last === null || before > last)) last = before;
      last = nextUlid(last, Date.now());
      const place = { chatId, updateId, key: `${chatId} ${last} ${updateId ?? '-'}` };
      const written = write(place.key, thing).then((put) => (put.ok ? ok(place) : put));
      return { place, written };
    },
    async read(place) {
      const { key: at, updateId } = place;
      const [found, before] = await Promise.all([
        waiting.get(at),
        others === null || updateId === null ? ok(undefined) : handled.get(String(updateId)),
      ]);
      if (!before.ok) return before;
      if (before.value) return ok('handled');
      if (!found.ok) {
        if (found.failure.reason !== 'unreadable') return found;
        log.error({ failure: found.failure.detail }, 'a waiting update cannot be read');
        return ok('lost');
      }
      if (found.value === undefined) return ok('lost');
      if (await isLeft(found.value.by)) {
        const counted = await countDeath(place, found.value);
        if (!counted.ok) return counted;
        if (counted.value) return ok({ word: 'broken' });
      }
      const text = unsealed(key, found.value.sealed, at);
      return ok(text === null ? 'lost' : (JSON.parse(text) as Waiting));
    },
    giveUp: ({ key: at }, word) => write(at, { word }),
    async died(place) {
      const found = await waiting.get(place.key);
      // One that cannot be read is `lost` as soon as it is taken up.
      if (!found.ok) return found.failure.reason === 'unreadable' ? ok(undefined) : found;
      if (found.value === undefined) return ok(undefined);
      const counted = await countDeath(place, found.value);
      return counted.ok ? ok(undefined) : counted;
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
  const age = Date.now() - decodeTime(momentOf(key));
  return Math.min(DAY_MS, Math.max(1, DAY_MS - age));
}

const ULID = '[0-9A-Z]{26}';
/** As they are made, and as an older version made them. */
const KEY = new RegExp(`^(?:(-?\\d+) ${ULID}|${ULID} (-?\\d+)) (\\d+|-)$`);

/** When a thing was put away, as the ULID in its key says. */
function momentOf(key: string): string {
  return new RegExp(ULID).exec(key)?.[0] ?? '';
}

function placeOf(key: string): Place | null {
  const [, now, before, updateId] = KEY.exec(key) ?? [];
  const chatId = now ?? before;
  if (chatId === undefined || updateId === undefined) return null;
  return { chatId: Number(chatId), updateId: updateId === '-' ? null : Number(updateId), key };
}
