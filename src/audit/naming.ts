/**
 * How the trail names people and devices without saying who they are: an entry holds a commitment, a hash over a salt and
 * the name. Salt and name lie in a record of their own. While it is there the operator can show whom an entry means, and
 * prove it; when it is erased the entry stands as it was, in the same chain, and means nobody any more.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { ok, type Result } from '../kernel/result.ts';
import { kind } from '../store/kind.ts';
import type { StoreFailure, Values } from '../store/store.ts';

/** Salts by `<kind>:<clear>`, hex. */
export const AUDIT_NAMES = kind({ name: 'audit-names', version: 1, schema: z.string() });

/** Who or what an entry is about: a person by Telegram id, a device by its short serial. */
export interface AuditName {
  readonly kind: 'person' | 'device';
  readonly clear: string;
}

/** @param id Telegram id */
export const person = (id: number): AuditName => ({ kind: 'person', clear: String(id) });
export const device = (shortSerial: string): AuditName => ({ kind: 'device', clear: shortSerial });

/** A name with all that is needed to check its commitment. */
export interface OpenedName extends AuditName {
  /** Hex, 32 bytes. */
  readonly salt: string;
  /** As entries hold it: `person:` or `device:` and 64 hex digits. */
  readonly commitment: string;
}

const SALT_BYTES = 32;
const COMMITMENT = /^(?:person|device):[0-9a-f]{64}$/;

/** SHA-256 over the JSON of salt, kind and name: nobody finds another name for it, nor this one without the salt. Pure. */
export function commitmentTo({ kind, clear }: AuditName, salt: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([salt, kind, clear]))
    .digest('hex');
  return `${kind}:${digest}`;
}

/** Whether a value of an entry is a commitment. Pure. */
export function isCommitment(value: unknown): value is string {
  return typeof value === 'string' && COMMITMENT.test(value);
}

/** The names the trail can still open. */
export interface Names {
  /** The commitment to a name; one that is met for the first time gets a salt. */
  commit(name: AuditName): Promise<Result<string, StoreFailure>>;
  /** The commitment to a name, if it was ever made. */
  find(name: AuditName): Promise<Result<string | null, StoreFailure>>;
  /** All names, in no order that means anything. Reads each of them: for commands of the operator. */
  all(): Promise<Result<OpenedName[], StoreFailure>>;
  /** Erases salt and name: no entry can be opened to it any more. Met again, it gets another salt. */
  erase(name: AuditName): Promise<Result<void, StoreFailure>>;
}

export function createNames(salts: Values<string>): Names {
  const keyOf = ({ kind, clear }: AuditName) => `${kind}:${clear}`;

  return {
    async commit(name) {
      const known = await salts.get(keyOf(name));
      if (!known.ok) return known;
      if (known.value !== undefined) return ok(commitmentTo(name, known.value));
      const fresh = randomBytes(SALT_BYTES).toString('hex');
      let salt = fresh;
      // Two processes may meet it at the same time: the first one's salt is everybody's.
      const set = await salts.change(keyOf(name), (current) => {
        salt = current ?? fresh;
        return current === undefined ? { value: fresh } : null;
      });
      return set.ok ? ok(commitmentTo(name, salt)) : set;
    },

    async find(name) {
      const known = await salts.get(keyOf(name));
      if (!known.ok) return known;
      return ok(known.value === undefined ? null : commitmentTo(name, known.value));
    },

    async all() {
      const keys = await salts.keys();
      if (!keys.ok) return keys;
      const opened: OpenedName[] = [];
      for (const key of keys.value) {
        const salt = await salts.get(key);
        if (!salt.ok) return salt;
        const [, kind, clear] = /^(person|device):(.*)$/s.exec(key) ?? [];
        if (salt.value === undefined || clear === undefined) continue;
        const name: AuditName = { kind: kind === 'person' ? 'person' : 'device', clear };
        opened.push({ ...name, salt: salt.value, commitment: commitmentTo(name, salt.value) });
      }
      return ok(opened);
    },

    erase: (name) => salts.delete(keyOf(name)),
  };
}
