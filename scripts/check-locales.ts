/** `npm run check:locales`: both languages say the same things, in forms and lengths that work, and all of it is used. */
import { readdirSync, readFileSync } from 'node:fs';
import { resources } from '../locales/index.ts';
import { CARDS } from './cards/cards.ts';
import { printedOn } from './cards/printed.ts';
import { checkQuoted, screenWords } from './locales/quoted.ts';
import { checkTexts } from './locales/texts.ts';
import { checkUse } from './locales/use.ts';

/** Beginnings of keys that no source file spells. Keep this short: what stands here is not checked for use. */
const SPELT_ELSEWHERE = [
  // Words of region packs, which operators write (src/policy/region.ts).
  'policy:rma.asks.',
  'policy:rma.advice.',
  'policy:rma.says.',
  'policy:rma.lastWay.',
  'policy:rma.needs.',
  // The chat page gets all its texts at once (src/sandbox/page).
  'sandbox:page.',
];

/** Whoever speaks to people: the programs, what draws their cards ahead, and what packs them. */
const sources = ['src', 'scripts/cards', 'scripts/package'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
);
const glossary = screenWords(readFileSync('docs/glossary.md', 'utf8'));
const onCards = Object.values(resources).flatMap(({ card }) => printedOn(CARDS, card.text));
const faults = [
  ...checkTexts(resources),
  ...checkUse(resources, sources, SPELT_ELSEWHERE),
  ...checkQuoted(resources, glossary, onCards),
];
for (const { file, key, problem } of faults) console.error(`${file}: ${key} ${problem}`);
if (faults.length > 0) process.exitCode = 1;
else console.log(`locales: ${Object.keys(resources).join(', ')} agree`);
