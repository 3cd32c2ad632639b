import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FileEntry, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { describe, expect, it, type TestContext } from 'vitest';
import { buildPackages, type PackagesOrder, type PackagingStep } from '../../../scripts/package/packages.ts';
import { WINDOWS_ROOT } from '../../../scripts/package/vendor-signature.ts';
import { AGENT_VERSION } from '../../../src/lan-agent/version.ts';
import {
  PACKAGE_BYTES_LIMIT,
  type PackageConfig,
  type PackageSystem,
  readPackages,
} from '../../../src/link/packages.ts';
import { formatPublicKey, parsePublicKey } from '../../../src/link/signing.ts';
import { folderFor, LICENCE, SAYS_ITS_WORDS, type StandIns, standIns } from './stand-in.ts';

const operator = generateKeyPairSync('ed25519').privateKey;
const CONFIG: PackageConfig = {
  version: 1,
  server: 'https://bot.example.org',
  hubKey: formatPublicKey(generateKeyPairSync('ed25519').publicKey),
};
/** All but Windows, whose binary is looked at for its signature (vendor-signature.test.ts). */
const SYSTEMS: readonly PackageSystem[] = ['linux-x64', 'mac-arm64', 'mac-x64'];

function orderOf(t: TestContext, { pins, cache }: StandIns, changes: Partial<PackagesOrder> = {}) {
  const steps: PackagingStep[] = [];
  const order: PackagesOrder = {
    config: CONFIG,
    systems: SYSTEMS,
    operatorKey: operator,
    out: join(folderFor(t), 'packages'),
    cache,
    pins,
    windowsRoot: WINDOWS_ROOT,
    bytesLimit: PACKAGE_BYTES_LIMIT,
    onStep: (step) => steps.push(step),
    ...changes,
  };
  return { order, steps };
}

interface Unzipped {
  readonly bytes: Buffer;
  /** As Unix writes it: `755`. */
  readonly mode: string;
}

async function unzipped(path: string): Promise<Map<string, Unzipped>> {
  const zip = new ZipReader(new Uint8ArrayReader(readFileSync(path)), { checkSignature: true });
  const entries = (await zip.getEntries()) as FileEntry[];
  const files = new Map<string, Unzipped>();
  for (const entry of entries) {
    const bytes = Buffer.from(await entry.getData(new Uint8ArrayWriter()));
    files.set(entry.filename, { bytes, mode: ((entry.externalFileAttributes >>> 16) & 0o777).toString(8) });
  }
  return files;
}

/** Unpacks as a tool does that keeps the marks of programs. */
function write(files: ReadonlyMap<string, Unzipped>, folder: string): void {
  for (const [path, { bytes, mode }] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    chmodSync(join(folder, path), Number.parseInt(mode, 8));
  }
}

