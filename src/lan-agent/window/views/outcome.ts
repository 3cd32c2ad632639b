import { isHindrance } from '../../network/hindrances.ts';
import type { JobFailure } from '../../news.ts';
import { noteText, numberLines } from '../../notes.ts';
import type { Report, StatusReport } from '../../unbind/contract.ts';
import type { Ended } from '../scene.ts';
import { unbindWord } from './head.ts';
import { type Filling, html } from './html.ts';
import { stepsOf } from './steps.ts';
import { hidden, paragraphs, press, timeOf, type View } from './view.ts';

/** How a job ended, and what comes next. */
export function outcomeOf(view: View, ended: Ended): Filling {
  const { spoken } = view;
  const { end, notes, at } = ended;
  return html`<div class="outcome">
${endOf(view, ended)}
${paragraphs(
  notes.map((note) => noteText(note, spoken)),
  'note',
)}
<p class="hint">${view.texts('window:outcome.at', { time: timeOf(view, at) })}</p>
${end.kind === 'unbind' ? stepsOf(view, ended, stepsEnd(end.report)) : null}
${nextOf(view, ended)}
</div>`;
}

function stepsEnd(report: Report): 'done' | 'failed' {
  const word = unbindWord(report);
  return word === 'unbound' || word === 'not-bound' ? 'done' : 'failed';
}

function endOf(view: View, { job, end, notes }: Ended): Filling {
  const { spoken } = view;
  const isHindered = notes.some(isHindrance);
  switch (end.kind) {
    case 'searched':
      return null;
    case 'status':
      return html`<p class="${statusLook(end.report)}">${statusWords(view, end.report, isHindered)}</p>`;
    case 'unbind': {
      const { outcome, reason } = end.report;
      const key =
        outcome === 'not-found' && isHindered ? 'agent:note.notHeard' : (`agent:outcome.${outcome}` as const);
      const more = reason ? [spoken(`agent:reason.${reason}`, { shortSerial: end.report.shortSerial })] : [];
      return [
        html`<p class="${look(end.report)}">${spoken(key)}</p>`,
        paragraphs([...more, ...numberLines(end.report, spoken)]),
      ];
    }
    case 'failed':
      return html`<p class="notice">${failureWords(view, end.reason, job.shortSerial ?? '')}</p>`;
  }
}

function failureWords({ texts, spoken }: View, reason: JobFailure, shortSerial: string): string {
  switch (reason) {
    case 'expired':
    case 'interrupted':
    case 'group-stopped':
    case 'survey-refused':
    case 'survey-abandoned':
      return texts(`window:outcome.failed.${reason}`);
    default:
      return spoken(`agent:reason.${reason}`, { shortSerial });
  }
}

function statusWords({ spoken }: View, report: StatusReport, isHindered: boolean): string {
  const { status, reason, stopped, word = '' } = report;
  if (stopped) return spoken('agent:reason.cancelled');
  if (reason) return spoken(`agent:reason.${reason}`);
  if (status === 'not-found' && isHindered) return spoken('agent:note.notHeard');
  return spoken(`agent:status.${status}`, { word });
}

function statusLook({ status }: StatusReport): string {
  return status === 'can-unbind' || status === 'not-bound' ? 'good' : 'bad';
}

function look(report: Report): string {
  const word = unbindWord(report);
  if (word === 'unbound' || word === 'not-bound') return 'good';
  return word === 'open' ? 'wait' : 'bad';
}

/** What can be done now: in the chat, or here where this laptop works alone. */
function nextOf(view: View, { job, end }: Ended): Filling {
  const { texts } = view;
  if (job.origin === 'bot') return html`<p class="want">${texts('window:outcome.chat')}</p>`;
  if (end.kind !== 'unbind') return null;
  const { shortSerial, reason } = end.report;
  switch (unbindWord(end.report)) {
    case 'unbound':
    case 'not-bound':
      return html`<p class="want">${texts('window:outcome.own')}</p>`;
    case 'open':
      return press(view, 'status', texts('window:outcome.again'), {
        fields: hidden('serial', shortSerial),
        look: 'main',
      });
    case 'notFound':
      return press(view, 'search', texts('window:devices.again'), { look: 'main' });
    case 'failed':
      if (reason === 'after-lock') return careful(view, shortSerial);
      return reason === 'no-driver' || reason === 'unanswered'
        ? html`<p>${texts('window:cure.appAlone')}</p>`
        : null;
  }
}

function careful(view: View, shortSerial: string): Filling {
  const fields = [hidden('serial', shortSerial), hidden('confirm', shortSerial), hidden('after-lock', 'yes')];
  return press(view, 'unbind', view.texts('window:outcome.careful'), { fields });
}
