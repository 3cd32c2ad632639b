/** What a recording tells about the open questions of protocol/sadp.md 17. Pure. */
import { type Announcement, readAnnouncement } from '../sadp/announcement.ts';
import { readMessage, type SadpMessage } from '../sadp/message.ts';
import { bytesOf, type Content, type Received, type RecordedEvent, type Sent } from './recording.ts';

/** A request and what the device sent because of it. */
export interface Asked {
  readonly uuid: string;
  readonly types: string;
  /** Several where one inquiry left by several ways. */
  readonly sent: readonly [Sent, ...Sent[]];
  /** Those that answer its Uuid, and those that answer nothing but came after it. */
  readonly replies: readonly Received[];
}

/** Every request of a recording with its replies, in the order of the requests. */
export function askedIn(events: readonly RecordedEvent[]): Asked[] {
  const all: { uuid: string; types: string; sent: [Sent, ...Sent[]]; replies: Received[] }[] = [];
  for (const event of events) {
    if (event.kind !== 'sent' && event.kind !== 'received') continue;
    const uuid = messageOf(event.content)?.uuid ?? '';
    const known = all.find((one) => one.uuid === uuid);
    if (event.kind === 'received') (known ?? all.at(-1))?.replies.push(event);
    else if (known) known.sent.push(event);
    else all.push({ uuid, types: event.types ?? '', sent: [event], replies: [] });
  }
  return all;
}

/** Delays are in ms; null where the recording does not say. */
export interface Findings {
  /** Questions that went to the device's own address alone, and how many of them it answered (U9). */
  readonly unicastAsked: number;
  readonly unicastAnswered: number;
  /** From the device's `Code` to the unbind (U10). */
  readonly exchangeToUnbind: number | null;
  /** From the unbind to the device's answer (U1). */
  readonly unbindToAnswer: number | null;
  /** From the unbind to the first `notBind` (U5). */
  readonly unbindToNotBind: number | null;
  /** From the unbind to the first announcement that says "not bound" (U5). */
  readonly unbindToAnnounced: number | null;
  /** Most datagrams that one request brought. */
  readonly mostReplies: number;
}

/** Works out what can be counted and timed. */
export function findingsOf(events: readonly RecordedEvent[]): Findings {
  const asked = askedIn(events);
  const alone = asked.filter(({ sent }) => sent.every(({ to }) => to === 'device'));
  const unbind = asked.find(isUnbind);
  const sentAt = unbind?.sent[0].t ?? Number.POSITIVE_INFINITY;
  const after = (reply: Received | undefined) => (reply ? round(reply.t - sentAt) : null);
  const replies = asked.flatMap((one) => one.replies).sort((one, other) => one.t - other.t);
  const later = replies.filter(({ t }) => t > sentAt);
  const code = replies.filter(({ t, content }) => t < sentAt && sees(content, 'Code') !== null).at(-1);
  return {
    unicastAsked: alone.length,
    unicastAnswered: alone.filter((one) => one.replies.length > 0).length,
    exchangeToUnbind: unbind && code ? round(sentAt - code.t) : null,
    unbindToAnswer: after(unbind?.replies[0]),
    unbindToNotBind: after(later.find(({ content }) => /^notBind$/i.test(sees(content, 'Result') ?? ''))),
    unbindToAnnounced: after(later.find(({ content }) => sees(content, 'EZVIZBindStatus') === '2')),
    mostReplies: Math.max(0, ...asked.map((one) => one.replies.length)),
  };
}

/** Whether a request is THE datagram, of either protocol version. */
export function isUnbind({ types }: { readonly types: string | null }): boolean {
  return types?.startsWith('ezvizUnbind') ?? false;
}

/** The last thing the device said about itself; null when it never did. */
export function announcementIn(events: readonly RecordedEvent[]): Announcement | null {
  const read = events.flatMap((event) => {
    const message = event.kind === 'received' ? messageOf(event.content) : null;
    const announcement = message && readAnnouncement(message);
    return announcement?.ok ? [announcement.value] : [];
  });
  return read.at(-1) ?? null;
}

/** A content as the agent reads it; null where it cannot. */
export function messageOf(content: Content): SadpMessage | null {
  const message = content === null ? null : readMessage(bytesOf(content));
  return message?.ok ? message.value : null;
}

function sees(content: Content, name: string): string | null {
  return messageOf(content)?.text(name) ?? null;
}

function round(ms: number): number {
  return Math.round(ms);
}
