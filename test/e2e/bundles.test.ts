/**
 * What `npm run build` makes, started and used. The bot of all tests here is the released one; the released agent works
 * through test/integration/netns, because it refuses the test network, where its twin of the same build stands for it.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, type TestContext } from 'vitest';
import { decodeCompiled } from '../../src/bot/compiled.ts';
import { childEnv } from '../../src/kernel/child-env.ts';
import { AGENT_VERSION } from '../../src/lan-agent/version.ts';
import { recorder3, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import { createStage } from '../../src/sandbox/stage.ts';
import { emptyFolder, site, spawnAgent } from '../integration/lan-agent/agent.ts';
import { eventually } from '../support/eventually.ts';
import { releasedAgent, releasedBot } from '../support/programs.ts';
import { offering, openStage, pressId, STEP } from '../support/stage.ts';

describe('the bundled bot', () => {
  it('reads a label in its bundled process, and ends when it is told to', async (t) => {
    const stage = await openStage({ devices: [] });
    t.onTestFinished(() => stage.close());
    const technician = stage.technician('en');
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(new RegExp(`Serial number ${recorder3.profile.shortSerial}`), STEP);
    await technician.waitFor(offering('no'), STEP);
    await pressId(technician, 'cancel');
    await technician.waitFor(/Case closed/, STEP);
    await stage.bot.stop();
  }, 120_000);

  it('ends with a last line of its log where it cannot read what answers laptops', async (t) => {
    const folder = await emptyFolder(t);
    const program = join(folder, 'program');
    await cp(dirname(await releasedBot()), program, { recursive: true });
    await symlink(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
    const holding = (await partsOf(program)).filter((part) =>
      readFileSync(part, 'utf8').includes('"node_modules/fastify/fastify.js"'),
    );
    expect(holding).toHaveLength(1);
    for (const part of holding) await rm(part);
    const lines: string[] = [];
    const stage = await createStage({
      devices: [],
      program: [join(program, 'unbind-bot.mjs')],
      onBotLine: (line) => lines.push(line),
    });
    t.onTestFinished(() => stage.close());
    const died = new Promise<void>((resolve) => stage.bot.onDeath(resolve));
    // It may have been ready for a moment, or not.
    await stage.bot.start().catch(() => undefined);
    await died;
    expect(await stage.bot.stop()).toBe(1);
    // What it said may come in after its end.
    await eventually(() => {
      const last: unknown = JSON.parse(lines.at(-1) ?? '{}');
      expect(last).toMatchObject({ level: 60, err: { code: 'ENOENT' } });
    });
  }, 120_000);
});

describe('the precompiled bot', () => {
  /** A copy of its own of the released bot. */
  async function unpacked(t: TestContext): Promise<string> {
    const folder = await emptyFolder(t);
    await cp(dirname(await releasedBot()), join(folder, 'bot'), { recursive: true });
    await symlink(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
    return join(folder, 'bot', 'unbind-bot.mjs');
  }

  /** Starts it, has it answer, and stops it. @returns how it says that it was started */
  async function startedFrom(
    program: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const lines: string[] = [];
    const stage = await createStage({
      devices: [],
      program: [program],
      environment,
      onBotLine: (line) => lines.push(line),
    });
    try {
      await stage.bot.start();
      const technician = stage.technician('ru');
      await technician.send('/start');
      await technician.waitFor(/серийный номер/i, STEP);
    } finally {
      await stage.close();
    }
    const ready = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'ready');
    return ready?.compiled;
  }

  const precompile = (program: string, cwd: string, env: NodeJS.ProcessEnv = {}) =>
    // Of somebody who keeps what he writes to himself.
    promisify(execFile)('sh', ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, program, 'precompile'], {
      cwd,
      env: { ...childEnv(), LANG: 'en_US.UTF-8', ...env },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );

  it('starts from what it compiled, and as ever where that is not there or damaged', async (t) => {
    const program = await unpacked(t);
    expect(await startedFrom(program)).toBe('absent');
    const cwd = await emptyFolder(t);
    // What the operator has set is for the bot itself: nothing of it is touched, and nobody is called.
    const theirs = {
      BOT_TOKEN: 'no token',
      STORE_URL: `lmdb:${join(cwd, 'store')}`,
      TELEGRAM_API_ROOT: 'no address',
    };
    const made = await precompile(program, cwd, theirs);
    expect(made).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Compiled: .*unbind-bot\.compiled/),
    });
    expect(await readdir(cwd)).toEqual([]);
    expect(await startedFrom(program)).toBe('used');
    const kept = join(dirname(program), 'unbind-bot.compiled');
    expect((await stat(kept)).mode & 0o777).toBe(0o644);
    const content = await readFile(kept);
    content[content.length - 100_000] = (content[content.length - 100_000] ?? 0) ^ 1;
    await writeFile(kept, content);
    expect(await startedFrom(program)).toBe('outdated');
    await writeFile(kept, content.subarray(0, 10));
    expect(await startedFrom(program)).toBe('outdated');
  }, 120_000);

  it('holds what the engine of the store is made of, and runs none of it from what was compiled of another text', async (t) => {
    const program = await unpacked(t);
    const beside = join(dirname(program), '..', 'node_modules');
    await rm(beside);
    await mkdir(beside);
    for (const name of await readdir('node_modules'))
      if (name !== 'lmdb') await symlink(resolve('node_modules', name), join(beside, name), 'junction');
    await cp('node_modules/lmdb', join(beside, 'lmdb'), { recursive: true });
    const cwd = await emptyFolder(t);
    expect(await precompile(program, cwd)).toMatchObject({ code: 0 });
    const parts = decodeCompiled(await readFile(join(dirname(program), 'unbind-bot.compiled')));
    const packages = [...parts.keys()].filter((name) => name.includes(' ')).map((name) => name.split(sep)[0]);
    expect(new Set(packages)).toEqual(
      new Set([
        'lmdb',
        'msgpackr',
        'ordered-binary',
        'weak-lru-cache',
        '@harperfast',
        'node-gyp-build-optional-packages',
        ...(process.platform === 'linux' ? ['detect-libc'] : []),
      ]),
    );
    const help = () => promisify(execFile)(process.execPath, [program, '--help'], { cwd });
    expect((await help()).stderr).toBe('');
    const engine = join(beside, 'lmdb/dist/index.cjs');
    const text = await readFile(engine, 'utf8');
    const last = '//# sourceMappingURL=index.cjs.map';
    expect(text).toContain(last);
    // Of the same length: that is all V8 would look at.
    await writeFile(engine, text.replace(last, 'console.error("another");'.padEnd(last.length)));
    expect((await help()).stderr).toBe('another\n');
  }, 120_000);

  it('has letters beyond ASCII in the parts of sentences alone: node reads one with a single one of them slowly', async () => {
    const folder = dirname(await releasedBot());
    const parts = (await readdir(folder)).filter((name) => name.endsWith('.cjs'));
    const texts = await Promise.all(parts.map((name) => readFile(join(folder, name), 'utf8')));
    const beyond = texts.map((text) => text.length - text.replace(/[^\0-\x7f]/g, '').length);
    const shares = beyond.map((letters, n) => letters / (texts[n]?.length ?? 0)).filter((share) => share > 0);
    expect(shares.length).toBeGreaterThan(0);
    expect(Math.min(...shares)).toBeGreaterThan(0.1);
  });

  it('is for the flags of node that it was compiled with, and says so under others', async (t) => {
    const program = await unpacked(t);
    const cwd = await emptyFolder(t);
    // One that every node it runs on looks at.
    const flags = { NODE_OPTIONS: '--stack-trace-limit=20' };
    expect(await precompile(program, cwd, flags)).toMatchObject({ code: 0 });
    expect(await startedFrom(program, flags)).toBe('used');
    expect(await startedFrom(program)).toBe('other-flags');
    expect(await precompile(program, cwd)).toMatchObject({ code: 0 });
    expect(await startedFrom(program)).toBe('used');
    expect(await startedFrom(program, flags)).toBe('other-flags');
  }, 120_000);

  it('says so where it may not write beside the program, and leaves nothing behind', async (t) => {
    const program = await unpacked(t);
    await mkdir(join(dirname(program), 'unbind-bot.compiled'));
    const before = await readdir(dirname(program));
    const made = await precompile(program, await emptyFolder(t));
    expect(made).toMatchObject({ code: 1, stdout: '' });
    expect(made.stderr).toMatch(/was not written \(EISDIR\)/);
    expect(await readdir(dirname(program))).toEqual(before);
  }, 60_000);

  it('says so where there is no place for its temporary folder', async (t) => {
    const program = await unpacked(t);
    const cwd = await emptyFolder(t);
    const made = await precompile(program, cwd, { TMPDIR: join(cwd, 'none') });
    expect(made).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('has failed (ENOENT)'),
    });
  }, 60_000);

  it('is nothing that runs from its source', async (t) => {
    const source = resolve('src/bot/main.ts');
    const made = await promisify(execFile)(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), source, 'precompile'],
      {
        cwd: await emptyFolder(t),
        env: { ...childEnv(), LANG: 'en_US.UTF-8' },
      },
    ).catch(({ code, stderr }) => ({ code, stderr }));
    expect(made).toMatchObject({ code: 1, stderr: expect.stringContaining('npm run build') });
  }, 60_000);
});

