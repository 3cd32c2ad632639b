/** HTML that is whole: whatever is put into it is escaped, but for other HTML. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a piece of HTML may be filled with; `null` and `false` leave nothing. */
export type Filling = Html | string | number | null | false | readonly Filling[];

/** HTML out of a template. Attributes are to stand in double quotes. */
export function html(pieces: TemplateStringsArray, ...fillings: readonly Filling[]): Html {
  return new Html(pieces.reduce((text, piece, at) => text + filled(fillings[at - 1] ?? null) + piece));
}

function filled(filling: Filling): string {
  if (filling === null || filling === false) return '';
  if (filling instanceof Html) return filling.text;
  if (typeof filling === 'object') return filling.map(filled).join('');
  return escapeHtml(String(filling));
}

/** Text that can stand between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
