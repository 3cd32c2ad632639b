/**
 * The bot for a server that has node and nothing else: its bundle, the packages beside it as they came from the registry, what
 * an operator needs to install and watch it. The same files make the same archive, whenever and wherever it is made.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { childEnv } from '../../src/kernel/child-env.ts';
import { buildBot, PACKAGES_BESIDE } from '../bundles.ts';
import { licencesOf, PACKAGE } from './licences.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the bot never reads of a package: maps, types, tests and its makers' tools, and of the reader of print what is for browsers. */
const UNREAD =
  /(?:\.map|\.d\.[cm]?ts|\.tsbuildinfo|\.(?:test|spec)\.[cm]?[jt]sx?)$|(?:^|\/)(?:\.[^/]+|tests?|__tests__)(?:\/|$)/;
const READ_OF_ONNX = /^(?:ort\.(?:wasm|node)\.[\w.]+|ort-wasm-simd-threaded\.(?:mjs|wasm))$/;
/** Beside the program, from the repository. */
const BESIDE = ['LICENSE', 'CHANGELOG.md', '.env.example', 'deploy'];
/** Licences whose text a package names and leaves out. */
const TEXTS = 'scripts/package/texts';
/** The licences of what is within the bundle. */
const WITHIN = 'licences/packages.txt';
/** Early enough to be nobody's (1980-01-01), seconds since 1970. */
const TIME = 315_532_800;

const entry = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
});
export const lockfile = z.object({ packages: z.record(z.string(), entry) });
type Lock = z.infer<typeof lockfile>['packages'];

/**
 * Makes the folder and, where none was asked for, the archive beside it under `dist/`.
 * @param folder where to; null: `dist/unbind-bot-<version>-linux-x64`
 * @returns what was made, a line each
 * @throws Error when a package of the lockfile is not installed, or tar fails
 */
export async function packageBot(folder: string | null): Promise<string[]> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const name = `unbind-bot-${version}-linux-x64`;
  const out = folder ?? join(ROOT, 'dist', name);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const inputs = await buildBot(out);
  const { packages } = lockfile.parse(JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')));
  const needed = neededPackages(packages);
  for (const path of needed) await copyPackage(path, out, packages[path]?.os !== undefined);
  for (const file of BESIDE) await cp(join(ROOT, file), join(out, file), { recursive: true });
  await cp(join(ROOT, TEXTS), join(out, 'licences'), { recursive: true });
  const own = await readFile(join(ROOT, 'LICENSE'), 'utf8');
  const mit = await readFile(join(ROOT, TEXTS, 'MIT.txt'), 'utf8');
  await mkdir(join(out, dirname(WITHIN)), { recursive: true });
  await writeFile(join(out, WITHIN), await licencesOf(inputs, ROOT, own, { MIT: mit }));
  await writeFile(
    join(out, 'package.json'),
    `${JSON.stringify({ name: 'unbind-bot', version, type: 'module' })}\n`,
  );
  await writeFile(join(out, 'PACKAGES.txt'), listOf(packages, needed, foldersOf(inputs)));
  const files = await filesIn(out);
  await writeFile(join(out, 'SHA256SUMS'), await sumsOf(files, out));
  await settle(out);
  const made = [`${out}: ${files.length + 1} files`];
  if (folder !== null) return made;
  const archive = archiveOf(out);
  const bytes = await readFile(archive);
  const sum = createHash('sha256').update(bytes).digest('hex');
  await writeFile(`${archive}.sha256`, `${sum}  ${name}.tar.gz\n`);
  return [...made, `${archive}: ${bytes.length} bytes, SHA-256 ${sum}`];
}

/** Folders of the packages that bundled files come from, in the order of their names. @param inputs files, relative to `ROOT` */
export function foldersOf(inputs: readonly string[]): string[] {
  return [...new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []))].sort();
}

