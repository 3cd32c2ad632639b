/**
 * What downloads of packages cost the paired laptops: a poll that is answered at once, beside as many downloads as there are
 * places, read at full speed over loopback or not at all, and beside none; the memory of those that nobody reads; and how long
 * looking at the folder takes, beside the bare hash of the same bytes. `npx tsx bench/agent-page.ts [--rounds 3] [--polls 100]`
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createAgentPage } from '../src/bot/page/agent-page.ts';
import { openPackages } from '../src/hub/packages.ts';
import { openHouse, pairedAgent, value } from '../test/integration/hub/house.ts';
import { writePackages } from '../test/support/packages.ts';
import { temporaryFolder } from '../test/support/store.ts';
import { against, alternate, asked, beside, median, note, report, timed, timedEach } from './bench.ts';

const { rounds, polls } = asked({ rounds: 3, polls: 100 });
const PLACES = 32;
const SIZE = 40_000_000;
const SETTLE_MS = 500;

const folder = await temporaryFolder();
const sizes = { 'win-x64': SIZE, 'linux-x64': SIZE, 'mac-arm64': SIZE, 'mac-x64': SIZE };
const { list, bytes } = await writePackages(folder.path, { sizes });
const read = await alternate(
  {
    looked: () => timed(() => openPackages(folder.path, null)),
    hashed: () =>
      timed(() => {
        for (const one of bytes.values()) createHash('sha256').update(one).digest('hex');
      }),
  },
  rounds,
);

const downloads = { total: PLACES, perPrefix: PLACES, perAddress: PLACES, leastBytes: 0, everyMs: 60_000 };
const house = await openHouse({
  agentPage: { page: createAgentPage(() => ''), packages: await value(openPackages(folder.path, null)) },
  pageLimits: { visits: { burst: 10_000, perSecond: 10_000 }, downloads },
});
const agent = await pairedAgent(house);
const pollAll = () => timedEach(polls, () => agent.poll());

async function download(): Promise<IncomingMessage> {
  const request = get(`${house.url}/agent/${list.packages[0]?.file}`, { agent: false });
  request.on('error', () => undefined);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer.on('error', () => undefined);
}

/** Of the downloads nobody reads: what they hold, bytes, both ends in this process. */
const held: number[] = [];
async function besideStill(): Promise<number[]> {
  const before = process.memoryUsage().arrayBuffers;
  const waiting = await Promise.all(Array.from({ length: PLACES }, download));
  await pause(SETTLE_MS);
  held.push(process.memoryUsage().arrayBuffers - before);
  const samples = await pollAll();
  for (const one of waiting) one.destroy();
  await pause(SETTLE_MS);
  return samples;
}

/** Of those at full speed, MB/s. */
const speeds: number[] = [];
async function besideBusy(): Promise<number[]> {
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
  const samples = await pollAll();
  speeds.push(moved / 1e3 / (performance.now() - started));
  isOver = true;
  await Promise.all(busy);
  return samples;
}

const took = await alternate({ alone: pollAll, still: besideStill, busy: besideBusy }, rounds);
await house.close();
await folder.remove();
note(`moved at full speed: ${median(speeds).toFixed(0)} MB/s`);
const alone = { name: 'alone', rounds: took.alone };
report([
  beside('folder looked at', 'ms', read.looked, { name: 'bare SHA-256', rounds: read.hashed }),
  beside('poll, downloads stand still', 'ms', took.still, alone),
  beside('poll, downloads stand still, p99', 'ms', took.still, alone, { at: 0.99 }),
  beside('poll, downloads at full speed', 'ms', took.busy, alone),
  beside('poll, downloads at full speed, p99', 'ms', took.busy, alone, { at: 0.99 }),
  against('memory of downloads nobody reads', 'MB', median(held) / 1e6, {
    name: 'asked for',
    value: (PLACES * SIZE) / 1e6,
  }),
]);
