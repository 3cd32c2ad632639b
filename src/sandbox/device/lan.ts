/** An emulated LAN: any number of devices, each on an address of its own, over real UDP and HTTP. */
import type { Socket } from 'node:dgram';
import { type DeviceSpec, deviceSpec, type EmulatedDevice } from './device.ts';
import type { Clock } from './machine.ts';
import { freePort, Outbox, openListeners } from './network.ts';
import { type Place, RunningDevice } from './running.ts';
import { readRequest } from './xml.ts';

export interface LanOptions {
  devices: readonly DeviceSpec[];
  /** The port SADP is spoken on; 0 = any free one. Real devices use 37020. */
  port?: number;
  /** The interface whose multicast and broadcasts the devices hear. */
  interfaceAddress?: string;
  /** For tests of locks that run out. */
  now?: Clock;
}

export interface EmulatedLan {
  readonly port: number;
  /** Value of `UNBIND_AGENT_TEST_NETWORK` that leads an agent here, `127.0.0.1/8:<port>`. */
  readonly testNetwork: string;
  readonly devices: readonly EmulatedDevice[];
  /** @throws Error when no such device is on the LAN. */
  device(shortSerial: string): EmulatedDevice;
  /** Plugs in one more device. Rejects when its address or serial number is taken. */
  add(spec: DeviceSpec): Promise<EmulatedDevice>;
  /** Pulls the plug. */
  remove(shortSerial: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts an emulated LAN on this machine. On Linux every 127.x.x.x address is there already; on macOS each device's
 * address has to be made first (`ifconfig lo0 alias`).
 * Rejects when a profile is not valid or an address cannot be bound, and leaves nothing open then.
 */
export async function createEmulatedLan(options: LanOptions): Promise<EmulatedLan> {
  const port = options.port || (await freePort());
  const interfaceAddress = options.interfaceAddress ?? '127.0.0.1';
  const listeners = await openListeners(interfaceAddress, port);
  const lan = new Lan(
    { port, interfaceAddress, outbox: new Outbox(), now: options.now ?? Date.now },
    listeners,
  );
  const added = await Promise.allSettled(options.devices.map((spec) => lan.add(spec)));
  for (const result of added) {
    if (result.status === 'fulfilled') continue;
    await lan.close();
    throw result.reason;
  }
  return lan;
}

class Lan implements EmulatedLan {
  readonly port: number;
  readonly testNetwork: string;
  readonly #place: Place;
  #listeners: readonly Socket[];
  readonly #devices = new Map<string, RunningDevice>();
  /** Serial numbers and addresses in use, from the moment they are asked for. */
  readonly #taken = new Set<string>();

  constructor(place: Place, listeners: readonly Socket[]) {
    this.port = place.port;
    this.testNetwork = `${place.interfaceAddress}/8:${place.port}`;
    this.#place = place;
    this.#listeners = listeners;
    for (const socket of listeners) {
      socket.on('message', (bytes, sender) => {
        const request = readRequest(bytes);
        if (request === null) return;
        for (const device of this.#devices.values()) device.hear(request, sender);
      });
    }
  }

  get devices(): readonly EmulatedDevice[] {
    return [...this.#devices.values()];
  }

  device(shortSerial: string): EmulatedDevice {
    const device = this.#devices.get(shortSerial);
    if (device === undefined) throw new Error(`no device ${shortSerial} on the emulated LAN`);
    return device;
  }

  async add(spec: DeviceSpec): Promise<EmulatedDevice> {
    const full = deviceSpec.parse(spec);
    const { address, shortSerial } = full.profile;
    for (const name of [address, shortSerial]) {
      // The kernel would allow it: sockets with address reuse silently take datagrams from each other.
      if (this.#taken.has(name)) throw new Error(`${name} is taken by another device of the emulated LAN`);
    }
    this.#taken.add(address).add(shortSerial);
    try {
      const device = await RunningDevice.start(full, this.#place);
      this.#devices.set(shortSerial, device);
      return device;
    } catch (error) {
      this.#taken.delete(address);
      this.#taken.delete(shortSerial);
      throw error;
    }
  }

  async remove(shortSerial: string): Promise<void> {
    const device = this.device(shortSerial);
    this.#devices.delete(shortSerial);
    this.#taken.delete(shortSerial);
    this.#taken.delete(device.profile.address);
    await device.close();
  }

  async close(): Promise<void> {
    for (const socket of this.#listeners) socket.close();
    this.#listeners = [];
    await Promise.all([...this.#devices.keys()].map((shortSerial) => this.remove(shortSerial)));
  }
}
