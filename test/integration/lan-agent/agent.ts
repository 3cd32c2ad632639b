/**
 * The real command line on an emulated LAN, with a state folder of its own: in this process, or in one of its own where
 * it is killed, stopped or spoken to meanwhile. That one starts from a bundle; cli.test.ts starts the source too.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import type { Surroundings } from '../../../src/lan-agent/cli/context.ts';
import { runWords } from '../../../src/lan-agent/start.ts';
import type { DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan, type EmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { agentInTestNetwork } from '../../support/programs.ts';

export const PASSWORD = DEMO_PASSWORD;
export const WRONG_PASSWORD = 'Not-The-One-9';
/** Short serial of the camera of `oneCamera`. */
export const CAMERA = unbindableCamera.profile.shortSerial;

/** The bundled agent. */
export const AGENT = await agentInTestNetwork();

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What standard output holds, which has to be one JSON value. */
  json<T = Record<string, unknown>>(): T;
}

export interface AgentOptions {
  /** Bytes for standard input, which is closed after them; null leaves it open. */
  readonly input?: string | Buffer | null;
  readonly env?: Readonly<Record<string, string>>;
}

export interface UnbindOptions extends AgentOptions {
  readonly password?: string;
  readonly serial?: string;
  readonly words?: readonly string[];
}

/** A technician's laptop on an emulated LAN. Everything is gone when the test is over. */
export interface Site {
  readonly lan: EmulatedLan;
  /** State folder of the agent. */
  readonly home: string;
  /** Runs a command line in this process. */
  agent(words: readonly string[], options?: AgentOptions): Promise<Ended>;
  /** Runs a command line in a process of its own. */
  start(words: readonly string[], options?: AgentOptions): { child: ChildProcess; ended: Promise<Ended> };
  /** `unbind --json --password-stdin`, of the camera unless told otherwise. */
  unbind(options?: UnbindOptions): Promise<Ended>;
  journal(): Promise<Record<string, unknown>[]>;
}

export async function site(t: TestContext, devices: readonly DeviceSpec[], home?: string): Promise<Site> {
  const lan = await createEmulatedLan({ devices });
  t.onTestFinished(() => lan.close());
  const folder = home ?? (await emptyFolder(t));
  const envWith = (env?: AgentOptions['env']) => ({
    UNBIND_AGENT_HOME: folder,
    UNBIND_AGENT_TEST_NETWORK: lan.testNetwork,
    ...env,
  });
  const agent: Site['agent'] = (words, { input, env } = {}) => runAgent(t, words, input, envWith(env));
  const unbindWords = (serial: string) => [
    'unbind',
    serial,
    '--confirm',
    serial,
    '--password-stdin',
    '--json',
  ];
  return {
    lan,
    home: folder,
    start: (words, { input, env } = {}) => spawnAgent(t, words, input, envWith(env)),
    agent,
    unbind: ({ password = PASSWORD, serial = CAMERA, words = [], ...options } = {}) =>
      agent([...unbindWords(serial), ...words], { input: `${password}\n`, ...options }),
    journal: async () => {
      const lines = (await readFile(join(folder, 'journal.jsonl'), 'utf8')).trim().split('\n');
      return lines.map((line) => JSON.parse(line));
    },
  };
}

/** A site with one camera that can be unbound, with manners to choose. */
export async function oneCamera(
  t: TestContext,
  changes: Pick<DeviceSpec, 'quirks' | 'state' | 'canned'> & {
    profile?: Partial<DeviceSpec['profile']>;
  } = {},
): Promise<Site & { camera: EmulatedDevice }> {
  const { profile, ...rest } = changes;
  const spec = {
    ...unbindableCamera,
    ...rest,
    profile: { ...unbindableCamera.profile, httpPort: null, ...profile },
  };
  const made = await site(t, [spec]);
  return { ...made, camera: made.lan.device(spec.profile.shortSerial) };
}

export async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unbind-agent-'));
  t.onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder on a disk of so many bytes; skips the test where none can be made. */
export async function smallDisk(t: TestContext, bytes: number): Promise<string> {
  const small = join(await emptyFolder(t), 'small');
  await mkdir(small);
  const run = promisify(execFile);
  const mount = ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', small];
  const mounted = process.platform === 'linux' && (await run('mount', mount).catch(() => false));
  if (!mounted) return t.skip('this user may not mount a small disk here');
  t.onTestFinished(async () => void (await run('umount', [small])));
  return small;
}

/** Words that start the agent from its source, as `npm run agent` does. */
export const FROM_SOURCE = ['--import', 'tsx', resolve('src/lan-agent/main.ts')];

/** The agent in this process, with nothing in its environment but what is given. */
export async function runAgent(
  t: TestContext,
  words: readonly string[],
  input: AgentOptions['input'] = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [stdin, out, err] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (input !== null) stdin.end(input);
  const stop = new AbortController();
  t.onTestFinished(() => stop.abort());
  const surroundings = {
    env: { LANG: 'C.UTF-8', ...env },
    stdin: stdin as unknown as Surroundings['stdin'],
    stdout: out,
    stderr: err,
    startedAt: performance.now(),
  };
  const said = Promise.all([text(out), text(err)]);
  const code = await runWords(words, surroundings, stop, null);
  out.end();
  err.end();
  const [stdout, stderr] = await said;
  return { code, stdout, stderr, json: () => JSON.parse(stdout) };
}

/** The agent with nothing in its environment but what is given; `launcher` starts it somewhere else. */
export function spawnAgent(
  t: TestContext,
  words: readonly string[],
  input: AgentOptions['input'] = '',
  env: Readonly<Record<string, string>> = {},
  program: readonly string[] = [AGENT],
  launcher: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ended> } {
  const [command = process.execPath, ...rest] = [...launcher, process.execPath, ...program, ...words];
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // An agent that refuses at once does not read its input.
  child.stdin.on('error', () => undefined);
  if (input !== null) child.stdin.end(input);
  const ended = new Promise<Ended>((done, failed) => {
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', failed);
    child.on('close', (code) => done({ code, stdout, stderr, json: () => JSON.parse(stdout) }));
  });
  t.onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
}
