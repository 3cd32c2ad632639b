/**
 * What the docs tell people to type: every command is one that exists, with arguments it takes; those of the agent are run
 * beside an emulated device, those of the bot on a store. What cannot run here stands in a list, with why.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Command } from 'commander';
import { describe, expect, it, type TestContext } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { createAudit } from '../../src/audit/trail.ts';
import { type AddCommand, createCli } from '../../src/bot/cli/cli.ts';
import { sealFor } from '../../src/bot/keys.ts';
import { createKeyring } from '../../src/hub/keys.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { value } from '../contract/store/contract.ts';
import { CAMERA, emptyFolder, PASSWORD, runAgent, site } from '../integration/lan-agent/agent.ts';
import { blocksOf, commandsOf, type DocCommand, proseCommandsOf } from '../support/doc-commands.ts';
import { releasedBot } from '../support/programs.ts';
import { openTestStore } from '../support/store.ts';

const TOKEN = `123456789:${'A'.repeat(35)}`;
const textOf = (page: string) => readFileSync(resolve(page), 'utf8');
const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md'),
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const blocks = pages.flatMap((page) => blocksOf(textOf(page)).map((block) => ({ page, block })));
const inBlocks = blocks.flatMap(({ page, block }) =>
  commandsOf(block).map((command) => ({ page, ...command })),
);
const inProse = pages.flatMap((page) =>
  proseCommandsOf(textOf(page)).map((command) => ({ page, ...command })),
);

/** What cannot run in a test, by how it begins, and why; where there is one, the test that does the same. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'npm ci': 'installs over the network: .ci/run does',
  'npm audit': 'asks the registry',
  'npm view': 'asks the registry',
  'sudo tcpdump': 'needs root and a real device',
  'tar -C /opt': 'writes to the system: test/e2e/package-bot.test.ts unpacks the archive elsewhere',
  'ln -sfn': 'writes to the system',
  'install -D': 'writes to the system',
  'install -m': 'writes to the system: test/unit/deploy/deploy.test.ts reads the unit',
  'PASSWORD=$(openssl':
    'makes a password: test/integration/bot/redis-keep.test.ts lets a user in with these rights',
  printf:
    'writes files beside the composition: test/integration/bot/redis-keep.test.ts lets a user in with these rights',
  chown: 'changes owners: test/unit/deploy/deploy.test.ts reads who they are',
  systemctl: 'needs systemd: test/integration/bot/systemd.test.ts plays its part',
  podman: 'needs a container engine: test/unit/deploy/deploy.test.ts reads the composition',
  'npm run bot -- init': 'asks a person: test/integration/bot/init.test.ts',
  'node /opt/unbind-bot/unbind-bot.mjs precompile':
    'writes beside the program, which other tests start, too: test/e2e/bundles.test.ts',
  'npm run bot -- doctor': 'asks Telegram: test/integration/bot/doctor.test.ts',
  'npm run bot': 'asks Telegram: every test of test/e2e starts it with a local Bot API',
  'unbind-bot run': 'asks Telegram: every test of test/e2e starts it with a local Bot API',
};
const beginsWith = ({ line }: DocCommand, start: string) => line === start || line.startsWith(`${start} `);
/** The longest beginning that fits; a command of ours that merely begins like another one is no match. */
function excuseOf(command: DocCommand): string | null {
  const [start] = Object.keys(NOT_HERE)
    .filter((one) => (one === 'npm run bot' ? command.line === one : beginsWith(command, one)))
    .sort((a, b) => b.length - a.length);
  return start ?? null;
}

/** Words of one of our programs, however it is started; null: it is another program. */
function wordsFor(program: 'bot' | 'agent', { words }: DocCommand): readonly string[] | null {
  if (words[0] === `unbind-${program}`) return words.slice(1);
  const [npm, run, script, dashes, ...rest] = words;
  return npm === 'npm' && run === 'run' && script === program && [undefined, '--'].includes(dashes)
    ? rest
    : null;
}

/** The commands of `unbind-bot`; `onRun` hears which one would have run. */
async function botProgram(onRun: (command: Command) => void = () => undefined): Promise<Command> {
  const program = new Command('unbind-bot');
  const cli = {
    ...createCli({}, null),
    misused: (text: string): never => {
      throw new Error(text);
    },
  };
  for (const file of readdirSync('src/bot/cli').filter((name) => name.endsWith('.ts'))) {
    const made: Record<string, unknown> = await import(resolve('src/bot/cli', file));
    for (const [name, add] of Object.entries(made))
      if (/^add[A-Z]/.test(name)) (add as AddCommand)(program, cli);
  }
  const prepare = (command: Command) => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    if (command.commands.length === 0) command.action(() => onRun(command));
    for (const one of command.commands) prepare(one);
  };
  prepare(program);
  return program;
}

