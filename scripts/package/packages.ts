/**
 * The portable packages (docs/decisions/0064): for each system node as its vendor made it, the agent in one bundle, what it has to
 * know of its bot, and a file that starts it. Built twice from the same source they are the same to the byte.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fail, ok, type Result } from '../../src/kernel/result.ts';
import { AGENT_VERSION } from '../../src/lan-agent/version.ts';
import {
  type AgentPackage,
  OPERATOR_KEY_FILE,
  PACKAGE_CONFIG_FILE,
  PACKAGES_FILE,
  PACKAGES_SIGNATURE_FILE,
  type PackageConfig,
  type PackageSystem,
  type PackagesList,
  SUMS_FILE,
  signPackages,
} from '../../src/link/packages.ts';
import { formatPublicKey } from '../../src/link/signing.ts';
import { buildAgent, ROOT } from '../bundles.ts';
import { licencesOf } from './licences.ts';
import { type NodeFailure, type NodePins, nodeBinary, nodeLicence } from './node-binaries.ts';
import { readme, startFiles } from './start-files.ts';
import { checkSignature, type SignatureFailure } from './vendor-signature.ts';
import { type PackagedFile, zipOf } from './zip.ts';

export interface PackagesOrder {
  readonly config: PackageConfig;
  readonly systems: readonly PackageSystem[];
  readonly operatorKey: KeyObject;
  /** Folder of the packages; one with packages in it is replaced whole. */
  readonly out: string;
  /** Folder of the node tarballs. */
  readonly cache: string;
  readonly pins: NodePins;
  /** File of the certificate that the signature on node for Windows leads to. */
  readonly windowsRoot: string;
  /** No package may be as large, bytes. */
  readonly bytesLimit: number;
  readonly onStep: (step: PackagingStep) => void;
}

/** What is told on the way. */
export type PackagingStep =
  | { readonly step: 'signed'; readonly signer: string }
  | { readonly step: 'built'; readonly built: AgentPackage; readonly files: number };

/** Nothing was changed in the folder of the packages. `packages:refused.<reason>` is the sentence. */
export type PackagingFailure =
  | NodeFailure
  | (SignatureFailure & { readonly signer: string })
  | { readonly reason: 'too-large'; readonly file: string; readonly bytes: number; readonly limit: number }
  | { readonly reason: 'other-folder'; readonly path: string }
  | { readonly reason: 'unwritable'; readonly path: string; readonly detail: string };

