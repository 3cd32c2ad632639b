/** Plays back what a recorded device has sent. Knows neither sockets nor state. */
import type { PlayedReply, RequestType, Script } from './device.ts';

/** A recorded `Code`: as many `*` as the device's own had characters. */
const CODE = /(<(?:[\w.-]+:)?Code>)([^<]*)(?=<)/;
const HTTP_PORT = /(<(?:[\w.-]+:)?HttpPort>\s*)\d+/;

/** What changes in a reply from one run to the next. */
export interface Fresh {
  /** Of the request that is answered. */
  uuid: string;
  /** Base64 of a cryptogram per recorded `Code`, by its number. */
  codes: ReadonlyMap<number, string>;
  /** Of the emulated web server; null without one. */
  httpPort: number | null;
}

/**
 * What the recorded device sent because of a request of this kind.
 * @param sinceUnbind ms since the unbind came in; null before it
 * @returns null where the recording cannot know: nobody asked so
 */
export function repliesTo(
  script: Script,
  types: RequestType,
  sinceUnbind: number | null,
): readonly PlayedReply[] | null {
  const asked = script.requests.filter((one) => one.types === types);
  const before = asked.filter(({ afterUnbindMs }) => afterUnbindMs === null);
  const after = asked.filter(({ afterUnbindMs }) => afterUnbindMs !== null);
  if (sinceUnbind !== null && after.length > 0) {
    const distance = (one: (typeof after)[number]) => Math.abs((one.afterUnbindMs ?? 0) - sinceUnbind);
    return after.reduce((best, one) => (distance(one) < distance(best) ? one : best)).replies;
  }
  // Datagrams get lost on the way to a recording too: the request that brought most tells what the device does.
  const best = before.reduce<(typeof before)[number] | null>(
    (most, one) => (most === null || one.replies.length >= most.replies.length ? one : most),
    null,
  );
  return best?.replies ?? null;
}

/** A recorded reply as an answer of today. What cannot be made anew stays as it was recorded. */
export function render({ latin1, uuid, code }: PlayedReply, fresh: Fresh): Buffer {
  let text = latin1;
  if (uuid !== null) {
    const isLower = uuid === uuid.toLowerCase();
    text = text.replace(uuid, () => (isLower ? fresh.uuid.toLowerCase() : fresh.uuid));
  }
  const { httpPort } = fresh;
  if (httpPort !== null) text = text.replace(HTTP_PORT, (_, tag: string) => `${tag}${httpPort}`);
  const own = code === null ? undefined : fresh.codes.get(code);
  if (own !== undefined)
    text = text.replace(CODE, (_, tag: string, stars: string) => tag + poured(stars, own));
  return Buffer.from(text, 'latin1');
}

/** A value in the place of its stars, line breaks kept; the stars where it does not fit. */
function poured(stars: string, value: string): string {
  if (stars.replace(/[^*]/g, '').length !== value.length) return stars;
  let next = 0;
  return stars.replace(/\*/g, () => value.charAt(next++));
}
