/** The device's password under attack by a host of its own network: what it costs him, and what he gets. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_NAMESPACES } from '../../integration/netns/world.ts';
import { type Attacked, type AttackName, attack, bundlePrograms, type Programs } from './lab.ts';

/** Words an agent may end with under attack. */
const IN_WORDS = ['ambiguous-device', 'flooded', 'spoofed-exchange', 'slow-device', 'no-direct-cable'];

let programs: Programs;
beforeAll(async () => {
  programs = await bundlePrograms();
});
afterAll(() => programs.remove());
beforeEach(({ skip }) => skip(NO_NAMESPACES !== null, NO_NAMESPACES ?? ''));

/** Nothing was stolen, nothing false was said, and a refusal has its reason. */
function holds({ report, code, stolen, device }: Attacked): void {
  expect(stolen).toBe(false);
  if (report?.outcome === 'unbound') {
    expect(device).toMatchObject({ bound: false, unbindsExecuted: 1 });
    return;
  }
  expect(report?.outcome).toBe('refused');
  expect(IN_WORDS).toContain(report?.reason);
  expect(code).toBe(3);
  expect(device).toMatchObject({ bound: true, unbindsReceived: 0, passwordsTried: 0 });
}

const attacks = [
  ['who hides the device behind a flood from its address and answers its key exchange', 'behind-flood', []],
  ['who does so where a person has confirmed the cable wrongly', 'behind-flood', ['--direct-cable']],
  ['who is faster than a device of 400 ms', 'slow-device', ['--direct-cable']],
  ['who is faster than a device of 1,500 ms', 'slower-device', ['--direct-cable']],
  ['who is its twin, with the true one behind a flood', 'hidden-twin', []],
  ['who is its twin, and answers before the true one', 'late-twin', []],
] as const satisfies [string, AttackName, readonly string[]][];

/** Datagrams a second: hardly any, and as many as leave two attacks beside each other room. bench/lan-attack.ts has more. */
const RATES = [500, 6000] as const;
/** More than a laptop can read. */
const DROWNING = 20_000;
const ATTACK = { timeout: 120_000 };

describe.concurrent.each(RATES)('beside %i datagrams a second', (rate) => {
  it.for(attacks)('the password is not for somebody %s', ATTACK, async ([, name, words], t) => {
    holds(await attack(t, programs, name, { rate, words }));
  });

  it('nor a login to read with for a twin', ATTACK, async (t) => {
    const { report, code, device } = await attack(t, programs, 'hidden-twin', { rate, command: 'inspect' });
    // Its web server is nobody's: what counts is that nothing was sent to it.
    expect(report).toMatchObject({ outcome: 'refused', password: 'not-sent' });
    expect(IN_WORDS).toContain(report?.reason);
    expect(code).toBe(3);
    expect(device.passwordsTried).toBe(0);
  });

  it.for(['honest', 'honest-beside'] as const)(
    'an unbind is done, or refused in words: %s',
    ATTACK,
    async (name, t) => {
      holds(await attack(t, programs, name, { rate }));
    },
  );
});

describe(`beside ${DROWNING} datagrams a second`, () => {
  it('the password is for nobody', ATTACK, async (t) => {
    holds(await attack(t, programs, 'behind-flood', { rate: DROWNING }));
  });

  it('an unbind is done, or refused in words', ATTACK, async (t) => {
    holds(await attack(t, programs, 'honest', { rate: DROWNING }));
  });
});
