import { fail, ok, type Result } from '../../kernel/result.ts';
import { aborted, limit, pause } from '../limit.ts';
import { listenForReplies } from '../network/replies.ts';
import { createExchangeKey, type ExchangeKey, openCode } from '../sadp/key-exchange.ts';
import { type ExchangeAnswer, readExchangeReply } from '../sadp/reply.ts';
import { exchangeRequest, newUuid, type SadpRequest } from '../sadp/requests.ts';
import type { Channel, Stop } from './channel.ts';

/** Times of the requests, ms after the start. */
const ASK_AT = [0, 2500, 5000];
/** Long enough after the last one for a device that takes several seconds over each. */
const WAIT_MS = 12_000;
/** How long a second, different reply is waited for (protocol/sadp.md 3, 15 rule 6). */
const SPOOF_WINDOW_MS = 300;

export interface Exchanged {
  /** 16 bytes that become the key; whoever takes them zeroes them. */
  readonly random: Buffer;
  /** True from the moment that somebody else answered too. Asked again just before the password leaves. */
  spoofed(): boolean;
  stop(): void;
}

/**
 * The key exchange of protocol/sadp.md 8 and 9. A request that stays unanswered is repeated with a fresh key and
 * Uuid, and only the reply to the latest one counts: the device remembers only its latest random text.
 * The exchange ends at any sign of a second answerer, because whoever answers could read the password.
 */
export async function exchangeKeys(
  channel: Channel,
  types: 'exchangecode' | 'exchangecode_v31',
  bits: 1024 | 2048,
  signal: AbortSignal,
): Promise<Result<Exchanged, Stop>> {
  const over = limit(WAIT_MS, signal);
  let latest: { request: SadpRequest; key: ExchangeKey } | undefined;
  let answer: ExchangeAnswer | undefined;
  let spoofed = false;

  const replies = listenForReplies(channel.lan, channel.device, ({ match, request, message }) => {
    const read = readExchangeReply(message);
    if (match === 'foreign-source') spoofed = true;
    else if (request.uuid !== latest?.request.uuid) return;
    else if (answer) spoofed ||= !isSame(answer, read);
    else answer = read;
    over.end();
  });
  const failed = (reason: Stop): Result<never, Stop> => {
    over.end();
    replies.stop();
    return fail(reason);
  };

  let now = 0;
  for (const at of ASK_AT) {
    await pause(at - now, over.signal);
    if (over.signal.aborted) break;
    now = at;
    const key = await createExchangeKey(bits).catch(() => null);
    if (!key) return failed({ reason: 'no-driver' });
    // Answered meanwhile: one more request would make the device forget the code it has just sent.
    if (over.signal.aborted) break;
    const request = exchangeRequest(newUuid(), channel.mac, types, key.code);
    latest = { request, key };
    replies.expect(request);
    await channel.lan.send(channel.device.via, channel.route, request.bytes);
  }
  await aborted(over.signal);
  if (answer && !spoofed) await pause(SPOOF_WINDOW_MS, signal);

  if (signal.aborted) return failed({ reason: 'cancelled' });
  if (spoofed) return failed({ reason: 'spoofed-exchange' });
  const code = understand(answer);
  if (!code.ok) return failed(code.failure);
  const random = latest ? openCode(latest.key, code.value) : fail('bad-padding' as const);
  if (!random.ok) return failed({ reason: 'exchange-unreadable' });
  return ok({ random: random.value, spoofed: () => spoofed, stop: replies.stop });
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
