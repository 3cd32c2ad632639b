/** A real terminal: a pty of `script`. */
import { spawn, spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { AGENT, type Site } from './agent.ts';

/** Why there is none here; null: there is one. */
export const NO_TERMINAL =
  process.platform !== 'linux' || spawnSync('script', ['--version']).error
    ? 'a terminal needs Linux and the command "script" (package bsdutils)'
    : null;

/** Stands below a question that has ended by itself. */
export const TOLD = 'Press Enter alone';

/** Starts what a shell is told in a terminal of 100 columns. `$NODE "$AGENT"` is the agent. */
export function openTerminal(
  t: Pick<TestContext, 'onTestFinished'>,
  at: { readonly home: string; readonly lan: Pick<Site['lan'], 'testNetwork'> },
  command: string,
) {
  const child = spawn('script', ['-qefc', `stty cols 100 rows 40; ${command}`, '/dev/null'], {
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      SHELL: '/bin/sh',
      NODE: process.execPath,
      AGENT,
      UNBIND_AGENT_HOME: at.home,
      UNBIND_AGENT_TEST_NETWORK: at.lan.testNetwork,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  child.stdin.on('error', () => undefined);
  t.onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let screen = '';
  let changed = () => {};
  child.stdout.on('data', (bytes: Buffer) => {
    screen += bytes.toString();
    changed();
  });
  return {
    ended,
    type: (keys: string) => void child.stdin.write(keys),
    /** The window is closed: the terminal is gone under the program. */
    close: () => void child.kill('SIGKILL'),
    /** @param from where on the screen to look for it */
    see: async (text: string, from = 0) => {
      while (!screen.includes(text, from)) await new Promise<void>((done) => (changed = done));
    },
    screen: () => screen,
    /** Sends a signal to the process that has said its number as `pid 1234.` */
    signal: (name: NodeJS.Signals) => process.kill(Number(/pid (\d+)\./.exec(screen)?.[1]), name),
  };
}
