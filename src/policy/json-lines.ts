const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** Where everything stands in a JSON text: path (`firmware.0.model`, empty for the whole) -> line, from 1. */
export function linesOf(text: string): Map<string, number> {
  return scan(text).lines;
}

/** Paths of keys that an object holds twice: of two values JSON takes the last, and says nothing. */
export function repeatedIn(text: string): string[] {
  return scan(text).repeated;
}

function scan(text: string): { lines: Map<string, number>; repeated: string[] } {
  const lines = new Map<string, number>();
  const repeated: string[] = [];
  const tokens: { text: string; line: number }[] = [];
  let line = 1;
  let scanned = 0;
  for (const match of text.matchAll(TOKEN)) {
    line += text.slice(scanned, match.index).split('\n').length - 1;
    scanned = match.index;
    tokens.push({ text: match[0], line });
  }
  let at = 0;
  const value = (path: string): void => {
    const token = tokens[at++];
    if (!token) return;
    if (!lines.has(path)) lines.set(path, token.line);
    const close = token.text === '{' ? '}' : token.text === '[' ? ']' : null;
    if (close === null) return;
    for (let index = 0; at < tokens.length && tokens[at]?.text !== close; index++) {
      const key = close === '}' ? keyOf(tokens[at]) : String(index);
      const inner = path === '' ? key : `${path}.${key}`;
      if (close === '}') {
        if (lines.has(inner)) repeated.push(inner);
        // A key is where the eye looks, even when its value begins on the next line.
        lines.set(inner, tokens[at]?.line ?? 1);
        at += 2;
      }
      value(inner);
      if (tokens[at]?.text === ',') at++;
    }
    at++;
  };
  value('');
  return { lines, repeated };
}

function keyOf(token: { text: string } | undefined): string {
  return token ? String(JSON.parse(token.text)) : '';
}
