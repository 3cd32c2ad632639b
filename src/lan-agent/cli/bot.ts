import { createLog, LOG_LEVELS } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { loadIdentity } from '../link/identity.ts';
import { type PairOptions, pair } from '../link/pair.ts';
import { run } from '../link/run.ts';
import type { PairEnd } from '../news.ts';
import { createNewsTeller } from '../news-text.ts';
import { becomeAgent } from '../one-agent.ts';
import { programFolder, readPackageConfig } from '../package-config.ts';
import { askAgreement } from '../prompt/agreement.ts';
import { createPrompt } from '../prompt/choose.ts';
import type { PromptKind } from '../prompt/kinds.ts';
import { askPairingCode } from '../prompt/terminal.ts';
import { textsFor } from '../texts.ts';
import { AGENT_VERSION } from '../version.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { meetOther } from './open-window.ts';

/** Where to pair, as the command line says; a package that knows its bot needs neither. */
export interface ServerArguments {
  readonly server?: string;
  readonly insecureLan: boolean;
}

type Where = Pick<PairOptions, 'server' | 'hubKey' | 'insecureLan'>;

/** `pair`: makes this laptop an agent of the bot that issued the code; a code that was left out is asked for. */
export async function pairCommand(
  context: CliContext,
  given: string | undefined,
  args: ServerArguments,
): Promise<ExitCode> {
  const { texts, say, keyboard } = context;
  if (given === undefined && !keyboard.isTerminal) {
    say(texts('agent:cli.usage.missing', { name: 'code' }));
    return EXIT.usage;
  }
  const where = await whereToPair(args);
  if (!where.ok || where.value === null) {
    say(where.ok ? texts('agent:cli.usage.missing', { name: '--server' }) : texts('agent:link.package'));
    return EXIT.usage;
  }
  const code = given ?? (await askCode(context));
  if (code === null) return EXIT.failed;
  const end = await pairAt(context, code, where.value);
  switch (end) {
    case 'paired':
      say(texts('agent:link.pair.next'));
      return EXIT.done;
    case 'not-an-address':
    case 'plain-http':
    case 'has-credentials':
      return EXIT.usage;
    default:
      return EXIT.failed;
  }
}

/**
 * `run`: works for the bot until it is stopped. A laptop that is not paired yet asks for the code first, where there is
 * somebody to ask and a bot is known, and goes on by itself.
 */
export async function runCommand(
  context: CliContext,
  { prompt, ...args }: ServerArguments & { readonly prompt?: PromptKind },
): Promise<ExitCode> {
  const agent = await becomeAgent(context.home, null);
  if (!agent.ok) return meetOther(context, agent.failure);
  try {
    return await workInTerminal(context, prompt, args);
  } finally {
    await agent.value.release();
  }
}

async function workInTerminal(
  context: CliContext,
  prompt: PromptKind | undefined,
  args: ServerArguments,
): Promise<ExitCode> {
  const { home, engine, texts, say, signal, env, keyboard } = context;
  const identity = await loadIdentity(home);
  if (!identity.ok && keyboard.isTerminal) {
    const where = await whereToPair(args);
    if (!where.ok) say(texts('agent:link.package'));
    else if (where.value) {
      say(texts(identity.failure === 'damaged' ? 'agent:link.run.damaged' : 'agent:link.pair.first'));
      if (!(await pairInTerminal(context, where.value))) return EXIT.failed;
    }
  }
  const level = LOG_LEVELS.find((one) => one === env.LOG_LEVEL) ?? 'warn';
  const end = await run({
    home,
    engine,
    promptFor: (language) =>
      createPrompt({ kind: prompt, texts: textsFor(language), keyboard, output: process.stderr }),
    agentVersion: AGENT_VERSION,
    onNews: createNewsTeller({ texts, say }),
    log: createLog(level, 'unbind-agent'),
    signal,
  });
  return end === 'stopped' ? EXIT.done : EXIT.failed;
}

/** The bot the command line names, else the one of the package; null: there is neither. */
async function whereToPair({
  server,
  insecureLan,
}: ServerArguments): Promise<Result<Where | null, 'damaged'>> {
  const config = await readPackageConfig(await programFolder());
  if (!config.ok) return server === undefined ? config : ok({ server, insecureLan });
  const own = config.value;
  if (server === undefined || server === own?.server) return ok(own && { ...own, insecureLan });
  return ok({ server, insecureLan });
}

/** Ends of pairing that another code does not mend. */
const NOT_BY_A_CODE: readonly PairEnd[] = [
  'stopped',
  'home-unwritable',
  'not-an-address',
  'plain-http',
  'has-credentials',
];

/** Asks for codes until one has paired this laptop. False: the person has left, or no code would do. */
async function pairInTerminal(context: CliContext, where: Where): Promise<boolean> {
  for (;;) {
    const code = await askCode(context);
    if (code === null) return false;
    const end = await pairAt(context, code, where);
    if (end === 'paired') return true;
    if (NOT_BY_A_CODE.includes(end)) return false;
  }
}

function askCode({ keyboard, texts, signal }: CliContext): Promise<string | null> {
  return askPairingCode(keyboard, process.stderr, texts, signal);
}

async function pairAt(context: CliContext, code: string, where: Where): Promise<PairEnd> {
  const { home, texts, say, signal, input, keyboard } = context;
  return pair({
    ...where,
    code,
    home,
    agentVersion: AGENT_VERSION,
    onNews: createNewsTeller({ texts, say }),
    agree: async () => {
      await keyboard.released();
      return askAgreement(`${texts('agent:link.pair.agree')} `, input, process.stderr, signal);
    },
    signal,
  });
}
