/** All commands of `unbind-bot`, in the order of its help. */
import { addAgentConfig } from './agent-config.ts';
import { addAudit } from './audit.ts';
import { addBackup, addRestore } from './backup.ts';
import type { AddCommand } from './cli.ts';
import { addData } from './data.ts';
import { addDoctor } from './doctor.ts';
import { addForget, addUnlock } from './forget.ts';
import { addForgetPin } from './forget-pin.ts';
import { addHealth } from './health.ts';
import { addInit } from './init.ts';
import { addRun } from './run.ts';
import { addStore } from './store.ts';

export const COMMANDS: readonly AddCommand[] = [
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
