#!/usr/bin/env node
/**
 * The first file of the bundled bot, `unbind-bot.mjs`: loads the program's parts from beside it, and starts from what V8 has compiled of
 * them, and of the store's engine, already where `unbind-bot precompile` has left that there (docs/decisions/0081). Without it, and where it does not fit, the parts are
 * compiled as ever.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { sayVersionIfAsked } from '../kernel/version-asked.ts';
import { type CompiledParts, decodeCompiled, encodeCompiled, type Launch } from './compiled.ts';
import type { main } from './program.ts';
import { BOT_VERSION } from './version.ts';

/** What a part's file is, an expression; scripts/bundles.ts writes it so. */
type Part = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  importMetaUrl: string,
  importMetaResolve: (name: string) => string,
) => void;

/** The file name of the first part; scripts/bundles.ts puts it in. */
declare const FIRST_PART: string;

const KEPT = fileURLToPath(new URL('./unbind-bot.compiled', import.meta.url));

/** Packages beside that each start reads, as a path after the last `node_modules`: lmdb, and what it is made of. */
const READ_ALWAYS =
  /^(lmdb|msgpackr|ordered-binary|weak-lru-cache|@harperfast.extended-iterable|node-gyp-build-optional-packages|detect-libc)[\\/]/;

/** What a file in CommonJS is given, in this order. */
const CJS_NAMES = 'exports,require,module,__filename,__dirname';

const requireBeside = createRequire(import.meta.url);
const scripts = new Map<string, Script>();
const modules = new Map<string, { exports: object }>();
const words = process.argv.slice(2);
const isAnswered = sayVersionIfAsked(words, BOT_VERSION);
const kept = isAnswered ? null : readKept();

const launch: Launch = {
  file: KEPT,
  nodeOptions: process.env.NODE_OPTIONS ?? '',
  state: () => {
    if (kept === null) return 'absent';
    // Of the first part alone: others may be loaded that nobody loaded when it was compiled.
    if (!kept.has(FIRST_PART)) return 'outdated';
    // It is whole, of this node and of this very text: nothing is left for V8 to refuse it for but its flags.
    return scripts.get(FIRST_PART)?.cachedDataRejected === false ? 'used' : 'other-flags';
  },
  compiled: () =>
    encodeCompiled(new Map([...scripts].map(([name, script]) => [name, script.createCachedData()]))),
};

if (!isAnswered) {
  keepPackages();
  const first = load(FIRST_PART) as { main: typeof main };
  await first.main(words, launch);
}

/** @returns null: nothing is kept, or it cannot be read; empty: nothing of it can be used */
function readKept(): CompiledParts | null {
  try {
    return decodeCompiled(readFileSync(KEPT));
  } catch {
    return null;
  }
}

/** Runs a part, once. @param name its file name @throws what reading it or running it throws */
function load(name: string): object {
  const known = modules.get(name);
  if (known) return known.exports;
  const url = new URL(name, import.meta.url);
  const filename = fileURLToPath(url);
  const script = compile(name, readFileSync(url, 'utf8'), filename);
  const module = { exports: {} };
  modules.set(name, module);
  const part = script.runInThisContext() as Part;
  try {
    part(module.exports, requireFrom, module, url.href, import.meta.resolve);
  } catch (error) {
    // Half of a part is no part: whoever asks again hears of it again.
    modules.delete(name);
    throw error;
  }
  return module.exports;
}

/** @param name under which what is compiled is kept: another text has another name */
function compile(name: string, text: string, filename: string): Script {
  const cachedData = kept?.get(name);
  const script = new Script(text, { filename, ...(cachedData ? { cachedData } : {}) });
  scripts.set(name, script);
  return script;
}

/**
 * Has node's own loader run `READ_ALWAYS` from what is compiled of them, wherever it finds them: an operator may have another version there
 * than the one that was compiled, so their names carry the sum of their text. All else is node's to load.
 */
function keepPackages(): void {
  const { extensions } = requireBeside;
  const plain = extensions['.js'];
  extensions['.js'] = (module, filename) => {
    const within = filename.split(/node_modules[\\/]/).at(-1) ?? '';
    if (!READ_ALWAYS.test(within)) return plain?.(module, filename);
    const text = readFileSync(filename, 'utf8');
    const sum = createHash('sha256').update(text).digest('hex');
    const script = compile(`${within} ${sum}`, `(function(${CJS_NAMES}){${text}\n})`, filename);
    const run = script.runInThisContext() as (...given: readonly unknown[]) => void;
    run(module.exports, createRequire(filename), module, filename, dirname(filename));
  };
}

function requireFrom(name: string): unknown {
  return name.startsWith('./') ? load(name.slice(2)) : requireBeside(name);
}
