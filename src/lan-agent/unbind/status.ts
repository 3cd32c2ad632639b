import { aborted, limit, pause } from '../limit.ts';
import type { Destination } from '../network/lan.ts';
import { directWay } from '../network/route.ts';
import type { Watch } from '../network/watch.ts';
import { readStatusReply, type StatusAnswer } from '../sadp/reply.ts';
import { isAddressable, newUuid, statusRequest } from '../sadp/requests.ts';

/** Times of the questions, ms after the start. They are read-only and may be repeated (protocol/sadp.md 7). */
const ASK_AT = [0, 600, 1400, 2500];
/** How long an answer to the last of them is waited for, ms: then the device does not know the question. */
const LAST_MS = 2500;
/** To everybody: anybody can read the question and answer it, so the slowest answer is waited for, ms. */
const EVERYBODY_AT = [0, 600, 1400];
const EVERYBODY_MS = 5000;
/** As long where nobody has answered at all. */
const NOBODY_MS = 3500;

export interface StatusReading {
  /** Null: no answer. */
  readonly answer: StatusAnswer | null;
  /** The way that was answered: what carries a secret goes the same way. */
  readonly route: Destination | null;
}

export interface AskStatusOptions {
  readonly signal?: AbortSignal | undefined;
  /** The way that was chosen before; without it, the device alone, and only where it stays silent everybody. */
  readonly route?: Destination | null;
  readonly waitMs?: number;
}

/**
 * Asks one device for its unbind status; no password, nothing changes on the device. An answer to a question that went
 * to the device alone decides the way: only the four of them unanswered lead to everybody.
 */
export async function askStatus(watch: Watch, options: AskStatusOptions = {}): Promise<StatusReading> {
  const { signal, route } = options;
  if (route)
    return { answer: await ask(watch, route, ASK_AT, options.waitMs ?? lastOf(ASK_AT), signal), route };
  const direct = directWay(watch.device);
  const alone = direct && (await ask(watch, direct, ASK_AT, lastOf(ASK_AT), signal));
  if (alone || signal?.aborted) return { answer: alone, route: direct };
  const answer = await ask(watch, 'multicast', EVERYBODY_AT, NOBODY_MS, signal, EVERYBODY_MS);
  return { answer, route: answer && 'multicast' };
}

function lastOf(times: readonly number[]): number {
  return (times.at(-1) ?? 0) + LAST_MS;
}

/** @param thenMs once there is an answer: how long to go on listening after the start for others to it; 0 by default */
async function ask(
  watch: Watch,
  route: Destination,
  times: readonly number[],
  waitMs: number,
  signal: AbortSignal | undefined,
  thenMs = 0,
): Promise<StatusAnswer | null> {
  const { lan, device } = watch;
  const { mac } = device.announcement;
  if (!isAddressable(mac)) return null;
  const begun = performance.now();
  const over = limit(waitMs, signal);
  let first: StatusAnswer | null = null;
  let now = 0;
  for (const at of times) {
    await pause(at - now, over.signal);
    if (over.signal.aborted) break;
    now = at;
    const request = statusRequest(newUuid(), mac);
    let own: StatusAnswer | null = null;
    watch.expect(request, ({ message }) => {
      const answer = readStatusReply(message);
      // Two answers to one question: nobody can say which is the device's.
      if (own && JSON.stringify(own) !== JSON.stringify(answer))
        watch.dispute(device.source, 'ambiguous-device');
      own ??= answer;
      first ??= answer;
      over.end();
    });
    await lan.send(device.via, route, request.bytes);
  }
  await aborted(over.signal);
  over.end();
  if (first && thenMs > 0)
    await pause(Math.max(0, begun + thenMs - performance.now()), signal ?? watch.signal);
  return first;
}
