/**
 * The package for Linux where nothing else is: a root with the libraries that node names and a shell, no environment, no PATH, and a
 * user nobody has seen before. Real node, from the registry unless it is in the cache of whoever runs this.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { cacheFolder, NODE_PINS } from '../../../scripts/package/node-binaries.ts';
import { packageFiles } from '../../../scripts/package/packages.ts';
import { WINDOWS_ROOT } from '../../../scripts/package/vendor-signature.ts';
import type { PackagedFile } from '../../../scripts/package/zip.ts';
import { type PackageConfig, packageConfig } from '../../../src/link/packages.ts';
import { releasedBot } from '../../support/programs.ts';
import { emptyFolder, PASSWORD } from '../lan-agent/agent.ts';
import { createLaptop, createWorld, type Laptop, PATIENT, plugCamera, type Seen } from './site.ts';
import type { Program } from './world.ts';

/** The fresh user, whom the machine does not know. */
const USER = 54_321;
const HOME = 'home/technician';

/** The command that goes into another root, by its path: without an environment nobody would find it. */
const CHROOT = spawnSync('sh', ['-c', 'command -v chroot'], { encoding: 'utf8' }).stdout.trim();
/** Why there is no root to be had, for the list of skipped tests; null where there is. */
const NO_ROOT: string | null =
  process.arch !== 'x64'
    ? 'the package is for x86-64'
    : CHROOT === '' || spawnSync(CHROOT, ['/', '/bin/true']).status !== 0
      ? 'an empty root needs the command "chroot", and the right to use it'
      : null;

/** The files of the package; skips the test where its node cannot be had. */
async function filesFor(t: TestContext, config: PackageConfig): Promise<readonly PackagedFile[]> {
  const retries = process.env.npm_config_fetch_retries;
  process.env.npm_config_fetch_retries = '0';
  const packed = await packageFiles('linux-x64', {
    config,
    cache: cacheFolder(process.env),
    pins: NODE_PINS,
    windowsRoot: WINDOWS_ROOT,
    onStep: () => undefined,
  });
  if (retries === undefined) delete process.env.npm_config_fetch_retries;
  else process.env.npm_config_fetch_retries = retries;
  if (packed.ok) return packed.value;
  if (packed.failure.reason === 'unfetched')
    return t.skip(`the registry does not hand out node: ${packed.failure.detail}`);
  throw new Error(JSON.stringify(packed.failure));
}

/** A root with the package in the home of its only user. */
async function emptyRoot(t: TestContext, files: readonly PackagedFile[]): Promise<string> {
  const root = await emptyFolder(t);
  // The folder of a test is its owner's alone.
  chmodSync(root, 0o755);
  for (const { path, bytes, isProgram } of files) {
    const file = join(root, HOME, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    chmodSync(file, isProgram ? 0o755 : 0o644);
  }
  const bring = (file: string, as = file) => {
    mkdirSync(join(root, dirname(as)), { recursive: true });
    copyFileSync(file, join(root, as));
  };
  bring('/bin/sh');
  for (const program of [join(root, HOME, 'unbind-agent/app/node'), '/bin/sh']) {
    const needed = execFileSync('ldd', [program], { encoding: 'utf8' });
    for (const [library] of needed.matchAll(/(?<=^|\s)\/\S+(?= \()/g)) bring(library);
  }
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), `technician:x:${USER}:${USER}::/${HOME}:/bin/sh\n`);
  chownSync(join(root, HOME), USER, USER);
  return root;
}

/** Starts the package's start file with these words, in that root and without any environment. */
function startIn(t: TestContext, laptop: Laptop, root: string, words: readonly string[], user = USER) {
  const file = `/${HOME}/unbind-agent/unbind.sh`;
  const [command = '', ...rest] = [
    ...laptop.launcher,
    ...['env', '-i', CHROOT, `--userspec=${user}:${user}`, root, file, ...words],
  ];
  const child = spawn(command, rest, { stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  const said = (pattern: RegExp) =>
    new Promise<string>((done, failed) => {
      const look = () => {
        const [found] = pattern.exec(stderr) ?? [];
        if (found !== undefined) done(found);
      };
      child.stderr.on('data', look);
      child.once('close', () => failed(new Error(`it ended without ${pattern}: ${stderr}`)));
      look();
    });
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
  t.onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended, said };
}

async function startBot(t: TestContext, laptop: Laptop): Promise<{ bot: Program; config: PackageConfig }> {
  const source = 'test/integration/netns/bot-process.ts';
  const bot = await laptop.start(process.execPath, '--import', 'tsx', source, await releasedBot());
  // Killed, it would leave its bot behind.
  const closed = new Promise((done) => bot.child.once('close', done));
  t.onTestFinished(async () => {
    bot.child.stdin?.end();
    await closed;
  });
  return { bot, config: packageConfig.parse(JSON.parse(bot.first)) };
}

describe('the package for Linux, with nothing around it', PATIENT, () => {
  it('finds a device, pairs with its bot by the code alone, and unbinds', async (t) => {
    t.skip(NO_ROOT !== null, NO_ROOT ?? '');
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', '10.20.0.10/24');
    const camera = await plugCamera(t, world, wire, '10.20.0.64/24', 7);
    const { bot, config } = await startBot(t, laptop);
    const root = await emptyRoot(t, await filesFor(t, config));

    const found = await startIn(t, laptop, root, ['discover', '--json', '--until', camera.shortSerial]).ended;
    expect(found.code, found.stderr).toBe(0);
    expect(JSON.parse(found.stdout).map((one: Seen) => [one.shortSerial, one.address])).toEqual([
      [camera.shortSerial, '10.20.0.64'],
    ]);

    bot.child.stdin?.write('pair\n');
    const { code } = JSON.parse(await bot.next());
    const pairing = startIn(t, laptop, root, ['pair', code]);
    bot.child.stdin?.write(`${await pairing.said(/\b\d{3} \d{3}\b/)}\n`);
    await pairing.said(/paired/);
    pairing.child.stdin.end('y\n');
    const paired = await pairing.ended;
    expect(paired.code, paired.stderr).toBe(0);

    const words = [
      'unbind',
      camera.shortSerial,
      '--confirm',
      camera.shortSerial,
      '--password-stdin',
      '--json',
    ];
    const unbinding = startIn(t, laptop, root, words);
    unbinding.child.stdin.end(`${PASSWORD}\n`);
    const unbound = await unbinding.ended;
    expect(unbound.code, unbound.stderr).toBe(0);
    expect(JSON.parse(unbound.stdout)).toMatchObject({ outcome: 'unbound', verified: true });
    expect(await camera.snapshot()).toMatchObject({ unbindsExecuted: 1, passwordsTried: 1 });

    const nobody = await startIn(t, laptop, root, ['discover', '--json'], USER + 1).ended;
    expect([nobody.code, nobody.stdout]).toEqual([2, '']);
    expect(nobody.stderr).toMatch(/^The system knows no home folder of this user\. Set UNBIND_AGENT_HOME/);

    // All it has written lies in its own state folder.
    expect(readdirSync(join(root, HOME))).toEqual(['.local', 'unbind-agent']);
    expect(readdirSync(join(root, HOME, '.local/state'))).toEqual(['unbind-agent']);
  });
});