describe('a package', () => {
  it('holds node to the byte, the agent, whose it is, a file that starts it, one to read, and all licences', async (t) => {
    const { order } = orderOf(t, standIns(t), { systems: ['linux-x64'] });
    expect(await buildPackages(order)).toMatchObject({ ok: true });
    const files = await unzipped(join(order.out, `unbind-agent-${AGENT_VERSION}-linux-x64.zip`));

    const top = [...files.keys()].map((path) => path.split('/').slice(0, 2).join('/'));
    expect([...new Set(top)]).toEqual([
      'unbind-agent/README.txt',
      'unbind-agent/Unbind.desktop',
      'unbind-agent/app',
      'unbind-agent/licences',
      'unbind-agent/unbind.sh',
    ]);
    const programs = [...files].filter(([, { mode }]) => mode === '755').map(([path]) => path);
    expect(programs).toEqual(
      ['Unbind.desktop', 'app/node', 'unbind.sh'].map((path) => `unbind-agent/${path}`),
    );
    expect([...files.values()].every(({ mode }) => mode === '755' || mode === '644')).toBe(true);
    const text = (path: string) => files.get(`unbind-agent/${path}`)?.bytes.toString();
    expect(text('app/node')).toBe(SAYS_ITS_WORDS);
    expect(JSON.parse(text('app/unbind-agent.json') ?? '')).toEqual(CONFIG);
    expect(text('licences/node.txt')).toBe(LICENCE);
    expect(text('licences/packages.txt')).toMatch(/^zod \d.*\(MIT\)$/m);
    expect(text('README.txt')).toContain('https://bot.example.org/agent');
  });

  it('is the same to the byte when it is built again, in another time zone', async (t) => {
    const stand = standIns(t);
    const zone = process.env.TZ;
    t.onTestFinished(() => {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    });
    const [first, second] = [orderOf(t, stand).order, orderOf(t, stand).order];
    process.env.TZ = 'Pacific/Honolulu';
    await buildPackages(first);
    process.env.TZ = 'Asia/Kathmandu';
    await buildPackages(second);
    const names = readdirSync(first.out);
    expect(readdirSync(second.out)).toEqual(names);
    expect(names.length).toBe(SYSTEMS.length + 4);
    for (const name of names) {
      const [one, other] = [first, second].map(({ out }) => readFileSync(join(out, name)));
      expect(one?.equals(other ?? Buffer.alloc(0)), name).toBe(true);
    }
  });

  it('starts with an empty environment, wherever it lies and whoever calls it from where', async (t) => {
    const { order } = orderOf(t, standIns(t), { systems: ['linux-x64'] });
    await buildPackages(order);
    const folder = join(folderFor(t), `Unbind & "Söhne" '1' $HOME`);
    write(await unzipped(join(order.out, `unbind-agent-${AGENT_VERSION}-linux-x64.zip`)), folder);
    const app = join(folder, 'unbind-agent', 'app');
    const start = (file: string, cwd: string, ...words: string[]) =>
      execFileSync(file, words, { cwd, env: {}, encoding: 'utf8', stdio: 'pipe' }).split('\n');

    const script = join(folder, 'unbind-agent', 'unbind.sh');
    expect(start(script, '/', 'status', 'a  b', '*')).toEqual([
      `${app}/unbind-agent.mjs`,
      'status',
      'a  b',
      '*',
      '',
    ]);
    // Without words it is looked whether it runs at all, and that is not told.
    expect(start(script, '/')).toEqual([`${app}/unbind-agent.mjs`, '']);
    expect(start('./unbind.sh', dirname(script), 'doctor')).toEqual(['./app/unbind-agent.mjs', 'doctor', '']);
    expect(start('/bin/sh', dirname(script), 'unbind.sh', 'run')).toEqual([
      './app/unbind-agent.mjs',
      'run',
      '',
    ]);
  });

  it('says in both languages what to do when files are missing, or node does not run', async (t) => {
    const { order } = orderOf(
      t,
      standIns(t, { 'linux-x64': '#!/bin/sh\necho no such library >&2\nexit 127\n' }),
    );
    await buildPackages({ ...order, systems: ['linux-x64'] });
    const folder = folderFor(t);
    const files = await unzipped(join(order.out, `unbind-agent-${AGENT_VERSION}-linux-x64.zip`));
    write(files, folder);
    const complaintOf = (script: string) => {
      try {
        execFileSync(script, { env: {}, stdio: 'pipe', encoding: 'utf8' });
        return '';
      } catch (error) {
        return String((error as { stderr: string }).stderr);
      }
    };
    expect(complaintOf(join(folder, 'unbind-agent/unbind.sh'))).toMatch(
      /no such library[\s\S]*does not start on this laptop[\s\S]*не запускается на этом ноутбуке/,
    );
    const alone = folderFor(t);
    write(new Map([...files].filter(([path]) => path.endsWith('.sh'))), alone);
    expect(complaintOf(join(alone, 'unbind-agent/unbind.sh'))).toMatch(
      /Extract the whole zip again[\s\S]*Распакуйте весь архив ещё раз/,
    );
  });
});