/** Why a script of npm, a file that is run or an option of it is not there; null: it is. */
function missing({ words }: DocCommand): string | null {
  const [program, ...rest] = words;
  if (program === 'npx' && rest[0] === 'tsx') return missingIn(rest[1], rest.slice(2));
  if (program === 'npx' && rest[0] === 'vitest' && rest[1] === 'run') return missingIn(rest[2], []);
  if (program !== 'npm') return `${program} is neither ours nor in the list of what cannot run here`;
  const name = rest[0] === 'run' ? rest[1] : rest[0];
  const script = Object.entries(manifest.scripts).find(([one]) => one === name)?.[1];
  if (script === undefined) return `npm run ${name} does not exist`;
  const [, file] = /^tsx (\S+)/.exec(script) ?? [];
  return file === undefined ? null : missingIn(file, rest.slice(rest.indexOf('--') + 1));
}

/** A file, and options it has to know: in its own words, or as `parseArgs` is told of them. */
function missingIn(path = '', words: readonly string[]): string | null {
  if (/[<…]/.test(path)) return null;
  if (!existsSync(path)) return `${path} does not exist`;
  const options = words.filter((word) => word.startsWith('--') && word !== '--');
  if (options.length === 0) return null;
  const source = withImports(path);
  const unknown = options.filter((one) => !new RegExp(`${one}\\b|\\b${one.slice(2)}: \\{`).test(source));
  return unknown.length === 0 ? null : `${path} knows no ${unknown.join(', ')}`;
}

/** A file with those it is split into. */
function withImports(path: string): string {
  const source = readFileSync(path, 'utf8');
  const parts = [...source.matchAll(/from '(\.[^']+)'/g)].map(([, part = '']) => join(dirname(path), part));
  return [source, ...parts.map((part) => readFileSync(part, 'utf8'))].join('\n');
}

/** Blocks with commands of a program that can run here, for a title and a run of each. What another page says again runs once. */
function blocksWith(program: 'bot' | 'agent') {
  const seen = new Set<string>();
  return blocks.flatMap(({ page, block }) => {
    const commands = commandsOf(block).flatMap((command) => {
      const words = excuseOf(command) === null ? wordsFor(program, command) : null;
      return words === null ? [] : [{ words, into: command.into }];
    });
    const isNew = commands.some(({ words }) => !seen.has(words.join(' ')));
    for (const { words } of commands) seen.add(words.join(' '));
    return isNew
      ? [{ page, title: commands.map(({ words: [name = ''] }) => name).join(', '), commands }]
      : [];
  });
}

