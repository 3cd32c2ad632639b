import { fail, ok, type Result } from '../../kernel/result.ts';
import { aborted, limit, pause } from '../limit.ts';
import { wireMac } from '../network/neighbour.ts';
import { createExchangeKey, type ExchangeKey, openCode } from '../sadp/key-exchange.ts';
import { uuidsIn } from '../sadp/match.ts';
import { type ExchangeAnswer, readExchangeReply } from '../sadp/reply.ts';
import { exchangeRequest, newUuid, type SadpRequest } from '../sadp/requests.ts';
import { EXCHANGE_MS } from '../times.ts';
import type { Channel, Stop } from './channel.ts';
import type { UnbindReason } from './contract.ts';
import type { UnbindSteps } from './driver.ts';

/** Times of the requests, ms after the start: as far apart as the slowest device that is taken. */
const ASK_AT = [0, 2500, 5000, 7500];
/** A device that takes longer for an answer is not told from somebody who was faster, ms. */
export const SLOWEST_MS = 2500;
/** How long a second answer is waited for at least, ms (protocol/sadp.md 3, 15 rule 6). */
const LEAST_WINDOW_MS = 1500;

/** What a reply to a key exchange holds, and nothing else a device sends. */
const CODE = '<Code>';

export interface Exchanged {
  /** 16 bytes that become the key; whoever takes them zeroes them. */
  readonly random: Buffer;
  /** Why the password must not leave, by all that has come so far; null: nothing speaks against it. */
  objection(): UnbindReason | null;
  /** True from the moment that a second, different answer has come. */
  isDisputed(): boolean;
}

/**
 * The key exchange of protocol/sadp.md 8 and 9, once more where something was lost in it: a card or a queue of the
 * laptop that was full for a moment must not cost the technician a new picture and the password typed again. Nothing of
 * the password has left by then, the device is seen to be alone before the second one, and that one is held to all
 * that the first was held to. Not where everybody hears the question: there a loss may be the sign of somebody who
 * keeps the device from answering, to answer in its place.
 */
export async function exchangeKeys(
  channel: Channel,
  types: 'exchangecode' | 'exchangecode_v31',
  bits: 1024 | 2048,
  { lostBefore, lookAgain, signal }: Pick<UnbindSteps, 'lostBefore' | 'lookAgain' | 'signal'>,
): Promise<Result<Exchanged, Stop>> {
  const own = new Set<string>();
  const first = await exchangeOnce(channel, types, bits, own, lostBefore(), signal);
  if (first.ok || first.failure.reason !== 'flooded' || channel.route === 'multicast') return first;
  const doubtful = await lookAgain();
  if (doubtful) return fail({ reason: doubtful });
  return exchangeOnce(channel, types, bits, own, lostBefore(), signal);
}

/**
 * A request that stays unanswered is repeated with a fresh key and Uuid, and only the reply to the latest one counts:
 * the device remembers only its latest random text.
 * Whoever answers could read the password, so the exchange ends at any sign of a second answerer, and at any loss that
 * could have hidden one. It is waited for twice as long as this device has ever needed.
 * @param own the Uuids of all our questions for a key, an earlier exchange's as well; grows
 */
