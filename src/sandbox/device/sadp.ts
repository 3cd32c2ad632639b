/** What a device answers to a SADP request: a request and its state in, datagrams out. Knows no sockets. */
import { randomUUID } from 'node:crypto';
import { announcementBytes, announcementElements, announcesUser } from './announcement.ts';
import {
  type CannedReplies,
  type PlayedReply,
  type RequestType,
  requestType,
  type Script,
} from './device.ts';
import { encryptFor, makeRandom, openEnvelope, proves31 } from './envelope.ts';
import type { DeviceMachine } from './machine.ts';
import { render, repliesTo } from './script.ts';
import { type Element, type SadpRequest, writeAnnouncement, writeReply } from './xml.ts';

/** A datagram to be sent. */
export interface Reply {
  bytes: Buffer;
  delayMs: number;
  /** Source address; null = the device's own. Only a spoofed reply has another. */
  from: string | null;
  /** The way it takes; by default that of the quirks. */
  to?: PlayedReply['to'];
}

type Version = '3.0' | '3.1';

/** The random text of the last exchange: one exchange serves one unbind. */
interface Exchange {
  version: Version;
  random: string;
  /** Sent by the attacker of a spoofed exchange. */
  spoofed: string | null;
  at: number;
}

const HEX_UUID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const FOREIGN_MAC = '00-00-5e-00-53-ff';

export class SadpFace {
  readonly #machine: DeviceMachine;
  readonly #canned: CannedReplies;
  readonly #script: Script | null;
  readonly #cannedUsed = new Map<RequestType, number>();
  /** Called when an unbind makes the device restart. */
  readonly #restart: (ms: number) => void;
  #exchange: Exchange | null = null;
  /** When the unbind of the script was played; null before it. */
  #playedAt: number | null = null;

  constructor(
    machine: DeviceMachine,
    { canned, script }: { canned: CannedReplies; script: Script | null },
    restart: (ms: number) => void,
  ) {
    this.#machine = machine;
    this.#canned = canned;
    this.#script = script;
    this.#restart = restart;
  }

  /** The boot announcement (protocol/sadp.md 2). */
  hello(): Buffer {
    const elements = announcementElements(this.#machine, randomUUID().toUpperCase(), 'hello');
    return announcementBytes(writeAnnouncement('Hello', elements));
  }

  /** Everything the device sends because of one request; empty = silence. */
  answer(request: SadpRequest): Reply[] {
    const { quirks, profile } = this.#machine;
    const types = requestType.safeParse(request.types);
    if (!types.success || (quirks.strictUuid && !HEX_UUID.test(request.uuid))) return [];
    // The vendor's own software compares the MAC with case and separators (protocol/sadp.md 3).
    if (types.data !== 'inquiry' && request.mac !== profile.mac) return [];
    if (types.data.startsWith('ezvizUnbind') && quirks.loseUnbindRequest) return [];

    this.#count(types.data);
    const played = this.#script && this.#play(this.#script, types.data, request);
    if (played) return played;
    const canned = this.#nextCanned(types.data, request);
    const own = canned === undefined ? this.#own(types.data, request) : null;
    const replies = canned ?? own ?? [];
    const spoofed = own === null || own.length === 0 ? null : this.#spoofed(types.data, request);
    const all = replies.flatMap((bytes) => this.#mannered(types.data, request, bytes));
    if (spoofed === null) return all;
    return quirks.spoofExchange?.order === 'before' ? [spoofed, ...all] : [...all, spoofed];
  }

  #count(types: RequestType): void {
    if (types === 'inquiry') this.#machine.count('inquiries');
    else if (types === 'getUnbindStatus') this.#machine.count('statusAsked');
    else if (types.startsWith('exchangecode')) this.#machine.count('exchanges');
    else this.#machine.count('unbindsReceived');
  }

  /** What was recorded, made to fit this request; null where the recording says nothing about it. */
  #play(script: Script, types: RequestType, request: SadpRequest): Reply[] | null {
    const isUnbind = types.startsWith('ezvizUnbind');
    if (isUnbind && !this.#opensWith(request, versionOf(types))) return null;
    // What comes after an unbind is known only where one was recorded.
    if (!script.hasUnbind && this.#machine.snapshot().unbindsExecuted > 0) return null;
    const sinceUnbind = this.#playedAt === null ? null : this.#machine.now() - this.#playedAt;
    const replies = repliesTo(script, types, isUnbind ? null : sinceUnbind);
    if (replies === null) return null;
    if (isUnbind) this.#playUnbind(script, versionOf(types));
    const codes = types.startsWith('exchangecode')
      ? this.#codesFor(replies, request, versionOf(types))
      : new Map<number, string>();
    const fresh = { uuid: request.uuid, codes, httpPort: this.#machine.httpPort };
    return replies.map((reply) => ({
      bytes: render(reply, fresh),
      delayMs: reply.delayMs,
      from: null,
      to: reply.to,
    }));
  }

  /** Whether the envelope holds the right password; any other is judged by the emulator itself. */
  #opensWith(request: SadpRequest, version: Version): boolean {
    const exchange = this.#exchange;
    return exchange?.version === version && (this.#passwordCheck(request, exchange)?.() ?? false);
  }

  #playUnbind(script: Script, version: Version): void {
    this.#takeExchange(version);
    this.#playedAt ??= this.#machine.now();
    this.#machine.tryPassword(() => true);
    if (script.unbinds) this.#machine.unbind();
  }

  /** A cryptogram for every recorded `Code`; the random text of the first is the one the device goes by. */
  #codesFor(replies: readonly PlayedReply[], request: SadpRequest, version: Version): Map<number, string> {
    const codes = new Map<number, string>();
    this.#exchange = null;
    for (const { code } of replies) {
      if (code === null || codes.has(code)) continue;
      const random = makeRandom();
      const sealed = encryptFor(request.code, random, version === '3.0' ? 1024 : 2048);
      if (sealed === null) continue;
      this.#exchange ??= { version, random, spoofed: null, at: this.#machine.now() };
      codes.set(code, sealed);
    }
    return codes;
  }

  #nextCanned(types: RequestType, request: SadpRequest): Buffer[] | undefined {
    const texts = this.#canned[types];
    if (texts === undefined) return undefined;
    const used = this.#cannedUsed.get(types) ?? 0;
    this.#cannedUsed.set(types, used + 1);
    const text = texts[Math.min(used, texts.length - 1)];
    const uuid = `<Uuid>${this.#uuid(request)}</Uuid>`;
    return text === undefined ? [] : [Buffer.from(text.replace(/<Uuid>[^<]*<\/Uuid>/, () => uuid))];
  }