describe('a command of the docs', () => {
  it('is read as a shell reads it', () => {
    const text = ['A=1 B=$(mktemp -d) \\', "  npm run x -- '<a b>' c > d # e", 'f && g | h "i j"'].join('\n');
    expect(commandsOf(text).map(({ words, into }) => [words, into])).toEqual([
      [['npm', 'run', 'x', '--', '<a b>', 'c'], 'd'],
      [['f'], null],
      [['g'], null],
      [['h', 'i j'], null],
    ]);
    const page =
      'a `npm run y`\n```sh\nb\n```\n1. x\n   ```bash\n   c\n     d\n   ```\n```json\ne\n```\n`npmx`\n';
    expect(blocksOf(page)).toEqual(['b\n', 'c\n  d\n']);
    expect(proseCommandsOf(page).map(({ line }) => line)).toEqual(['npm run y']);
  });

  it('stands in a block that a shell can read', () => {
    const all = blocks.map(({ block }) => block.replace(/<[^>\n]+>/g, 'NAME')).join('\n');
    expect(blocks.length).toBeGreaterThan(10);
    expect(spawnSync('bash', ['-n'], { input: all, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it.each([...inBlocks, ...inProse])('$page: $line', async (command) => {
    const [agent, bot] = [wordsFor('agent', command), wordsFor('bot', command)];
    if (bot !== null) return expectOfBot(bot, inProse.includes(command));
    // The agent's: run below, or asked for their help there.
    if (agent === null && excuseOf(command) === null) expect(missing(command)).toBeNull();
  });

  it('has a reason where it cannot run here, and no reason is left over', () => {
    const used = new Set([...inBlocks, ...inProse].map(excuseOf));
    expect(Object.keys(NOT_HERE).filter((start) => !used.has(start))).toEqual([]);
    const named = Object.values(NOT_HERE).flatMap((why) => why.match(/test\/\S+\.ts/g) ?? []);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });
});

/** In a block a command is whole; in prose it may be only named, with the options that the sentence is about. */
async function expectOfBot(words: readonly string[], isNamed: boolean): Promise<void> {
  if (!isNamed) {
    const ran: Command[] = [];
    const meant = words.map((word) => (word.endsWith('…') ? `812:${'0'.repeat(64)}` : word));
    await (await botProgram((command) => ran.push(command))).parseAsync(meant, { from: 'user' });
    return expect(ran).toHaveLength(1);
  }
  let command = await botProgram();
  for (const word of words) {
    if (word.startsWith('--')) {
      expect(command.options.map(({ long }) => long)).toContain(word);
    } else if (command.commands.length > 0) {
      const next = command.commands.find((one) => one.name() === word);
      expect(next?.name()).toBe(word);
      command = next ?? command;
    }
  }
}

describe('a command of the agent', () => {
  const named = inProse.flatMap(({ page, ...command }) => {
    const words = wordsFor('agent', command);
    return words === null || words.length === 0 ? [] : [{ page, words, line: command.line }];
  });
  it.for(named)('$page: $line is one of its words, with options it knows', async ({ words }, t) => {
    const [name = '', ...rest] = words;
    // Nothing of the network is touched by a question for help.
    const { code, stdout } = await runAgent(t, [name, '--help'], '', {
      UNBIND_AGENT_HOME: await emptyFolder(t),
    });
    expect(code).toBe(0);
    for (const option of rest.filter((word) => word.startsWith('--'))) expect(stdout).toContain(option);
  });

  it.for(blocksWith('agent'))('$page: $title', async ({ commands }, t) => {
    const at = await site(t, [unbindableCamera]);
    for (const { words } of commands) {
      const [name = ''] = words;
      const own = words.map((word) => (/^(?:[A-Z]\d{8}|<serial>)$/.test(word) ? CAMERA : word));
      if (['inspect', 'unbind'].includes(name)) own.push('--password-stdin');
      if (name === 'record') own.push('--folder', join(at.home, 'record'));
      const { code, stdout, stderr } = await at.agent(own, { input: `${PASSWORD}\n` });
      expect({ own, code }, stdout + stderr).toEqual({ own, code: 0 });
    }
  });
});

describe('a command of the bot', () => {
  it.for(blocksWith('bot'))('$page: $title', async ({ commands }, t) => {
    const at = await server(t);
    for (const { words, into } of commands) {
      const { code, stdout, stderr } = await at.run(words);
      expect({ words, code }, stdout + stderr).toEqual({ words, code: 0 });
      if (into !== null) await writeFile(join(at.folder, into), stdout);
    }
  });
});

/** A folder with the store of a bot that has worked and is stopped, and with the files that the docs speak of. */
async function server(t: TestContext) {
  const folder = await emptyFolder(t);
  const identity = await generateX25519Identity();
  const store = await openTestStore(join(folder, 'data'));
  await value(createKeyring(store)());
  const audit = createAudit(store, Date.now, sealFor(new Secret(TOKEN)));
  await value(audit.append({ what: 'case.started', case: null, by: 123_456_789, detail: {} }));
  const trail: string[] = [];
  await value(audit.read((line) => trail.push(line)));
  const { seq, hash } = await value(audit.head());
  await store.close();
  await writeFile(join(folder, 'trail.jsonl'), `${trail.join('\n')}\n`);
  await writeFile(join(folder, 'key.txt'), `${identity}\n`);
  const env = {
    LANG: 'en',
    BOT_TOKEN: TOKEN,
    ADMIN_IDS: '1',
    STORE_URL: 'lmdb:./data',
    HUB_PUBLIC_URL: 'https://bot.example.org',
    BACKUP_RECIPIENTS: await identityToRecipient(identity),
  };
  const here = (word: string) =>
    word
      .replace(/^\/backups\//, `${folder}/`)
      .replace('$(date +%F)', '2026-11-29')
      .replace(/^\d+:[\da-f]+…$/, `${seq}:${hash}`);
  const program = await releasedBot();
  const run = async (words: readonly string[]) => {
    const ended = promisify(execFile)(process.execPath, [program, ...words.map(here)], { env, cwd: folder });
    return ended.then(
      (said) => ({ code: 0, ...said }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        stdout,
        stderr,
      }),
    );
  };
  return { folder, run };
}

describe('the README', () => {
  const [tried = [], ...others] = ['README.md', 'README.ru.md'].map((page) =>
    blocksOf(textOf(page)).map((block) => commandsOf(block).map(({ line }) => line)),
  );

  it('is tried by two lines, the second of which installs nothing and is what CI runs', () => {
    expect(tried[0]).toEqual(['npm ci', 'npm run demo', 'npm test']);
    const ci = textOf('.ci/run').trim().split('\n');
    expect(ci.filter((line) => line.startsWith('npm test'))).toEqual(['npm test']);
    const block = blocksOf(textOf('README.md'))[0] ?? '';
    // Each says how long it takes.
    expect(
      block
        .trim()
        .split('\n')
        .map((line) => /# .*\d+ (?:s|minutes)/.test(line)),
    ).toEqual([true, true]);
  });

  it('says the same commands in each language', () => {
    for (const other of others) expect(other.slice(0, 2)).toEqual(tried.slice(0, 2));
  });
});
