import { type Language, languageOf } from '../../../locales/language.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { scrub } from '../../kernel/scrub.ts';
import { createEngine, type Engine } from '../engine.ts';
import { agentHome } from '../home.ts';
import type { HeadStart } from '../network/head-start.ts';
import { type Network, realNetwork } from '../network/network.ts';
import { testNetwork } from '../network/test-network.ts';
import { createKeyboard, type Keyboard } from '../prompt/keyboard.ts';
import type { Tap } from '../tap.ts';
import type { Texts } from '../texts.ts';
import { textsFor } from '../texts.ts';

/** What the command line has of the process it runs in. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** When the program began, ms of `performance.now()`: 0 where the process is its own. */
  readonly startedAt: number;
}

/** What every command works with. */
export interface CliContext {
  readonly startedAt: Surroundings['startedAt'];
  readonly env: NodeJS.ProcessEnv;
  readonly language: Language;
  readonly texts: Texts;
  /** State folder; nobody has made it yet. */
  readonly home: string;
  readonly network: Network;
  readonly engine: Engine;
  /** The same engine, watched. */
  readonly engineWith: (tap: Tap) => Engine;
  /** Aborted by Ctrl-C, SIGTERM and a closed terminal. */
  readonly signal: AbortSignal;
  readonly input: NodeJS.ReadStream;
  /** The same input, for questions to a person. */
  readonly keyboard: Keyboard;
  /** Writes a line of the result to standard output; done when the system has taken it or nobody reads any more. */
  print(text: string): Promise<void>;
  /** Writes a line for people to standard error. */
  say(text: string): void;
}

/** The language of the person at the laptop. Windows sets neither variable, so the system's own comes last. */
export function languageFrom(env: NodeJS.ProcessEnv): Language {
  return languageOf(env.LC_ALL || env.LANG || Intl.DateTimeFormat().resolvedOptions().locale);
}

/** Builds the context; a failure is a sentence about a wrong setting. `stop` ends the program in good order. */
export function createContext(
  { env, stdin, stdout, stderr, startedAt }: Surroundings,
  stop: AbortController,
  headStart: HeadStart | null,
): Result<CliContext, string> {
  const language = languageFrom(env);
  const texts = textsFor(language);
  const network = networkFrom(env, texts);
  if (!network.ok) return network;
  const home = agentHome(env);
  if (home === null) return fail(texts('agent:cli.usage.noHome'));
  const settings = { home, network: network.value, sadp31: env.UNBIND_AGENT_SADP31 === '1' };
  return ok({
    startedAt,
    env,
    language,
    texts,
    home,
    network: network.value,
    engine: createEngine({ ...settings, headStart }),
    engineWith: (tap) => createEngine({ ...settings, tap }),
    signal: stop.signal,
    input: stdin,
    keyboard: createKeyboard(stdin, () => stop.abort()),
    print: (text) => new Promise((done) => stdout.write(`${text}\n`, () => done())),
    say: (text) => void stderr.write(`${text}\n`),
  });
}

/** A fault of this program, in words and with its stack: no secret is ever part of an error of ours. */
export function crashText(error: unknown, texts: Texts): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return texts('agent:cli.crashed', { error: scrub(detail) });
}

function networkFrom(env: NodeJS.ProcessEnv, texts: Texts): Result<Network, string> {
  if (!env.UNBIND_AGENT_TEST_NETWORK) return ok(realNetwork());
  // Written out in full: the bundler puts a constant in its place.
  const packaged = process.env.UNBIND_AGENT_PACKAGED === '1';
  const network = testNetwork(env.UNBIND_AGENT_TEST_NETWORK, packaged);
  if (network.ok) return network;
  const key = network.failure === 'packaged' ? 'testNetworkPackaged' : 'testNetworkMalformed';
  return fail(texts(`agent:cli.usage.${key}`));
}