/** Files of packages that the first answer does not need: as a bundle names those it holds. */
const LATE = [
  'commander/lib/command.js',
  'fastify/fastify.js',
  'qrcode/lib/index.js',
  'undici/lib/web/fetch/index.js',
  'undici/lib/mock/mock-agent.js',
  'undici/lib/api/api-request.js',
  '@grammyjs/conversations/out/mod.js',
  'grammy/out/mod.js',
  '@redis/client/dist/index.js',
];
/** Packages that others ask for, and nothing of which is called (scripts/bundles.ts). */
const LEFT_OUT = [
  'whatwg-url',
  'tr46',
  '@fastify/ajv-compiler',
  'ajv',
  '@opentelemetry/api',
  'node-fetch',
  'thread-stream',
  'tdigest',
  'undici/lib/dispatcher/client-h2.js',
];

async function partsOf(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^unbind-bot.*\.[cm]js$/.test(name)).map((name) => join(folder, name));
}

/** What a part asks for before it is done itself: what it imports late is asked for by a function. */
const ASKED = /(?:\bload\(|(?<!=>__toESM\()\brequire\()"([^"]+)"/g;

function askedOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(ASKED)].map(([, name = '']) => name);
}

/** The bot's launcher, and every part that it loads before the first line of the program runs. */
function loadedAtStart(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const name of askedOf(file)) if (isPart(name)) loadedAtStart(join(dirname(file), name), seen);
  return seen;
}

