/**
 * What downloads of packages cost the paired laptops: time of a poll that is answered at once, without downloads and with as
 * many as there are places, read at full speed over loopback; the memory of as many that nobody reads; and how long looking
 * at the folder takes, beside the bare hash of the same bytes. Run: npx tsx bench/agent-page.ts
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { createAgentPage } from '../src/bot/page/agent-page.ts';
import { openPackages } from '../src/hub/packages.ts';
import { openHouse, pairedAgent, value } from '../test/integration/hub/house.ts';
import { writePackages } from '../test/support/packages.ts';
import { temporaryFolder } from '../test/support/store.ts';

const PLACES = 32;
const POLLS = 200;
const SIZE = 40_000_000;
const SETTLE_MS = 500;

const at = (sorted: number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
function report(what: string, samples: number[]): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const [median, p99, worst] = [0.5, 0.99, 1].map((share) => at(sorted, share).toFixed(2).padStart(8));
  console.log(`${what.padEnd(44)} ${median} ms median ${p99} ms p99 ${worst} ms worst  (${sorted.length})`);
}
async function timed(action: () => unknown): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

const folder = await temporaryFolder();
const sizes = { 'win-x64': SIZE, 'linux-x64': SIZE, 'mac-arm64': SIZE, 'mac-x64': SIZE };
const { list, bytes } = await writePackages(folder.path, { sizes });
const hashing = await timed(() => {
  for (const one of bytes.values()) createHash('sha256').update(one).digest('hex');
});
const looking = await timed(() => openPackages(folder.path, null));
console.log(`bare SHA-256 of 4 x ${SIZE / 1e6} MB in memory`.padEnd(44), `${hashing.toFixed(0)} ms`);
console.log('the folder looked at before the bot starts'.padEnd(44), `${looking.toFixed(0)} ms`);

const downloads = { total: PLACES, perPrefix: PLACES, perAddress: PLACES, leastBytes: 0, everyMs: 60_000 };
const house = await openHouse({
  agentPage: { page: createAgentPage(() => ''), packages: await value(openPackages(folder.path, null)) },
  pageLimits: { visits: { burst: 10_000, perSecond: 10_000 }, downloads },
});
const agent = await pairedAgent(house);
async function polls(): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < POLLS; n++) samples.push(await timed(() => agent.poll()));
  return samples;
}
async function download(): Promise<IncomingMessage> {
  const asked = get(`${house.url}/agent/${list.packages[0]?.file}`, { agent: false });
  asked.on('error', () => undefined);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer.on('error', () => undefined);
}

await polls();
report('poll, no download', await polls());

const before = process.memoryUsage().arrayBuffers;
const waiting = await Promise.all(Array.from({ length: PLACES }, download));
await pause(SETTLE_MS);
const held = process.memoryUsage().arrayBuffers - before;
console.log(
  `memory of ${PLACES} downloads nobody reads`.padEnd(44),
  `${(held / 1e6).toFixed(1)} MB of ${(PLACES * SIZE) / 1e6} MB asked for (both ends in this process)`,
);
report(`poll, ${PLACES} downloads that stand still`, await polls());
for (const one of waiting) one.destroy();
await pause(SETTLE_MS);

let isOver = false;
let moved = 0;
const busy = Array.from({ length: PLACES }, async () => {
  while (!isOver) {
    const answer = await download();
    for await (const chunk of answer) {
      moved += (chunk as Buffer).length;
      if (isOver) break;
    }
  }
});
const started = performance.now();
const during = await polls();
const seconds = (performance.now() - started) / 1000;
isOver = true;
report(`poll, ${PLACES} downloads at full speed`, during);
console.log('moved meanwhile'.padEnd(44), `${(moved / 1e6 / seconds).toFixed(0)} MB/s`);
await Promise.all(busy);
await house.close();
await folder.remove();
