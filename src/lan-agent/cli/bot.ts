import { createLog, LOG_LEVELS } from '../../kernel/log.ts';
import { pair } from '../link/pair.ts';
import { run } from '../link/run.ts';
import { createNewsTeller } from '../news-text.ts';
import { askAgreement } from '../prompt/agreement.ts';
import { createPrompt } from '../prompt/choose.ts';
import type { PromptKind } from '../prompt/kinds.ts';
import { askPairingCode } from '../prompt/terminal.ts';
import { textsFor } from '../texts.ts';
import { AGENT_VERSION } from '../version.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** `pair`: makes this laptop an agent of the bot that issued the code; a code that was left out is asked for. */
export async function pairCommand(
  { home, texts, say, signal, input, keyboard }: CliContext,
  given: string | undefined,
  { server, insecureLan }: { readonly server: string; readonly insecureLan: boolean },
): Promise<ExitCode> {
  if (given === undefined && !keyboard.isTerminal) {
    say(texts('agent:cli.usage.missing', { name: 'code' }));
    return EXIT.usage;
  }
  const code = given ?? (await askPairingCode(keyboard, process.stderr, texts, signal));
  if (code === null) return EXIT.failed;
  const end = await pair({
    code,
    server,
    insecureLan,
    home,
    agentVersion: AGENT_VERSION,
    onNews: createNewsTeller({ texts, say }),
    agree: () => askAgreement(`${texts('agent:link.pair.agree')} `, input, process.stderr, signal),
    signal,
  });
  switch (end) {
    case 'paired':
      return EXIT.done;
    case 'not-an-address':
    case 'plain-http':
    case 'has-credentials':
      return EXIT.usage;
    default:
      return EXIT.failed;
  }
}

/** `run`: works for the bot until it is stopped. */
export async function runCommand(context: CliContext, prompt: PromptKind | undefined): Promise<ExitCode> {
  const { home, engine, texts, say, signal, env, keyboard } = context;
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
