import { type Announcement, contradicts, readAnnouncement } from '../sadp/announcement.ts';
import { matchReply, uuidsIn } from '../sadp/match.ts';
import { macKey, readMessage, type SadpMessage } from '../sadp/message.ts';
import { inquiry, newUuid, type SadpRequest } from '../sadp/requests.ts';
import type { Datagram, Lan } from './lan.ts';
import type { FoundDevice } from './search.ts';

/** Different datagrams with one Uuid of ours that are looked at; no device answers one question so often. */
const MAX_ANSWERS = 16;
/** Different datagrams a second with the serial number in them that are read. */
const MAX_CLAIMS_PER_SECOND = 64;
/** Answers to inquiries, ours and others', that are remembered to be compared with a later one to the same. */
const MAX_TOLD = 256;
/** Datagrams a second from the device's address that answer nothing; a device does not talk so much. */
const MAX_CHATTER_PER_SECOND = 64;
/** While a person is asked: how often everybody is asked who is there, ms. */
const ASK_EVERY_MS = 5000;

/** `ambiguous-device`: its name is claimed twice; `spoofed-exchange`: its key exchange was answered twice. */
export type Dispute = 'ambiguous-device' | 'spoofed-exchange';

/** An answer of the device itself: a datagram that passes every test of protocol/sadp.md 3. */
export interface Reply {
  readonly request: SadpRequest;
  readonly message: SadpMessage;
  /** From the question it answers, ms. */
  readonly roundTripMs: number;
}

/**
 * Eyes on one device from the first inquiry to the end of the job. Anybody can send with any address, so nothing here
 * proves who the device is; but whoever has to be heard beside it is heard, and what could hide him is counted.
 */
export interface Watch {
  readonly lan: Lan;
  /** The one that was chosen. @throws Error before `choose` */
  readonly device: FoundDevice;
  choose(device: FoundDevice): void;
  /** Hands on the device's own answers to a request, until the watch ends. */
  expect(request: SadpRequest, onReply: (reply: Reply) => void): void;
  /** The device's slowest answer so far, ms; copies of an answer count, whoever was faster with the same bytes. */
  slowestMs(): number;
  /** Somebody answers in the device's place, or it contradicts itself. */
  dispute(from: string, why: Dispute): void;
  /** The first dispute; null as long as the device is alone. */
  disputed(): Dispute | null;
  /** Datagrams that were lost, here or before us, and could have been an answer. Grows. */
  lost(): number;
  /** Asks everybody on every interface that was asked before who is there, again and again, until the signal is aborted. */
  keepAsking(signal: AbortSignal): void;
  /** Aborted with the first dispute, and with the signal that was given. */
  readonly signal: AbortSignal;
  stop(): void;
}

interface Question {
  readonly request: SadpRequest;
  readonly onReply: (reply: Reply) => void;
  /** Ms of `performance.now()`. */
  readonly askedAt: number;
  readonly heard: { readonly bytes: Buffer; readonly from: string; readonly isAnswer: boolean }[];
}

/**
 * Begins to watch for a serial number.
 * @param onOther is told every address, once, that answers in the device's place
 */
