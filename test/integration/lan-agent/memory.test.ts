/** What the agent's memory holds of a password when the job it was typed for is over. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { hits } from '../../support/canary.ts';
import { bundled } from '../../support/programs.ts';
import { CAMERA, emptyFolder, oneCamera } from './agent.ts';
import { FROM_FILE, OWN, post } from './window-client.ts';

const NO_TERMINAL =
  process.platform !== 'linux' || spawnSync('script', ['--version']).error
    ? 'a terminal needs Linux and the command "script" (package bsdutils)'
    : null;

const PASSWORD = 'Canary-Mem 7+%x';
const program = await bundled('test/integration/lan-agent/memory-process.ts');

interface Asked {
  readonly child: ChildProcess;
  /** Waits for a text. @returns the part in brackets */
  see(text: RegExp): Promise<string>;
}

/** An agent that asks for the password of a camera, in its terminal, on its page, in its window or out of a pipe, and stays when it is done. */
async function asking(
  t: TestContext,
  kind: 'terminal' | 'page' | 'window' | 'pipe',
  snapshot: string,
): Promise<Asked> {
  const at = await oneCamera(t, { profile: { adminPassword: PASSWORD } });
  const words = ['--expose-gc', program, kind, at.lan.testNetwork, CAMERA, snapshot];
  const command = `stty cols 100 rows 40; exec "${process.execPath}" ${words.join(' ')}`;
  const child =
    kind !== 'terminal'
      ? spawn(process.execPath, words, options(at.home))
      : spawn('script', ['-qefc', command, '/dev/null'], options(at.home));
  const ended = new Promise((done) => child.once('close', done));
  child.stdin?.on('error', () => undefined);
  let screen = '';
  let changed = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      screen += bytes.toString();
      changed();
    });
  }
  t.onTestFinished(async () => {
    const pid = pidIn(screen);
    if (pid !== null && child.exitCode === null) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    see: async (text) => {
      for (;;) {
        const seen = text.exec(screen)?.[1];
        if (seen !== undefined) return seen;
        await new Promise<void>((done) => (changed = done));
      }
    },
  };
}

function options(home: string) {
  return {
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      SHELL: '/bin/sh',
      UNBIND_AGENT_HOME: home,
    },
    stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'],
  };
}

function pidIn(screen: string): number | null {
  const pid = /, pid (\d+)\./.exec(screen)?.[1];
  return pid === undefined ? null : Number(pid);
}

/** Sends the form of the page as a browser does. */
async function submit(page: string): Promise<void> {
  await post(page, { password: PASSWORD, action: 'send' }, { origin: new URL(page).origin });
}

/** The same in the window: lets itself in first. @param asked address, key and form, as the window says them */
async function answerIn(asked: string): Promise<void> {
  const [address = '', key = '', form = ''] = asked.split(' ');
  const entered = await post(`${address}enter`, { key }, FROM_FILE);
  const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const { origin } = new URL(address);
  const headers = { ...OWN, origin, cookie };
  await post(`${address}answer`, { form, password: PASSWORD, action: 'send' }, headers);
}

/** How often one of several bytes stands in the memory a process can write to, which is all that it was told. */
async function countIn(pid: number, forms: readonly Buffer[]): Promise<number> {
  const maps = (await readFile(`/proc/${pid}/maps`, 'utf8')).split('\n');
  const memory = await open(`/proc/${pid}/mem`, 'r');
  let found = 0;
  try {
    for (const line of maps) {
      const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      const start = Number.parseInt(from, 16);
      const size = Number.parseInt(to, 16) - start;
      if (!(size > 0)) continue;
      const bytes = Buffer.alloc(size);
      // Some regions are the kernel's and cannot be read.
      const { bytesRead } = await memory.read(bytes, 0, size, start).catch(() => ({ bytesRead: 0 }));
      const region = bytes.subarray(0, bytesRead);
      for (const form of forms) {
        for (let at = region.indexOf(form); at >= 0; at = region.indexOf(form, at + 1)) found++;
      }
    }
  } finally {
    await memory.close();
  }
  return found;
}

const FORMS = [
  Buffer.from(PASSWORD),
  Buffer.from(PASSWORD, 'utf16le'),
  Buffer.from(new URLSearchParams({ p: PASSWORD }).toString().slice(2)),
];

describe.each(['terminal', 'page', 'window', 'pipe'] as const)(
  'a password that came through the %s',
  (kind) => {
    const isMissing = kind === 'terminal' && NO_TERMINAL !== null;
    it.skipIf(isMissing)(
      'is nowhere in the program’s memory when the job is over',
      async (t) => {
        const snapshot = join(await emptyFolder(t), 'heap.heapsnapshot');
        const agent = await asking(t, kind, snapshot);
        if (kind === 'page') {
          await submit(await agent.see(/prompt-page: (\S+)\n/));
        } else if (kind === 'window') {
          await answerIn(await agent.see(/window: (.+)\n/));
        } else {
          if (kind === 'terminal') await agent.see(/(Admin password of the device)/);
          agent.child.stdin?.write(`${PASSWORD}${kind === 'terminal' ? '\r' : '\n'}`);
        }
        const outcome = await agent.see(/outcome: (.*\.)/);
        expect(outcome).toContain('unbound');
        const pid = pidIn(outcome) ?? 0;
        if (process.platform === 'linux') {
          expect(await countIn(pid, FORMS)).toBe(0);
          expect(await countIn(pid, [Buffer.from(CAMERA)])).toBeGreaterThan(0);
        }
        process.kill(pid, 'SIGUSR2');
        await agent.see(/(snapshot written)/);
        const heap = { heap: await readFile(snapshot) };
        expect(hits({ password: PASSWORD }, heap)).toEqual([]);
        // What is known to be there is found: the search is one.
        expect(hits({ serial: CAMERA }, heap)).toEqual(['serial in heap']);
      },
      60_000,
    );
  },
);
