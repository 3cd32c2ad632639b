import type { Datagram, Lan, Listener } from '../../src/lan-agent/network/lan.ts';
import { type LanInterface, realNetwork } from '../../src/lan-agent/network/network.ts';

/**
 * A LAN without sockets, for what no emulated device can be made to say at the right moment.
 * @param onInquiry called with the Uuid of everything that is sent to the group
 */
export function scriptedLan(
  interfaces: readonly LanInterface[],
  onInquiry: (uuid: string, through: LanInterface) => void,
): { readonly lan: Lan; hear(datagram: Datagram): void } {
  const listeners = new Set<Listener>();
  return {
    hear: (datagram) => {
      for (const listener of listeners) listener(datagram);
    },
    lan: {
      network: realNetwork(),
      interfaces,
      asked: new Set(interfaces),
      notes: [],
      echoed: new Set(),
      send: async (through, to, bytes) => {
        const uuid = /<Uuid>(.*?)<\/Uuid>/.exec(bytes.toString())?.[1] ?? '';
        if (to === 'multicast') onInquiry(uuid, through);
        return null;
      },
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      lost: () => 0,
      quiet: async () => true,
      close: () => undefined,
    },
  };
}
