import { aborted, limit, pause } from '../limit.ts';
import type { Destination, Lan } from '../network/lan.ts';
import { listenForReplies } from '../network/replies.ts';
import { routesTo } from '../network/route.ts';
import type { FoundDevice } from '../network/search.ts';
import { readStatusReply, type StatusAnswer } from '../sadp/reply.ts';
import { isAddressable, newUuid, statusRequest } from '../sadp/requests.ts';

/** Times of the questions, ms after the start. They are read-only and may be repeated (protocol/sadp.md 7). */
const ASK_AT = [0, 600, 1400, 2500];
/** Then the device does not know the question, or something filters it. */
const WAIT_MS = 6000;

export interface StatusReading {
  /** Null: no answer. */
  readonly answer: StatusAnswer | null;
  /** The way that was answered: what carries a secret goes the same way. */
  readonly route: Destination | null;
}

export interface AskStatusOptions {
  readonly signal?: AbortSignal | undefined;
  /** A way that is known to be answered; without it, unicast first and multicast after. */
  readonly route?: Destination | null;
  readonly waitMs?: number;
  /** Called with the address of anybody else who answers our question. */
  readonly onForeign?: ((from: string) => void) | undefined;
}

/** Asks one device for its unbind status; no password, nothing changes on the device. */
export async function askStatus(
  lan: Lan,
  device: FoundDevice,
  options: AskStatusOptions = {},
): Promise<StatusReading> {
  const { mac } = device.announcement;
  if (!isAddressable(mac)) return { answer: null, route: null };

  const over = limit(options.waitMs ?? WAIT_MS, options.signal);
  const routes = new Map<string, Destination>();
  let reading: StatusReading = { answer: null, route: null };
  const replies = listenForReplies(lan, device, ({ match, request, message, from }) => {
    if (match === 'foreign-source') return options.onForeign?.(from);
    if (reading.answer) return;
    reading = { answer: readStatusReply(message), route: routes.get(request.uuid) ?? null };
    over.end();
  });
  try {
    let now = 0;
    for (const [round, at] of ASK_AT.entries()) {
      await pause(at - now, over.signal);
      if (over.signal.aborted) break;
      now = at;
      const request = statusRequest(newUuid(), mac);
      const route = options.route ?? pick(routesTo(device), round);
      routes.set(request.uuid, route);
      replies.expect(request);
      await lan.send(device.via, route, request.bytes);
    }
    await aborted(over.signal);
  } finally {
    over.end();
    replies.stop();
  }
  return reading;
}

/** The preferred way twice, then the next one. */
function pick(routes: readonly [Destination, ...Destination[]], round: number): Destination {
  return routes[Math.floor(round / 2)] ?? routes.at(-1) ?? routes[0];
}
