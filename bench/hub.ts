/**
 * How long a command takes from the house to an agent that holds a poll, with many agents on loopback: stored, flushed
 * and signed by the hub, beside a bare fastify that holds and releases the same number of requests and beside its
 * plain echo, in turns. Everything in one process. `npx tsx bench/hub.ts [--agents 100] [--rounds 3]`
 */
import { setTimeout as pause } from 'node:timers/promises';
import fastify from 'fastify';
import { Agent as Dispatcher, request } from 'undici';
import { discover, openHouse, pairedAgent, type TestAgent, value } from '../test/integration/hub/house.ts';
import { alternate, asked, beside, report, timed, timedEach } from './bench.ts';

const { agents: AGENTS, rounds } = asked({ agents: 100, rounds: 3 });
const HELD_MS = 30_000;
/** Held requests need a moment to arrive before what wakes them is timed. */
const SETTLE_MS = 20;

/** Something with all agents' requests held, of which one after another is woken. */
interface Holder {
  /** Wakes each in turn and holds it again. @returns how long each waited for it, ms */
  wake(): Promise<number[]>;
  /** Asks what is answered at once. @returns how long each took, ms */
  ask(): Promise<number[]>;
  close(): Promise<void>;
}

async function bare(): Promise<Holder> {
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
  return {
    async wake() {
      const samples: number[] = [];
      for (let n = 0; n < AGENTS; n++) {
        samples.push(
          await timed(async () => {
            held.get(String(n))?.({ commands: [] });
            await waiting[n];
          }),
        );
        held.delete(String(n));
        waiting[n] = hold(n);
        while (!held.has(String(n))) await pause(1);
      }
      return samples;
    },
    ask: () => timedEach(AGENTS, echo),
    async close() {
      for (const release of held.values()) release({});
      await Promise.all(waiting);
      await app.close();
      await dispatcher.destroy();
    },
  };
}

async function hub(): Promise<Holder> {
  const house = await openHouse();
  const agents: TestAgent[] = [];
  for (let n = 0; n < AGENTS; n++) agents.push(await pairedAgent(house, n));
  const cursors: (string | null)[] = agents.map(() => null);
  const hold = (n: number) => agents[n]?.poll({ waitMs: HELD_MS, cursor: cursors[n] ?? null });

  const waiting = agents.map((_, n) => hold(n));
  for (const { agentId } of agents)
    while (!(await house.hub.directory.isOnline(agentId))) await pause(SETTLE_MS);
  await pause(10 * SETTLE_MS);
  return {
    async wake() {
      const samples: number[] = [];
      for (let n = 0; n < AGENTS; n++) {
        samples.push(
          await timed(async () => {
            const agentId = agents[n]?.agentId ?? '';
            cursors[n] = (await value(house.hub.desk.send(agentId, discover(house)))).commandId;
            await waiting[n];
          }),
        );
        waiting[n] = hold(n);
        await pause(SETTLE_MS);
      }
      return samples;
    },
    ask: () => timedEach(AGENTS, (n) => agents[n]?.poll({ cursor: cursors[n] ?? null })),
    async close() {
      await house.close();
      await Promise.all(waiting);
    },
  };
}

const [ours, plain] = [await hub(), await bare()];
const woken = await alternate({ ours: ours.wake, plain: plain.wake }, rounds, 0);
const answered = await alternate({ ours: ours.ask, plain: plain.ask }, rounds, 0);
await Promise.all([ours.close(), plain.close()]);
const released = { name: 'bare fastify', rounds: woken.plain };
const echo = { name: 'bare fastify, echo', rounds: answered.plain };
report([
  beside('command to a held poll', 'ms', woken.ours, released),
  beside('command to a held poll, p99', 'ms', woken.ours, released, { at: 0.99 }),
  beside('poll that does not wait', 'ms', answered.ours, echo),
  beside('poll that does not wait, p99', 'ms', answered.ours, echo, { at: 0.99 }),
]);
