#!/usr/bin/env node
/** `unbind-bot`: the operator's program. Its commands are in cli/, a file each. */
import { Command } from 'commander';
import { config } from 'dotenv';
import { createCli } from './cli/cli.ts';
import { addRun } from './cli/run.ts';

config({ quiet: true });
const cli = createCli(process.env);
const program = new Command('unbind-bot').description(cli.t('bot:audit.cli.about'));
const [word = 'run', ...more] = process.argv.slice(2);
// A bot that starts, as a service does it, reads nothing of the other commands.
if (word === 'run' && more.length === 0) addRun(program, cli);
else for (const add of (await import('./cli/commands.ts')).COMMANDS) add(program, cli);
await program.parseAsync();
