import { textsFor } from '../../texts.ts';
import type { Asked } from '../scene.ts';
import { windowTextsFor } from '../texts.ts';
import { type Filling, type Html, html } from './html.ts';
import { form, hidden, type View } from './view.ts';

/**
 * The question that is open, in the language of whoever asked. What is typed goes from the field to the agent with the
 * form and through nothing else; the script only shows it while a button is pressed.
 */
export function questionForm(view: View, question: Asked): Html {
  const { language, model } = question;
  const agent = textsFor(language);
  const complaint = question.kind === 'meant' ? null : question.complaint;
  const alert =
    question.kind === 'meant'
      ? agent('agent:prompt.refusedBefore')
      : complaint && agent(`agent:prompt.complaint.${complaint}`);
  const rows = model.rows.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`);
  const hints = question.kind === 'meant' ? [] : model.hints;
  return html`<div class="question" lang="${language}" data-key="${view.tools.forms.answer}">
<h2>${model.title}</h2>
<dl>${rows}</dl>
${hints.length > 0 && html`<div class="hints">${hints.map((hint) => html`<p>${hint}</p>`)}</div>`}
${alert && html`<p role="alert" class="bad">${alert}</p>`}
${form(view, 'answer', [cable(question), fields(question)])}
</div>`;
}

/** What has to be confirmed first; beside a doubted password it was confirmed already. */
function cable({ kind, model }: Asked): Filling {
  if (!model.cable) return null;
  if (kind === 'meant') return hidden('cable', 'yes');
  return html`<p>${model.cable.why}</p>
<label class="tick"><input name="cable" type="checkbox" value="yes"> ${model.cable.confirmed}</label>`;
}

/** Enter presses the first button: it sends a typed password, and says no where one press alone would mean yes. */
function fields(question: Asked): Filling {
  const { language, model } = question;
  const agent = textsFor(language);
  const texts = windowTextsFor(language);
  switch (question.kind) {
    case 'password':
      return html`<label for="password">${question.model.question}</label>
<p class="field"><input id="password" name="password" type="password" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" aria-describedby="kept" autofocus>
<button type="button" class="show" data-show="password" aria-pressed="false">${texts('window:question.show')}</button></p>
<p id="kept" class="hint">${texts('window:question.kept')}</p>
<p class="row"><button name="action" value="send" class="main">${model.button}</button>
<button name="action" value="cancel">${model.otherButton}</button></p>`;
    case 'meant':
      return html`<p class="row"><button name="action" value="another" class="main" autofocus>${agent('agent:prompt.button.another')}</button>
<button name="action" value="meant">${agent('agent:prompt.button.meant')}</button>
<button name="action" value="cancel">${model.otherButton}</button></p>`;
    case 'consent':
      return html`<p class="row"><button name="action" value="cancel">${model.otherButton}</button>
<button name="action" value="agree" class="main">${model.button}</button></p>`;
  }
}