async function exchangeOnce(
  channel: Channel,
  types: 'exchangecode' | 'exchangecode_v31',
  bits: 1024 | 2048,
  own: Set<string>,
  lostBefore: number,
  signal: AbortSignal,
): Promise<Result<Exchanged, Stop>> {
  const { watch, wireMac: wire } = channel;
  const { lan, device } = watch;
  const over = limit(EXCHANGE_MS, signal);
  let latest: { request: SadpRequest; key: ExchangeKey } | undefined;
  let askedAt = 0;
  let answer: ExchangeAnswer | undefined;
  let disputed = false;
  let isTaken = false;

  const objection = (): UnbindReason | null => {
    const dispute = watch.disputed();
    if (dispute) return dispute;
    if (watch.lost() > lostBefore) return 'flooded';
    if (watch.slowestMs() > SLOWEST_MS) return 'slow-device';
    // Somebody has taken its address over since its status was read.
    const onWire = wireMac(device.source, device.via.name);
    if (wire !== null && onWire !== null && onWire !== wire) return 'ambiguous-device';
    return isTaken ? 'busy-elsewhere' : null;
  };
  // A code for somebody else after ours: the device has forgotten ours, and would refuse even the right password.
  lan.listen(({ bytes, from }) => {
    const isCode = answer !== undefined && from === device.source && bytes.includes(CODE);
    isTaken ||= isCode && !uuidsIn(bytes).some(({ uuid }) => own.has(uuid));
    return false;
  });
  const ask = async (key: ExchangeKey) => {
    const request = exchangeRequest(newUuid(), channel.mac, types, key.code);
    latest = { request, key };
    askedAt = performance.now();
    own.add(request.uuid.toUpperCase());
    let first: ExchangeAnswer | undefined;
    watch.expect(request, ({ message, roundTripMs }) => {
      const read = readExchangeReply(message);
      if (first !== undefined && !isSame(first, read)) {
        disputed = true;
        watch.dispute(device.source, 'spoofed-exchange');
      }
      first ??= read;
      // One for an earlier question: the device has forgotten what it says, but not how slow it is.
      if (request === latest?.request) answer ??= read;
      if (answer || roundTripMs > SLOWEST_MS) over.end();
    });
    await lan.send(device.via, channel.route, request.bytes);
  };

  let now = 0;
  for (const at of ASK_AT) {
    await pause(at - now, over.signal);
    if (over.signal.aborted) break;
    now = at;
    const key = await createExchangeKey(bits).catch(() => null);
    if (!key) {
      over.end();
      return fail({ reason: 'no-driver' });
    }
    // Answered meanwhile: one more request would make the device forget the code it has just sent.
    if (over.signal.aborted) break;
    await ask(key);
  }
  await aborted(over.signal);
  over.end();
  // The window grows with every slower answer that comes in it.
  while (answer && !signal.aborted && objection() === null) {
    const left = askedAt + windowMs(watch.slowestMs()) - performance.now();
    if (left <= 0) break;
    await pause(left, signal);
  }

  const against = objection();
  if (against) return fail({ reason: against });
  if (signal.aborted) return fail({ reason: 'cancelled' });
  const code = understand(answer);
  if (!code.ok) return fail(code.failure);
  const random = latest ? openCode(latest.key, code.value) : fail('bad-padding' as const);
  if (!random.ok) return fail({ reason: 'exchange-unreadable' });
  return ok({ random: random.value, objection, isDisputed: () => disputed });
}

/**
 * How long a second answer is waited for from the question on, ms: twice what this device needs, at least 1.5 s; at most
 * 5 s, because a slower one is refused. Not from the first answer on: if that is the device's own, the key is the
 * device's, and if it is somebody else's, the device's comes so long after the question, whenever the other came.
 * @param slowestMs its slowest answer so far
 */
export function windowMs(slowestMs: number): number {
  return Math.min(2 * SLOWEST_MS, Math.max(LEAST_WINDOW_MS, 2 * slowestMs));
}

function understand(answer: ExchangeAnswer | undefined): Result<string, Stop> {
  switch (answer?.kind) {
    case undefined:
      return fail({ reason: 'exchange-unanswered' });
    case 'code':
      return ok(answer.code);
    case 'locked':
      return fail({ reason: 'locked', lockMinutes: answer.lockMinutes });
    case 'not-activated':
      return fail({ reason: 'not-activated' });
    case 'refused':
      return fail({ reason: 'exchange-refused' });
    case 'unreadable':
      return fail({ reason: 'exchange-unreadable' });
  }
}

/** Copies of one reply are harmless; anything else is a second answerer. */
function isSame(one: ExchangeAnswer, other: ExchangeAnswer): boolean {
  return one.kind === 'code' && other.kind === 'code' ? one.code === other.code : one.kind === other.kind;
}
