import { inflateSync } from 'node:zlib';

/** What a file of the library in src/report/pdf.ts shows, read back from its bytes. */
export interface ReadPdf {
  /** Text of each page, one line a piece of text that was set as one. */
  readonly pages: readonly string[];
  /** Names of fonts whose outlines are in the file. */
  readonly embedded: readonly string[];
}

/** Reads pages through the fonts' own tables of letters (ToUnicode), as a reader does who copies or searches text. */
export function readPdf(pdf: Buffer): ReadPdf {
  const objects = new Map<string, { head: string; stream: string }>();
  for (const [, id = '', body = ''] of pdf.toString('latin1').matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const at = body.indexOf('stream\n');
    const raw = Buffer.from(body.slice(at + 7, body.lastIndexOf('\nendstream')), 'latin1');
    const stream = at === -1 ? '' : inflateSync(raw).toString('latin1');
    objects.set(id, { head: at === -1 ? body : body.slice(0, at), stream });
  }
  const follow = (head: string, name: string) => {
    const id = new RegExp(`/${name} (\\d+) 0 R`).exec(head)?.[1] ?? '';
    return objects.get(id) ?? { head: '', stream: '' };
  };
  const lettersOf = (font: string): Map<string, string> => {
    const { stream } = follow(font, 'ToUnicode');
    const letters = new Map<string, string>();
    for (const [, first = '', list = ''] of stream.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g))
      for (const [index, [, codes = '']] of [...list.matchAll(/<([0-9a-f ]+)>/g)].entries()) {
        const glyph = (Number.parseInt(first, 16) + index).toString(16).padStart(4, '0');
        const units = codes.match(/[0-9a-f]{4}/g) ?? [];
        letters.set(glyph, String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16))));
      }
    return letters;
  };
  const [, kids = ''] =
    /\/Kids \[([^\]]*)\]/.exec([...objects.values()].map(({ head }) => head).join('\n')) ?? [];
  const pages = [...kids.matchAll(/(\d+) 0 R/g)].map(([, id = '']) => {
    const page = objects.get(id)?.head ?? '';
    const fonts = new Map(
      [...follow(page, 'Resources').head.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', font = '']) => [
        name,
        lettersOf(objects.get(font)?.head ?? ''),
      ]),
    );
    let letters = new Map<string, string>();
    const lines: string[] = [];
    for (const [, font, pieces = ''] of follow(page, 'Contents').stream.matchAll(
      /\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g,
    )) {
      if (font !== undefined) letters = fonts.get(font) ?? new Map();
      else
        lines.push(
          [...pieces.matchAll(/<([0-9a-f]*)>/g)]
            .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
            .map((glyph) => letters.get(glyph) ?? '\ufffd')
            .join(''),
        );
    }
    return lines.map((line) => line.trim()).join('\n');
  });
  const embedded = [...objects.values()].flatMap(({ head }) => {
    const [, name] = /\/FontName \/[A-Z]{6}\+(\S+)/.exec(head) ?? [];
    return name !== undefined && follow(head, 'FontFile2').stream.length > 0 ? [name] : [];
  });
  return { pages, embedded };
}
