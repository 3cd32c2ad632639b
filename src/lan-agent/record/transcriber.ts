import { isUtf8 } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import type { Result } from '../../kernel/result.ts';
import type { HttpExchange } from '../isapi/http.ts';
import { inbox } from '../network/inbox.ts';
import type { Datagram, Destination } from '../network/lan.ts';
import type { LanInterface } from '../network/network.ts';
import { readAnnouncement } from '../sadp/announcement.ts';
import { readMessage, type SadpMessage, type Unreadable } from '../sadp/message.ts';
import type { Tap } from '../tap.ts';
import type { Content, Received, RecordingEnd, RecordingLine } from './recording.ts';
import { redact, redactChallenge } from './redact.ts';

/** More than any unbind needs, little enough for a mail to support. */
const MAX_RECEIVED = 4000;
const MAX_RECEIVED_BYTES = 16 * 1024 * 1024;
/** Kept back until the device has said which address is its own. */
const MAX_WAITING = 256;

/**
 * Turns what passes into lines without secrets. Of the network only one device is kept: whatever comes from an address
 * that has claimed its serial number; everybody else is counted. Received datagrams are read later, in slices, so that
 * recording costs the agent no reply.
 */
export class Transcriber {
  readonly #shortSerial: string;
  readonly #write: (line: RecordingLine) => void;
  readonly #start = performance.now();
  readonly #arrivals = new WeakMap<Datagram, number>();
  readonly #mailbox = inbox((datagram) => this.#guarded(() => this.#read(datagram)));
  readonly #numbers = new Numbers();
  readonly #addresses = new Set<string>();
  /** Uuids of commands to the device: nobody else has to answer them. */
  readonly #commands = new Set<string>();
  #waiting: Received[] = [];
  #kept = 0;
  #keptBytes = 0;
  #others = 0;
  #omitted = 0;

  /** @param write takes one line; must not throw */
  constructor(shortSerial: string, write: (line: RecordingLine) => void) {
    this.#shortSerial = shortSerial;
    this.#write = write;
  }

  /** For the engine. */
  readonly tap: Tap = {
    received: (datagram) => {
      this.#arrivals.set(datagram, performance.now());
      this.#mailbox.put(datagram);
    },
    sent: (through, to, bytes) => this.#guarded(() => this.#write(this.#sentLine(through, to, bytes))),
    http: (exchange) => this.#guarded(() => this.#write(this.#httpLine(exchange))),
  };

  /** Writes what is still waiting, and how it ended; null where it was cut off. */
  async finish(how: Pick<RecordingEnd, 'status' | 'word' | 'unbind'> | null): Promise<void> {
    await this.#mailbox.drain();
    if (how === null) return;
    const others = this.#others + this.#waiting.length;
    const omitted = this.#omitted + this.#mailbox.dropped();
    this.#write({ kind: 'end', t: this.#since(), ...how, others, omitted });
  }

  /** A mistake in here costs the recording a line, never the unbind that is being recorded. */
  #guarded(take: () => void): void {
    try {
      take();
    } catch {
      this.#omitted++;
    }
  }

  #read(datagram: Datagram): void {
    const { bytes, from } = datagram;
    const message = readMessage(bytes);
    const announced = message.ok ? readAnnouncement(message.value) : message;
    // A recorder may announce its cameras from its own address.
    const isOther = announced.ok && announced.value.shortSerial !== this.#shortSerial;
    if (announced.ok && !isOther) this.#learn(from);
    if (isOther || (this.#addresses.size > 0 && !this.#addresses.has(from))) {
      this.#others++;
      if (message.ok && !isOther) this.#noteForeign(message.value, datagram);
      return;
    }
    const line = this.#receivedLine(datagram, message);
    if (this.#addresses.has(from)) this.#keep(line);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(line);
    else this.#others++;
  }

  /** The address is the device's: what came from it before is the device's too. */
  #learn(address: string): void {
    if (this.#addresses.has(address)) return;
    this.#addresses.add(address);
    for (const early of this.#waiting.filter(({ from }) => from === address)) this.#keep(early);
    this.#waiting = this.#waiting.filter(({ from }) => from !== address);
  }

  #keep(line: Received): void {
    if (this.#kept >= MAX_RECEIVED || this.#keptBytes + line.bytes > MAX_RECEIVED_BYTES) {
      this.#omitted++;
      return;
    }
    this.#kept++;
    this.#keptBytes += line.bytes;
    this.#write(line);
  }

  #noteForeign({ root, uuid, types }: SadpMessage, datagram: Datagram): void {
    if (root === 'Probe' || uuid === null || !this.#commands.has(uuid)) return;
    this.#write({ kind: 'foreign', t: this.#arrival(datagram), types, bytes: datagram.bytes.length });
  }

  #receivedLine(datagram: Datagram, message: Result<SadpMessage, Unreadable>): Received {
    const { bytes, from, via } = datagram;
    const content = this.#contentOf(bytes);
    return {
      kind: 'received',
      t: this.#arrival(datagram),
      from,
      socket: via === null ? 'shared' : 'own',
      types: message.ok ? message.value.types : null,
      bytes: bytes.length,
      unreadable: message.ok ? null : message.failure,
      same: content === null ? this.#numbers.of(bytes.toString('latin1')) : null,
      content,
    };
  }

  #sentLine(through: LanInterface, to: Destination, bytes: Buffer): RecordingLine {
    const message = readMessage(bytes);
    const { uuid, types, mac } = message.ok ? message.value : { uuid: null, types: null, mac: null };
    if (mac !== null && uuid !== null) this.#commands.add(uuid);
    return {
      kind: 'sent',
      t: this.#since(),
      interface: through.name,
      to: typeof to === 'string' ? to : this.#addresses.has(to.unicast) ? 'device' : 'elsewhere',
      types,
      bytes: bytes.length,
      content: this.#contentOf(bytes),
    };
  }

  #httpLine({ secure, path, login, answer }: HttpExchange): RecordingLine {
    const about = { kind: 'http', t: this.#since(), secure, path, login } as const;
    if (!answer.ok) {
      return { ...about, status: null, failure: answer.failure, challenges: [], bytes: 0, content: null };
    }
    const { status, body, challenges } = answer.value;
    return {
      ...about,
      status,
      failure: null,
      challenges: challenges.map(redactChallenge),
      bytes: body.length,
      content: this.#contentOf(body),
    };
  }

  #contentOf(bytes: Uint8Array): Content {
    const redacted = redact(bytes);
    if (redacted === null) return null;
    const encoding = isUtf8(redacted.bytes) ? 'utf-8' : 'latin1';
    const hidden = redacted.hidden.map(({ value, ...shape }) => ({
      ...shape,
      same: this.#numbers.of(value),
    }));
    return { text: redacted.bytes.toString(encoding), encoding, hidden };
  }

  #arrival(datagram: Datagram): number {
    return this.#since(this.#arrivals.get(datagram));
  }

  /** Ms since the recording began, to a tenth. */
  #since(moment = performance.now()): number {
    return Math.round(Math.max(0, moment - this.#start) * 10) / 10;
  }
}

/** Gives equal values equal numbers without keeping the values: their keyed hashes, under a key nobody ever sees. */
class Numbers {
  readonly #key = randomBytes(32);
  readonly #numbers = new Map<string, number>();

  of(value: string): number {
    const hash = createHmac('sha256', this.#key).update(value).digest('base64');
    const known = this.#numbers.get(hash) ?? this.#numbers.size + 1;
    this.#numbers.set(hash, known);
    return known;
  }
}
