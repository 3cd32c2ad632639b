import { describe, expect, it } from 'vitest';
import type { Lan } from '../../../src/lan-agent/network/lan.ts';
import { search } from '../../../src/lan-agent/network/search.ts';
import { scriptedLan } from '../../support/scripted-lan.ts';

const MINE = 'AC7000199';

/**
 * A network in which one address answers every inquiry in the name of so many devices, ours the last.
 * @param addresses in place of one: so many, in turn
 * @param deafTo our device does not hear so many of the first questions
 */
function crowd(devices: number, addresses = 1, deafTo = 0): Lan {
  const through = { name: 'eth0', address: '192.0.2.1', prefix: 24 };
  let asked = 0;
  const { lan, hear } = scriptedLan([through], (uuid) => {
    for (let at = 0; at < devices - 1; at++) say(uuid, `AC7${100_010 + at}`, at);
    if (++asked > deafTo) say(uuid, MINE, devices);
  });
  const say = (uuid: string, serial: string, at: number) => {
    const mac = `00-00-5e-00-53-${(at % 256).toString(16).padStart(2, '0')}`;
    const answer = `<ProbeMatch><Uuid>${uuid}</Uuid><Types>inquiry</Types><DeviceSN>${serial}</DeviceSN><MAC>${mac}</MAC></ProbeMatch>`;
    hear({ bytes: Buffer.from(answer), from: `192.0.2.${9 + (at % addresses)}`, via: through });
  };
  return lan;
}

describe('an address that answers for more than sixteen devices', () => {
  it('hides none that is looked for', async () => {
    const { devices, clean } = await search(crowd(40), { waitMs: 10_000, until: MINE, lingerMs: 1 });
    expect(devices.find(({ announcement }) => announcement.shortSerial === MINE)).toMatchObject({
      conflict: false,
    });
    expect(clean).toBe(true);
  });

  it('hides none that is looked for, were it the last of thousands', async () => {
    const { devices } = await search(crowd(3000, 200, 4), { waitMs: 30_000, until: MINE });
    expect(devices.some(({ announcement }) => announcement.shortSerial === MINE)).toBe(true);
  });

  it('is said to have more where nobody is looked for', async () => {
    const { omitted, dropped } = await search(crowd(40), { waitMs: 500 });
    expect({ omitted, dropped }).toEqual({ omitted: 24, dropped: 0 });
  });
});
