/** Programs that tests start as processes of their own: bundled once a run, by the first test that needs them. */
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildAgent, buildBot } from '../../scripts/bundles.ts';
import { bundle } from './bundle.ts';

/** Where the folder of the run's bundles stands: it is the environment that all files of tests share. */
const FOLDER = 'UNBIND_TEST_PROGRAMS';

/** Before the run: an empty folder from which our packages are found. Gone after the run. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'unbind-programs-'));
  await symlink(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  process.env[FOLDER] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

/** A program in one file, by the path of its source: it starts in a third of the time. */
export function bundled(source: string): Promise<string> {
  return once(`${source.replaceAll('/', '-')}.mjs`, (path) => bundle(source, path));
}

/** The bot as it is released. */
export async function releasedBot(): Promise<string> {
  return join(await once('bot', buildBot), 'unbind-bot.mjs');
}

/** The same with fail points (docs/decisions/0076). */
export async function botWithFailPoints(): Promise<string> {
  return join(await once('failing-bot', (path) => buildBot(path, false)), 'unbind-bot.mjs');
}

/** The agent as it is released: it works in real networks alone, and so in a network namespace. */
export async function releasedAgent(): Promise<string> {
  return join(await once('agent', buildAgent), 'unbind-agent.mjs');
}

/** The same, for the test network and with fail points. */
export async function agentInTestNetwork(): Promise<string> {
  return join(await once('test-agent', (path) => buildAgent(path, false)), 'unbind-agent.mjs');
}

/** Another file of tests may be making the same: whoever is done first has made it. */
async function once(name: string, make: (path: string) => Promise<unknown>): Promise<string> {
  const folder = process.env[FOLDER];
  if (folder === undefined) throw new Error('bundles are made for a run of the tests');
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const own = join(folder, `${process.pid}-${name}`);
  await make(own);
  await rename(own, path).catch(() => rm(own, { recursive: true, force: true }));
  return path;
}
