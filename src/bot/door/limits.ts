import * as z from 'zod';
import { device, person } from '../../audit/naming.ts';
import type { Audit } from '../../audit/trail.ts';
import { createBuckets } from '../../hub/limits.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { withClaim } from '../../store/with-claim.ts';

/** Messages and buttons of one person: far above what hands do, far below what a flood needs. */
const PACE = { burst: 100, perSecond: 2 };
/** Devices one technician may unbind in 24 hours without asking: a long day on a large site. */
export const DAILY_UNBINDS = 20;
const DAY_MS = 24 * 60 * 60 * 1000;
/** How often somebody is told that they are too fast, ms. */
const TELL_EVERY_MS = 60_000;

export const DENIALS = kind({
  name: 'denied-serials',
  version: 1,
  /** `at`: milliseconds since 1970. */
  schema: z.object({ shortSerial: z.string(), by: z.number(), at: z.number() }).readonly(),
});
/** A device somebody reported as stolen. */
export type Denial = DataOf<typeof DENIALS>;

/** What a technician may do how often, and what nobody may do. */
export interface Limits {
  /** Seconds this person has to wait, 0 to pass. Held in memory: it is asked before anything else is. */
  waitSeconds(userId: number): number;
  /** True when it is time to tell somebody that they are too fast; otherwise silence is the answer. */
  shouldTell(userId: number): boolean;
  /**
   * Counts an unbind of a case against its technician's day; a case counts once however often it is tried. False:
   * the day's number is used up and no admin has lifted it.
   */
  takeUnbind(userId: number, caseId: string): Promise<Result<boolean, StoreFailure>>;
  /** How many cases more of a technician's day would be counted; null: the limit is lifted. */
  leftToday(userId: number): Promise<Result<number | null, StoreFailure>>;
  /** Lets a technician go on for another 24 hours. That `adminId` is an admin is the caller's check. */
  lift(adminId: number, userId: number): Promise<Result<void, StoreFailure>>;
  /** Puts a device on the list of those nobody unbinds with this bot, or takes it off again. */
  deny(adminId: number, shortSerial: string): Promise<Result<void, StoreFailure>>;
  allow(adminId: number, shortSerial: string): Promise<Result<boolean, StoreFailure>>;
  isDenied(shortSerial: string): Promise<Result<boolean, StoreFailure>>;
  /** The list of stolen devices. Reads all of it: for admins. */
  denied(): Promise<Result<Denial[], StoreFailure>>;
}

/** What a technician has unbound within a day. */
export const DAYS = kind({
  name: 'unbinds-by-technician',
  version: 1,
  schema: z
    .object({
      /** Case -> when it was counted, ms. */
      cases: z.record(z.string(), z.number()).readonly(),
      /** Until when the limit is lifted, ms. */
      liftedUntil: z.number(),
    })
    .readonly(),
});
type Day = DataOf<typeof DAYS>;

/** @param clock milliseconds since 1970 */
export function createLimits(
  store: Pick<Store, 'values' | 'claims' | 'guarded'>,
  audit: Pick<Audit, 'append'>,
  clock: () => number,
): Limits {
  const days = store.values(DAYS);
  const denials = store.values(DENIALS);
  const pace = createBuckets(PACE, clock);
  const telling = createBuckets({ burst: 1, perSecond: 1000 / TELL_EVERY_MS }, clock);

  /** One change of a technician's day at a time: two cases at once must not both be the last one allowed. */
  const change = <T>(userId: number, task: (day: Day, isLost: boolean) => { day: Day | null; value: T }) =>
    withClaim<T, StoreFailure>(store, `unbinds:${userId}`, async () => {
      const found = await days.get(String(userId));
      // Nobody knows how much of the day is used up: all of it, until an admin lifts the limit.
      const isLost = !found.ok && found.failure.reason === 'unreadable';
      if (!found.ok && !isLost) return found;
      const { cases = {}, liftedUntil = 0 } = (found.ok && found.value) || {};
      const recent = Object.entries(cases).filter(([, at]) => at > clock() - DAY_MS);
      const { day, value } = task({ cases: Object.fromEntries(recent), liftedUntil }, isLost);
      const saved = day ? await days.set(String(userId), day, 2 * DAY_MS) : ok(undefined);
      return saved.ok ? ok(value) : saved;
    });

  const isLifted = ({ liftedUntil }: Day) => liftedUntil > clock();
  const leftOf = ({ cases }: Day) => Math.max(0, DAILY_UNBINDS - Object.keys(cases).length);

  return {
    waitSeconds: (userId) => pace.take(String(userId)),
    shouldTell: (userId) => telling.take(String(userId)) === 0,

    takeUnbind: (userId, caseId) =>
      change<boolean>(userId, (day, isLost) => {
        const { cases, liftedUntil } = day;
        if (Object.hasOwn(cases, caseId)) return { day: null, value: true };
        const isUsedUp = isLost || (leftOf(day) === 0 && !isLifted(day));
        if (isUsedUp) return { day: null, value: false };
        return { day: { cases: { ...cases, [caseId]: clock() }, liftedUntil }, value: true };
      }),

    leftToday: (userId) =>
      change<number | null>(userId, (day, isLost) => ({
        day: null,
        value: isLost ? 0 : isLifted(day) ? null : leftOf(day),
      })),

    async lift(adminId, userId) {
      const detail = { technician: person(userId) };
      const noted = await audit.append({ what: 'limit.lifted', case: null, by: adminId, detail });
      if (!noted.ok) return noted;
      return change<undefined>(userId, ({ cases }) => ({
        day: { cases, liftedUntil: clock() + DAY_MS },
        value: undefined,
      }));
    },

    async deny(adminId, shortSerial) {
      const detail = { serial: device(shortSerial) };
      const noted = await audit.append({ what: 'serial.denied', case: null, by: adminId, detail });
      if (!noted.ok) return noted;
      return denials.set(shortSerial, { shortSerial, by: adminId, at: clock() });
    },

    async allow(adminId, shortSerial) {
      const known = await denials.get(shortSerial);
      if (!known.ok && known.failure.reason !== 'unreadable') return known;
      if (known.ok && !known.value) return ok(false);
      const detail = { serial: device(shortSerial) };
      const noted = await audit.append({ what: 'serial.allowed', case: null, by: adminId, detail });
      if (!noted.ok) return noted;
      const gone = await denials.delete(shortSerial);
      return gone.ok ? ok(true) : gone;
    },

    async isDenied(shortSerial) {
      const found = await denials.get(shortSerial);
      // That it is there forbids the device, whatever it says.
      if (!found.ok) return found.failure.reason === 'unreadable' ? ok(true) : found;
      return ok(found.value !== undefined);
    },

    async denied() {
      const keys = await denials.keys();
      if (!keys.ok) return keys;
      const found: Denial[] = [];
      for (const key of keys.value) {
        const denial = orNone(await denials.get(key));
        if (!denial.ok) return denial;
        if (denial.value) found.push(denial.value);
      }
      return ok(found);
    },
  };
}
