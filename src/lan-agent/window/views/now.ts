import { noteText } from '../../notes.ts';
import type { Ended, Pairing, Scene, Work } from '../scene.ts';
import { headOf } from './head.ts';
import { type Filling, type Html, html } from './html.ts';
import { outcomeOf } from './outcome.ts';
import { questionForm } from './question.ts';
import { stepsOf } from './steps.ts';
import { complaintOf, form, paragraphs, press, type View } from './view.ts';

/** What is to be done now: one thing at a time, the most urgent first. */
export function nowPart(view: View): Html {
  const { scene, texts } = view;
  return html`<h1 id="head" tabindex="-1">${headOf(scene, texts)}</h1>
${noticeOf(view)}
${bodyOf(view)}`;
}

function noticeOf({ scene, texts }: View): Filling {
  return scene.notice && html`<p class="notice">${texts(`window:notice.${scene.notice}`)}</p>`;
}

function bodyOf(view: View): Filling {
  const { scene, texts } = view;
  const { over, question, pairing, work, ended } = scene;
  if (over) return html`<p>${texts(`window:over.${over}`)}</p>`;
  if (question) return [questionForm(view, question), work && stepsOf(view, work, null)];
  if (pairing) return pairingPart(view, pairing);
  if (work) return workPart(view, work);
  return [ended && endedPart(view, ended), waitingPart(view)];
}

/** What there is to do while nothing is at work. */
function waitingPart(view: View): Filling {
  const { scene, texts, spoken } = view;
  const { line, ended } = scene;
  // What has just ended says itself what comes next.
  const head = (words: string) => (ended ? html`<h2>${words}</h2>` : null);
  switch (line.is) {
    case 'unpaired':
      return [head(texts('window:head.code')), codeForm(view)];
    case 'connecting':
      return html`<p>${texts('window:pair.opening')}</p>`;
    case 'connected':
      return [
        head(texts('window:head.ready')),
        paragraphs([texts('window:ready.next'), texts('window:ready.keep')]),
      ];
    case 'away':
      return [
        head(texts('window:head.away')),
        html`<p class="bad">${spoken(`agent:link.failure.${line.reason}`, { server: line.server })}</p>
<p>${texts('window:ready.away')}</p>`,
      ];
    case 'ended':
      return [
        head(texts('window:head.ended')),
        html`<p role="alert" class="bad">${endWords(view, line.end)}</p>
<p>${texts('window:ended.next')}</p>`,
        codeForm(view),
      ];
  }
}

function endWords(
  { scene, texts, spoken }: View,
  end: Extract<Scene['line'], { is: 'ended' }>['end'],
): string {
  if (end === 'damaged' || end === 'not-paired') return spoken(`agent:link.run.${end}`);
  if (end === 'home-unwritable') return texts('window:alert.unwritable', { code: scene.unwritable ?? '?' });
  return spoken(`agent:link.failure.${end}`);
}

function pairingPart(view: View, pairing: Pairing): Filling {
  const { texts, spoken } = view;
  switch (pairing.step) {
    case 'opening':
      return [
        pairing.insecure ? html`<p class="bad">${spoken('agent:link.pair.insecure')}</p>` : null,
        html`<p class="busy">${texts('window:pair.opening')}</p>`,
        cancel(view),
      ];
    case 'number':
      return [
        html`<p class="number">${pairing.number}</p>`,
        paragraphs([texts('window:pair.number')]),
        html`<p class="busy">${texts('window:pair.goesOn')}</p>`,
        cancel(view),
      ];
    case 'confirmed':
      return [
        paragraphs([texts('window:pair.confirmed'), texts('window:pair.confirmedElse')]),
        form(
          view,
          'agree',
          html`<p class="row"><button name="says" value="no">${texts('window:pair.no')}</button>
<button name="says" value="yes" class="main">${texts('window:pair.yes')}</button></p>`,
        ),
      ];
    case 'failed':
      return [html`<p role="alert" class="bad">${pairFailure(view, pairing)}</p>`, codeForm(view)];
  }
}

