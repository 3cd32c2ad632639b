/** Eyes on one device, over a network that says what a test wants to be heard. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Lan } from '../../../src/lan-agent/network/lan.ts';
import { search } from '../../../src/lan-agent/network/search.ts';
import { type Watch, watchFor } from '../../../src/lan-agent/network/watch.ts';
import { newUuid } from '../../../src/lan-agent/sadp/requests.ts';
import { scriptedLan } from '../../support/scripted-lan.ts';

const SERIAL = 'AC7000101';
const MAC = '00-00-5e-00-53-01';
const DEVICE = '192.0.2.64';
const CABLE = { name: 'eth0', address: '192.0.2.1', prefix: 24 };
const WIRELESS = { name: 'wlan0', address: '198.51.100.1', prefix: 24 };

interface Ear {
  readonly lan: Lan;
  /** What was sent to the group, by the interface it left by. */
  readonly sent: { readonly through: string; readonly uuid: string }[];
  hear(text: string, from?: string): void;
}

/** @param onInquiry what comes back at once */
function ear(onInquiry: (uuid: string, say: Ear['hear']) => void = () => undefined): Ear {
  const sent: { through: string; uuid: string }[] = [];
  const { lan, hear: take } = scriptedLan([CABLE, WIRELESS], (uuid, through) => {
    sent.push({ through: through.name, uuid });
    onInquiry(uuid, hear);
  });
  const hear: Ear['hear'] = (text, from = DEVICE) => take({ bytes: Buffer.from(text), from, via: null });
  return { lan, sent, hear };
}

function announces(uuid: string, { serial = SERIAL, mac = MAC, more = '' } = {}): string {
  return `<ProbeMatch><Uuid>${uuid}</Uuid><Types>inquiry</Types><DeviceSN>${serial}</DeviceSN><MAC>${mac}</MAC>${more}</ProbeMatch>`;
}

/** A watch that has chosen the device. */
async function watched(): Promise<Ear & { watch: Watch }> {
  const made = ear((uuid, say) => say(announces(uuid)));
  const watch = watchFor(made.lan, SERIAL, new AbortController().signal);
  const { devices } = await search(made.lan, { waitMs: 1000, until: SERIAL });
  if (!devices[0]) throw new Error('not found');
  watch.choose(devices[0]);
  return { ...made, watch };
}

afterEach(() => void vi.useRealTimers());

describe('a watch', () => {
  it('sees a second device however its serial number is written', async () => {
    for (const serial of [SERIAL, SERIAL.toLowerCase(), `DS-2CD2386G2-IU20240101AAWR${SERIAL}`]) {
      const { watch, hear } = await watched();
      expect(watch.disputed()).toBe(null);
      hear(announces('x', { serial }), '192.0.2.66');
      expect(watch.disputed()).toBe('ambiguous-device');
    }
  });

  it('sees somebody who writes in the name of a device that answers the same inquiry late', async () => {
    const { watch, hear } = await watched();
    const uuid = newUuid();
    const bound = (status: number) =>
      announces(uuid, { more: `<EZVIZBindStatus>${status}</EZVIZBindStatus>` });
    hear(bound(2));
    // Its own answers to other inquiries in between, and copies of each, are no contradiction.
    for (let i = 0; i < 20; i++) hear(announces(newUuid()));
    hear(bound(2));
    expect(watch.disputed()).toBe(null);
    hear(bound(1));
    expect(watch.disputed()).toBe('ambiguous-device');
  });

  it('takes fresh salts and counters in the copies of an answer for no contradiction', async () => {
    const { watch, hear } = await watched();
    const uuid = newUuid();
    for (const number of [1, 2]) {
      hear(announces(uuid, { more: `<Salt>${number}</Salt><BootTime>2026-01-0${number}</BootTime>` }));
    }
    expect(watch.disputed()).toBe(null);
  });

  it('asks on every interface who is there while a person is asked', async () => {
    const { watch, sent } = await watched();
    sent.length = 0;
    vi.useFakeTimers();
    const asking = new AbortController();
    watch.keepAsking(asking.signal);
    vi.advanceTimersByTime(5000);
    asking.abort();
    vi.advanceTimersByTime(60_000);
    expect(sent.map(({ through }) => through)).toEqual(['eth0', 'wlan0']);
    expect(new Set(sent.map(({ uuid }) => uuid)).size).toBe(1);
  });

  it('counts what it could not read of the device’s name as lost, so that no search around it is clean', async () => {
    const { lan, hear } = ear((uuid, say) => {
      for (let i = 0; i < 100; i++) say(`${SERIAL} ${i}`, '192.0.2.66');
      say(announces(uuid));
    });
    const watch = watchFor(lan, SERIAL, new AbortController().signal);
    const { devices, clean } = await search(lan, {
      waitMs: 700,
      until: SERIAL,
      lingerMs: 100,
      lost: watch.lost,
    });
    expect(devices.length).toBe(1);
    expect(clean).toBe(false);
    hear(SERIAL, '192.0.2.66');
    watch.stop();
  });
});
