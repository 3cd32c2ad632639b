/**
 * Who may use the bot. Admins are named in the settings; technicians come in by an invitation: a link an admin makes,
 * good for one person and 24 hours. Where it asks for approval, its bearer waits until an admin has let them in. Membership is read from the store every time, so a revoked technician is out with
 * the next update, in every process.
 */
import { createHmac, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { person } from '../../audit/naming.ts';
import type { Audit, AuditNote } from '../../audit/trail.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import { createEpochs } from '../../store/epoch.ts';
import { kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';

export type Role = 'admin' | 'technician';

const technician = z.object({
  userId: z.number(),
  /** As Telegram showed it when the invitation was used; for lists only. */
  name: z.string(),
  /** Who made the invitation. */
  invitedBy: z.number(),
  /** Its number (`Invitation.number`); unknown of those who came before invitations had one. */
  invitation: z.string().exactOptional(),
  /** Unix time, ms. */
  since: z.number(),
});
type Technician = z.infer<typeof technician>;

export const TECHNICIANS = kind({ name: 'technicians', version: 1, schema: technician });
/** Those who have used an invitation that asks for approval. */
export const APPLICANTS = kind({ name: 'applicants', version: 1, schema: technician });
/** Whose access is locked, by Telegram id; that the record is there locks it, whatever it says. */
export const LOCKS = kind({
  name: 'locks',
  version: 1,
  /** `at`: milliseconds since 1970. */
  schema: z.object({ by: z.number(), at: z.number() }),
});
/** By the keyed hash of their token. */
export const INVITATIONS = kind({
  name: 'invitations',
  version: 1,
  schema: z.object({ by: z.number(), expiresAt: z.number(), asks: z.boolean().exactOptional() }),
});

interface Invitation {
  /** Parameter of `https://t.me/<bot>?start=…`: 32 characters of the alphabet Telegram allows there. */
  token: string;
  /** What people call it by: no secret, and no way to the token. */
  number: string;
  /** How long it is good, ms. */
  ttlMs: number;
}

/** Somebody who used an invitation; `waits`: an admin decides whether they come in. */
type Newcomer = Technician & { invitation: string; waits: boolean };

/** `unknown`: no such invitation, or it has expired. `used`: somebody was faster. `member`: this user is in already. */
type RedeemRefusal = 'unknown' | 'used' | 'member';
/** Admins are named in the settings and cannot be revoked from a chat. */
type RevokeRefusal = 'admin' | 'not-a-member';

export interface Access {
  /** What a user is at this moment; null for a stranger. */
  roleOf(userId: number): Promise<Result<Role | null, StoreFailure>>;
  /** Makes an invitation. That `adminId` is an admin is the caller's check. */
  invite(adminId: number, asks?: boolean): Promise<Result<Invitation, StoreFailure>>;
  /**
   * Uses an invitation; at most one call ever succeeds, in all processes together.
   * @param announce called when it is in the audit trail and before it counts
   */
  redeem(
    token: string,
    user: { id: number; name: string },
    announce?: (newcomer: Newcomer) => Promise<void>,
  ): Promise<Result<Newcomer, RedeemRefusal | StoreFailure>>;
  /** Whether an admin has locked this person out: their phone is in somebody else's hands. */
  isLocked(userId: number): Promise<Result<boolean, StoreFailure>>;
  /** Locks somebody out, admins too, at once and until it is taken back. That `adminId` is an admin is the caller's check. */
  lock(adminId: number, userId: number): Promise<Result<void, StoreFailure>>;
  /**
   * Takes a lock back.
   * @param adminId null: at the server itself
   * @returns whether there was one
   */
  unlock(adminId: number | null, userId: number): Promise<Result<boolean, StoreFailure>>;
  /** Whether this person came back with a backup, and no admin has confirmed that yet: a stranger until then. */
  isPaused(userId: number): Promise<Result<boolean, StoreFailure>>;
  /** Whether this person has used an invitation and waits for an admin. */
  isWaiting(userId: number): Promise<Result<boolean, StoreFailure>>;
  /**
   * Lets somebody in who waits, or turns them away. That `adminId` is an admin is the caller's check.
   * @param announce called when it is in the audit trail and before it counts
   */
  decide(
    adminId: number,
    userId: number,
    letIn: boolean,
    announce?: () => Promise<void>,
  ): Promise<Result<Technician, 'not-waiting' | StoreFailure>>;
  /** Takes a technician's access away, at once. That `adminId` is an admin is the caller's check. */
  revoke(adminId: number, userId: number): Promise<Result<void, RevokeRefusal | StoreFailure>>;
  /** Those named in the settings. */
  readonly admins: readonly number[];
  /** All technicians, oldest first. Reads each of them: where all are shown, or told something. */
  list(): Promise<Result<Technician[], StoreFailure>>;
  /** True once in 24 hours per stranger. False also while the store is out of order: silence is the safe answer. */
  shouldAnswerStranger(userId: number): Promise<boolean>;
  /** The same for their own id, which they may ask for: true once in a minute. */
  shouldTellId(userId: number): Promise<boolean>;
}

export interface AccessOptions {
  store: Pick<Store, 'values' | 'claims'>;
  /** Every change of membership is in it before it is made. */
  audit: Pick<Audit, 'append'>;
  adminIds: readonly number[];
  /** Key under which invitations are hashed: a copy of the store admits nobody. */
  key: Secret<Uint8Array>;
  now?: () => number;
}

/** How often a stranger is told their own id, ms. */
const ID_AGAIN_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** An admin has this long to decide about somebody who waits, ms. */
const WAIT_MS = 7 * DAY_MS;
/** Characters of an invitation's number. */
const NUMBER_LENGTH = 6;
const TOKEN_BYTES = 24;
const TOKEN_SHAPE = /^[A-Za-z0-9_-]{32}$/;
/** Characters kept of a name someone chose in Telegram (up to 64 + 64 there). */
const NAME_LENGTH = 64;

export function createAccess({ store, audit, adminIds, key, now = Date.now }: AccessOptions): Access {
  const admins = new Set(adminIds);
  const technicians = store.values(TECHNICIANS);
  const invitations = store.values(INVITATIONS);
  const waiting = store.values(APPLICANTS);
  const epochs = createEpochs(store);
  const locks = store.values(LOCKS);
  const hashed = (token: string) => createHmac('sha256', key.reveal()).update(token).digest('hex');

  const numberOf = (id: string) => id.slice(0, NUMBER_LENGTH).toUpperCase();

  const note = (what: `access.${string}`, by: number | null, detail: AuditNote['detail'] = {}) =>
    audit.append({ what, case: null, by, detail });

  async function isLocked(userId: number): Promise<Result<boolean, StoreFailure>> {
    const found = await locks.get(String(userId));
    if (!found.ok) return found.failure.reason === 'unreadable' ? ok(true) : found;
    return ok(found.value !== undefined);
  }

  async function roleOf(userId: number): Promise<Result<Role | null, StoreFailure>> {
    const locked = await isLocked(userId);
    // Who the settings name stays an admin while the store is out of order: somebody has to hear of it.
    if (admins.has(userId)) return ok(locked.ok && locked.value ? null : 'admin');
    if (!locked.ok) return locked;
    if (locked.value) return ok(null);
    const technician = orNone(await technicians.get(String(userId)));
    if (!technician.ok) return technician;
    if (!technician.value) return ok(null);
    const paused = await epochs.isPaused(technician.value.since);
    return paused.ok ? ok(paused.value ? null : 'technician') : paused;
  }

  const isPaused: Access['isPaused'] = async (userId) => {
    const known = orNone(await technicians.get(String(userId)));
    if (!known.ok) return known;
    return known.value ? epochs.isPaused(known.value.since) : ok(false);
  };

  return {
    roleOf,
    isPaused,
    isLocked,

    async lock(adminId, userId) {
      const noted = await note('access.locked', adminId, { technician: person(userId) });
      return noted.ok ? locks.set(String(userId), { by: adminId, at: now() }) : noted;
    },

    async unlock(adminId, userId) {
      const locked = await isLocked(userId);
      if (!locked.ok || !locked.value) return locked;
      const noted = await note('access.unlocked', adminId, { technician: person(userId) });
      if (!noted.ok) return noted;
      const gone = await locks.delete(String(userId));
      return gone.ok ? ok(true) : gone;
    },

    admins: adminIds,

    async invite(adminId, asks = false) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const id = hashed(token);
      const expiresAt = now() + DAY_MS;
      const noted = await note('access.invited', adminId, { invitation: numberOf(id), asks });
      if (!noted.ok) return noted;
      const saved = await invitations.set(id, { by: adminId, expiresAt, asks }, DAY_MS);
      return saved.ok ? ok({ token, number: numberOf(id), ttlMs: DAY_MS }) : saved;
    },

    async isWaiting(userId) {
      const found = orNone(await waiting.get(String(userId)));
      return found.ok ? ok(found.value !== undefined) : found;
    },

    async decide(adminId, userId, letIn, announce = async () => undefined) {
      const found = orNone(await waiting.get(String(userId)));
      if (!found.ok) return found;
      if (!found.value) return fail('not-waiting');
      const noted = await note(letIn ? 'access.approved' : 'access.declined', adminId, {
        technician: person(userId),
      });
      if (!noted.ok) return noted;
      await announce();
      const saved = letIn
        ? await technicians.set(String(userId), { ...found.value, since: now() })
        : ok(undefined);
      if (!saved.ok) return saved;
      const gone = await waiting.delete(String(userId));
      return gone.ok ? ok(found.value) : gone;
    },

    async redeem(token, user, announce = async () => undefined) {
      if (!TOKEN_SHAPE.test(token)) return fail('unknown');
      const role = await roleOf(user.id);
      if (!role.ok) return role;
      if (role.value) return fail('member');
      // Whoever is paused or locked is in as soon as an admin says so: another invitation would go past that.
      const [paused, locked] = await Promise.all([isPaused(user.id), isLocked(user.id)]);
      if (!paused.ok) return paused;
      if (!locked.ok) return locked;
      if (paused.value || locked.value) return fail('member');
      const id = hashed(token);
      const invitation = orNone(await invitations.get(id));
      if (!invitation.ok) return invitation;
      if (!invitation.value || invitation.value.expiresAt <= now()) return fail('unknown');
      // Whoever made it may be no admin any more.
      if (!admins.has(invitation.value.by)) return fail('unknown');
      // The claim outlives the invitation: a used one stays used.
      const first = await store.claims.once(`invitation:${id}`, 2 * DAY_MS);
      if (!first.ok) return first;
      if (!first.value) return fail('used');
      const technician = {
        userId: user.id,
        name: [...user.name.replace(/\p{C}/gu, '')].slice(0, NAME_LENGTH).join(''),
        invitedBy: invitation.value.by,
        invitation: numberOf(id),
        since: now(),
      };
      const waits = invitation.value.asks === true;
      const noted = await note(waits ? 'access.asked' : 'access.joined', user.id, {
        invitedBy: person(technician.invitedBy),
        invitation: technician.invitation,
      });
      if (!noted.ok) return noted;
      await announce({ ...technician, waits });
      const saved = waits
        ? await waiting.set(String(user.id), technician, WAIT_MS)
        : await technicians.set(String(user.id), technician);
      return saved.ok ? ok({ ...technician, waits }) : saved;
    },

    async revoke(adminId, userId) {
      if (admins.has(userId)) return fail('admin');
      const known = await technicians.get(String(userId));
      if (!known.ok) return known;
      if (!known.value) return fail('not-a-member');
      const noted = await note('access.revoked', adminId, { technician: person(userId) });
      if (!noted.ok) return noted;
      return await technicians.delete(String(userId));
    },

    async list() {
      const ids = await technicians.keys();
      if (!ids.ok) return ids;
      const found: Technician[] = [];
      for (const id of ids.value) {
        const technician = orNone(await technicians.get(id));
        if (!technician.ok) return technician;
        if (technician.value) found.push(technician.value);
      }
      return ok(found.sort((a, b) => a.since - b.since));
    },

    async shouldAnswerStranger(userId) {
      const first = await store.claims.once(`stranger:${userId}`, DAY_MS);
      return first.ok && first.value;
    },

    async shouldTellId(userId) {
      const first = await store.claims.once(`stranger-id:${userId}`, ID_AGAIN_MS);
      return first.ok && first.value;
    },
  };
}