/** Folders of all packages beside the bundle on Linux with glibc, as the lockfile has them, in the order of their names. */
export function neededPackages(packages: Lock): string[] {
  const needed = new Set<string>();
  const visit = (path: string | null) => {
    const found = path === null ? undefined : packages[path];
    if (path === null || !found || needed.has(path) || !isForServers(found)) return;
    needed.add(path);
    const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta = {} } = found;
    const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])
      visit(placeOf(packages, path, name));
  };
  for (const name of PACKAGES_BESIDE) visit(`node_modules/${name}`);
  return [...needed].sort();
}

function isForServers({ os, cpu, libc }: z.infer<typeof entry>): boolean {
  const fits = (words: string[] | undefined, word: string) => words === undefined || words.includes(word);
  return fits(os, 'linux') && fits(cpu, 'x64') && fits(libc, 'glibc');
}

/** Where node finds a package from another's folder: there, or in the nearest folder above; null: it is nowhere. */
function placeOf(packages: Lock, from: string, name: string): string | null {
  const inside = `${from}/node_modules/${name}`;
  if (packages[inside]) return inside;
  const above = from.lastIndexOf('/node_modules/');
  if (above >= 0) return placeOf(packages, from.slice(0, above), name);
  return packages[`node_modules/${name}`] ? `node_modules/${name}` : null;
}

async function copyPackage(path: string, out: string, isOptional: boolean): Promise<void> {
  const from = join(ROOT, path);
  if (!(await stat(from).catch(() => null))) {
    if (isOptional) return;
    throw new Error(`${path} is in the lockfile and not installed: npm ci`);
  }
  const isRead = (file: string) => {
    const within = relative(from, file);
    // A package inside another is one of its own.
    if (within.split('/')[0] === 'node_modules' || UNREAD.test(within)) return false;
    const inDist = /onnxruntime-web\/dist\/([^/]+)$/.exec(file)?.[1];
    return inDist === undefined || READ_OF_ONNX.test(inDist);
  };
  await cp(from, join(out, path), { recursive: true, filter: isRead });
}

function listOf(packages: Lock, needed: readonly string[], within: readonly string[]): string {
  const lines = (folders: readonly string[]) =>
    folders.map((path) => {
      const { version = '', license = 'see its folder' } = packages[path] ?? {};
      return `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)} ${version}  ${license}`;
    });
  return `${[
    'Packages beside the bot, each in its folder with its licence; what names one without its text: licences/.',
    '',
    ...lines(needed),
    '',
    `Packages within the bot, their licences in ${WITHIN}.`,
    '',
    ...lines(within),
  ].join('\n')}\n`;
}

/** Every file below a folder, relative to it, in the order of their paths. */
export async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => relative(folder, join(one.parentPath, one.name)))
    .sort();
}

async function sumsOf(files: readonly string[], folder: string): Promise<string> {
  const lines = [];
  for (const file of files) {
    const sum = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
    lines.push(`${sum}  ${file}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Rights and times that say nothing of whoever built it. */
async function settle(folder: string): Promise<void> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const one of all) {
    const path = join(one.parentPath, one.name);
    await chmod(path, one.isDirectory() || one.name === 'unbind-bot.mjs' ? 0o755 : 0o644);
    await utimes(path, TIME, TIME);
  }
  await utimes(folder, TIME, TIME);
}

/**
 * The folder as an archive beside it, by GNU tar and gzip: sorted, nobody's, without the time of the packing.
 * @returns the archive's path
 */
export function archiveOf(folder: string): string {
  const archive = `${folder}.tar.gz`;
  const words = [
    '--sort=name',
    '--format=ustar',
    `--mtime=@${TIME}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
  ];
  const packed = spawnSync(
    'tar',
    [...words, '--use-compress-program=gzip -n -9', '-cf', archive, '-C', dirname(folder), basename(folder)],
    {
      env: { ...childEnv(), PATH: process.env.PATH },
    },
  );
  if (packed.status !== 0) throw new Error(`tar: ${packed.stderr ?? packed.error?.message}`);
  return archive;
}
