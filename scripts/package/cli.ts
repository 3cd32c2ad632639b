/** `npm run package:agent`: what the operator says, and what he is told. */
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { languageOf } from '../../locales/language.ts';
import { textsFor } from '../../src/kernel/all-texts.ts';
import type { Texts } from '../../src/kernel/texts.ts';
import { parseServer } from '../../src/lan-agent/link/server-address.ts';
import {
  PACKAGE_BYTES_LIMIT,
  PACKAGE_SYSTEMS,
  type PackageConfig,
  type PackageSystem,
  packageConfig,
} from '../../src/link/packages.ts';
import { formatPublicKey } from '../../src/link/signing.ts';
import { cacheFolder, NODE_PINS, saidBy } from './node-binaries.ts';
import { operatorKey, operatorKeyFile } from './operator-key.ts';
import { buildPackages, type PackagingFailure, type PackagingStep } from './packages.ts';
import { WINDOWS_ROOT } from './vendor-signature.ts';

/** Where the packages lie unless it is said, beside the source. */
const OUT = 'agent-packages';

interface Output {
  /** A line of the result, on standard output. */
  readonly print: (line: string) => void;
  /** A line about what is wrong, on standard error. */
  readonly complain: (line: string) => void;
}

interface Arguments {
  readonly config?: string;
  readonly out: string;
  readonly key: string;
  readonly cache: string;
  readonly systems: string;
}

/** Runs the command. @returns its exit code: 0 built, 1 refused with a sentence, 2 not what can be meant */
export async function packageAgent(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  output: Output,
): Promise<number> {
  const t = textsFor(languageOf(env.LC_ALL || env.LANG));
  let exit = 0;
  await new Command('npm run package:agent --')
    .description(t('packages:cli.about'))
    .option('--config <file>', t('packages:cli.config'))
    .option('--out <folder>', t('packages:cli.out'), OUT)
    .option('--key <file>', t('packages:cli.key'), operatorKeyFile(env))
    .option('--cache <folder>', t('packages:cli.cache'), cacheFolder(env))
    .option('--systems <list>', t('packages:cli.systems'), PACKAGE_SYSTEMS.join(','))
    .action(async (args: Arguments) => {
      exit = await build(args, t, output);
    })
    .parseAsync(words, { from: 'user' });
  return exit;
}

async function build(args: Arguments, t: Texts, { print, complain }: Output): Promise<number> {
  const systems = systemsOf(args.systems);
  if (!systems) {
    complain(t('packages:cli.noSystem', { systems: PACKAGE_SYSTEMS.join(', ') }));
    return 2;
  }
  const config =
    args.config === undefined ? await botsConfig(t, complain) : await configIn(args.config, t, complain);
  if (!config) return 1;
  const key = await operatorKey(args.key);
  if (!key.ok) {
    const { reason, detail } = key.failure;
    complain(t(`packages:refused.${reason}`, { path: args.key, detail }));
    return 1;
  }
  if (key.value.isNew) print(t('packages:cli.newKey', { path: args.key }));
  const out = resolve(args.out);
  const built = await buildPackages({
    config,
    systems,
    operatorKey: key.value.key,
    out,
    cache: resolve(args.cache),
    pins: NODE_PINS,
    windowsRoot: WINDOWS_ROOT,
    bytesLimit: PACKAGE_BYTES_LIMIT,
    onStep: (step) => print(stepText(step, t)),
  });
  if (!built.ok) {
    complain(failureText(built.failure, t));
    return 1;
  }
  print(t('packages:cli.done', { server: config.server, folder: out }));
  print(`AGENT_PACKAGES=${out}`);
  print(`AGENT_PACKAGES_KEY=${formatPublicKey(createPublicKey(key.value.key))}`);
  return 0;
}

function systemsOf(list: string): PackageSystem[] | null {
  const words = list.split(',').map((word) => word.trim());
  const systems = PACKAGE_SYSTEMS.filter((system) => words.includes(system));
  return systems.length === words.length ? systems : null;
}

/** What the bot of this folder says of itself; it need not run. */
async function botsConfig(t: Texts, complain: Output['complain']): Promise<PackageConfig | null> {
  const bot = fileURLToPath(new URL('../../src/bot/main.ts', import.meta.url));
  try {
    const words = ['--import', import.meta.resolve('tsx'), bot, 'agent-config'];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    return checked(stdout, 'unbind-bot agent-config', t, complain);
  } catch (error) {
    complain(saidBy(error));
    complain(t('packages:refused.no-config'));
    return null;
  }
}

async function configIn(path: string, t: Texts, complain: Output['complain']): Promise<PackageConfig | null> {
  return checked(await readFile(path, 'utf8').catch(() => ''), path, t, complain);
}

/** The config in this text, if a package with it could ever reach its bot. */
function checked(text: string, path: string, t: Texts, complain: Output['complain']): PackageConfig | null {
  const config = packageConfig.safeParse(jsonOf(text));
  if (!config.success) {
    complain(t('packages:refused.config', { path }));
    return null;
  }
  const { server } = config.data;
  const address = parseServer(server, false);
  if (address.ok) return config.data;
  complain(t(`packages:refused.${address.failure}`, { server }));
  return null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function stepText(step: PackagingStep, t: Texts): string {
  if (step.step === 'signed') return t('packages:cli.signed', { signer: step.signer });
  const { built, files } = step;
  return t('packages:cli.built', { ...built, files });
}

function failureText(failure: PackagingFailure, t: Texts): string {
  return t(`packages:refused.${failure.reason}`, {
    subject: '',
    detail: '',
    signer: '',
    file: '',
    path: '',
    bytes: 0,
    limit: 0,
    ...failure,
  });
}
