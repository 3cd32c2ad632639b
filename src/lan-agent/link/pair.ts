import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { ok, type Result } from '../../kernel/result.ts';
import type { PairState } from '../../link/messages.ts';
import { isPairingCode, normalisePairingCode } from '../../link/pairing-code.ts';
import { commitTo, formatPairingNumber, pairingNumber } from '../../link/pairing-number.ts';
import { formatPublicKey, parsePublicKey, signPairing } from '../../link/signing.ts';
import { ensureHome, type HomeFailure } from '../home.ts';
import type { PairEnd, PairingNews, UnwritableNews } from '../news.ts';
import { type Clock, systemClock } from './clock.ts';
import { hostInfo } from './host.ts';
import { createHubClient, createPairingCalls, type HubClient, type HubFailure } from './hub-client.ts';
import { clearLinkState, loadIdentity, saveIdentity } from './identity.ts';
import { parseServer } from './server-address.ts';
import { openTransport } from './transport.ts';

export interface PairOptions {
  /** As typed; case, spaces and dashes do not matter. */
  readonly code: string;
  /** `https://…` of the bot. */
  readonly server: string;
  /**
   * The hub's key as the package that this program came in has it (SPKI DER, base64url): a hub that shows another one is
   * not the operator's. Left out: whatever the number proves.
   */
  readonly hubKey?: string;
  /** Plain HTTP to another machine is allowed (`--insecure-lan`). */
  readonly insecureLan: boolean;
  readonly home: string;
  readonly agentVersion: string;
  /** Takes what happens, for the person at the laptop. */
  readonly onNews: (news: PairingNews | UnwritableNews) => void;
  /**
   * Asks the person whether the chat says "paired", too: whoever sits in between says it to this laptop with a key of
   * his own, whatever number was typed. False too when nobody answers.
   */
  readonly agree: () => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

const NONCE_BYTES = 32;
const RETRY_MS = 2_000;
/** Failures of the network and of a restarting server, which may be over by the next question. */
const PASSING: readonly HubFailure['reason'][] = [
  'dns',
  'dns-silent',
  'refused',
  'unreachable',
  'reset',
  'timeout',
  'gateway',
  'internal',
  'store-unavailable',
  'too-many-requests',
];

/**
 * Makes this laptop an agent of the bot that issued `code`. The key is made here and stays here. An earlier pairing
 * holds until the number this laptop shows was typed in the chat, and the person has agreed here: one with the same server is kept and
 * gets one more technician, one with another server is replaced.
 *
 * The order of the messages is what the number stands on (docs/decisions/0024): the hub is bound first, then the laptop
 * shows key and nonce, then the hub its own. Nothing is asked twice by itself: every run is one chance in a million for
 * somebody in the middle, and a run he breaks off costs the technician a new code.
 */
export async function pair(options: PairOptions): Promise<PairEnd> {
  const { end, server = null, spent = false } = await meetHub(options);
  options.onNews({ kind: 'pairing-ended', end, server, spent });
  return end;
}

/** `spent`: the code was used up before anything was shown for it. */
type Met = { readonly end: PairEnd; readonly server?: string; readonly spent?: boolean };

async function meetHub(options: PairOptions): Promise<Met> {
  const { home, onNews, signal, clock = systemClock } = options;
  const code = normalisePairingCode(options.code);
  if (!isPairingCode(code)) return { end: 'not-a-code' };
  const address = parseServer(options.server, options.insecureLan);
  if (!address.ok) return { end: address.failure };
  const { url, insecure } = address.value;
  const ended = (end: PairEnd): Met => ({ end, server: url });
  const failed = ({ reason }: HubFailure) => ended(reason === 'aborted' ? 'stopped' : reason);
  const unwritable = ({ code }: HomeFailure) => {
    onNews({ kind: 'unwritable', code });
    return ended('home-unwritable');
  };
  // Found out now and not after the chat has confirmed a key that cannot be kept.
  const writable = await ensureHome(home);
  if (!writable.ok) return unwritable(writable.failure);
  const earlier = await loadIdentity(home);
  onNews({
    kind: 'pairing-begun',
    server: url,
    insecure,
    earlier: earlier.ok ? earlier.value.server.url : null,
  });

  const transport = openTransport(address.value);
  try {
    // With its key a laptop stays the same agent, which another technician may be added to.
    const known = earlier.ok && earlier.value.server.url === url ? earlier.value : null;
    const privateKey = known?.privateKey ?? generateKeyPairSync('ed25519').privateKey;
    const publicKey = formatPublicKey(createPublicKey(privateKey));
    const host = hostInfo(options.agentVersion);
    const calls = createPairingCalls(transport, signal);
    const opened = await calls.open(code);
    if (!opened.ok) return failed(opened.failure);
    const { pairing, commitment } = opened.value;
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    const claim = { pairing, publicKey, nonce, host };
    const proof = signPairing({ ...claim, commitment }, privateKey);
    const shown = await calls.showKey({ ...claim, proof });
    // Another try needs another code: this one was used up by the first question.
    if (!shown.ok) return { ...failed(shown.failure), spent: true };
    const { agentId, expiresAt } = shown.value;
    const share = { pairing, hubKey: shown.value.hubKey, hubNonce: shown.value.hubNonce };
    const hubKey = parsePublicKey(share.hubKey);
    if (!hubKey || commitTo(share) !== commitment) return ended('other-key');
    if (options.hubKey !== undefined && share.hubKey !== options.hubKey) return ended('other-hub');
    const number = formatPairingNumber(pairingNumber({ ...share, publicKey, nonce }));
    onNews({ kind: 'pairing-number', number, expiresAt });

    const client = createHubClient({ transport, agentId, privateKey, hubKey, clock, host, epoch: ulid() });
    const decided = await chatDecision(client, clock, expiresAt, signal);
    if (!decided.ok) return failed(decided.failure);
    if (decided.value === 'refused') return ended('refused-in-chat');
    if (decided.value === 'expired') return ended('expired');
    onNews({ kind: 'pairing-confirmed' });
    if (!(await options.agree())) return ended(signal.aborted ? 'stopped' : 'not-agreed');
    if (agentId !== known?.agentId) await clearLinkState(home);
    const saved = await saveIdentity(home, {
      agentId,
      server: address.value,
      privateKey,
      hubKey,
      keySince: known?.keySince ?? clock.now(),
    });
    return saved.ok ? ended('paired') : unwritable(saved.failure);
  } finally {
    await transport.close();
  }
}

/** Asks the hub what the person in the chat has done about the number, until it is known. */
async function chatDecision(
  client: HubClient,
  clock: Clock,
  expiresAt: number,
  signal: AbortSignal,
): Promise<Result<Exclude<PairState['state'], 'waiting'>, HubFailure>> {
  for (;;) {
    const asked = clock.now();
    const state = await client.pairState(signal);
    if (state.ok && state.value !== 'waiting') return ok(state.value);
    if (!state.ok && (!PASSING.includes(state.failure.reason) || client.now() > expiresAt)) return state;
    // The hub holds the question open; a failure, or a hub that does not, is not met in a tight circle.
    if (clock.now() - asked < RETRY_MS) await clock.sleep(RETRY_MS, signal);
  }
}
