/**
 * A technician's PIN: what a lost phone does not give away. Where the operator asks for it (ASK_PIN), a new laptop and
 * every unbind need it. Kept as scrypt (RFC 7914) over a keyed hash, so that neither a copy of the store nor the
 * bot token alone lets anybody try PINs in peace (docs/decisions/0026).
 */
import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { person } from '../../audit/naming.ts';
import type { Audit } from '../../audit/trail.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import { kind } from '../../store/kind.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { withClaim } from '../../store/with-claim.ts';
import type { Notices } from '../house/notices.ts';

/** `blocked`: too many wrong ones; `none`: this person has no PIN. */
export type PinCheck = 'right' | 'wrong' | 'blocked' | 'none';

/** What a right PIN is typed for: the next pairing, or the unbind of one case. */
export type PinPurpose = 'pair' | `case:${string}`;
/** What it opens: that, and with a case of a group the others of that group. */
export type PinOpens = PinPurpose | `group:${string}`;

export interface Pins {
  has(person: number): Promise<Result<boolean, StoreFailure>>;
  /** `bad-shape`: not 6 to 12 digits, or digits anybody tries first. */
  set(person: number, pin: Secret<string>): Promise<Result<void, 'bad-shape' | StoreFailure>>;
  /** Counts the try before it looks at it; five wrong ones in a row block the person for a quarter of an hour. */
  check(person: number, pin: Secret<string>): Promise<Result<PinCheck, StoreFailure>>;
  /** Forgets a PIN. `adminId` null: at the server itself. */
  reset(adminId: number | null, person: number): Promise<Result<void, StoreFailure>>;
  /** Notes that the right PIN was typed for this; good for half an hour. */
  open(person: number, purpose: PinOpens): Promise<Result<void, StoreFailure>>;
  isOpen(person: number, purpose: PinOpens): Promise<Result<boolean, StoreFailure>>;
  /** Uses it up. */
  close(person: number, purpose: PinOpens): Promise<Result<void, StoreFailure>>;
}

export const PINS = kind({
  name: 'pins',
  version: 1,
  schema: z.object({
    salt: z.base64url(),
    hash: z.base64url(),
    /** Tries since the last right one. */
    tries: z.number(),
    /** Milliseconds since 1970. */
    blockedUntil: z.number(),
  }),
});
/** That the right PIN was typed, by person and purpose. */
export const OPENED = kind({ name: 'pin-opened', version: 1, schema: z.literal(true) });

const SHAPE = /^\d{6,12}$/;
const MOST_TRIES = 5;
const MINUTE_MS = 60_000;
export const BLOCK_MINUTES = 15;
const OPEN_MS = 30 * MINUTE_MS;
/** About a tenth of a second and 32 MiB a try. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const HASH_BYTES = 32;

/**
 * @param key derived from the bot token: with another token every PIN has to be chosen anew
 * @param clock milliseconds since 1970
 */
export function createPins({
  store,
  audit,
  notices,
  key,
  clock,
}: {
  store: Pick<Store, 'values' | 'claims' | 'guarded'>;
  audit: Pick<Audit, 'append'>;
  notices: Pick<Notices, 'raise'>;
  key: Secret<Uint8Array>;
  clock: () => number;
}): Pins {
  const pins = store.values(PINS);
  const opened = store.values(OPENED);
  const nameOf = (person: number, purpose: PinOpens) => `${person}:${purpose}`;

  function hashOf(pin: Secret<string>, salt: string): Promise<Buffer> {
    const peppered = createHmac('sha256', key.reveal()).update(pin.reveal()).digest();
    return new Promise((resolve, reject) =>
      scrypt(peppered, salt, HASH_BYTES, COST, (error, hash) => (error ? reject(error) : resolve(hash))),
    );
  }

  const note = (what: `access.${string}`, by: number | null, who: number) =>
    audit.append({ what, case: null, by, detail: { technician: person(who) } });

  return {
    async has(person) {
      const found = await pins.get(String(person));
      return found.ok ? ok(found.value !== undefined) : found;
    },

    async set(person, pin) {
      if (!SHAPE.test(pin.reveal()) || isObvious(pin.reveal())) return fail('bad-shape');
      const noted = await note('access.pin-set', person, person);
      if (!noted.ok) return noted;
      await notices.raise({ kind: 'pin.set', person });
      const salt = randomBytes(16).toString('base64url');
      const hash = (await hashOf(pin, salt)).toString('base64url');
      return pins.set(String(person), { salt, hash, tries: 0, blockedUntil: 0 });
    },

    check: (person, pin) =>
      withClaim<PinCheck, StoreFailure>(store, `pin:${person}`, async () => {
        const found = await pins.get(String(person));
        if (!found.ok) return found;
        const known = found.value;
        if (!known) return ok('none');
        if (known.blockedUntil > clock()) return ok('blocked');
        const tries = known.tries + 1;
        const counted = await pins.set(String(person), { ...known, tries });
        if (!counted.ok) return counted;
        const hash = await hashOf(pin, known.salt);
        if (timingSafeEqual(hash, Buffer.from(known.hash, 'base64url'))) {
          const settled = await pins.set(String(person), { ...known, tries: 0, blockedUntil: 0 });
          return settled.ok ? ok('right') : settled;
        }
        if (tries < MOST_TRIES) return ok('wrong');
        const noted = await note('access.pin-blocked', person, person);
        if (!noted.ok) return noted;
        await notices.raise({ kind: 'pin.blocked', person, minutes: BLOCK_MINUTES });
        const blockedUntil = clock() + BLOCK_MINUTES * MINUTE_MS;
        const blocked = await pins.set(String(person), { ...known, tries: 0, blockedUntil });
        return blocked.ok ? ok('blocked') : blocked;
      }),

    async reset(adminId, person) {
      const noted = await note('access.pin-reset', adminId, person);
      if (!noted.ok) return noted;
      await notices.raise({ kind: 'pin.reset', person, by: adminId });
      return pins.delete(String(person));
    },

    open: (person, purpose) => opened.set(nameOf(person, purpose), true, OPEN_MS),
    async isOpen(person, purpose) {
      const found = await opened.get(nameOf(person, purpose));
      return found.ok ? ok(found.value === true) : found;
    },
    close: (person, purpose) => opened.delete(nameOf(person, purpose)),
  };
}

/** One digit over and over, or a run up or down. */
function isObvious(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at])));
  const [step = 0] = steps;
  return steps.size === 1 && Math.abs(step) <= 1;
}
