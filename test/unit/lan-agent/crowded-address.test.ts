import { describe, expect, it } from 'vitest';
import type { Datagram, Lan } from '../../../src/lan-agent/network/lan.ts';
import { realNetwork } from '../../../src/lan-agent/network/network.ts';
import { search } from '../../../src/lan-agent/network/search.ts';

const MINE = 'AC7000199';

/** A network in which one address answers every inquiry in the name of so many devices, ours the last. */
function crowd(devices: number): Lan {
  const through = { name: 'eth0', address: '192.0.2.1', prefix: 24 };
  const listeners = new Set<(datagram: Datagram) => unknown>();
  const say = (uuid: string, serial: string, at: number) => {
    const mac = `00-00-5e-00-53-${at.toString(16).padStart(2, '0')}`;
    const answer = `<ProbeMatch><Uuid>${uuid}</Uuid><Types>inquiry</Types><DeviceSN>${serial}</DeviceSN><MAC>${mac}</MAC></ProbeMatch>`;
    const datagram = { bytes: Buffer.from(answer), from: '192.0.2.9', via: through };
    for (const listener of listeners) listener(datagram);
  };
  return {
    network: realNetwork(),
    interfaces: [through],
    asked: new Set(),
    notes: [],
    echoed: new Set(),
    send: async (_through, to, bytes) => {
      const uuid = /<Uuid>(.*?)<\/Uuid>/.exec(bytes.toString())?.[1] ?? '';
      for (let at = 0; to === 'multicast' && at < devices - 1; at++) say(uuid, `AC70001${at + 10}`, at);
      if (to === 'multicast') say(uuid, MINE, devices);
      return null;
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lost: () => 0,
    quiet: async () => true,
    close: () => undefined,
  };
}

describe('an address that answers for more than sixteen devices', () => {
  it('hides none that is looked for', async () => {
    const { devices, clean } = await search(crowd(40), { waitMs: 10_000, until: MINE, lingerMs: 1 });
    expect(devices.find(({ announcement }) => announcement.shortSerial === MINE)).toMatchObject({
      conflict: false,
    });
    expect(clean).toBe(true);
  });

  it('is said to have more where nobody is looked for', async () => {
    const { omitted, dropped } = await search(crowd(40), { waitMs: 50 });
    expect({ omitted, dropped }).toEqual({ omitted: 24, dropped: 0 });
  });
});
