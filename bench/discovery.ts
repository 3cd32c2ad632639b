/**
 * How long the agent needs to have heard of every device, by the size of the site, over real UDP on loopback.
 *
 *   npx tsx bench/discovery.ts [devices…]
 *
 * The emulated LAN lives in the same process, so the figures are upper bounds: they hold the devices' work as well.
 */
import { readFileSync } from 'node:fs';
import { openLan } from '../src/lan-agent/network/lan.ts';
import { search } from '../src/lan-agent/network/search.ts';
import { testNetwork } from '../src/lan-agent/network/test-network.ts';
import { readMessage } from '../src/lan-agent/sadp/message.ts';
import type { DeviceSpec } from '../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../src/sandbox/device/lan.ts';
import { unbindableCamera } from '../src/sandbox/device/profiles.ts';

const RUNS = 5;
const WAIT_MS = 5000;
const sizes = process.argv.slice(2).map(Number);

for (const size of sizes.length > 0 ? sizes : [1, 50, 250, 1000]) {
  const site = await createEmulatedLan({ devices: Array.from({ length: size }, (_, i) => device(i)) });
  const network = testNetwork(site.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  const times: number[] = [];
  let least = size;
  for (let run = 0; run < RUNS; run++) {
    const lan = await openLan(network.value, network.value.survey().used);
    const start = performance.now();
    let last = start;
    const heard = new Set<string>();
    const stop = lan.listen(({ from }) => {
      if (!heard.has(from)) last = performance.now();
      heard.add(from);
    });
    const { devices } = await search(lan, { waitMs: size < 500 ? WAIT_MS / 2 : WAIT_MS });
    stop();
    lan.close();
    times.push(last - start);
    least = Math.min(least, devices.length);
  }
  times.sort((a, b) => a - b);
  const [best, median, worst] = [times[0], times[RUNS >> 1], times[RUNS - 1]].map((ms) => ms?.toFixed(0));
  console.log(`${size} devices: found ${least}; all heard after ${median} ms (${best} to ${worst})`);
  await site.close();
}

const sample = readFileSync('test/fixtures/sadp/discovery/probematch-nvr-lan-unbind-bound.xml');
const start = performance.now();
for (let i = 0; i < 2000; i++) readMessage(sample);
console.log(`reading one reply: ${((performance.now() - start) / 2).toFixed(0)} µs`);

function device(i: number): DeviceSpec {
  const shortSerial = `AC${7_100_000 + i}`;
  const last = i.toString(16).padStart(4, '0');
  return {
    profile: {
      ...unbindableCamera.profile,
      httpPort: null,
      shortSerial,
      fullSerial: `DS-2CD2386G2-IU20230815AAWR${shortSerial}`,
      mac: `00-00-5e-00-${last.slice(0, 2)}-${last.slice(2)}`,
      address: `127.2.${i >> 8}.${i & 255}`,
    },
  };
}
