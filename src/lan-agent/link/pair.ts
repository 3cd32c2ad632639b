import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { ok, type Result } from '../../kernel/result.ts';
import type { PairState } from '../../link/messages.ts';
import { isPairingCode, normalisePairingCode } from '../../link/pairing-code.ts';
import { commitTo, formatPairingNumber, pairingNumber } from '../../link/pairing-number.ts';
import { formatPublicKey, parsePublicKey, signPairing } from '../../link/signing.ts';
import { ensureHome, type HomeFailure } from '../home.ts';
import type { Texts } from '../texts.ts';
import { type Clock, systemClock } from './clock.ts';
import { hostInfo } from './host.ts';
import { createHubClient, createPairingCalls, type HubClient, type HubFailure } from './hub-client.ts';
import { clearLinkState, loadIdentity, saveIdentity } from './identity.ts';
import { type AddressRefusal, parseServer } from './server-address.ts';
import { openTransport } from './transport.ts';

export interface PairOptions {
  /** As typed; case, spaces and dashes do not matter. */
  readonly code: string;
  /** `https://…` of the bot. */
  readonly server: string;
  /** Plain HTTP to another machine is allowed (`--insecure-lan`). */
  readonly insecureLan: boolean;
  readonly home: string;
  readonly agentVersion: string;
  readonly texts: Texts;
  /** Takes lines for the person at the laptop (standard error). */
  readonly say: (line: string) => void;
  /**
   * Asks the person whether the chat says "paired", too: whoever sits in between says it to this laptop with a key of
   * his own, whatever number was typed. False too when nobody answers.
   */
  readonly agree: () => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** How pairing ended; everything but `paired` was said with what to do next. */
export type PairEnd =
  | 'paired'
  | 'refused'
  | 'expired'
  | 'stopped'
  | 'not-a-code'
  | 'home-unwritable'
  /** The server's key is not the one it was bound to. */
  | 'other-key'
  /** The person at the laptop does not see in the chat what the server says here. */
  | 'not-agreed'
  | AddressRefusal
  | HubFailure['reason'];

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
  const { home, texts, say, signal, clock = systemClock } = options;
  const code = normalisePairingCode(options.code);
  if (!isPairingCode(code)) {
    say(texts('agent:link.pair.not-a-code'));
    return 'not-a-code';
  }
  const address = parseServer(options.server, options.insecureLan);
  if (!address.ok) {
    say(texts(`agent:link.address.${address.failure}`));
    return address.failure;
  }
  const server = address.value;
  if (server.insecure) say(texts('agent:link.pair.insecure'));
  // Found out now and not after the chat has confirmed a key that cannot be kept.
  const writable = await ensureHome(home);
  if (!writable.ok) return unwritable(writable.failure);
  const earlier = await loadIdentity(home);
  if (earlier.ok) say(texts('agent:link.pair.again', { server: earlier.value.server.url }));

  const transport = openTransport(server);
  try {
    // With its key a laptop stays the same agent, which another technician may be added to.
    const known = earlier.ok && earlier.value.server.url === server.url ? earlier.value : null;
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
    if (!shown.ok) return spent(shown.failure);
    const { agentId, expiresAt } = shown.value;
    const share = { pairing, hubKey: shown.value.hubKey, hubNonce: shown.value.hubNonce };
    const hubKey = parsePublicKey(share.hubKey);
    if (!hubKey || commitTo(share) !== commitment) {
      say(texts('agent:link.pair.other-key'));
      return 'other-key';
    }
    const number = pairingNumber({ ...share, publicKey, nonce });
    say(texts('agent:link.pair.number', { number: formatPairingNumber(number) }));

    const client = createHubClient({ transport, agentId, privateKey, hubKey, clock, host, epoch: ulid() });
    const decided = await chatDecision(client, clock, expiresAt, signal);
    if (!decided.ok) return failed(decided.failure);
    if (decided.value !== 'confirmed') {
      say(texts(`agent:link.pair.${decided.value}`));
      return decided.value;
    }
    if (!(await options.agree())) {
      if (signal.aborted) return 'stopped';
      say(texts('agent:link.pair.not-agreed'));
      return 'not-agreed';
    }
    if (agentId !== known?.agentId) await clearLinkState(home);
    const saved = await saveIdentity(home, {
      agentId,
      server,
      privateKey,
      hubKey,
      keySince: known?.keySince ?? clock.now(),
    });
    if (!saved.ok) return unwritable(saved.failure);
    say(texts('agent:link.pair.done'));
    return 'paired';
  } finally {
    await transport.close();
  }

  function failed({ reason }: HubFailure): PairEnd {
    if (reason === 'aborted') return 'stopped';
    say(texts(`agent:link.failure.${reason}`, { server: server.url }));
    return reason;
  }

  /** Another try needs another code: this one was used up by the first question. */
  function spent(failure: HubFailure): PairEnd {
    const end = failed(failure);
    if (end !== 'stopped') say(texts('agent:link.pair.spent'));
    return end;
  }

  function unwritable({ code }: HomeFailure): PairEnd {
    say(texts('agent:link.unwritable', { code }));
    return 'home-unwritable';
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
