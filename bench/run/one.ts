/** Runs one bench as a process of its own, so that no bench meets what another has left in memory, caches or sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { basename } from 'node:path';
import * as z from 'zod';
import { childEnv } from '../../src/kernel/child-env.ts';
import { type Listed, MINUTES } from './list.ts';
import { figure, type Result } from './result.ts';

const told = z.union([
  z.strictObject({ figures: z.array(figure), notes: z.array(z.string()) }),
  z.strictObject({ skipped: z.string() }),
]);

/** What is shown of a bench that failed, characters from the end. */
const SHOWN = 2_000;

/**
 * Resolves when the bench and whatever it has started are gone, at the latest after its minutes.
 * @param program its file
 * @param root the folder it works in
 */
export async function runBench(
  program: string,
  root: string,
  { about, ...listed }: Omit<Listed, 'name' | 'isHeavy'>,
): Promise<Result> {
  const begun = performance.now();
  const [loadBefore = 0] = loadavg();
  const limitMs = (listed.minutes ?? MINUTES) * 60_000;
  const words = [
    ...(listed.node ?? []),
    '--import',
    import.meta.resolve('tsx'),
    program,
    '--json',
    ...(listed.words ?? []),
  ];
  const child = spawn(process.execPath, words, {
    cwd: root,
    // Nothing of the caller's settings; the path, for the programs that some start (ip, unshare, redis-server).
    env: { ...childEnv(), PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what it has started ends with it, however it ends.
    detached: true,
  });
  let [said, complained] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complained = (complained + text).slice(-SHOWN);
  });
  const endGroup = () => killGroup(child.pid);
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    endGroup();
    // Whoever has left the group and still holds them keeps nobody waiting.
    child.stdout.destroy();
    child.stderr.destroy();
  }, limitMs);
  process.once('exit', endGroup);
  child.once('exit', endGroup);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(limit);
  process.off('exit', endGroup);
  const common = {
    name: basename(program, '.ts'),
    about,
    seconds: (performance.now() - begun) / 1000,
    load: Math.max(loadBefore, loadavg()[0] ?? 0),
  };
  const failed = (why: string): Result => ({ ...common, outcome: 'failed', why, figures: [], notes: [] });
  if (isLate) return failed(`ended after ${limitMs / 60_000} minutes`);
  if (code !== 0) return failed(`${signal ?? `exit code ${code}`}\n${complained.trim()}`);
  const last = told.safeParse(parsed(said.trim().split('\n').at(-1) ?? ''));
  if (!last.success) return failed('it has told no figures as its last line');
  return 'skipped' in last.data
    ? { ...common, outcome: 'skipped', why: last.data.skipped, figures: [], notes: [] }
    : { ...common, outcome: 'measured', why: null, ...last.data };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
