/** One device on the network: its own UDP socket, its web server, and the machine behind both. */
import type { RemoteInfo, Socket } from 'node:dgram';
import type {
  CannedReplies,
  DeviceChanges,
  DeviceProfile,
  DeviceSnapshot,
  EmulatedDevice,
  Script,
} from './device.ts';
import { type Clock, DeviceMachine } from './machine.ts';
import { GROUP, type Outbox, openSocket } from './network.ts';
import { type Reply, SadpFace } from './sadp.ts';
import { WebFace } from './web.ts';
import { readRequest, type SadpRequest } from './xml.ts';

/** Where a device lives. */
export interface Place {
  /** The port SADP is spoken on. */
  port: number;
  /** Address of the interface whose multicast group the device uses. */
  interfaceAddress: string;
  outbox: Outbox;
  now: Clock;
}

/** A spec with its defaults filled in. */
interface FullSpec {
  profile: DeviceProfile;
  state: DeviceChanges;
  quirks: DeviceChanges;
  canned: CannedReplies;
  script: Script | null;
}

export class RunningDevice implements EmulatedDevice {
  readonly profile: DeviceProfile;
  readonly #place: Place;
  readonly #machine: DeviceMachine;
  readonly #sadp: SadpFace;
  readonly #web: WebFace | null;
  readonly #socket: Socket;
  readonly #foreign = new Map<string, Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  private constructor(spec: FullSpec, place: Place, socket: Socket) {
    this.profile = spec.profile;
    this.#place = place;
    this.#socket = socket;
    this.#machine = new DeviceMachine(spec.profile, { ...spec.state, ...spec.quirks }, place.now);
    this.#sadp = new SadpFace(this.#machine, spec, (ms) => this.restart(ms));
    this.#web = spec.profile.httpPort === null ? null : new WebFace(this.#machine);
    socket.setMulticastInterface(place.interfaceAddress);
    socket.on('message', (bytes, sender) => {
      if (this.#machine.quirks.ignoresUnicast) return;
      const request = readRequest(bytes);
      if (request !== null) this.hear(request, sender);
    });
  }

  /** Binds the device's address and boots it. Rejects when the address or its web port cannot be had. */
  static async start(spec: FullSpec, place: Place): Promise<RunningDevice> {
    const device = new RunningDevice(spec, place, await openSocket(spec.profile.address, place.port));
    try {
      device.#machine.httpPort = (await device.#web?.listen(spec.profile.httpPort ?? 0)) ?? null;
    } catch (error) {
      await device.close();
      throw error;
    }
    device.#sayHello();
    return device;
  }

  /** A request from the group, from a broadcast or sent to the device itself. */
  hear(request: SadpRequest, sender: RemoteInfo): void {
    if (this.#closed || this.#machine.deaf) return;
    void this.#deliver(this.#sadp.answer(request), sender);
  }

  snapshot(): DeviceSnapshot {
    return this.#machine.snapshot();
  }

  set(changes: DeviceChanges): void {
    const { plugged } = this.#machine.state();
    this.#machine.set(changes);
    if (!plugged && changes.plugged) this.#sayHello();
  }

  onChange(listener: (snapshot: DeviceSnapshot) => void): () => void {
    return this.#machine.onChange(listener);
  }

  restart(ms: number): void {
    this.#machine.restarting = true;
    this.#later(ms, () => {
      this.#machine.restarting = false;
      this.#sayHello();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#machine.close();
    await Promise.all([
      ...[this.#socket, ...this.#foreign.values()].map(
        (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
      ),
      this.#machine.httpPort === null ? undefined : this.#web?.close(),
    ]);
  }

  #sayHello(): void {
    this.#transmit(this.#socket, this.#sadp.hello(), GROUP, this.#place.port);
  }

  async #deliver(replies: readonly Reply[], sender: RemoteInfo): Promise<void> {
    for (const { bytes, delayMs, from, to } of replies) {
      const socket = from === null ? this.#socket : await this.#foreignSocket(from);
      const send = () => this.#reply(socket, bytes, sender, to);
      if (delayMs === 0) send();
      else this.#later(delayMs, send);
    }
  }

  /** A socket with a foreign source address: another machine on the LAN. */
  async #foreignSocket(address: string): Promise<Socket> {
    const known = this.#foreign.get(address);
    if (known !== undefined) return known;
    const socket = await openSocket(address, this.#place.port);
    socket.setMulticastInterface(this.#place.interfaceAddress);
    this.#foreign.set(address, socket);
    return socket;
  }

  #reply(socket: Socket, bytes: Buffer, sender: RemoteInfo, to: Reply['to']): void {
    const by = to ?? this.#machine.quirks.replyBy;
    const { port } = this.#place;
    if (by === 'multicast' || by === 'both') this.#transmit(socket, bytes, GROUP, port);
    if (by === 'unicast' || by === 'both') this.#transmit(socket, bytes, sender.address, sender.port);
    if (by === 'sadp-port') this.#transmit(socket, bytes, sender.address, port);
  }

  #transmit(socket: Socket, bytes: Buffer, address: string, port: number): void {
    this.#place.outbox.push(() => {
      // A datagram that cannot be sent is a datagram lost: the callback keeps it from becoming an error event.
      if (!this.#closed && this.#machine.state().plugged) socket.send(bytes, port, address, () => {});
    });
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
