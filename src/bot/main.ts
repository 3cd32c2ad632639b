#!/usr/bin/env node
/** `unbind-bot`: the operator's program. Its commands are in cli/, a file each. */
import { Command } from 'commander';
import { config } from 'dotenv';
import { addAgentConfig } from './cli/agent-config.ts';
import { addAudit } from './cli/audit.ts';
import { addBackup, addRestore } from './cli/backup.ts';
import { createCli } from './cli/cli.ts';
import { addData } from './cli/data.ts';
import { addDoctor } from './cli/doctor.ts';
import { addForget, addUnlock } from './cli/forget.ts';
import { addForgetPin } from './cli/forget-pin.ts';
import { addHealth } from './cli/health.ts';
import { addInit } from './cli/init.ts';
import { addRun } from './cli/run.ts';
import { addStore } from './cli/store.ts';

config({ quiet: true });
const cli = createCli(process.env);
const program = new Command('unbind-bot').description(cli.t('bot:audit.cli.about'));
const COMMANDS = [
  addRun,
  addInit,
  addDoctor,
  addHealth,
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
for (const add of COMMANDS) add(program, cli);
await program.parseAsync();
