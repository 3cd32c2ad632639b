/** Whether every text is asked for. That a text that is asked for exists is in the types. */
import ts from 'typescript';
import { baseOf, fileOf, flatten, type LocaleFault, type Resources } from './texts.ts';

/** A source file: path relative to the repository, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A key, or a pattern of keys, as a source file spells it: whether a key is meant by it. */
type Use = (key: string) => boolean;

/**
 * Compares the keys in the sources with the texts of the first language. Found are string literals
 * (`'bot:help.idle'`), templates (`` `policy:rule.${id}` ``) and beginnings that end in a dot (`'policy:rule.' + id`).
 * @param prefixes beginnings of keys whose words come from data and stand in no source file
 */
export function checkUse(
  resources: Resources,
  sources: readonly SourceFile[],
  prefixes: readonly string[],
): LocaleFault[] {
  const [language = '', namespaces = {}] = Object.entries(resources)[0] ?? [];
  const keys = new Set(
    Object.entries(namespaces).flatMap(([name, tree]) => [...flatten(name, tree).keys()].map(baseOf)),
  );
  const uses = [
    ...sources.flatMap((source) => usesIn(source, Object.keys(namespaces), keys)),
    ...prefixes.map(beginning),
  ];
  const stale = prefixes
    .filter((prefix) => ![...keys].some((key) => key.startsWith(prefix)))
    .map((key) => ({ file: 'scripts/check-locales.ts', key, problem: 'is the beginning of no text' }));
  const unused = [...keys]
    .filter((key) => !uses.some((matches) => matches(key)))
    .map((key) => ({ file: fileOf(language, key), key, problem: 'is used nowhere' }));
  return [...stale, ...unused];
}

function usesIn(source: SourceFile, namespaces: readonly string[], keys: ReadonlySet<string>): Use[] {
  const parsed = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest);
  // A dot after the first word tells a key from other things that begin alike (`agent:01HX…` in the store).
  const keyLike = new RegExp(`^(?:${namespaces.join('|')}):[\\w-]+\\.`);
  const uses: Use[] = [];
  const visit = (node: ts.Node): void => {
    // A type may speak of keys; nobody says them by that.
    if (ts.isTypeNode(node)) return;
    if (ts.isStringLiteralLike(node)) {
      const { text } = node;
      if (keyLike.test(text) && text.endsWith('.')) uses.push(beginning(text));
      else if (keys.has(text)) uses.push((key) => key === text);
    } else if (ts.isTemplateExpression(node) && keyLike.test(node.head.text)) {
      uses.push(template([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]));
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return uses;
}

function beginning(prefix: string): Use {
  return (key) => key.startsWith(prefix);
}

/** A gap of a template stands for one or more words, since a word may itself hold dots. */
function template(pieces: readonly string[]): Use {
  const pattern = new RegExp(`^${pieces.map(escaped).join('.+')}$`);
  return (key) => pattern.test(key);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
