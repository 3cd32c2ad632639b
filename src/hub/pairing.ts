import { createHmac, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import * as z from 'zod';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import {
  type HostInfo,
  type HubErrorCode,
  hostInfo,
  type PairAnswer,
  type PairKeyRequest,
  type PairOpening,
  type PairState,
  pairState,
} from '../link/messages.ts';
import {
  formatPairingCode,
  generatePairingCode,
  isPairingCode,
  normalisePairingCode,
} from '../link/pairing-code.ts';
import { commitTo, type HubShare, isPairingNumber, pairingNumber } from '../link/pairing-number.ts';
import { parsePublicKey, verifyPairing } from '../link/signing.ts';
import { type DataOf, kind } from '../store/kind.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import type { Agents, StoredAgent } from './agents.ts';
import type { HubKeys } from './keys.ts';
import { cleanHost } from './words.ts';

const CODE_TTL_MS = 10 * 60_000;
/** From the code to the laptop's key: two messages of one program. */
const OPEN_MS = 60_000;
/** Time to type the number in the chat. */
const CONFIRM_MS = 5 * 60_000;
/** How long the chat is still told what became of a pairing. */
const NOW_TTL_MS = CODE_TTL_MS + OPEN_MS + 2 * CONFIRM_MS;
/** A decided or expired pairing is remembered this long, so that the laptop can still be told. */
const PAIRING_MEMORY_MS = 60 * 60_000;

/** A laptop asks to become an agent of the technician who got the code. */
export interface PairingRequest {
  /** ULID of this try. */
  readonly pairing: string;
  readonly agentId: string;
  readonly technicianId: number;
  /** Cleaned for display; its truth is nobody's promise. */
  readonly host: HostInfo;
  /** IP address the laptop came from. */
  readonly address: string;
}

/**
 * Why a number did not make a laptop an agent.
 * - `no-pairing`: the technician has none under way.
 * - `no-laptop-yet`: a code was issued, and no laptop has shown its key.
 * - `not-six-digits`: a laptop waits for its number; this is none, and costs nothing.
 * - `over`: the time ran out, or it was decided already.
 */
export type ConfirmFailure =
  | 'no-pairing'
  | 'no-laptop-yet'
  | 'not-six-digits'
  | 'over'
  | 'wrong-number'
  | 'store-unavailable';

/** Whose code this is, by its keyed hash. Good only while it is the one of `CURRENT`. */
export const CODES = kind({ name: 'hub-codes', version: 1, schema: z.number() });

/** What a technician has under way: one pairing at a time, a new code ends the one before. */
export const CURRENT = kind({
  name: 'hub-pairing-now',
  version: 1,
  schema: z.object({
    /** ULID of this try. */
    id: z.string(),
    codeHash: z.string(),
    /** Until when the code may be shown, milliseconds since 1970. */
    expiresAt: z.number(),
  }),
});

/** A pairing whose code was shown. The hub is bound by its commitment from here on. */
export const OPENINGS = kind({
  name: 'hub-pairing-openings',
  version: 1,
  schema: z.object({
    technicianId: z.number(),
    /** Until when the laptop may show its key. */
    expiresAt: z.number(),
    /** Since the laptop has shown its key. */
    agentId: z.string().exactOptional(),
  }),
});

/** By agent. */
export const PAIRINGS = kind({
  name: 'hub-pairings',
  version: 1,
  schema: z.object({
    /** ULID of this try; an agent may be paired again by another technician. */
    id: z.string(),
    technicianId: z.number(),
    publicKey: z.string(),
    host: hostInfo,
    address: z.string(),
    /** Keyed hash: the number itself is in nobody's store. */
    numberHash: z.string(),
    /** Milliseconds since 1970. */
    expiresAt: z.number(),
    state: pairState.shape.state,
  }),
});
type Pairing = DataOf<typeof PAIRINGS>;

/** A decision, in a mailbox of its pairing's id: it wakes whoever waits for it. */
export const DECISIONS = kind({ name: 'hub:pairing', version: 1, schema: pairState.shape.state });

/** Tells of a wrong number. Fails when it could not be put on record: then nothing is decided. */
export type WrongNumberTeller = (request: PairingRequest) => Promise<Result<void, StoreFailure>>;

/** How a laptop becomes an agent: code, keys, number (docs/decisions/0024). */
export interface PairingDesk {
  /**
   * A new code for a technician, formatted. An earlier one stops working, and a pairing under way ends. A secret: for
   * their chat alone.
   */
  issueCode(technicianId: number): Promise<Result<{ code: string; ttlMs: number }, 'store-unavailable'>>;
  /** The laptop that waits for the technician's number; null when none does. */
  waiting(technicianId: number): Promise<Result<PairingRequest | null, 'store-unavailable'>>;
  /**
   * What the technician typed. One try: a wrong number ends the pairing. The right one again is answered the same.
   * @param announce hears which laptop's number was not typed, before that ends its pairing: after a crash it hears it again
   */
  confirm(
    technicianId: number,
    number: string,
    announce?: WrongNumberTeller,
  ): Promise<Result<StoredAgent, ConfirmFailure>>;
  /** Ends this pairing of the technician's. */
  refuse(technicianId: number, pairing: string): Promise<Result<void, ConfirmFailure>>;
  /** Whose code this is, as long as it is good; null: nobody's. It is not used up. */
  technicianOf(code: string): Promise<Result<number | null, 'store-unavailable'>>;
  /** The first request: uses the code up and binds the hub. `onGuess` is called when the code was wrong. */
  open(code: string, onGuess: () => Promise<void>): Promise<Result<PairOpening, HubErrorCode>>;
  /** The second: takes the laptop's key, once, and shows the hub's. */
  showKey(asked: PairKeyRequest, address: string): Promise<Result<PairAnswer, HubErrorCode>>;
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
  const codes = store.values(CODES);
  const current = store.values(CURRENT);
  const openings = store.values(OPENINGS);
  const pairings = store.values(PAIRINGS);
  const decisions = store.mailboxes(DECISIONS);
  const hashOf = (secret: string, { codeKey }: HubKeys) =>
    createHmac('sha256', codeKey).update(secret).digest('base64url');
  const numberHashOf = (pairing: string, number: string, loaded: HubKeys) =>
    hashOf(`number\n${pairing}\n${number}`, loaded);
  /** The nonce is made of the pairing's id, which is never used again: nothing has to be kept, in any process. */
  const shareOf = (pairing: string, loaded: HubKeys): HubShare => ({
    pairing,
    hubKey: loaded.publicKey,
    hubNonce: hashOf(`nonce\n${pairing}`, loaded),
  });

  /** The pairing a code is for; null when unknown, outdated or replaced. */
  async function ofCode(
    codeHash: string,
  ): Promise<Result<{ technicianId: number; pairing: string } | null, StoreFailure>> {
    const technician = await codes.get(codeHash);
    if (!technician.ok) return technician;
    if (technician.value === undefined) return ok(null);
    const now = await current.get(String(technician.value));
    if (!now.ok) return now;
    if (now.value?.codeHash !== codeHash || now.value.expiresAt <= clock()) return ok(null);
    return ok({ technicianId: technician.value, pairing: now.value.id });
  }

  /** The same; null also when it was used. Asking uses it up. */
  async function spendCode(codeHash: string): ReturnType<typeof ofCode> {
    const found = await ofCode(codeHash);
    if (!found.ok || found.value === null) return found;
    const first = await store.claims.once(`hub:code:${codeHash}`, 2 * CODE_TTL_MS);
    return first.ok ? ok(first.value ? found.value : null) : first;
  }

  /** The laptop that waits for its number in the technician's chat, and how far it has come. */
  async function find(technicianId: number): Promise<Result<Pairing & { agentId: string }, ConfirmFailure>> {
    const now = await current.get(String(technicianId));
    if (!now.ok) return fail('store-unavailable');
    if (!now.value) return fail('no-pairing');
    const { id, expiresAt } = now.value;
    const opening = await openings.get(id);
    if (!opening.ok) return fail('store-unavailable');
    const agentId = opening.value?.agentId;
    if (agentId === undefined) {
      return fail((opening.value?.expiresAt ?? expiresAt) <= clock() ? 'over' : 'no-laptop-yet');
    }
    const pairing = await pairings.get(agentId);
    if (!pairing.ok) return fail('store-unavailable');
    return pairing.value?.id === id ? ok({ ...pairing.value, agentId }) : fail('over');
  }

  /** Ends an open pairing for good; exactly one call per pairing gets it. */
  async function decide({ id, state, expiresAt }: Pairing): Promise<Result<void, ConfirmFailure>> {
    if (state !== 'waiting' || expiresAt <= clock()) return fail('over');
    const first = await store.claims.once(`hub:pairing:${id}`, PAIRING_MEMORY_MS);
    if (!first.ok) return fail('store-unavailable');
    return first.value ? ok(undefined) : fail('over');
  }

  /** Notes the decision and wakes the laptop's held request, in whatever process it waits. */
  async function settle(
    { agentId, ...pairing }: Pairing & { agentId: string },
    state: Exclude<PairState['state'], 'waiting'>,
  ): Promise<Result<void, 'store-unavailable'>> {
    const saved = await pairings.set(agentId, { ...pairing, state }, PAIRING_MEMORY_MS);
    if (!saved.ok) return fail('store-unavailable');
    const woken = await decisions.append(pairing.id, state, PAIRING_MEMORY_MS);
    if (!woken.ok) log.warn({ agent: agentId, failure: woken.failure.reason }, 'decision will be seen late');
    return ok(undefined);
  }

  /** Ends what the technician has under way: two laptops must never wait for one number. */
  async function replace(technicianId: number): Promise<Result<void, 'store-unavailable'>> {
    const before = await find(technicianId);
    if (!before.ok) return before.failure === 'store-unavailable' ? fail(before.failure) : ok(undefined);
    const decided = await decide(before.value);
    if (decided.ok) return settle(before.value, 'expired');
    return decided.failure === 'store-unavailable' ? fail(decided.failure) : ok(undefined);
  }

  /** Makes the laptop an agent; null when its key counts no more: revoked or replaced while the number was read. */
  function register({ agentId, publicKey, host, technicianId }: Pairing & { agentId: string }) {
    return agents.named(agentId, host.name || agentId.slice(-6), (known, name) => {
      if (known && (known.revoked || known.publicKey !== publicKey)) return null;
      return {
        ...known,
        id: agentId,
        name: known?.name ?? name,
        host,
        publicKey,
        technicians: [...new Set([...(known?.technicians ?? []), technicianId])],
        createdAt: known?.createdAt ?? clock(),
        revoked: false,
        pairedBy: 'typed',
      };
    });
  }

  return {
    issueCode: async (technicianId) => {
      const loaded = await keys();
      if (!loaded.ok) return fail('store-unavailable');
      const ended = await replace(technicianId);
      if (!ended.ok) return ended;
      const code = generatePairingCode(randomBytes);
      const codeHash = hashOf(code, loaded.value);
      const saved = await codes.set(codeHash, technicianId, CODE_TTL_MS);
      if (!saved.ok) return fail('store-unavailable');
      const now = { id: ulid(), codeHash, expiresAt: clock() + CODE_TTL_MS };
      const live = await current.set(String(technicianId), now, NOW_TTL_MS);
      return live.ok ? ok({ code: formatPairingCode(code), ttlMs: CODE_TTL_MS }) : fail('store-unavailable');
    },

    waiting: async (technicianId) => {
      const found = await find(technicianId);
      if (!found.ok) return found.failure === 'store-unavailable' ? fail(found.failure) : ok(null);
      const { state, expiresAt } = found.value;
      const waits = state === 'waiting' && expiresAt > clock();
      return ok(waits ? requestOf(found.value) : null);
    },

    confirm: async (technicianId, number, announce = async () => ok(undefined)) => {
      const found = await find(technicianId);
      if (!found.ok) return found;
      const pairing = found.value;
      const { agentId } = pairing;
      const loaded = await keys();
      if (!loaded.ok) return fail('store-unavailable');
      const isRight = pairing.numberHash === numberHashOf(pairing.id, number, loaded.value);
      if (pairing.state === 'confirmed') {
        // Handed in again after a crash, or typed twice. Another number has nothing to do with it.
        const agent = isRight ? await agents.find(agentId) : ok(null);
        if (!agent.ok) return fail('store-unavailable');
        return agent.value && !agent.value.revoked ? ok(agent.value) : fail('no-pairing');
      }
      const waits = pairing.state === 'waiting' && pairing.expiresAt > clock();
      if (waits && !isPairingNumber(number)) return fail('not-six-digits');
      const announced = waits && !isRight ? await announce(requestOf(pairing)) : ok(undefined);
      if (!announced.ok) return fail('store-unavailable');
      const decided = await decide(pairing);
      if (!decided.ok) return decided;
      if (!isRight) {
        log.warn({ agent: agentId, technician: technicianId }, 'pairing ended by a wrong number');
        const refused = await settle(pairing, 'refused');
        return fail(refused.ok ? 'wrong-number' : refused.failure);
      }
      const registered = await register(pairing);
      if (!registered.ok) return fail('store-unavailable');
      if (!registered.value) {
        const refused = await settle(pairing, 'refused');
        return fail(refused.ok ? 'over' : refused.failure);
      }
      log.info({ agent: agentId, technician: technicianId }, 'agent paired');
      const confirmed = await settle(pairing, 'confirmed');
      return confirmed.ok ? ok(registered.value) : confirmed;
    },

    refuse: async (technicianId, pairing) => {
      const found = await find(technicianId);
      if (!found.ok) return found;
      if (found.value.id !== pairing) return fail('over');
      const decided = await decide(found.value);
      return decided.ok ? settle(found.value, 'refused') : decided;
    },

    technicianOf: async (typed) => {
      const loaded = await keys();
      if (!loaded.ok) return fail('store-unavailable');
      const code = normalisePairingCode(typed);
      const found = isPairingCode(code) ? await ofCode(hashOf(code, loaded.value)) : ok(null);
      return found.ok ? ok(found.value?.technicianId ?? null) : fail('store-unavailable');
    },

    open: async (typed, onGuess) => {
      const loaded = await keys();
      if (!loaded.ok) return fail('store-unavailable');
      const code = normalisePairingCode(typed);
      const spent = isPairingCode(code) ? await spendCode(hashOf(code, loaded.value)) : ok(null);
      if (!spent.ok) return fail('store-unavailable');
      if (spent.value === null) {
        await onGuess();
        return fail('code-unknown');
      }
      const { technicianId, pairing } = spent.value;
      const opening = { technicianId, expiresAt: clock() + OPEN_MS };
      const saved = await openings.set(pairing, opening, NOW_TTL_MS);
      if (!saved.ok) return fail('store-unavailable');
      return ok({ pairing, commitment: commitTo(shareOf(pairing, loaded.value)) });
    },

    showKey: async (asked, address) => {
      const { pairing: id, publicKey, nonce, proof } = asked;
      const key = parsePublicKey(publicKey);
      if (!key) return fail('bad-request');
      const loaded = await keys();
      if (!loaded.ok) return fail('store-unavailable');
      const share = shareOf(id, loaded.value);
      if (!verifyPairing({ ...asked, commitment: commitTo(share) }, proof, key)) return fail('bad-signature');
      const opening = await openings.get(id);
      if (!opening.ok) return fail('store-unavailable');
      if (!opening.value || opening.value.expiresAt <= clock()) return fail('code-unknown');
      const { technicianId } = opening.value;
      const now = await current.get(String(technicianId));
      if (!now.ok) return fail('store-unavailable');
      if (now.value?.id !== id) return fail('code-unknown');
      // Once: whoever had seen the hub's nonce could otherwise try keys until the number suits him.
      const first = await store.claims.once(`hub:pairing-key:${id}`, PAIRING_MEMORY_MS);
      if (!first.ok) return fail('store-unavailable');
      if (!first.value) return fail('code-unknown');

      const known = await agents.findByKey(publicKey);
      if (!known.ok) return fail('store-unavailable');
      const agentId = known.value?.id ?? ulid(clock());
      const host = cleanHost(asked.host);
      const expiresAt = clock() + CONFIRM_MS;
      const numberHash = numberHashOf(id, pairingNumber({ ...share, publicKey, nonce }), loaded.value);
      const pairing: Pairing = {
        id,
        technicianId,
        publicKey,
        host,
        address,
        numberHash,
        expiresAt,
        state: 'waiting',
      };
      const saved = await pairings.set(agentId, pairing, PAIRING_MEMORY_MS);
      if (!saved.ok) return fail('store-unavailable');
      const shown = await openings.set(id, { ...opening.value, agentId }, NOW_TTL_MS);
      if (!shown.ok) return fail('store-unavailable');
      log.info({ agent: agentId, technician: technicianId, address }, 'pairing waits for its number');
      onPairing({ pairing: id, agentId, technicianId, host, address }).catch((error: unknown) =>
        log.error({ err: error, agent: agentId }, 'pairing could not be shown in the chat'),
      );
      return ok({ agentId, hubKey: share.hubKey, hubNonce: share.hubNonce, expiresAt });
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
      await decisions.wait(pairing.id, null, Math.min(waitMs, pairing.expiresAt - clock()), signal);
      const after = await look();
      return after.ok ? ok(after.value.state) : after;
    },

    pendingKey: async (agentId) => {
      const found = await pairings.get(agentId);
      return found.ok ? ok(found.value?.publicKey ?? null) : found;
    },
  };
}

function requestOf(pairing: Pairing & { agentId: string }): PairingRequest {
  const { id, agentId, technicianId, host, address } = pairing;
  return { pairing: id, agentId, technicianId, host, address };
}
