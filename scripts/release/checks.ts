/** The checks before a release, each with what it found and the cure. What they look at is made anew, in a folder that is removed. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { childEnv } from '../../src/kernel/child-env.ts';
import { buildAgent, buildBot, ROOT } from '../bundles.ts';
import { archiveOf, filesIn, foldersOf, lockfile, neededPackages, packageBot } from '../package/bot.ts';
import { LICENCE } from '../package/licences.ts';
import {
  billOf,
  contentFaults,
  licenceFaults,
  type Shipped,
  tellsOfMachine,
  versionFaults,
} from './judge.ts';

/** One check, after it was made. */
export interface Checked {
  readonly check: string;
  /** What is wrong; empty: nothing. */
  readonly faults: readonly string[];
  /** What to do about it. */
  readonly cure: string;
}

/** Files that are made while the bot is packaged. */
const MADE = [
  ...['unbind-bot', 'label-worker', 'label-second', 'label-text'].map((name) => `${name}.mjs`),
  ...['package.json', 'PACKAGES.txt', 'SHA256SUMS', 'licences/packages.txt'],
];
/** Parts of the programs, named by what is in them. */
const PART = /^(?:unbind-bot-[A-Z0-9]{8}\.cjs|label-part-[A-Z0-9]{8}\.mjs)$/;
/** Where files of the repository lie in the package. */
const PLACES: readonly (readonly [from: string, to: string])[] = [
  ['src/cards/pictures/', 'pictures/'],
  ['scripts/package/texts/', 'licences/'],
  ['deploy/', 'deploy/'],
];
/** Files beside the program. */
const BESIDE = ['LICENSE', 'CHANGELOG.md', '.env.example'];

const manifest = z.object({ version: z.string() });
const packageSaid = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });

/**
 * Makes every check, the cheap ones first.
 * @param sbom where the bill of what is in the product goes
 */
export async function* releaseChecks(sbom: string): AsyncGenerator<Checked> {
  const { version } = manifest.parse(JSON.parse(await read('package.json')));
  yield {
    check: 'version',
    faults: versionFaults(version, await read('CHANGELOG.md')),
    cure: `in CHANGELOG.md move what stands below Unreleased under "## [${version}] - <day>", or set the version in package.json`,
  };
  const work = await mkdtemp(join(tmpdir(), 'unbind-release-'));
  try {
    const { packages } = lockfile.parse(JSON.parse(await read('package-lock.json')));
    const needed = neededPackages(packages);
    const bundled = [...(await buildAgent(join(work, 'agent'))), ...(await buildBot(join(work, 'bot')))];
    const shipped = await Promise.all([...new Set([...needed, ...foldersOf(bundled)])].map(shippedFrom));
    yield await sbomCheck(sbom, version, shipped);
    const texts = (await readdir(join(ROOT, 'scripts/package/texts'))).map((file) => basename(file, '.txt'));
    yield {
      check: 'licences',
      faults: licenceFaults(shipped, texts),
      cure: 'take another package, or look at its licence and write down in scripts/release/judge.ts what holds',
    };
    const folders = await Promise.all(
      ['one', 'two'].map(async (name) => {
        await mkdir(join(work, name));
        return join(work, name, `unbind-bot-${version}-linux-x64`);
      }),
    );
    for (const folder of folders) await packageBot(folder);
    yield await contentsCheck(folders[0] ?? '', needed);
    yield await sameCheck(folders);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  yield docsCheck();
}

async function shippedFrom(folder: string): Promise<Shipped> {
  const said = packageSaid.parse(JSON.parse(await read(join(folder, 'package.json'))));
  const files = await readdir(join(ROOT, folder));
  const hasText = files.some((file) => LICENCE.test(file));
  return { name: said.name, version: said.version, licence: said.license ?? null, hasText };
}

async function sbomCheck(path: string, version: string, shipped: readonly Shipped[]): Promise<Checked> {
  const cure = 'npm install --package-lock-only, then look at what npm sbom says';
  const made = run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']);
  if (made.status !== 0) return { check: 'sbom', faults: [lastLine(made.stderr)], cure };
  const { bill, unknown } = billOf(JSON.parse(made.stdout), shipped, { name: 'unbind-bot', version });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(bill, undefined, 2)}\n`);
  return { check: 'sbom', faults: unknown.map((id) => `${id} is handed out and not in the lockfile`), cure };
}

/**
 * What the package holds, beside what is expected of it.
 * @param folder the package, unpacked
 * @param packages folders of the packages it needs (`neededPackages`)
 */
export async function contentsCheck(folder: string, packages: readonly string[]): Promise<Checked> {
  const files = await filesIn(folder);
  const named: string[] = [];
  for (const file of files) {
    if (tellsOfMachine(await readFile(join(folder, file)), [ROOT.replace(/\/$/, ''), folder]))
      named.push(`${file} names a folder of this machine`);
  }
  const known = run('git', ['ls-files', '-z', ...PLACES.map(([from]) => from)]).stdout;
  const tracked = known
    .split('\0')
    .filter((file) => file !== '')
    .map((file) => {
      const [from, to] = PLACES.find(([place]) => file.startsWith(place)) ?? ['', ''];
      return to + file.slice(from.length);
    });
  const own = [...MADE, ...BESIDE, ...tracked, ...files.filter((file) => PART.test(file))];
  return {
    check: 'contents',
    faults: [...contentFaults({ files, own, packages }), ...named],
    cure: 'remove it from deploy/ or src/cards/pictures/, commit it, or leave it out in scripts/package/bot.ts',
  };
}

/** Both folders and both archives, by their bytes. */
async function sameCheck(folders: readonly string[]): Promise<Checked> {
  const [one = '', two = ''] = folders;
  const [sums, others] = await Promise.all(
    [one, two].map(async (folder) => (await readFile(join(folder, 'SHA256SUMS'), 'utf8')).split('\n')),
  );
  const first = new Set(sums);
  const differing = (others ?? []).filter((line) => !first.has(line)).map((line) => line.split('  ')[1]);
  const archives = await Promise.all([archiveOf(one), archiveOf(two)].map((path) => readFile(path)));
  const areSame = archives[0]?.equals(archives[1] ?? Buffer.alloc(0)) ?? false;
  return {
    check: 'reproducible',
    faults: [
      ...differing.map((file) => `${file} is another one the second time`),
      ...(areSame ? [] : ['the archive is another one the second time']),
    ],
    cure: 'find what of the time, the folder or the order goes into it (scripts/package/bot.ts)',
  };
}

/** Links, commands, threats and decisions of the docs: the tests whose path names docs. */
function docsCheck(): Checked {
  const { status, stdout } = run('npx', ['vitest', 'run', 'docs']);
  const failed = stdout.split('\n').filter((line) => /^\s*(?:FAIL|×)/.test(line));
  const faults =
    status === 0 ? [] : failed.length > 0 ? failed.map((line) => line.trim()) : [lastLine(stdout)];
  return { check: 'docs', faults, cure: 'npx vitest run docs says what is not so' };
}

/** A program in the repository's folder, without the bot's settings. */
function run(
  program: string,
  words: readonly string[],
): { status: number | null; stdout: string; stderr: string } {
  const { PATH, HOME } = process.env;
  const ended = spawnSync(program, words, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...childEnv(), PATH, HOME, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return {
    status: ended.status,
    stdout: ended.stdout ?? '',
    stderr: ended.stderr ?? ended.error?.message ?? '',
  };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function read(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}
