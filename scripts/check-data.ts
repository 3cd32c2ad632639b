/**
 * `npm run check:data`: packs and firmware of the product, the examples, and files given as arguments
 * (`npm run check:data -- region.json`), each as its operator would write it. Faults are named by file, line and field.
 */
import { readdirSync } from 'node:fs';
import { languageOf } from '../locales/language.ts';
import { checkData } from '../src/bot/data-command.ts';
import { textsFor } from '../src/kernel/all-texts.ts';

const BUILT_IN = 'src/policy/built-in';
const EXAMPLES = 'docs/examples';

const texts = textsFor(languageOf(process.env.LC_ALL || process.env.LANG));
const files = [
  ...readdirSync(BUILT_IN).map((name) => `${BUILT_IN}/${name}`),
  ...readdirSync(EXAMPLES).map((name) => `${EXAMPLES}/${name}`),
  ...process.argv.slice(2),
].map((path) => ({
  path,
  of: path.startsWith(`${BUILT_IN}/recorder`) ? ('product' as const) : ('operator' as const),
}));
const areRight = await checkData(files, { texts, print: (line) => console.log(line) }, Date.now());
if (!areRight) process.exitCode = 1;