/** Builds the packages of these systems, with the list, its signature and the sums beside them. */
export async function buildPackages(order: PackagesOrder): Promise<Result<PackagesList, PackagingFailure>> {
  const { config, systems, operatorKey, out, bytesLimit, onStep } = order;
  const replaceable = await isReplaceable(out);
  if (!replaceable.ok) return replaceable;
  const common = await commonFiles(order);
  if (!common.ok) return common;

  const files: { readonly name: string; readonly bytes: Uint8Array | string }[] = [];
  const packages: AgentPackage[] = [];
  for (const system of systems) {
    const packed = await filesWith(common.value, system, order);
    if (!packed.ok) return packed;
    const bytes = await zipOf(packed.value);
    const name = `unbind-agent-${AGENT_VERSION}-${system}.zip`;
    if (bytes.length >= bytesLimit) {
      return fail({ reason: 'too-large', file: name, bytes: bytes.length, limit: bytesLimit });
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const built = { system, file: name, bytes: bytes.length, sha256 };
    packages.push(built);
    files.push({ name, bytes });
    onStep({ step: 'built', built, files: packed.value.length });
  }

  const { server, hubKey } = config;
  const list: PackagesList = { version: 1, agentVersion: AGENT_VERSION, server, hubKey, packages };
  const listed = Buffer.from(`${JSON.stringify(list, null, 2)}\n`);
  files.push(
    { name: PACKAGES_FILE, bytes: listed },
    { name: PACKAGES_SIGNATURE_FILE, bytes: `${signPackages(listed, operatorKey)}\n` },
    { name: OPERATOR_KEY_FILE, bytes: `${formatPublicKey(createPublicKey(operatorKey))}\n` },
    { name: SUMS_FILE, bytes: packages.map(({ sha256, file }) => `${sha256}  ${file}\n`).join('') },
  );
  const replaced = await replaceFolder(out, files);
  return replaced.ok ? ok(list) : replaced;
}

/** What a package is made of. */
type PackageParts = Pick<PackagesOrder, 'config' | 'cache' | 'pins' | 'windowsRoot' | 'onStep'>;

/** The files of one package, as they go into its zip. */
export async function packageFiles(
  system: PackageSystem,
  parts: PackageParts,
): Promise<Result<readonly PackagedFile[], PackagingFailure>> {
  const common = await commonFiles(parts);
  return common.ok ? filesWith(common.value, system, parts) : common;
}

interface CommonFiles {
  /** The agent as bundled: paths below the folder of the program. */
  readonly agent: readonly PackagedFile[];
  readonly licences: readonly PackagedFile[];
}

/** What is the same for all systems. */
async function commonFiles({ cache, pins }: PackageParts): Promise<Result<CommonFiles, NodeFailure>> {
  const node = await nodeLicence(cache, pins);
  if (!node.ok) return node;
  const folder = await mkdtemp(join(tmpdir(), 'unbind-agent-bundle-'));
  try {
    const inputs = await buildAgent(folder);
    const agent = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map(async (path) => plain(relative(folder, path).split(sep).join('/'), await readFile(path)));
    const own = await readFile(join(ROOT, 'LICENSE'));
    const licences = [
      plain('licences/node.txt', node.value),
      plain('licences/packages.txt', Buffer.from(await licencesOf(inputs, ROOT, own.toString()))),
      plain('licences/unbind-agent.txt', own),
    ];
    return ok({ agent: await Promise.all(agent), licences });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The binary of node, with the signature its system knows it by. */
async function checkedNode(
  system: PackageSystem,
  { cache, pins, windowsRoot, onStep }: PackageParts,
): Promise<Result<Buffer, PackagingFailure>> {
  const node = await nodeBinary(system, cache, pins);
  if (!node.ok || system !== 'win-x64') return node;
  const { signer } = pins;
  const checked = await checkSignature(node.value, signer, windowsRoot);
  if (!checked.ok) return fail({ ...checked.failure, signer });
  onStep({ step: 'signed', signer });
  return node;
}

/** Explorer makes a folder of a zip's name, other tools do not. */
async function filesWith(
  { agent, licences }: CommonFiles,
  system: PackageSystem,
  parts: PackageParts,
): Promise<Result<readonly PackagedFile[], PackagingFailure>> {
  const node = await checkedNode(system, parts);
  if (!node.ok) return node;
  const { config } = parts;
  const isWindows = system === 'win-x64';
  const program = [
    { path: isWindows ? 'node.exe' : 'node', bytes: node.value, isProgram: true },
    plain(PACKAGE_CONFIG_FILE, Buffer.from(`${JSON.stringify(config, null, 2)}\n`)),
    ...agent,
  ].map((file) => ({ ...file, path: `app/${file.path}` }));
  const all = [...startFiles(system), readme(system, AGENT_VERSION, config), ...program, ...licences];
  return ok(isWindows ? all : all.map((file) => ({ ...file, path: `unbind-agent/${file.path}` })));
}

function plain(path: string, bytes: Uint8Array): PackagedFile {
  return { path, bytes, isProgram: false };
}

/** Whether the folder is empty, not there, or one that was built before. */
async function isReplaceable(folder: string): Promise<Result<void, PackagingFailure>> {
  try {
    const isThere = await stat(folder).then(() => true, isAbsent);
    const names = isThere ? await readdir(folder) : [];
    if (names.length === 0 || names.includes(PACKAGES_FILE)) return ok(undefined);
    return fail({ reason: 'other-folder', path: folder });
  } catch (error) {
    return fail({ reason: 'unwritable', path: folder, detail: messageOf(error) });
  }
}

/** False for what is not there; what cannot be looked at is thrown on. */
function isAbsent(error: unknown): false {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
  throw error;
}

/** Puts a folder with these files in the place of one that may be there: all of it, or nothing. */
async function replaceFolder(
  folder: string,
  files: readonly { readonly name: string; readonly bytes: Uint8Array | string }[],
): Promise<Result<void, PackagingFailure>> {
  const aside = `${folder}.${process.pid}`;
  const [draft, former] = [`${aside}.new`, `${aside}.old`];
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(draft);
    for (const { name, bytes } of files) await writeFile(join(draft, name), bytes);
    await rename(folder, former).catch(isAbsent);
    await rename(draft, folder);
    return ok(undefined);
  } catch (error) {
    return fail({ reason: 'unwritable', path: folder, detail: messageOf(error) });
  } finally {
    for (const left of [draft, former]) await rm(left, { recursive: true, force: true });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
