/** `npm run build`: both programs, into `dist/` (bundles.ts says what lies there), and what this node has compiled of the bot. */
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnv } from '../src/kernel/child-env.ts';
import { buildAgent, buildBot, ROOT } from './bundles.ts';

const dist = join(ROOT, 'dist');
await rm(dist, { recursive: true, force: true });
await buildBot(dist);
await buildAgent(dist);
const compiled = spawnSync(process.execPath, [join(dist, 'unbind-bot.mjs'), 'precompile'], {
  env: { ...childEnv(), LANG: process.env.LANG },
  stdio: 'inherit',
});
process.exitCode = compiled.status ?? 1;
