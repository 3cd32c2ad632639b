import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { saveIdentity } from '../../../src/lan-agent/link/identity.ts';
import { openLine } from '../../support/line.ts';
import { openHouse, pairedAgent, value } from '../hub/house.ts';
import { emptyHome, type Laptop, startAgent, TestClock } from './link-laptop.ts';

/** No device is needed here: nothing listens on this port of loopback. */
const NO_DEVICES = '127.0.0.1/8:9';
/** What an agent is to be seen again within, ms. */
const SOON_MS = 10_000;

/** The real hub behind a line that can be cut, and the real agent, whose time passes when the test says so. */
async function connected() {
  const house = await openHouse();
  onTestFinished(() => house.close());
  const line = await openLine(() => house.url);
  onTestFinished(() => line.close());
  const paired = await pairedAgent(house);
  const home = await emptyHome();
  const { agentId, privateKey, hubKey } = paired;
  if (!hubKey) throw new Error('not paired');
  const server = { url: line.url, loopback: true, insecure: false };
  await saveIdentity(home, { agentId, server, privateKey, hubKey });
  const clock = new TestClock();
  const agent = startAgent({ home, testNetwork: NO_DEVICES, clock });
  await agent.said.first((text) => text.includes('Connected'));
  return { house, line, clock, agent, agentId };
}

const timesConnected = ({ said }: Laptop) => said.all.filter((text) => text.includes('Connected')).length;

/** Resolves when the agent waits for its next try, or is connected. */
async function settled(agent: Laptop, clock: TestClock, connections: number): Promise<void> {
  await Promise.race([
    clock.waits.first(() => clock.nextDue() !== null),
    agent.said.first(() => timesConnected(agent) > connections),
  ]);
}

describe.each([
  ['whatever the dice say', null],
  ['with the longest wait each time', 0.999_999],
])('after an outage of the bot, %s,', (_, dice) => {
  it.each([5, 15, 45, 120])('of %d s the agent is seen again within ten', async (seconds) => {
    if (dice !== null) {
      const random = vi.spyOn(Math, 'random').mockReturnValue(dice);
      onTestFinished(() => random.mockRestore());
    }
    const { house, line, clock, agent, agentId } = await connected();
    const connections = timesConnected(agent);
    line.cut();
    const over = clock.now() + seconds * 1_000;
    for (;;) {
      await settled(agent, clock, connections);
      const due = clock.nextDue() ?? 0;
      if (clock.now() + due > over) break;
      clock.advance(due);
      house.passTime(due);
    }
    house.passTime(over - clock.now());
    clock.advance(over - clock.now());
    await house.restart();
    line.mend();
    while (timesConnected(agent) === connections) {
      await settled(agent, clock, connections);
      clock.advance(clock.nextDue() ?? 0);
    }
    expect(clock.now() - over).toBeLessThanOrEqual(SOON_MS);
    expect(await value(house.hub.directory.get(agentId))).toMatchObject({ online: true });
  });
});
