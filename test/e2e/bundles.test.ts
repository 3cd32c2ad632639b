/**
 * What `npm run build` makes, started and used. The bot of all tests here is the released one; the released agent works
 * through test/integration/netns, because it refuses the test network, where its twin of the same build stands for it.
 */
import { readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rm, stat, symlink } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
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
      expect(last).toMatchObject({ level: 60, err: { code: 'ERR_MODULE_NOT_FOUND' } });
    });
  }, 120_000);
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
  return names.filter((name) => name.endsWith('.mjs')).map((name) => join(folder, name));
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
    const start = textOf(readAtStart(entry));
    const asked = [...start.matchAll(/(?:from|import)\s*"([\w@][\w@:/.-]*)"/g)].map(([, name = '']) => name);
    // lmdb, too, is taken otherwise (src/store/lmdb/engine.ts).
    expect(asked.filter((name) => !isBuiltin(name))).toEqual([]);
    // Taken by `import { z }`, zod brings what it says in sixty languages, Indonesian among them.
    expect(whole.includes('Input tidak valid')).toBe(false);
    for (const name of LEFT_OUT)
      expect(new RegExp(`"node_modules/${name}[/"]`).test(whole), `${name} is in the bundle`).toBe(false);
    for (const file of LATE) {
      expect(whole.includes(`node_modules/${file}"`), `${file} is in the bundle`).toBe(true);
      expect(start.includes(`node_modules/${file}"`), `${file} is read at once`).toBe(false);
    }
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
