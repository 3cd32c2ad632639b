// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of sources, some of them templates
/**
 * Proves that the tests which look for secrets would notice: takes out one redaction after another in a copy of the
 * sources, runs those tests and expects them to fail. Takes some minutes. Run: npx tsx scripts/canary-mutations.ts
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Mutation {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Test file and, where one test of it is meant, a part of its name. */
  readonly test: readonly [file: string, name?: string];
}

const LOG = 'src/kernel/log.ts';
const LOG_TEST = ['test/unit/kernel/log.test.ts'] as const;
const CANARY = 'test/e2e/canary.test.ts';

const shape = (what: string, from: string): Mutation => ({
  what: `log: ${what} by shape`,
  file: LOG,
  from,
  to: '[/(?!)/g,',
  test: LOG_TEST,
});

const MUTATIONS: readonly Mutation[] = [
  shape('bot token', '[/(?<!\\d)\\d{6,}:[A-Za-z0-9_-]{30,}/g,'),
  shape('PEM key', '[/-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,'),
  shape('agent key', '[/MC4CAQAwBQYDK2VwBCIEI[A-Za-z0-9_-]{43}/g,'),
  shape('pairing code', '[/\\b[B-DF-HJ-NP-TV-XZ]{5}-?[B-DF-HJ-NP-TV-XZ]{5}\\b/gi,'),
  shape('invitation', '[/\\bstart=[A-Za-z0-9_-]{32}/g,'),
  shape('permit', '[/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g,'),
  {
    what: 'log: by name',
    file: LOG,
    from: 'SECRET_NAMES.has(name) ||',
    to: '',
    test: LOG_TEST,
  },
  { what: 'log: by end of name', file: LOG, from: '|| SECRET_ENDS.test(name)', to: '', test: LOG_TEST },
  {
    what: 'log: fields of errors',
    file: LOG,
    from: 'return { type: name, message, stack };',
    to: 'return { type: name, message, stack, ...arguments[0] };',
    test: LOG_TEST,
  },
  { what: 'log: bytes', file: LOG, from: ' || ArrayBuffer.isView(value)', to: '', test: LOG_TEST },
  {
    what: 'Secret in JSON',
    file: 'src/kernel/secret.ts',
    from: 'toJSON(): string {\n    return HIDDEN;',
    to: 'toJSON(): unknown {\n    return this.#value;',
    test: LOG_TEST,
  },
  {
    what: 'agent: what it says when it crashes',
    file: 'src/lan-agent/cli/context.ts',
    from: 'error: scrub(detail)',
    to: 'error: detail',
    test: [CANARY, 'crashes'],
  },
  {
    what: 'bot: what it says when it crashes',
    file: 'src/bot/cli/run.ts',
    from: "log.fatal({ err: error }, 'a fault of this program ends it');",
    to: 'process.stderr.write(`failed: ${error.stack}`);',
    test: [CANARY, 'crashes'],
  },
  {
    what: 'settings: complaints without values',
    file: 'src/bot/cli/cli.ts',
    from: 'return `${setting}: ',
    to: 'return `${setting} ${process.env[setting]}: ',
    test: [CANARY, 'complaint'],
  },
  {
    what: 'chat: what is typed under a picture goes no further',
    file: 'src/flows/engine/heard.ts',
    from: 'proof: pictureAnswerProof(spec.nonce, text)',
    to: 'proof: (process.stderr.write(text), pictureAnswerProof(spec.nonce, text))',
    test: [CANARY, 'leaves no secret'],
  },
  {
    what: 'hub: pairing code as a keyed hash',
    file: 'src/hub/pairing.ts',
    from: "createHmac('sha256', codeKey).update(secret).digest('base64url')",
    to: '`${secret}${codeKey.length}`',
    test: [CANARY, 'leaves no secret'],
  },
  {
    what: 'bot: password typed into the chat',
    file: 'src/flows/engine/engine.ts',
    from: "await tell(turn.chatId, heard.kind === 'wrong-file' ? 'bot:help.wrongFile' : spec.help);",
    to: "log.info({ heard: update.message?.text }, 'not wanted');\n    await tell(turn.chatId, spec.help);",
    test: [CANARY, 'leaves no secret'],
  },
];

const COPIED = ['src', 'locales', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const wanted = process.argv[2] ?? '';
let missed = 0;
for (const { what, file, from, to, test } of MUTATIONS.filter((one) => one.what.includes(wanted))) {
  const folder = mkdtempSync(join(tmpdir(), 'canary-mutation-'));
  for (const name of COPIED) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  const source = readFileSync(join(folder, file), 'utf8');
  if (!source.includes(from)) throw new Error(`${file} has no longer what '${what}' takes out`);
  writeFileSync(
    join(folder, file),
    source.replace(from, () => to),
  );
  const [path, name] = test;
  const run = spawnSync('npx', ['vitest', 'run', path, ...(name ? ['-t', name] : [])], { cwd: folder });
  const noticed = run.status !== 0;
  if (!noticed) missed += 1;
  console.log(`${noticed ? 'noticed' : 'MISSED '}  ${what}  (${path})`);
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;
