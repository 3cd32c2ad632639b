/** All commands of `unbind-bot`, in the order of its help. */
import { Command } from 'commander';
import { BOT_VERSION } from '../version.ts';
import { addAgentConfig } from './agent-config.ts';
import { addAudit } from './audit.ts';
import { addBackup, addRestore } from './backup.ts';
import type { AddCommand, Cli } from './cli.ts';
import { addData } from './data.ts';
import { addDoctor } from './doctor.ts';
import { addForget, addUnlock } from './forget.ts';
import { addForgetPin } from './forget-pin.ts';
import { addHealth } from './health.ts';
import { addInit } from './init.ts';
import { addPrecompile } from './precompile.ts';
import { addRun } from './run.ts';
import { addStore } from './store.ts';

const COMMANDS: readonly AddCommand[] = [
  addRun,
  addInit,
  addDoctor,
  addHealth,
  addPrecompile,
  addBackup,
  addRestore,
  addForget,
  addUnlock,
  addAudit,
  addForgetPin,
  addStore,
  addData,
  addAgentConfig,
];

/** Does what the program's words say. */
export async function obey(cli: Cli): Promise<void> {
  const program = new Command('unbind-bot')
    .description(cli.t('bot:audit.cli.about'))
    .version(BOT_VERSION, '-V, --version', cli.t('bot:audit.cli.version'));
  for (const add of COMMANDS) add(program, cli);
  await program.parseAsync();
}