describe('the list of packages', () => {
  it('is signed by the operator, and names each file with its size and sum', async (t) => {
    const { order, steps } = orderOf(t, standIns(t));
    const built = await buildPackages(order);
    const read = (name: string) => readFileSync(join(order.out, name));
    const key = parsePublicKey(read('operator.pub').toString().trim());
    if (!key) throw new Error('operator.pub holds no key');
    expect(key.equals(createPublicKey(operator))).toBe(true);
    const list = readPackages(read('packages.json'), read('packages.json.sig').toString(), key);
    expect(list).toEqual(built);
    if (!list.ok) throw new Error(list.failure);
    expect(list.value).toMatchObject({
      agentVersion: AGENT_VERSION,
      server: CONFIG.server,
      hubKey: CONFIG.hubKey,
    });
    expect(list.value.packages.map(({ system }) => system)).toEqual(SYSTEMS);
    for (const { file, bytes, sha256 } of list.value.packages) {
      const zip = read(file);
      expect([zip.length, createHash('sha256').update(zip).digest('hex')]).toEqual([bytes, sha256]);
    }
    const sums = list.value.packages.map(({ file, sha256 }) => `${sha256}  ${file}\n`).join('');
    expect(read('SHA256SUMS').toString()).toBe(sums);
    expect(steps.map(({ step }) => step)).toEqual(['built', 'built', 'built']);
  });
});

describe('the folder of the packages', () => {
  it('is replaced whole: nothing of another version stays', async (t) => {
    const { order } = orderOf(t, standIns(t));
    await buildPackages(order);
    writeFileSync(join(order.out, 'unbind-agent-0.0.9-win-x64.zip'), 'of before');
    expect(await buildPackages({ ...order, systems: ['mac-x64'] })).toMatchObject({ ok: true });
    expect(readdirSync(order.out).filter((name) => name.endsWith('.zip'))).toEqual([
      `unbind-agent-${AGENT_VERSION}-mac-x64.zip`,
    ]);
    expect(readdirSync(dirname(order.out))).toEqual(['packages']);
  });

  it('is left alone when it holds something else', async (t) => {
    const folder = folderFor(t);
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    const { order } = orderOf(t, standIns(t), { out: folder });
    expect(await buildPackages(order)).toEqual({
      ok: false,
      failure: { reason: 'other-folder', path: folder },
    });
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  it('stays as it was when a binary is not what is pinned', async (t) => {
    const stand = standIns(t);
    const { order } = orderOf(t, stand);
    await buildPackages(order);
    const before = readFileSync(join(order.out, 'packages.json'));
    const bytes = readFileSync(stand.tarball('mac-x64'));
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    writeFileSync(stand.tarball('mac-x64'), bytes);
    expect(await buildPackages(order)).toMatchObject({
      ok: false,
      failure: { reason: 'not-as-pinned', subject: stand.tarball('mac-x64') },
    });
    expect(readFileSync(join(order.out, 'packages.json')).equals(before)).toBe(true);
    expect(readdirSync(dirname(order.out))).toEqual(['packages']);
  });

  it('gets no package for Windows whose node does not carry the signature of its vendor', async (t) => {
    const { order } = orderOf(t, standIns(t), { systems: ['linux-x64', 'win-x64'] });
    const built = await buildPackages(order);
    // What signs here is tried in vendor-signature.test.ts; a machine that cannot check refuses as well.
    expect(['signature-broken', 'no-checker']).toContain(built.ok || built.failure.reason);
    expect(existsSync(order.out)).toBe(false);
  });

  it('gets no package that is too large to be sent', async (t) => {
    const { order } = orderOf(t, standIns(t), { bytesLimit: 1_000 });
    const built = await buildPackages(order);
    expect(built).toMatchObject({ ok: false, failure: { reason: 'too-large' } });
    expect(existsSync(order.out)).toBe(false);
  });
});
