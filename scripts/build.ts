/**
 * Bundles both programs: `dist/unbind-bot.mjs` (with `dist/label-worker.mjs` and `dist/label-text.mjs` beside it) and `dist/unbind-agent.mjs`
 * with `dist/agent/`, which need nothing but an untouched node. Native packages stay packages of the bot.
 */
import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = {
  absWorkingDir: root,
  outdir: 'dist',
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

await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
await build({
  ...common,
  entryPoints: {
    'unbind-bot': 'src/bot/main.ts',
    'label-worker': 'src/label/worker.ts',
    'label-text': 'src/label/text/child.ts',
  },
  packages: 'external',
});
// The drawn step cards are read from beside the program.
await cp(new URL('../src/cards/pictures', import.meta.url), new URL('../dist/pictures', import.meta.url), {
  recursive: true,
});
await build({
  ...common,
  entryPoints: { 'unbind-agent': 'src/lan-agent/main.ts' },
  // What a command does not need is not read before the first inquiry (docs/decisions/0030).
  splitting: true,
  chunkNames: 'agent/[name]-[hash]',
  // Names stay as they are: a crash is told with its stack.
  minifyWhitespace: true,
  minifySyntax: true,
  charset: 'utf8',
  // A bundled agent refuses the test network (docs/architecture.md, sandbox).
  define: { 'process.env.UNBIND_AGENT_PACKAGED': '"1"' },
});
