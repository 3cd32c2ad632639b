/** Several bots of one house, and what stands before them: whatever comes goes to the next of them, as a proxy hands it on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { childEnv } from '../../src/kernel/child-env.ts';
import { releasedBot } from './programs.ts';
import { folderInMemory } from './store.ts';

/** A bot of several: its process, and where its hub listens. */
export interface OneOfMany {
  readonly child: ChildProcess;
  readonly hub: string;
  readonly lines: string[];
  /** Kills it and removes its folder. */
  end(): Promise<void>;
}

/** Starts the bot as it is released. @throws Error with what it said when it ends before it is ready */
export async function startOneOfMany(settings: Record<string, string>): Promise<OneOfMany> {
  const folder = await folderInMemory();
  const child = spawn(process.execPath, [await releasedBot()], {
    cwd: folder.path,
    env: {
      ...childEnv(),
      ...settings,
      HUB_LISTEN: '127.0.0.1:0',
      READ_PRINT: 'off',
      LOG_LEVEL: 'info',
      WATCH_LISTEN: 'off',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const hub = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const ready = /"hub":"([^"]+)"/.exec(line)?.[1];
        if (ready) resolve(ready);
      });
    child.once('exit', () => reject(new Error(lines.join('\n'))));
  });
  return {
    child,
    hub,
    lines,
    async end() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
      child.kill('SIGKILL');
      await ended;
      await folder.remove();
    },
  };
}

/** A request on its way to the bot of this number. */
export interface Passing {
  readonly path: string;
  readonly body: string;
  readonly bot: number;
}

export interface Front {
  /** Where laptops and Telegram call. */
  readonly url: string;
  /** To whom it hands on; one that is away answers nothing, and neither does the front. */
  readonly bots: OneOfMany[];
  /** Is told of a request before it is handed on. */
  onPass(listener: (passing: Passing) => void): void;
  /** Is told what it was answered. */
  onAnswer(listener: (answered: Passing & { readonly status: number }) => void): void;
  close(): Promise<void>;
}

/** A bot that sleeps takes a connection and says nothing: to Telegram, ms. A laptop's poll is held longer. */
const GIVES_UP_MS = 2_000;
const HELD_MS = 30_000;

/** Opens one on loopback, with no bot behind it yet. */
export async function openFront(): Promise<Front> {
  const bots: OneOfMany[] = [];
  const passes: ((passing: Passing) => void)[] = [];
  const answers: ((answered: Passing & { readonly status: number }) => void)[] = [];
  /** By path: a laptop that asks in one rhythm would meet the same bot with each of its polls. */
  const next = new Map<string, number>();
  const server = createServer(async (asked, reply) => {
    const gone = new AbortController();
    reply.on('close', () => gone.abort());
    try {
      const { url: path = '/', method = 'GET', headers } = asked;
      const body = Buffer.concat(await asked.toArray());
      const turn = next.get(path) ?? 0;
      next.set(path, turn + 1);
      const bot = turn % bots.length;
      const passing = { path, body: body.toString(), bot };
      for (const hear of passes) hear(passing);
      const within = AbortSignal.timeout(path.startsWith('/telegram') ? GIVES_UP_MS : HELD_MS);
      const sent = request(new URL(path, bots[bot]?.hub), {
        method,
        headers,
        signal: AbortSignal.any([gone.signal, within]),
      });
      sent.end(body);
      const [answer] = await once(sent, 'response');
      const told = Buffer.concat(await answer.toArray());
      for (const hear of answers) hear({ ...passing, status: answer.statusCode });
      reply.writeHead(answer.statusCode, answer.headers).end(told);
    } catch {
      // That bot is away: whoever called calls again, and reaches another.
      if (!reply.headersSent) reply.writeHead(502).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bots,
    onPass: (listener) => void passes.push(listener),
    onAnswer: (listener) => void answers.push(listener),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
