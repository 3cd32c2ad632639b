import type { Network } from '../network/network.ts';
import type { Check } from './check.ts';
import { checkCrypto, checkHome } from './laptop-checks.ts';
import { checkBuffer, checkInterfaces, checkMulticast, checkPort, checkSubnets } from './network-checks.ts';
import { checkPairing } from './server-checks.ts';
import { checkFirewallRules } from './windows-firewall.ts';

/** Everything the doctor looks at, in the order it is told. */
export async function examine(tools: {
  readonly network: Network;
  readonly home: string;
  readonly signal: AbortSignal;
}): Promise<readonly Check[]> {
  const { network, home, signal } = tools;
  // One after the other where they use the same port.
  const port = await checkPort(network);
  const buffer = await checkBuffer(network);
  const [multicast, subnets, rules, state, crypto, pairing] = await Promise.all([
    checkMulticast(network, signal),
    checkSubnets(network),
    checkFirewallRules(network.port, process.execPath),
    checkHome(home),
    checkCrypto(),
    checkPairing(home, signal),
  ]);
  return [
    ...checkInterfaces(network),
    port,
    ...multicast,
    ...subnets,
    ...rules,
    buffer,
    state,
    crypto,
    ...pairing,
  ];
}
