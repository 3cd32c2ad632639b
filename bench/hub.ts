/**
 * How long a command takes from the house to an agent that holds a poll, with 200 agents on loopback: stored, flushed
 * and signed by the hub, beside a bare fastify that holds and releases the same number of requests and beside its
 * plain echo. Everything in one process. Ends by itself after a minute at most. Run: npx tsx bench/hub.ts
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import fastify from 'fastify';
import { Agent as Dispatcher, request } from 'undici';
import { discover, openHouse, pairedAgent, type TestAgent, value } from '../test/integration/hub/house.ts';

const AGENTS = 200;
const ROUNDS = 3;
const HELD_MS = 30_000;
const endsAt = performance.now() + 60_000;
/** Held requests need a moment to arrive before what wakes them is timed. */
const SETTLE_MS = 20;

const at = (sorted: number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

function report(what: string, samples: number[]): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const [median, p99, worst] = [0.5, 0.99, 1].map((share) => at(sorted, share).toFixed(2).padStart(8));
  console.log(`${what.padEnd(44)} ${median} ms median ${p99} ms p99 ${worst} ms worst  (${sorted.length})`);
}

/** Times `once` for every one of `count` in turn, `ROUNDS` times, until time is up. */
async function measure(what: string, count: number, once: (n: number) => Promise<number>): Promise<void> {
  const samples: number[] = [];
  for (let n = 0; n < count * ROUNDS && performance.now() < endsAt; n++) samples.push(await once(n % count));
  report(what, samples);
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

async function bare(): Promise<void> {
  const app = fastify();
  const held = new Map<string, (body: unknown) => void>();
  app.post('/echo', async ({ body }) => body);
  app.get<{ Params: { n: string } }>('/held/:n', ({ params }) => {
    return new Promise((resolve) => held.set(params.n, resolve));
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const dispatcher = new Dispatcher({ connections: AGENTS + 1 });
  const body = JSON.stringify({ commands: [] });
  const echo = async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(`${url}/echo`, { dispatcher, method: 'POST', body, headers });
    return answer.body.text();
  };
  const hold = async (n: number) => {
    const answer = await request(`${url}/held/${n}`, { dispatcher });
    return answer.body.text();
  };

  const waiting = Array.from({ length: AGENTS }, (_, n) => hold(n));
  while (held.size < AGENTS) await pause(SETTLE_MS);
  await measure('bare fastify, held request released', AGENTS, async (n) => {
    const took = await timed(async () => {
      held.get(String(n))?.({ commands: [] });
      await waiting[n];
    });
    held.delete(String(n));
    waiting[n] = hold(n);
    while (!held.has(String(n))) await pause(1);
    return took;
  });
  await measure('bare fastify, echo', AGENTS, () => timed(echo));
  for (const release of held.values()) release({});
  await Promise.all(waiting);
  await app.close();
  await dispatcher.destroy();
}

async function hub(): Promise<void> {
  const house = await openHouse();
  const agents: TestAgent[] = [];
  for (let n = 0; n < AGENTS; n++) agents.push(await pairedAgent(house, n));
  const cursors: (string | null)[] = agents.map(() => null);
  const hold = (n: number) => agents[n]?.poll({ waitMs: HELD_MS, cursor: cursors[n] ?? null });

  const waiting = agents.map((_, n) => hold(n));
  while (!agents.every(({ agentId }) => house.hub.directory.isOnline(agentId))) await pause(SETTLE_MS);
  await pause(10 * SETTLE_MS);
  await measure('hub, command to a held poll', AGENTS, async (n) => {
    const took = await timed(async () => {
      const agentId = agents[n]?.agentId ?? '';
      cursors[n] = (await value(house.hub.desk.send(agentId, discover(house)))).commandId;
      await waiting[n];
    });
    waiting[n] = hold(n);
    await pause(SETTLE_MS);
    return took;
  });
  await measure('hub, poll that does not wait', AGENTS, (n) =>
    timed(async () => agents[n]?.poll({ cursor: cursors[n] ?? null })),
  );
  await house.close();
  await Promise.all(waiting);
}

await bare();
await hub();
