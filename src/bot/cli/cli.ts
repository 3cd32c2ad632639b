/** What every command of `unbind-bot` works with: the operator's language, his settings, and how it ends. */
import type { Command } from 'commander';
import { type Language, languageOf } from '../../../locales/language.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Result } from '../../kernel/result.ts';
import type { Texts } from '../../kernel/texts.ts';
import { lookAtStore, openStore } from '../../store/open.ts';
import type { OpenFailure, Store } from '../../store/store.ts';
import type { Launch } from '../compiled.ts';
import { readSettings, type Settings, type SettingsProblem } from '../settings.ts';
import { isDamaged, storeTrouble } from '../store-command.ts';

/** Exit codes: a contract with scripts and with systemd. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** The store is damaged: whoever starts the bot again and again need not (RestartPreventExitStatus of systemd). */
  damaged: 3,
  /** And the signal's number: what a shell says of a program that a signal has ended. */
  bySignal: 128,
} as const;

export interface Cli {
  /** How the program was launched; null: from its source. */
  readonly launch: Launch | null;
  readonly env: NodeJS.ProcessEnv;
  readonly language: Language;
  readonly t: Texts;
  /** A line of the result, on standard output. */
  readonly print: (line: string) => void;
  /** A line about what went wrong, on standard error. */
  readonly complain: (text: string) => void;
  /** Complains and ends the program: what was typed cannot be meant. */
  readonly misused: (text: string) => never;
  /** The settings; without all of them in order the program ends here, with a line for each that is not. */
  readonly settings: () => Settings;
  /** Says why the store is not opened. @returns the exit code */
  readonly complainOf: (failure: OpenFailure) => number;
  /** Sets the exit code by a result, and says why it failed. */
  readonly finish: (result: Result<boolean, { reason: string } | OpenFailure>) => void;
  /** Opens the bot's own store, beside a running bot if need be, and closes it after `task`; none is made. */
  readonly withStore: <T, F extends { reason: string }>(
    task: (store: Store) => Promise<Result<T, F>>,
  ) => Promise<Result<T, { reason: string } | OpenFailure>>;
}

/** Adds a command, or a few of one matter, to the program. */
export type AddCommand = (program: Command, cli: Cli) => void;

/** @param launch how the program was launched; null: from its source */
export function createCli(env: NodeJS.ProcessEnv, launch: Launch | null): Cli {
  const language = languageOf(env.LC_ALL || env.LANG);
  const t = textsFor(language);
  const complain = (text: string) => void process.stderr.write(`${text}\n`);
  const misused = (text: string): never => {
    complain(text);
    process.exit(EXIT.usage);
  };
  const complainOf = (failure: OpenFailure) => {
    for (const line of storeTrouble(t, failure)) complain(line);
    return isDamaged(failure) ? EXIT.damaged : EXIT.failed;
  };
  const settings = () => {
    const read = readSettings(env);
    if (read.ok) return read.value;
    complain(t('bot:startup.settings'));
    for (const line of settingsTrouble(t, read.failure)) complain(`  ${line}`);
    process.exit(EXIT.usage);
  };
  return {
    launch,
    env,
    language,
    t,
    print: (line) => void process.stdout.write(`${line}\n`),
    complain,
    misused,
    settings,
    complainOf,
    finish: (result) => {
      process.exitCode = result.ok && result.value ? EXIT.done : EXIT.failed;
      if (result.ok) return;
      if ('problem' in result.failure) process.exitCode = complainOf(result.failure);
      else complain(t('bot:audit.unreadable', { detail: result.failure.reason }));
    },
    withStore: async (task) => {
      const { storeUrl } = settings();
      const looked = await lookAtStore(storeUrl, null);
      if (!looked.ok) return looked;
      const opened = await openStore(storeUrl);
      if (!opened.ok) return opened;
      try {
        return await task(opened.value);
      } finally {
        await opened.value.close();
      }
    },
  };
}

/** What is wrong with settings, a line for each: by name, never with a value. */
export function settingsTrouble(t: Texts, problems: readonly SettingsProblem[]): string[] {
  return problems.map(({ setting, problem, example, needs = '', detail = '' }) => {
    return `${setting}: ${t(`bot:settings.${problem}`, { example, needs, detail })}`;
  });
}