export function watchFor(
  lan: Lan,
  shortSerial: string,
  outer: AbortSignal,
  onOther: (from: string) => void = () => undefined,
): Watch {
  const over = new AbortController();
  const follow = () => over.abort();
  outer.addEventListener('abort', follow, { once: true });
  if (outer.aborted) follow();
  const claims = readClaims(shortSerial);
  const questions = new Map<string, Question>();
  const inquiries = new Set<string>();
  const others = new Set<string>();
  const chatter = perSecond(MAX_CHATTER_PER_SECOND);
  let device: FoundDevice | null = null;
  let slowest = 0;
  let disputed: Dispute | null = null;
  let dropped = 0;

  const dispute = (from: string, why: Dispute) => {
    disputed ??= why;
    if (others.size < MAX_ANSWERS && !others.has(from)) {
      others.add(from);
      onOther(from);
    }
    over.abort();
  };
  const answer = (question: Question, { bytes, from }: Datagram) => {
    const { request, onReply, askedAt, heard } = question;
    const roundTripMs = performance.now() - askedAt;
    const before = heard.find((one) => one.from === from && one.bytes.equals(bytes));
    if (before?.isAnswer) slowest = Math.max(slowest, roundTripMs);
    if (before) return;
    if (heard.length >= MAX_ANSWERS) {
      dropped++;
      return;
    }
    const message = readMessage(bytes);
    // Our own question coming back by a way of its own says nothing about anybody.
    const isEcho = message.ok && message.value.root === 'Probe';
    const match = message.ok ? matchReply(request, message.value, from, device?.source ?? '') : null;
    heard.push({ bytes, from, isAnswer: match === 'answer' });
    if (from !== device?.source && !isEcho) {
      return dispute(
        from,
        request.types.startsWith('exchangecode') ? 'spoofed-exchange' : 'ambiguous-device',
      );
    }
    if (!message.ok || match !== 'answer') return;
    slowest = Math.max(slowest, roundTripMs);
    onReply({ request, message: message.value, roundTripMs });
  };
  const stopListening = lan.listen((datagram) => {
    const { bytes, from } = datagram;
    const claim = claims.read(datagram);
    if (claim === 'too-many') dropped++;
    else if (claim === 'contradiction') dispute(from, 'ambiguous-device');
    else if (claim) {
      for (const other of claims.besides(device)) dispute(other, 'ambiguous-device');
    }
    const uuids = questions.size + inquiries.size > 0 ? uuidsIn(bytes) : [];
    const question = uuids.flatMap(({ uuid }) => questions.get(uuid) ?? [])[0];
    if (question) answer(question, datagram);
    else if (from === device?.source && !claim && !chatter()) dropped++;
    return question !== undefined || uuids.some(({ uuid }) => inquiries.has(uuid));
  });

  return {
    lan,
    get device() {
      if (!device) throw new Error('no device was chosen');
      return device;
    },
    choose: (chosen) => {
      device = chosen;
      for (const other of claims.besides(device)) dispute(other, 'ambiguous-device');
    },
    expect: (request, onReply) => {
      questions.set(request.uuid, { request, onReply, askedAt: performance.now(), heard: [] });
    },
    slowestMs: () => slowest,
    dispute,
    disputed: () => disputed,
    lost: () => dropped + lan.lost(),
    keepAsking: (signal) => {
      const ask = () => {
        const uuid = newUuid();
        inquiries.add(uuid);
        for (const through of lan.asked) void lan.send(through, 'multicast', inquiry(uuid).bytes);
      };
      const timer = setInterval(ask, ASK_EVERY_MS);
      signal.addEventListener('abort', () => clearInterval(timer), { once: true });
      if (signal.aborted) clearInterval(timer);
    },
    signal: over.signal,
    stop: () => {
      stopListening();
      outer.removeEventListener('abort', follow);
    },
  };
}

/**
 * Who says that he is the device: addresses and MACs that came with its serial number. Two different answers to one
 * inquiry are a contradiction, however far apart: somebody writes in the name of a device that takes its time.
 */
function readClaims(shortSerial: string): {
  read(datagram: Datagram): 'claim' | 'contradiction' | 'too-many' | null;
  /** Addresses of those that are not the device; all but the first one before it is known. */
  besides(device: FoundDevice | null): string[];
} {
  // Letters may be written small, and are the same serial number then.
  const wanted = Buffer.from(/\d+$/.exec(shortSerial)?.[0] ?? shortSerial);
  const told = new Map<string, Announcement>();
  const claims = new Map<string, { source: string; mac: string | null }>();
  const budget = perSecond(MAX_CLAIMS_PER_SECOND);
  return {
    read: ({ bytes, from }) => {
      if (!bytes.includes(wanted)) return null;
      if (!budget()) return 'too-many';
      const message = readMessage(bytes);
      const read = message.ok ? readAnnouncement(message.value) : message;
      if (!read.ok || read.value.shortSerial !== shortSerial) return null;
      const mac = macKey(read.value.mac);
      if (claims.size < MAX_ANSWERS) claims.set(`${from} ${mac}`, { source: from, mac });
      const { uuid } = read.value;
      if (uuid === null) return 'claim';
      const key = `${from} ${mac} ${uuid}`;
      const before = told.get(key);
      if (before && contradicts(before, read.value)) return 'contradiction';
      const [oldest] = told.keys();
      if (told.size >= MAX_TOLD && oldest !== undefined) told.delete(oldest);
      told.set(key, before ?? read.value);
      return 'claim';
    },
    besides: (device) => {
      if (!device) return [];
      const mac = macKey(device.announcement.mac);
      return [...claims.values()]
        .filter((claim) => claim.source !== device.source || claim.mac !== mac)
        .map(({ source }) => source);
    },
  };
}

/** A budget for each second of the clock: false when it is used up. */
function perSecond(most: number): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const current = Math.floor(performance.now() / 1000);
    if (current !== second) count = 0;
    second = current;
    return ++count <= most;
  };
}
