/** The device's password under attack by a host of its own network: what it costs him, and what he gets. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_NAMESPACES } from '../../integration/netns/world.ts';
import { type Attacked, type AttackName, attack, bundlePrograms, type Programs, RATES } from './lab.ts';

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

/**
 * Above this, one attack at a time: the programs of two would wait for a processor, and the rate would not be reached.
 * Below it they mostly wait for each other's answers.
 */
const BESIDE_EACH_OTHER = 6000;

const atRate = (rate: number) => ({ timeout: 120_000, concurrent: rate <= BESIDE_EACH_OTHER });

describe.each(RATES)('beside %i datagrams a second', (rate) => {
  it.for(attacks)('the password is not for somebody %s', atRate(rate), async ([, name, words], t) => {
    holds(await attack(t, programs, name, { rate, words }));
  });

  it('nor a login to read with for a twin', atRate(rate), async (t) => {
    const { report, code, device } = await attack(t, programs, 'hidden-twin', { rate, command: 'inspect' });
    // Its web server is nobody's: what counts is that nothing was sent to it.
    expect(report).toMatchObject({ outcome: 'refused', password: 'not-sent' });
    expect(IN_WORDS).toContain(report?.reason);
    expect(code).toBe(3);
    expect(device.passwordsTried).toBe(0);
  });

  it.for(['honest', 'honest-beside'] as const)(
    'an unbind is done, or refused in words: %s',
    atRate(rate),
    async (name, t) => {
      holds(await attack(t, programs, name, { rate }));
    },
  );
});
