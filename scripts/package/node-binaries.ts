/** The node binaries of the packages: which they are (node-binaries.json), and how they come from the registry. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { fail, ok, type Result } from '../../src/kernel/result.ts';
import type { PackageSystem } from '../../src/link/packages.ts';
import pinned from './node-binaries.json' with { type: 'json' };

/** Where a binary comes from, and what it has to be. */
export interface NodePin {
  /** Name at the registry. */
  readonly package: string;
  /** Of its tarball, as the registry tells it: `sha512-…`. */
  readonly integrity: string;
  /** In the tarball, below `package/`. */
  readonly file: string;
}

/** One version of node for all systems. */
export interface NodePins {
  readonly version: string;
  readonly binaries: Readonly<Record<PackageSystem, NodePin>>;
  /** Organisation that has signed the binary for Windows. */
  readonly signer: string;
}

export const NODE_PINS: NodePins = pinned;

/**
 * `unfetched`: the registry did not hand it out. `not-as-pinned`: what is there is something else; nothing was taken from it.
 * `unreadable`: it is the right tarball and cannot be opened here.
 */
export interface NodeFailure {
  readonly reason: 'unfetched' | 'not-as-pinned' | 'unreadable';
  /** File or package the failure is about. */
  readonly subject: string;
  /** What the program that was asked said. */
  readonly detail: string;
}

const run = promisify(execFile);
/** Whose tarball brings the licence of node: the one for Windows does not, and it is one text for all. */
const LICENCE_IN: PackageSystem = 'linux-x64';
/** Larger than any binary of node, bytes. */
const LARGEST = 400_000_000;

/** Where tarballs are kept between builds: never in the repository. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const given = env.XDG_CACHE_HOME ?? '';
  const base = env.LOCALAPPDATA || (isAbsolute(given) ? given : join(homedir(), '.cache'));
  return join(base, 'unbind', 'node-binaries');
}

/** The binary of node for a system, to the byte as its vendor has made it. `cache`: folder of the tarballs. */
export async function nodeBinary(
  system: PackageSystem,
  cache: string,
  pins: NodePins,
): Promise<Result<Buffer, NodeFailure>> {
  const tarball = await pinnedTarball(pins.binaries[system], pins.version, cache);
  return tarball.ok ? fileIn(tarball.value, pins.binaries[system].file) : tarball;
}

/** The licence of node, with those of all that is in it. */
export async function nodeLicence(cache: string, pins: NodePins): Promise<Result<Buffer, NodeFailure>> {
  const tarball = await pinnedTarball(pins.binaries[LICENCE_IN], pins.version, cache);
  return tarball.ok ? fileIn(tarball.value, 'LICENSE') : tarball;
}

/** Path of the tarball, fetched if it is not in the cache; it is compared with its pin each time. */
async function pinnedTarball(
  { package: name, integrity }: NodePin,
  version: string,
  cache: string,
): Promise<Result<string, NodeFailure>> {
  const file = `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
  const kept = join(cache, file);
  const found = await integrityOf(kept);
  if (found === integrity) return ok(kept);
  if (found !== null) return fail({ reason: 'not-as-pinned', subject: kept, detail: found });

  const draft = join(cache, `fetching-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(draft, { recursive: true });
    await npm(['pack', `${name}@${version}`, '--pack-destination', draft]);
    const fetched = await integrityOf(join(draft, file));
    if (fetched !== integrity)
      return fail({ reason: 'not-as-pinned', subject: `${name}@${version}`, detail: fetched ?? '' });
    await rename(join(draft, file), kept);
    return ok(kept);
  } catch (error) {
    return fail({ reason: 'unfetched', subject: `${name}@${version}`, detail: saidBy(error) });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Asks the registry by its own client: its address, proxy and credentials are what npm is set to. */
async function npm(words: readonly string[]): Promise<void> {
  // This repository's .npmrc makes npm silent (docs/decisions/0003).
  const all = [...words, '--ignore-scripts', '--loglevel=error'];
  const own = process.env.npm_execpath ?? '';
  // npx and other package managers leave their own path there.
  if (basename(own) === 'npm-cli.js') await run(process.execPath, [own, ...all]);
  else await run('npm', all, { shell: process.platform === 'win32' });
}

/** As `dist.integrity` of the registry; null where there is no such file. */
async function integrityOf(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes && `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

async function fileIn(tarball: string, file: string): Promise<Result<Buffer, NodeFailure>> {
  try {
    const words = ['-xzOf', tarball, `package/${file}`];
    const { stdout } = await run('tar', words, { encoding: 'buffer', maxBuffer: LARGEST });
    return ok(stdout);
  } catch (error) {
    return fail({ reason: 'unreadable', subject: tarball, detail: saidBy(error) });
  }
}

/** What a program that failed has complained of; without that, how it failed. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = 'stderr' in error ? String(error.stderr).trim() : '';
  return said || error.message;
}
