import { escapeHtml, plainPage } from '../prompt/page-html.ts';
import type { Texts } from '../texts.ts';
import type { Outside } from './server.ts';

/** The page for whoever does not see the window, or not yet. */
export function outsidePage(why: Outside, base: string, texts: Texts): string {
  const goOn = why === 'entered' ? `<meta http-equiv="refresh" content="0;url=${escapeHtml(base)}">` : '';
  const link =
    why === 'entered' || why === 'elsewhere'
      ? `<p><a href="${escapeHtml(base)}">${escapeHtml(texts('agent:window.open'))}</a></p>`
      : '';
  const words = `<p>${escapeHtml(texts(`agent:window.outside.${why}`))}</p>${link}`;
  return plainPage(texts, texts('agent:window.title'), words, goOn);
}