function isPart(name: string): boolean {
  return /^(?:\.\/)?unbind-bot-[^/]+\.cjs$/.test(name);
}

/** What node reads before the first line of a module runs: the module and all it imports, but not when it is asked to. */
function readAtStart(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, imported = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*"(\.[^"]+)"/g))
    readAtStart(join(dirname(file), imported), seen);
  return seen;
}

async function bytesOf(files: Iterable<string>): Promise<number> {
  const sizes = await Promise.all([...files].map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('the bundled bot, before its first line', () => {
  const textOf = (files: Iterable<string>) => [...files].map((file) => readFileSync(file, 'utf8')).join('\n');

  it('has read no package but those beside it, and nothing that its first answer does not need', async () => {
    const entry = await releasedBot();
    const whole = textOf(await partsOf(dirname(entry)));
    const files = [...loadedAtStart(entry)];
    const start = textOf(files);
    const asked = files.flatMap(askedOf).filter((name) => !isPart(name));
    expect(files.length).toBeGreaterThan(5);
    // lmdb, too, is taken otherwise (src/store/lmdb/engine.ts).
    expect(asked.filter((name) => !isBuiltin(name))).toEqual([]);
    // Taken by `import { z }`, zod brings what it says in sixty languages, Indonesian among them.
    expect(whole.includes('Input tidak valid')).toBe(false);
    // What others say is left out of it (scripts/bundles.ts), so nothing of it may ask for that.
    expect(whole.match(/["'`](?:agent|window|sandbox|packages):[a-z][\w.]*/gi)).toBeNull();
    for (const name of LEFT_OUT)
      expect(new RegExp(`"node_modules/${name}[/"]`).test(whole), `${name} is in the bundle`).toBe(false);
    for (const file of LATE) {
      expect(whole.includes(`node_modules/${file}"`), `${file} is in the bundle`).toBe(true);
      expect(start.includes(`node_modules/${file}"`), `${file} is read at once`).toBe(false);
    }
  });

  it('has made few schemas: most are made when something is read by them first', async () => {
    const entry = await releasedBot();
    // zod hands each to this as it is made.
    const count = `
      let made = 0;
      globalThis.__zod_globalConfig = { postProcessor: () => { made += 1; } };
      process.on('exit', () => console.log('made', made));`;
    const counting = ['--import', `data:text/javascript,${encodeURIComponent(count)}`];
    const { stdout } = await promisify(execFile)(process.execPath, [...counting, entry, '--help'], {
      env: childEnv(),
    });
    const made = Number(/^made (\d+)$/m.exec(stdout)?.[1]);
    expect(made).toBeGreaterThan(100);
    expect(made).toBeLessThan(900);
  });

  it('says its version, and reads nothing but its first file for that', async (t) => {
    const cwd = await emptyFolder(t);
    const program = join(cwd, 'unbind-bot.mjs');
    await copyFile(await releasedBot(), program);
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    for (const word of ['--version', '-V'])
      expect(await promisify(execFile)(process.execPath, [program, word], { cwd })).toEqual({
        stdout: `${version}\n`,
        stderr: '',
      });
  });
});

describe('the bundled agent', () => {
  it('says its version', async (t) => {
    const { code, stdout } = await spawnAgent(t, ['--version'], '', {}, [await releasedAgent()]).ended;
    expect([code, stdout]).toEqual([0, `${AGENT_VERSION}\n`]);
  });

  it('reads no more for that than before its first inquiry', async (t) => {
    const released = await releasedAgent();
    const entry = join(await emptyFolder(t), 'unbind-agent.mjs');
    for (const file of readAtStart(released)) {
      const copy = join(dirname(entry), relative(dirname(released), file));
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(file, copy);
    }
    for (const word of ['--version', '-V']) {
      const { code, stdout, stderr } = await spawnAgent(t, [word], '', {}, [entry]).ended;
      expect([code, stdout, stderr]).toEqual([0, `${AGENT_VERSION}\n`, '']);
    }
  });

  it('does not go near loopback', async (t) => {
    const env = {
      UNBIND_AGENT_HOME: await emptyFolder(t),
      UNBIND_AGENT_TEST_NETWORK: '127.0.0.1/8:40123',
    };
    const { code, stdout, stderr } = await spawnAgent(t, ['discover', '--json'], '', env, [
      await releasedAgent(),
    ]).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('UNBIND_AGENT_TEST_NETWORK');
  });

  it('finds a device', async (t) => {
    const at = await site(t, [unbindableCamera]);
    const { shortSerial } = unbindableCamera.profile;
    const { code, json } = await at.start(['discover', '--json', '--until', shortSerial]).ended;
    expect([code, json<{ shortSerial: string }[]>().map((one) => one.shortSerial)]).toEqual([
      0,
      [shortSerial],
    ]);
  });

  it('reads a small part of itself before its first inquiry', async () => {
    const entry = await releasedAgent();
    const chunks = await readdir(join(dirname(entry), 'agent'));
    const all = [entry, ...chunks.map((name) => join(dirname(entry), 'agent', name))];
    const [start, whole] = [await bytesOf(readAtStart(entry)), await bytesOf(all)];
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThan(whole / 20);
  });
});
