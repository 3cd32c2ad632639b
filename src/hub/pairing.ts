import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { ulid } from 'ulid';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { HostInfo, HubErrorCode, PairAnswer, PairRequest, PairState } from '../link/messages.ts';
import {
  formatPairingCode,
  generatePairingCode,
  isPairingCode,
  normalisePairingCode,
} from '../link/pairing-code.ts';
import { drawPairingNumber } from '../link/pairing-number.ts';
import { parsePublicKey, verifyPairing } from '../link/signing.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import type { Agents, StoredAgent } from './agents.ts';
import type { HubKeys } from './keys.ts';
import { cleanHost } from './words.ts';

const CODE_TTL_MS = 10 * 60_000;
/** Time to pick the number in the chat. */
const CONFIRM_MS = 5 * 60_000;
/** A decided or expired pairing is remembered this long, so that the laptop can still be told. */
const PAIRING_MEMORY_MS = 60 * 60_000;

/** A laptop asks to become an agent of the technician who got the code. */
export interface PairingRequest {
  readonly agentId: string;
  readonly technicianId: number;
  /** Cleaned for display; its truth is nobody's promise. */
  readonly host: HostInfo;
  /** IP address the laptop came from. */
  readonly address: string;
  /** Three two-digit numbers; the laptop shows one of them. */
  readonly numbers: readonly string[];
}

/** `no-pairing`: none is open for this agent and technician, or it was decided already. */
export type ConfirmFailure = 'no-pairing' | 'expired' | 'wrong-number' | 'store-unavailable';

interface Pairing {
  /** ULID of this try; an agent may be paired again by another technician. */
  readonly id: string;
  readonly technicianId: number;
  readonly publicKey: string;
  readonly host: HostInfo;
  readonly number: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly state: PairState['state'];
}

