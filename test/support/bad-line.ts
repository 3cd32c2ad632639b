/** The way between a laptop and its bot as a bad one treats requests: a relay on loopback that knows where one ends. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { handOn, received } from './hand-on.ts';

/**
 * What befalls a request.
 * - `doubled`: it arrives twice, and the laptop hears the second answer
 * - `overtaken`: the next one that comes arrives before it, if one comes within two seconds
 * - `late`: it arrives after three seconds
 * - `answer-lost`: it arrives, and the connection ends before its answer
 * - `silent`: it does not arrive, and nothing is heard of it until the laptop gives up
 */
export type Mishap = 'doubled' | 'overtaken' | 'late' | 'answer-lost' | 'silent';

export interface BadLine {
  /** Where the laptop calls. */
  readonly url: string;
  /** Has it happen to the next request for this path. */
  befall(path: string, mishap: Mishap): void;
  /** Forgets what was to happen. @returns how much of it has not */
  clear(): number;
  close(): Promise<void>;
}

const OVERTAKEN_MS = 2_000;
const LATE_MS = 3_000;

/** @param target address of the bot's hub, asked with every request */
export async function openBadLine(target: () => string): Promise<BadLine> {
  const waiting: { path: string; mishap: Mishap }[] = [];
  let passOn: () => void = () => undefined;

  const server = createServer(async (asked, reply) => {
    const gone = new AbortController();
    reply.on('close', () => gone.abort());
    try {
      const whole = await received(asked);
      const { path } = whole;
      const at = waiting.findIndex((one) => one.path === path);
      const mishap = waiting.splice(at, at < 0 ? 0 : 1)[0]?.mishap;
      const go = () => handOn(target(), whole, gone.signal);
      if (mishap === 'silent') return;
      if (mishap === 'late') await pause(LATE_MS, undefined, { signal: gone.signal });
      if (mishap === 'overtaken') {
        const overtaken = new Promise<void>((resolve) => {
          passOn = resolve;
        });
        await Promise.race([overtaken, pause(OVERTAKEN_MS, undefined, { signal: gone.signal })]);
      }
      if (mishap === 'doubled') await go();
      const answer = await go();
      if (mishap !== 'overtaken') passOn();
      if (mishap === 'answer-lost') return void reply.destroy();
      reply.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      // The hub is away, or the laptop is: the other one finds out by the connection.
      reply.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    befall: (path, mishap) => void waiting.push({ path, mishap }),
    clear: () => waiting.splice(0).length,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
