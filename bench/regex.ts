/**
 * How long every regular expression of the product may take on 100,000 characters made to make it try again and again:
 * the slowest, beside a plain search over the same text. What grows faster than its input is a way to stop the bot.
 * The expressions are read out of the sources, so that none is forgotten. `npx tsx bench/regex.ts`
 */
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { against, asked, note, plain, report } from './bench.ts';

asked({});

const LENGTH = 100_000;
/** Slower than this on 100,000 characters is worth a look, ms. */
const SLOW_MS = 50;
const SHOWN = 8;

interface Found {
  readonly place: string;
  readonly regex: RegExp;
}

/** Every expression written as a literal. */
function literals(): Found[] {
  const files = ['src', 'locales']
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => `${folder}/${String(name)}`))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('src/sandbox'));
  return files.flatMap((path) => {
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    const found: Found[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        const [, body = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
        found.push({
          place: `${path}:${line + 1}`,
          regex: new RegExp(body, /[gy]/.test(flags) ? flags : `${flags}g`),
        });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

/** Texts out of what an expression itself likes, and what everybody sends, each ended by something that fits nothing. */
function texts({ source }: RegExp): string[] {
  const own = [...new Set(source.replace(/\\[a-zA-Z]|[\\^$()[\]{}|?*+]/g, ' ').split(/\s+/))].filter(Boolean);
  const pieces = [
    'a',
    'A',
    '0',
    ' ',
    '\t',
    '\n',
    '-',
    '.',
    ':',
    '"',
    '\\',
    '<',
    '&',
    '%',
    '/',
    '=',
    'я',
    '\u0000',
  ];
  const pairs = [
    'a ',
    '0 ',
    'A0',
    '0-',
    'a.',
    ' -',
    '0.',
    'a:',
    '\n ',
    ' \t',
    '-----BEGIN ',
    'DS-',
    '&#',
    '/*',
    'V1.0 ',
  ];
  return [
    ...pieces,
    ...pairs,
    ...own,
    ...own.map((piece) => `${piece} `),
    ...own.map((piece) => `${piece}0`),
  ].map((piece) => `${piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH)}\u0001!`);
}

function time(regex: RegExp, text: string): number {
  const started = performance.now();
  text.replace(regex, '');
  return performance.now() - started;
}

const worst = literals().map(({ place, regex }) => {
  let [ms, input] = [0, ''];
  for (const text of texts(regex)) {
    const took = time(regex, text);
    if (took > ms) [ms, input] = [took, text.slice(0, 12)];
  }
  return { place, regex, ms, input };
});
const baseline = Math.max(...texts(/a/).map((text) => time(/b/g, text)));
worst.sort((one, other) => other.ms - one.ms);
note(`${worst.length} expressions, ${LENGTH} characters; the slowest:`);
for (const { place, regex, ms, input } of worst.slice(0, SHOWN)) {
  note(
    `${ms.toFixed(1).padStart(9)} ms  ${place}  ${String(regex).slice(0, 70)}  on ${JSON.stringify(input)}…`,
  );
}
report([
  against('slowest expression', 'ms', worst[0]?.ms ?? 0, { name: 'plain search', value: baseline }),
  plain(`expressions above ${SLOW_MS} ms`, 'count', worst.filter(({ ms }) => ms > SLOW_MS).length),
]);
