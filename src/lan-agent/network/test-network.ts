import { fail, ok, type Result } from '../../kernel/result.ts';
import type { LanInterface, Network } from './network.ts';

/** Name of the only interface under the test setting. */
const TEST_INTERFACE = 'test';

/** Why the test setting is not taken: `packaged` is the bundled agent, which never touches loopback. */
export type TestNetworkRefusal = 'packaged' | 'malformed';

/**
 * The network of `UNBIND_AGENT_TEST_NETWORK`, `127.0.0.1/8:<port>`: loopback is the only interface and SADP lives on
 * the given port, so that emulated devices are found over real sockets and nothing leaves the machine.
 */
export function testNetwork(setting: string, packaged: boolean): Result<Network, TestNetworkRefusal> {
  if (packaged) return fail('packaged');
  const [, address, prefix, port] =
    /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3})\/(\d{1,2}):(\d{1,5})$/.exec(setting) ?? [];
  const loopback: LanInterface = { name: TEST_INTERFACE, address: address ?? '', prefix: Number(prefix) };
  const valid = Number(port) > 0 && Number(port) < 65_536 && loopback.prefix >= 8 && loopback.prefix < 32;
  if (!valid) return fail('malformed');
  return ok({ port: Number(port), loopback: true, survey: () => ({ used: [loopback], skipped: [] }) });
}