/** How a laptop becomes an agent: code, key, number (design: pairing). */
export interface PairingDesk {
  /** A new code for a technician, formatted; an earlier one stops working. A secret: for their chat alone. */
  issueCode(technicianId: number): Promise<Result<{ code: string; ttlMs: number }, 'store-unavailable'>>;
  /** One try: a wrong number ends the pairing. */
  confirm(
    agentId: string,
    technicianId: number,
    number: string,
  ): Promise<Result<StoredAgent, ConfirmFailure>>;
  refuse(agentId: string, technicianId: number): Promise<Result<void, ConfirmFailure>>;
  /** The agent's first request. `onGuess` is called when the code was wrong. */
  request(
    asked: PairRequest,
    address: string,
    onGuess: () => void,
  ): Promise<Result<PairAnswer, HubErrorCode>>;
  /** Waits up to `waitMs` for the decision. */
  state(
    agentId: string,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<Result<PairState['state'], StoreFailure>>;
  /** Key of the laptop that is being paired under this id. */
  pendingKey(agentId: string): Promise<Result<string | null, StoreFailure>>;
}

export function createPairingDesk({
  store,
  agents,
  keys,
  clock,
  log,
  onPairing,
}: {
  store: Store;
  agents: Agents;
  keys: () => Promise<Result<HubKeys, StoreFailure>>;
  clock: () => number;
  log: Log;
  onPairing: (request: PairingRequest) => Promise<void>;
}): PairingDesk {
  const codes = store.values<{ technicianId: number; expiresAt: number }>('hub-codes');
  /** The one live code of a technician: whatever else `codes` holds of theirs is void. */
  const liveCodes = store.values<string>('hub-live-codes');
  const pairings = store.values<Pairing>('hub-pairings');
  const hashOf = (code: string, { codeKey }: HubKeys) =>
    createHmac('sha256', codeKey).update(code).digest('base64url');

  /** Whose code this is; null when unknown, outdated, replaced or used. Asking uses it up. */
  async function spendCode(hash: string): Promise<Result<number | null, StoreFailure>> {
    const code = await codes.get(hash);
    if (!code.ok) return code;
    if (!code.value || code.value.expiresAt <= clock()) return ok(null);
    const { technicianId } = code.value;
    const live = await liveCodes.get(String(technicianId));
    if (!live.ok) return live;
    if (live.value !== hash) return ok(null);
    const first = await store.claims.once(`hub:code:${hash}`, 2 * CODE_TTL_MS);
    if (!first.ok) return first;
    return ok(first.value ? technicianId : null);
  }

  /** Ends an open pairing for good; exactly one call per pairing gets it. */
  async function decide(agentId: string, technicianId: number): Promise<Result<Pairing, ConfirmFailure>> {
    const found = await pairings.get(agentId);
    if (!found.ok) return fail('store-unavailable');
    const pairing = found.value;
    if (!pairing || pairing.technicianId !== technicianId || pairing.state !== 'waiting') {
      return fail('no-pairing');
    }
    if (pairing.expiresAt <= clock()) return fail('expired');
    const first = await store.claims.once(`hub:pairing:${pairing.id}`, PAIRING_MEMORY_MS);
    if (!first.ok) return fail('store-unavailable');
    return first.value ? ok(pairing) : fail('no-pairing');
  }

  /** Notes the decision and wakes the laptop's held request, in whatever process it waits. */
  async function settle(
    agentId: string,
    pairing: Pairing,
    state: 'confirmed' | 'refused',
  ): Promise<Result<void, 'store-unavailable'>> {
    const saved = await pairings.set(agentId, { ...pairing, state }, PAIRING_MEMORY_MS);
    if (!saved.ok) return fail('store-unavailable');
    const woken = await store.mailboxes.append(boxOf(pairing), state, PAIRING_MEMORY_MS);
    if (!woken.ok) log.warn({ agent: agentId, failure: woken.failure.reason }, 'decision will be seen late');
    return ok(undefined);
  }

  return {
    issueCode: async (technicianId) => {
      const loaded = await keys();
      if (!loaded.ok) return fail('store-unavailable');
      const code = generatePairingCode(randomBytes);
      const hash = hashOf(code, loaded.value);
      const saved = await codes.set(hash, { technicianId, expiresAt: clock() + CODE_TTL_MS }, CODE_TTL_MS);
      if (!saved.ok) return fail('store-unavailable');
      const live = await liveCodes.set(String(technicianId), hash, CODE_TTL_MS);
      return live.ok ? ok({ code: formatPairingCode(code), ttlMs: CODE_TTL_MS }) : fail('store-unavailable');
    },

    confirm: async (agentId, technicianId, number) => {
      const decided = await decide(agentId, technicianId);
      if (!decided.ok) return decided;
      const pairing = decided.value;
      if (pairing.number !== number) {
        log.warn({ agent: agentId, technician: technicianId }, 'pairing ended by a wrong number');
        const refused = await settle(agentId, pairing, 'refused');
        return fail(refused.ok ? 'wrong-number' : refused.failure);
      }
      const registered = await agents.change(agentId, (known) => {
        // Revoked, or given a newer key, while the number was being looked at: the key that asked counts no more.
        if (known && (known.revoked || known.publicKey !== pairing.publicKey)) return null;
        return {
          id: agentId,
          name: known?.name ?? (pairing.host.name || agentId.slice(-6)),
          host: pairing.host,
          publicKey: pairing.publicKey,
          technicians: [...new Set([...(known?.technicians ?? []), technicianId])],
          createdAt: known?.createdAt ?? clock(),
          revoked: false,
        };
      });
      if (!registered.ok) return fail('store-unavailable');
      if (!registered.value) {
        const refused = await settle(agentId, pairing, 'refused');
        return fail(refused.ok ? 'no-pairing' : refused.failure);
      }
      log.info({ agent: agentId, technician: technicianId }, 'agent paired');
      const confirmed = await settle(agentId, pairing, 'confirmed');
      return confirmed.ok ? ok(registered.value) : confirmed;
    },

    refuse: async (agentId, technicianId) => {
      const decided = await decide(agentId, technicianId);
      return decided.ok ? settle(agentId, decided.value, 'refused') : decided;
    },

    request: async (asked, address, onGuess) => {
      const key = parsePublicKey(asked.publicKey);
      if (!key) return fail('bad-request');
      if (!verifyPairing(asked.code, asked.publicKey, asked.proof, key)) return fail('bad-signature');
      const loaded = await keys();
      if (!loaded.ok) return fail('store-unavailable');
      const code = normalisePairingCode(asked.code);
      const spent = isPairingCode(code) ? await spendCode(hashOf(code, loaded.value)) : ok(null);
      if (!spent.ok) return fail('store-unavailable');
      const technicianId = spent.value;
      if (technicianId === null) {
        onGuess();
        return fail('code-unknown');
      }
      const known = await agents.findByKey(asked.publicKey);
      if (!known.ok) return fail('store-unavailable');
      const agentId = known.value?.id ?? ulid(clock());
      const host = cleanHost(asked.host);
      const { number, choices } = drawPairingNumber(randomInt);
      const expiresAt = clock() + CONFIRM_MS;
      const { publicKey } = asked;
      const pairing = {
        id: ulid(),
        technicianId,
        publicKey,
        host,
        number,
        expiresAt,
        state: 'waiting' as const,
      };
      const saved = await pairings.set(agentId, pairing, PAIRING_MEMORY_MS);
      if (!saved.ok) return fail('store-unavailable');
      log.info({ agent: agentId, technician: technicianId, address }, 'pairing waits for its number');
      onPairing({ agentId, technicianId, host, address, numbers: choices }).catch((error: unknown) =>
        log.error({ err: error, agent: agentId }, 'pairing could not be shown in the chat'),
      );
      return ok({ agentId, number, hubKey: loaded.value.publicKey, expiresAt });
    },

    state: async (agentId, waitMs, signal) => {
      const look = async () => {
        const found = await pairings.get(agentId);
        if (!found.ok) return found;
        const pairing = found.value;
        const over = !pairing || (pairing.state === 'waiting' && pairing.expiresAt <= clock());
        return ok({ pairing, state: over ? ('expired' as const) : pairing.state });
      };
      const before = await look();
      if (!before.ok) return before;
      const { pairing, state } = before.value;
      if (!pairing || state !== 'waiting') return ok(state);
      await store.mailboxes.wait(boxOf(pairing), null, Math.min(waitMs, pairing.expiresAt - clock()), signal);
      const after = await look();
      return after.ok ? ok(after.value.state) : after;
    },

    pendingKey: async (agentId) => {
      const found = await pairings.get(agentId);
      return found.ok ? ok(found.value?.publicKey ?? null) : found;
    },
  };
}

function boxOf(pairing: Pairing): string {
  return `hub:pairing:${pairing.id}`;
}
