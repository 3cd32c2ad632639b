import { createHash } from 'node:crypto';
import type { Texts } from '../../kernel/texts.ts';
import type { PasswordComplaint, PromptModel } from './prompt.ts';

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

/**
 * What the page may do: show its own style and send its form back. It runs no script, loads nothing and cannot be
 * framed, so nothing else in the browser can read the field or press the button.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The form. The field has no length limit: a browser would cut a long password without a word. */
export function formPage(model: PromptModel, texts: Texts, complaint: PasswordComplaint | null): string {
  const rows = model.rows.map(
    ({ label, value }) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const alert = complaint
    ? `<p role="alert">${escapeHtml(texts(`agent:prompt.complaint.${complaint}`))}</p>`
    : '';
  const cable = model.cable
    ? `<p>${escapeHtml(model.cable.why)}</p>
<label><input name="cable" type="checkbox" value="yes">${escapeHtml(model.cable.question)}</label>
`
    : '';
  return page(
    texts,
    model.title,
    `<dl>${rows.join('')}</dl>
${model.hints.map((hint) => `<p>${escapeHtml(hint)}</p>`).join('\n')}
${alert}
<form method="post" autocomplete="off">
${cable}<label for="password">${escapeHtml(model.question)}</label>
<input id="password" name="password" type="password" autocomplete="off" autofocus>
<button name="action" value="send">${escapeHtml(model.button)}</button>
<button name="action" value="cancel">${escapeHtml(texts('agent:prompt.button.cancel'))}</button>
</form>`,
  );
}

/** The last page: what happens now. */
export function endPage(model: PromptModel, texts: Texts, end: 'taken' | 'cancelled'): string {
  const words = end === 'taken' ? model.taken : texts('agent:prompt.end.cancelled');
  return page(texts, model.title, `<p>${escapeHtml(words)}</p>`);
}

function page(texts: Texts, title: string, body: string): string {
  return `<!doctype html>
<html lang="${escapeHtml(texts('agent:prompt.language'))}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
