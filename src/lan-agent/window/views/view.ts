import type { Language } from '../../../../locales/language.ts';
import type { Texts } from '../../texts.ts';
import { type ActionName, FORM_FIELD, type PageTools } from '../actions.ts';
import type { Scene } from '../scene.ts';
import { spokenFor, type WindowTexts, windowTextsFor } from '../texts.ts';
import { type Filling, type Html, html } from './html.ts';

/** What every part of the page is made of. */
export interface View {
  readonly scene: Scene;
  readonly language: Language;
  readonly texts: WindowTexts;
  /** What the agent says elsewhere, without words of its command line. */
  readonly spoken: Texts;
  readonly tools: PageTools;
}

export function createView(scene: Scene, language: Language, tools: PageTools): View {
  return { scene, language, texts: windowTextsFor(language), spoken: spokenFor(language), tools };
}

/** A form that does one thing; it works without a script. */
export function form({ tools }: View, name: ActionName, fields: Filling): Html {
  return html`<form method="post" action="${tools.base}${name}" autocomplete="off">
<input type="hidden" name="${FORM_FIELD}" value="${tools.forms[name]}">
${fields}
</form>`;
}

/** A form that is one button. `label`: what a screen reader says of it, where its words alone do not. */
export function press(
  view: View,
  name: ActionName,
  words: string,
  { fields = null, look = '', label = '' }: { fields?: Filling; look?: string; label?: string } = {},
): Html {
  const said = label === '' ? null : html` aria-label="${label}"`;
  return form(view, name, html`${fields}<button class="${look}"${said}>${words}</button>`);
}

export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

/** Paragraphs, one for each sentence. */
export function paragraphs(sentences: readonly string[], look = ''): Filling {
  return sentences.map((one) => html`<p class="${look}">${one}</p>`);
}

/** Hours and minutes of this laptop. @param at ms since 1970 */
export function timeOf({ language }: View, at: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(at);
}

/** Day and time of this laptop. @param at ISO 8601; one that is none is shown as it is */
export function dayOf({ language }: View, at: string): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms)
    ? at
    : new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' }).format(ms);
}

/** A complaint about a form of this action, said where it stands. */
export function complaintOf(
  { scene, texts }: View,
  about: NonNullable<Scene['complaint']>['about'],
): Filling {
  const { complaint } = scene;
  return complaint?.about === about
    ? html`<p role="alert" class="bad">${texts(`window:complaint.${complaint.what}`)}</p>`
    : null;
}
