/**
 * Who may use the bot. Admins are named in the settings; technicians come in by an invitation: a link an admin makes,
 * good for one person and 24 hours. Membership is read from the store every time, so a revoked technician is out with
 * the next update, in every process.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Audit } from '../cases/audit.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Store, StoreFailure } from '../store/store.ts';

export type Role = 'admin' | 'technician';

interface Technician {
  userId: number;
  /** As Telegram showed it when the invitation was used; for lists only. */
  name: string;
  /** Who made the invitation. */
  invitedBy: number;
  /** Unix time, ms. */
  since: number;
}

interface Invitation {
  /** Parameter of `https://t.me/<bot>?start=…`: 32 characters of the alphabet Telegram allows there. */
  token: string;
  /** How long it is good, ms. */
  ttlMs: number;
}

/** `unknown`: no such invitation, or it has expired. `used`: somebody was faster. `member`: this user is in already. */
type RedeemRefusal = 'unknown' | 'used' | 'member';
/** Admins are named in the settings and cannot be revoked from a chat. */
type RevokeRefusal = 'admin' | 'not-a-member';

export interface Access {
  /** What a user is at this moment; null for a stranger. */
  roleOf(userId: number): Promise<Result<Role | null, StoreFailure>>;
  /** Makes an invitation. That `adminId` is an admin is the caller's check. */
  invite(adminId: number): Promise<Result<Invitation, StoreFailure>>;
  /** Uses an invitation; at most one call ever succeeds, in all processes together. */
  redeem(
    token: string,
    user: { id: number; name: string },
  ): Promise<Result<Technician, RedeemRefusal | StoreFailure>>;
  /** Takes a technician's access away, at once. That `adminId` is an admin is the caller's check. */
  revoke(adminId: number, userId: number): Promise<Result<void, RevokeRefusal | StoreFailure>>;
  /** Those named in the settings. */
  readonly admins: readonly number[];
  /** All technicians, oldest first. */
  list(): Promise<Result<Technician[], StoreFailure>>;
  /** True once in 24 hours per stranger. False also while the store is out of order: silence is the safe answer. */
  shouldAnswerStranger(userId: number): Promise<boolean>;
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

const DAY_MS = 24 * 60 * 60 * 1000;
const TOKEN_BYTES = 24;
const TOKEN_SHAPE = /^[A-Za-z0-9_-]{32}$/;
/** Characters kept of a name someone chose in Telegram (up to 64 + 64 there). */
const NAME_LENGTH = 64;

export function createAccess({ store, audit, adminIds, key, now = Date.now }: AccessOptions): Access {
  const admins = new Set(adminIds);
  const technicians = store.values<Technician>('technicians');
  const invitations = store.values<{ by: number; expiresAt: number }>('invitations');
  const hashed = (token: string) => createHmac('sha256', key.reveal()).update(token).digest('hex');

  const note = (what: 'access.invited' | 'access.joined' | 'access.revoked', by: number, detail = {}) =>
    audit.append({ what, case: null, by, detail });

  async function roleOf(userId: number): Promise<Result<Role | null, StoreFailure>> {
    if (admins.has(userId)) return ok('admin');
    const technician = await technicians.get(String(userId));
    if (!technician.ok) return technician;
    return ok(technician.value ? 'technician' : null);
  }

  return {
    roleOf,
    admins: adminIds,

    async invite(adminId) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const expiresAt = now() + DAY_MS;
      const noted = await note('access.invited', adminId);
      if (!noted.ok) return noted;
      const saved = await invitations.set(hashed(token), { by: adminId, expiresAt }, DAY_MS);
      return saved.ok ? ok({ token, ttlMs: DAY_MS }) : saved;
    },

    async redeem(token, user) {
      if (!TOKEN_SHAPE.test(token)) return fail('unknown');
      const role = await roleOf(user.id);
      if (!role.ok) return role;
      if (role.value) return fail('member');
      const id = hashed(token);
      const invitation = await invitations.get(id);
      if (!invitation.ok) return invitation;
      if (!invitation.value || invitation.value.expiresAt <= now()) return fail('unknown');
      // Whoever made it may be no admin any more.
      if (!admins.has(invitation.value.by)) return fail('unknown');
      // The claim outlives the invitation: a used one stays used.
      const first = await store.claims.once(`invitation:${id}`, 2 * DAY_MS);
      if (!first.ok) return first;
      if (!first.value) return fail('used');
      const technician: Technician = {
        userId: user.id,
        name: [...user.name.replace(/\p{C}/gu, '')].slice(0, NAME_LENGTH).join(''),
        invitedBy: invitation.value.by,
        since: now(),
      };
      const noted = await note('access.joined', user.id, { invitedBy: technician.invitedBy });
      if (!noted.ok) return noted;
      const saved = await technicians.set(String(user.id), technician);
      return saved.ok ? ok(technician) : saved;
    },

    async revoke(adminId, userId) {
      if (admins.has(userId)) return fail('admin');
      const known = await technicians.get(String(userId));
      if (!known.ok) return known;
      if (!known.value) return fail('not-a-member');
      const noted = await note('access.revoked', adminId, { technician: userId });
      if (!noted.ok) return noted;
      return await technicians.delete(String(userId));
    },

    async list() {
      const ids = await technicians.keys();
      if (!ids.ok) return ids;
      const found: Technician[] = [];
      for (const id of ids.value) {
        const technician = await technicians.get(id);
        if (!technician.ok) return technician;
        if (technician.value) found.push(technician.value);
      }
      return ok(found.sort((a, b) => a.since - b.since));
    },

    async shouldAnswerStranger(userId) {
      const first = await store.claims.once(`stranger:${userId}`, DAY_MS);
      return first.ok && first.value;
    },
  };
}
