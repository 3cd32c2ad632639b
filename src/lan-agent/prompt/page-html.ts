import { createHash } from 'node:crypto';
import type { Texts } from '../texts.ts';
import type { QuestionModel, ShownQuestion } from './prompt.ts';

const STYLE = `
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; font-weight: 600; }
label { display: block; margin: 1.5rem 0 .25rem; font-weight: 600; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; }
input[type=checkbox] { width: auto; margin-right: .5rem; }
button { font: inherit; padding: .6rem 1.2rem; margin: 1rem .5rem 0 0; }
[role=alert] { border-left: .3rem solid #c62828; padding: .3rem .8rem; font-weight: 600; }
`;

/** Takes the form away from under whoever is typing. */
const OVER_STYLE = 'form { display: none; }';

const hashOf = (style: string) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/**
 * What the page may do: show its own style and send its form back. It runs no script, loads nothing and cannot be
 * framed, so nothing else in the browser can read the field or press the button.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)} ${hashOf(OVER_STYLE)}`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The page of a question: its form, and what is wrong with what was sent last. */
export function questionPage(shown: ShownQuestion, texts: Texts): string {
  return plainPage(
    texts,
    shown.model.title,
    shown.kind === 'meant' ? doubtForm(shown, texts) : form(shown, texts),
  );
}

type Shown<K extends ShownQuestion['kind']> = Extract<ShownQuestion, { kind: K }>;

function form(shown: Shown<'password' | 'consent'>, texts: Texts): string {
  const { model, complaint } = shown;
  const rows = model.rows.map(
    ({ label, value }) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const alert = complaint
    ? `<p role="alert">${escapeHtml(texts(`agent:prompt.complaint.${complaint}`))}</p>`
    : '';
  const cable = model.cable
    ? `<p>${escapeHtml(model.cable.why)}</p>
<label><input name="cable" type="checkbox" value="yes"> ${escapeHtml(model.cable.confirmed)}</label>
`
    : '';
  return `<dl>${rows.join('')}</dl>
${model.hints.map((hint) => `<p>${escapeHtml(hint)}</p>`).join('\n')}
${alert}
<form method="post" autocomplete="off">
${cable}${shown.kind === 'password' ? passwordFields(shown) : consentFields(shown)}
</form>`;
}

/** The field has no length limit: a browser would cut a long password without a word. */
function passwordFields({ model }: Shown<'password'>): string {
  return `<label for="password">${escapeHtml(model.question)}</label>
<input id="password" name="password" type="password" autocomplete="off" autofocus>
<button name="action" value="send">${escapeHtml(model.button)}</button>
<button name="action" value="cancel">${escapeHtml(model.otherButton)}</button>`;
}

/**
 * One button, which no key presses by chance: Enter presses the first button of a form, so that is the one that says no.
 */
function consentFields({ model }: Shown<'consent'>): string {
  return `<button name="action" value="cancel">${escapeHtml(model.otherButton)}</button>
<button name="action" value="agree">${escapeHtml(model.button)}</button>`;
}

function doubtForm({ model }: Shown<'meant'>, texts: Texts): string {
  return `<p role="alert">${escapeHtml(texts('agent:prompt.refusedBefore'))}</p>
<form method="post" autocomplete="off">
${model.cable ? '<input type="hidden" name="cable" value="yes">' : ''}
<button name="action" value="another" autofocus>${escapeHtml(texts('agent:prompt.button.another'))}</button>
<button name="action" value="meant">${escapeHtml(texts('agent:prompt.button.meant'))}</button>
<button name="action" value="cancel">${escapeHtml(model.otherButton)}</button>
</form>`;
}

/** How a question ended. `timeout` and those after it: by itself, with the form still open in a browser. */
export type PageEnd = 'taken' | 'cancelled' | 'timeout' | 'stopped' | 'forgotten';

/** The last page: what happens now. */
export function endPage(model: QuestionModel, texts: Texts, end: PageEnd): string {
  return plainPage(texts, model.title, `<p>${escapeHtml(endWords(model, texts, end))}</p>`);
}

/**
 * The rest of a form that was kept loading: the browser puts it below at once, without a script, and the field is gone
 * with whatever was typed into it.
 */
export function overPart(model: QuestionModel, texts: Texts, end: PageEnd): string {
  return `<style>${OVER_STYLE}</style><p role="alert">${escapeHtml(endWords(model, texts, end))}</p>\n`;
}

function endWords(model: QuestionModel, texts: Texts, end: PageEnd): string {
  return end === 'taken' || end === 'cancelled' ? model[end] : texts(`agent:prompt.end.${end}`);
}

/** A page of words in our style. @param body and `head`: as HTML */
export function plainPage(texts: Texts, title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="${escapeHtml(texts('agent:prompt.language'))}"><head><meta charset="utf-8">${head}
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
