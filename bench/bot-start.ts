/**
 * How soon the bot answers: from the start of its process to its first message, for an update that waits at the Bot API already.
 * The bundle as it is installed (`unbind-bot precompile` once), with a store that is there, and with none yet, and as it is before that,
 * beside a bot of telegraf that only echoes, and `node -e 0`. The Bot API is this process; whoever starts is a node of its own, without what reads TypeScript here. A bot is told to
 * stop before the next one starts: one that was killed would have news for its admin before it asks for updates.
 *
 *   npx tsx bench/bot-start.ts [--runs 15] [--bundle <unbind-bot.mjs of another version>]
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBot } from '../scripts/bundles.ts';
import { alternate, asked, beside, report, timed } from './bench.ts';
import { BENCH_TOKEN, startBareBotApi } from './telegram/bare-bot-api.ts';

await measure();

async function measure(): Promise<void> {
  // For all alike: with NODE_EXTRA_CA_CERTS, which a caller may have set, the echo alone takes half as long again.
  const bare = { PATH: process.env.PATH };
  const { runs, bundle } = asked({ runs: 15, bundle: '' });
  const folder = mkdtempSync(join(tmpdir(), 'unbind-bot-start-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  const unpacked = bundle === '' ? join(folder, 'unpacked', 'unbind-bot.mjs') : resolve(bundle);
  if (bundle === '') await buildBot(dirname(unpacked));
  const installed = join(folder, 'installed');
  cpSync(dirname(unpacked), installed, { recursive: true });
  const program = join(installed, basename(unpacked));
  // Another version may know no such command; it is measured as it comes.
  spawnSync(process.execPath, [program, 'precompile'], { env: bare });
  // The echo is measured as a bundle, too: without the time that reading TypeScript takes.
  const echoing = join(folder, 'echo.mjs');
  await buildEcho(echoing);
  let fresh = 0;
  let update = 1_000;

  /** @param start starts a process that works with the Bot API at an address */
  const firstAnswer = async (start: (url: string) => ReturnType<typeof spawn>) => {
    const api = await startBareBotApi(update++);
    let isAsked = false;
    api.onPoll(() => {
      isAsked = true;
    });
    const answered = new Promise<void>((done) => {
      api.onCall(({ method }) => isAsked && method === 'sendMessage' && done());
    });
    const from = { id: 1, is_bot: false, first_name: 'P', language_code: 'en' } as const;
    const entities = [{ type: 'bot_command' as const, offset: 0, length: 6 }];
    const chat = { id: 1, type: 'private' as const, first_name: 'P' };
    api.push({ message: { message_id: 1, date: 1, chat, from, text: '/start', entities } });
    const begun = performance.now();
    const started = start(api.url);
    const ended = once(started, 'exit');
    await Promise.race([
      answered,
      ended.then(([code]) => Promise.reject(new Error(`it has ended with ${code}`))),
    ]);
    const ms = performance.now() - begun;
    started.kill('SIGTERM');
    await ended;
    api.close();
    return ms;
  };
  const ours = (store: string, entry = program) =>
    firstAnswer((url) =>
      spawn(process.execPath, [entry], {
        cwd: folder,
        stdio: 'ignore',
        env: {
          ...bare,
          BOT_TOKEN: BENCH_TOKEN,
          TELEGRAM_API_ROOT: url,
          STORE_URL: `lmdb:${join(folder, store)}`,
          ADMIN_IDS: '1',
          HUB_LISTEN: '127.0.0.1:0',
          WATCH_LISTEN: 'off',
          READ_PRINT: 'off',
          REGION_PACK: 'ru',
        },
      }),
    );
  const took = await alternate(
    {
      node: () =>
        timed(() => once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env: bare }), 'exit')),
      echo: () =>
        firstAnswer((url) => spawn(process.execPath, [echoing, url], { stdio: 'ignore', env: bare })),
      there: () => ours('store'),
      none: () => ours(`store-${fresh++}`),
      unpacked: () => ours('store', unpacked),
    },
    runs,
  );
  rmSync(folder, { recursive: true });
  const baseline = { name: 'echo bot of telegraf', rounds: took.echo };
  report([
    beside('first answer of a cold start', 'ms', took.there, baseline, { reach: { atMost: 2 } }),
    beside('first answer of a cold start, store to be made', 'ms', took.none, baseline),
    beside('first answer of a cold start, nothing precompiled', 'ms', took.unpacked, baseline),
    beside('first answer of the echo bot', 'ms', took.echo, { name: 'node -e 0', rounds: took.node }),
  ]);
  process.exit();
}

async function buildEcho(outfile: string): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [fileURLToPath(new URL('telegram/echo.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
}
