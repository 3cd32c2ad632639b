/**
 * From an empty folder and an empty environment to a bot that answers /start: `unbind-bot init` in a terminal of its own, typed
 * into as an operator would, then the bot with the `.env` it wrote, against the sandbox's Bot API. Prints every step and how
 * long it took; what an operator needs to read and type comes on top. Linux: needs util-linux's `script`.
 *
 *   npx tsx scripts/first-start.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freeTcpPort } from '../src/sandbox/free-port.ts';
import { startLocalBotApi } from '../src/sandbox/telegram/local-bot-api.ts';
import { buildBot } from './bundles.ts';

const STEP_MS = 60_000;
/** Erases what a question suggests. */
const CLEAR = '\x15';

const folder = await mkdtemp(join(tmpdir(), 'unbind-first-'));
const program = join(folder, 'bot');
const home = join(folder, 'home');
await mkdir(home);
await buildBot(program);
await symlink(resolve('node_modules'), join(folder, 'node_modules'));
const api = await startLocalBotApi();
const operator = api.user({ firstName: 'Olga', languageCode: 'en' });
const port = await freeTcpPort();
const main = join(program, 'unbind-bot.mjs');
// Nothing of the caller's but what a new account has; the sandbox's Bot API stands for Telegram.
const env = {
  HOME: home,
  PATH: process.env.PATH,
  LANG: 'C.UTF-8',
  TERM: 'xterm',
  TELEGRAM_API_ROOT: api.url,
};
// Another bot of this machine may have its port.
const quiet = { ...env, TELEGRAM_API_ROOT: undefined, WATCH_LISTEN: 'off' };

const begun = performance.now();
let step = 0;
function tell(what: string): void {
  step += 1;
  console.log(`${step}. ${((performance.now() - begun) / 1000).toFixed(1)} s  ${what}`);
}

// A terminal of its own has no size until somebody gives it one.
const command = `stty cols 160 rows 50; exec ${process.execPath} ${main} init`;
const init = spawn('script', ['-qefc', command, '/dev/null'], { cwd: home, env, stdio: 'pipe' });
let screen = '';
init.stdout.on('data', (piece: Buffer) => {
  screen += piece.toString('utf8');
});
const ended = once(init, 'exit');

/** Waits for a question and types an answer. */
async function answer(question: RegExp, typed: string, what: string): Promise<void> {
  const until = performance.now() + STEP_MS;
  while (!question.test(screen)) {
    if (performance.now() > until || init.exitCode !== null)
      throw new Error(`no question ${question}:\n${screen}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  screen = '';
  init.stdin.write(`${typed}\r`);
  tell(what);
}

await answer(/Token of the bot/, api.token, 'token typed (BotFather has given it); getMe says whose it is');
await operator.send('/id');
const told = await operator.waitFor(/Your Telegram user id/);
tell('/id written to the bot, which has answered');
await answer(/Your user id/, /\d+/.exec(told.text)?.[0] ?? '', 'user id typed');
await answer(/Where the hub listens/, `${CLEAR}127.0.0.1:${port}`, 'port typed; it could be opened');
await answer(/Address that laptops call/, '', 'address: this machine alone');
await answer(/Whose service centre/, '', 'region: as suggested');
const [code] = await ended;
if (code !== 0) throw new Error(`init ended with ${code}:\n${screen}`);
const { mode } = await stat(join(home, '.env'));
tell(`init has written .env (${(mode & 0o777).toString(8)})`);

const bot = spawn(process.execPath, [main], { cwd: home, env: quiet, stdio: 'pipe' });
let log = '';
bot.stderr.on('data', (piece: Buffer) => {
  log += piece.toString('utf8');
});
await operator.send('/start');
await operator.waitFor(/label/i, { timeoutMs: STEP_MS });
tell('bot started by hand; /start is answered');
bot.kill('SIGTERM');
await once(bot, 'exit');
console.log(
  `\n.env without its secret:\n${(await readFile(join(home, '.env'), 'utf8')).replace(/^BOT_TOKEN=.*$/m, 'BOT_TOKEN=…')}`,
);
if (log.includes(api.token)) throw new Error('the token is in the log');
await api.close();
await rm(folder, { recursive: true });
