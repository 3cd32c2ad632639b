import type { Attempt } from '../../journal.ts';
import { deviceOf } from '../device-name.ts';
import { hasText } from '../texts.ts';
import { type Filling, type Html, html } from './html.ts';
import { dayOf, type View } from './view.ts';

/** Attempts that are shown at once. */
const FIRST = 4;

/** What this laptop has done to devices, out of its journal. */
export function historyPart(view: View): Html {
  const { scene, texts } = view;
  return html`<h2>${texts('window:history.title')}</h2>
${attempts(view, scene.history)}`;
}

function attempts(view: View, history: readonly Attempt[] | null): Filling {
  const { texts } = view;
  if (history === null) return html`<p class="bad">${texts('window:history.unreadable')}</p>`;
  if (history.length === 0) return html`<p class="hint">${texts('window:history.none')}</p>`;
  const list = (some: readonly Attempt[]) =>
    html`<ul class="history">${some.map((one) => attemptRow(view, one))}</ul>`;
  const earlier = history.slice(FIRST);
  return [
    list(history.slice(0, FIRST)),
    earlier.length > 0
      ? html`<details><summary>${texts('window:history.earlier')}</summary>${list(earlier)}</details>`
      : null,
  ];
}

function attemptRow(view: View, attempt: Attempt): Html {
  const { texts, scene } = view;
  const { at, shortSerial, technician, task } = attempt;
  const who =
    technician === null ? texts('window:history.here') : texts('window:history.by', { name: technician });
  const about = [dayOf(view, at), who, ...(task === 'reading' ? [texts('window:history.reading')] : [])].join(
    ' · ',
  );
  return html`<li><p><strong>${deviceOf(scene, shortSerial)}</strong>: ${endOf(view, attempt)}</p>
<p class="hint">${about}</p></li>`;
}

function endOf({ texts }: View, { outcome, sent }: Attempt): string {
  const key = `window:history.end.${outcome ?? (sent ? 'open' : 'unsent')}`;
  // A word of a newer version's journal is shown as it is.
  return hasText(key) ? (texts as (key: string) => string)(key) : (outcome ?? '');
}