function pairFailure(
  { texts, spoken, scene }: View,
  { end, server, spent }: Extract<Pairing, { step: 'failed' }>,
): string {
  const values = { server: server ?? '' };
  const why = () => {
    switch (end) {
      case 'stopped':
        return texts('window:head.done.stopped');
      case 'home-unwritable':
        return texts('window:alert.unwritable', { code: scene.unwritable ?? '?' });
      case 'refused-in-chat':
        return texts('window:pair.refused');
      case 'not-a-code':
      case 'other-key':
      case 'other-hub':
      case 'not-agreed':
      case 'expired':
        return spoken(`agent:link.pair.${end}`);
      case 'not-an-address':
      case 'plain-http':
      case 'has-credentials':
        return spoken(`agent:link.address.${end}`);
      default:
        return spoken(`agent:link.failure.${end}`, values);
    }
  };
  return spent ? `${why()} ${spoken('agent:link.pair.spent')}` : why();
}

/** Where the code from the chat is typed; letters of it are no secret any more once it was used. */
function codeForm(view: View): Html {
  const { scene, texts } = view;
  const server =
    scene.server === null
      ? html`<label for="server">${texts('window:pair.server')}</label>
<input id="server" name="server" type="url" required spellcheck="false" aria-describedby="server-hint" placeholder="https://">
<p id="server-hint" class="hint">${texts('window:pair.serverHint')}</p>`
      : null;
  return form(
    view,
    'pair',
    html`<p>${texts('window:pair.how')}</p>
${complaintOf(view, 'pair')}
<label for="code">${texts('window:pair.code')}</label>
<input id="code" name="code" class="code" required maxlength="32" spellcheck="false" autocapitalize="characters" autocorrect="off" autofocus>
${server}
<p class="row"><button class="main">${texts('window:pair.button')}</button></p>
<p class="hint">${texts('window:pair.alone')}</p>`,
  );
}

function workPart(view: View, work: Work): Filling {
  const { texts, spoken } = view;
  return [
    wantOf(view, work),
    stepsOf(view, work, null),
    paragraphs(
      work.notes.map((note) => noteText(note, spoken)),
      'note',
    ),
    html`<p class="hint">${askedBy(view, work)}</p>`,
    work.job.origin === 'local' && !isSent(work) ? press(view, 'cancel', texts('window:want.cancel')) : null,
  ];
}

/** What the chat, or the person at the laptop, has to do for it to go on. */
function wantOf({ texts }: View, { picture, stage }: Work): Filling {
  if (stage === 'sent' || stage === 'verifying')
    return html`<p class="want">${texts('window:want.sent')}</p>`;
  if (stage !== 'challenge' || picture === null || picture.state === 'passed') return null;
  const words =
    picture.state === 'wrong'
      ? texts('window:want.pictureWrong', { count: picture.triesLeft })
      : texts(picture.state === 'expired' ? 'window:want.pictureExpired' : 'window:want.picture');
  return html`<p class="want">${words}</p>`;
}

function isSent({ stage }: Work): boolean {
  return stage === 'sent' || stage === 'verifying';
}

/** Whose wish a job is, and which device of how many. */
function askedBy({ texts }: View, { job }: Work): string {
  const { technician, origin, place } = job;
  const who =
    origin === 'local'
      ? texts('window:want.local')
      : technician === null
        ? texts('window:want.chat')
        : texts('window:want.by', { name: technician });
  return place ? `${texts('window:want.place', place)}. ${who}` : who;
}

function endedPart(view: View, ended: Ended): Filling {
  return [outcomeOf(view, ended), html`<p class="hint">${askedBy(view, ended)}</p>`];
}

function cancel(view: View): Html {
  return press(view, 'cancel', view.texts('window:pair.cancel'));
}