  #own(types: RequestType, request: SadpRequest): Buffer[] {
    const { quirks } = this.#machine;
    switch (types) {
      case 'inquiry': {
        const elements = announcementElements(this.#machine, this.#uuid(request), 'inquiry');
        return [announcementBytes(writeAnnouncement('ProbeMatch', elements))];
      }
      case 'getUnbindStatus':
        return quirks.answersStatus ? [this.#reply(request, [['Result', this.#machine.statusWord()]])] : [];
      case 'exchangecode':
      case 'exchangecode_v31':
        return this.#speaks(versionOf(types)) ? this.#exchangeKeys(request, versionOf(types)) : [];
      case 'ezvizUnbind':
      case 'ezvizUnbind_v31':
        return this.#speaks(versionOf(types)) ? this.#unbind(request, versionOf(types)) : [];
    }
  }

  #exchangeKeys(request: SadpRequest, version: Version): Buffer[] {
    const { exchangeReply, spoofExchange } = this.#machine.quirks;
    this.#exchange = null;
    const random = makeRandom();
    const code = encryptFor(request.code, random, version === '3.0' ? 1024 : 2048);
    if (code === null || exchangeReply === 'failed') return [this.#reply(request, [['Result', 'failed']])];
    if (exchangeReply === 'empty') return [this.#reply(request, [['Code', '']])];
    const spoofed = spoofExchange === null ? null : makeRandom();
    this.#exchange = { version, random, spoofed, at: this.#machine.now() };
    const result: Element[] = exchangeReply === 'code-and-result' ? [['Result', 'success']] : [];
    return [this.#reply(request, [...result, ['Code', code]])];
  }

  /** The attacker's answer to the same exchange: what an agent that accepts it seals, the attacker can read. */
  #spoofed(types: RequestType, request: SadpRequest): Reply | null {
    const { spoofExchange } = this.#machine.quirks;
    const random = this.#exchange?.spoofed;
    if (!types.startsWith('exchangecode') || spoofExchange === null || random == null) return null;
    const code = encryptFor(request.code, random, types === 'exchangecode' ? 1024 : 2048);
    if (code === null) return null;
    const { from, delayMs } = spoofExchange;
    return { bytes: this.#reply(request, [['Code', code]]), delayMs, from };
  }

  #unbind(request: SadpRequest, version: Version): Buffer[] {
    const { loseUnbindReply, rebootDuringUnbind } = this.#machine.quirks;
    if (rebootDuringUnbind !== null) {
      this.#machine.set({ rebootDuringUnbind: null });
      if (rebootDuringUnbind.executed) this.#carryOut(request, version);
      this.#restart(rebootDuringUnbind.ms);
      return [];
    }
    const result = this.#carryOut(request, version);
    return loseUnbindReply ? [] : [this.#reply(request, result)];
  }

  /** Checks and performs an unbind; the elements of its reply (protocol/sadp.md 10). */
  #carryOut(request: SadpRequest, version: Version): Element[] {
    const exchange = this.#takeExchange(version);
    if (exchange?.spoofed && openEnvelope(request.password, exchange.spoofed) !== null) {
      this.#machine.count('passwordsLeaked');
    }
    const state = this.#machine.state();
    if (!state.activated) return [['Result', 'notActivated']];
    if (state.lockedUntil !== null) return this.#locked();
    if (exchange === null) return [['Result', 'failed']];
    const matches = this.#passwordCheck(request, exchange);
    // An envelope made with another random text is a failed handshake, not a password.
    if (matches === null) return [['Result', 'failed']];
    const outcome = this.#machine.tryPassword(matches);
    const { quirks } = this.#machine;
    const left: Element[] = quirks.noCounter ? [] : [[quirks.counterName, state.triesLeft]];
    if (outcome === 'right' && quirks.neverUnbinds) return [['Result', 'failed'], ...left];
    if (outcome === 'right') return [['Result', this.#machine.unbind() ? 'success' : 'failed']];
    if (quirks.failedForWrongPassword) return [['Result', 'failed']];
    if (outcome === 'locked') return this.#locked();
    return [['Result', 'PasswordError'], ...left];
  }

  #passwordCheck(request: SadpRequest, { version, random }: Exchange): (() => boolean) | null {
    const { profile } = this.#machine;
    if (version === '3.0') {
      const password = openEnvelope(request.password, random);
      return password === null ? null : () => password.equals(Buffer.from(profile.adminPassword));
    }
    const user = announcesUser(this.#machine) ? profile.userName : 'admin';
    const known = { user, password: profile.adminPassword, salt: profile.salt, salt2: profile.salt2 };
    return () => proves31(request.password, request.iv, random, known);
  }

  #takeExchange(version: Version): Exchange | null {
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange === null || exchange.version !== version) return null;
    return this.#machine.now() - exchange.at <= this.#machine.quirks.exchangeLifeMs ? exchange : null;
  }

  #locked(): Element[] {
    const minutes = Math.ceil(this.#machine.lockSecondsLeft() / 60);
    const left: Element[] = this.#machine.quirks.noCounter ? [] : [['SurplusLockTime', minutes]];
    return [['Result', 'locked'], ...left];
  }

  #speaks(version: Version): boolean {
    const { answersUnbind, sadpVersion } = this.#machine.quirks;
    // A device that names no version is taken for 3.0 (protocol/sadp.md 6).
    return answersUnbind && (sadpVersion ?? '3.0').split(',').some((offered) => offered.startsWith(version));
  }

  #reply(request: SadpRequest, result: readonly Element[]): Buffer {
    const { macInReplies } = this.#machine.quirks;
    const mac: Element[] = macInReplies ? [['MAC', this.#machine.profile.mac]] : [];
    return Buffer.from(
      writeReply([['Uuid', this.#uuid(request)], ...mac, ['Types', request.types], ...result]),
    );
  }

  #uuid(request: SadpRequest): string {
    const manner = this.#machine.quirks.uuid;
    if (manner === 'lower') return request.uuid.toLowerCase();
    return manner === 'braces' ? `{${request.uuid}}` : request.uuid;
  }

  /** Cuts, copies, delays and surrounds a reply as the quirks say. */
  #mannered(types: RequestType, request: SadpRequest, whole: Buffer): Reply[] {
    const { brokenXml, decoys, duplicateReplies, replyDelayMs } = this.#machine.quirks;
    const bytes = brokenXml.includes(types) ? whole.subarray(0, Math.floor(whole.length / 2)) : whole;
    const copies = Array.from({ length: 1 + duplicateReplies }, () => bytes);
    const before = decoys ? this.#decoys(request) : [];
    return [...before, ...copies].map((one) => ({ bytes: one, delayMs: replyDelayMs, from: null }));
  }

  /** Replies of which none answers the request (protocol/sadp.md 3, rules 3 to 5). */
  #decoys({ uuid, types }: SadpRequest): Buffer[] {
    const { mac } = this.#machine.profile;
    const elsewhere = types === 'getUnbindStatus' ? 'ezvizUnbind' : 'getUnbindStatus';
    const success = (id: string, address: string, about: string) =>
      Buffer.from(
        writeReply([
          ['Uuid', id],
          ['MAC', address],
          ['Types', about],
          ['Result', 'success'],
        ]),
      );
    return [
      success(randomUUID().toUpperCase(), mac, types),
      success(uuid, mac, elsewhere),
      success(uuid, FOREIGN_MAC, types),
    ];
  }
}

function versionOf(types: RequestType): Version {
  return types.endsWith('_v31') ? '3.1' : '3.0';
}
