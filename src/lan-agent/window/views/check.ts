import { sendFailureText } from '../../support/words.ts';
import { type Finding, silenceOf } from '../scene.ts';
import { hasText, type WindowWord, windowTextsFor } from '../texts.ts';
import { appsWay, commands, situations } from './cure.ts';
import { type Filling, type Html, html } from './html.ts';
import { press, type View } from './view.ts';

/** What helps against a finding without an administrator, `window:cure.<word>`; `admin-only`: nothing does. */
const CURES: Readonly<
  Record<string, Exclude<WindowWord<'window:cure.'>, 'admin' | 'app' | 'appAlone'> | 'admin-only'>
> = {
  'multicast.not-heard': 'admin-only',
  'multicast.send-failed': 'admin-only',
  'rules.blocked': 'admin-only',
  'rules.partly': 'admin-only',
  'rules.none': 'admin-only',
  'subnets.strict': 'direct',
  'subnets.no-route': 'direct',
  'buffer.small': 'devices',
  'home.failed': 'home',
  'crypto.failed': 'bundle',
  'pairing.damaged': 'pairing',
};

/** The doctor's words about this laptop, the cures, the file for support, and what systems do. */
export function checkPart(view: View): Html {
  const { scene, texts } = view;
  const { is, findings } = scene.checkup;
  const wrong = findings.filter(({ result }) => result !== 'ok');
  const fine = findings.filter(({ result }) => result === 'ok');
  const isFine = findings.every(({ result }) => result !== 'failed');
  return html`<h2>${texts('window:check.title')}</h2>
${is === 'running' ? html`<p class="busy">${texts('window:check.running')}</p>` : null}
${is === 'done' ? html`<p class="${isFine ? 'good' : 'bad'}">${texts(isFine ? 'window:check.fine' : 'window:check.notFine')}</p>` : null}
${wrong.length > 0 ? html`<ul class="findings">${wrong.map((one) => findingRow(view, one))}</ul>` : null}
${
  fine.length > 0
    ? html`<details><summary>${texts('window:check.rest')}</summary><ul class="plain">${fine.map((one) => html`<li>${sentenceOf(view, one)}</li>`)}</ul></details>`
    : null
}
<div class="row">${
    is === 'running' || scene.over
      ? null
      : press(view, 'doctor', texts(is === 'none' ? 'window:check.button' : 'window:check.again'))
  }
${scene.over ? null : press(view, 'bundle', texts('window:check.bundle'))}
${hasChat(view) && scene.support !== 'sending' ? press(view, 'send', texts('window:check.send')) : null}</div>
${supportOf(view)}
<p class="hint">${texts('window:check.bundleWhat')}</p>
${known(view)}`;
}

/** Whether there is a chat that could get the file. */
function hasChat({ scene: { line, over } }: View): boolean {
  return over === null && (line.is === 'connected' || line.is === 'away');
}

function supportOf({ scene: { support }, texts, spoken }: View): Filling {
  if (support === null) return null;
  if (support === 'sending') return html`<p class="busy" role="status">${texts('window:check.sending')}</p>`;
  if (support === 'sent') return html`<p class="good" role="status">${spoken('agent:support.sent')}</p>`;
  return html`<p class="bad" role="alert">${sendFailureText(support, spoken)}</p>`;
}

function known(view: View): Filling {
  const all = situations(view);
  return Array.isArray(all) && all.length > 0
    ? html`<h3>${view.texts('window:check.known')}</h3>${all}`
    : null;
}

function findingRow(view: View, finding: Finding): Html {
  const { texts } = view;
  return html`<li class="${finding.result}"><p><strong>${texts(`window:check.result.${finding.result}`)}:</strong> ${sentenceOf(view, finding)}</p>
${cure(view, finding)}</li>`;
}

/** The doctor's sentence; the window's own where that names commands. */
function sentenceOf({ language }: View, { check, detail, says, values }: Finding): string {
  const own = `window:instead.doctor.${check}.${detail}`;
  return hasText(own)
    ? (windowTextsFor(language) as (key: string, values: object) => string)(own, values)
    : says[language];
}

function cure(view: View, { check, detail, command }: Finding): Filling {
  const { texts, scene } = view;
  // Said beside the devices already, where nobody is listed for it.
  if ((check === 'multicast' || check === 'rules') && silenceOf(scene) !== null) return null;
  const word = CURES[`${check}.${detail}`];
  const admin = command ? [command] : word === 'admin-only' ? scene.checkup.firewall : [];
  return [
    word === undefined
      ? null
      : word === 'admin-only'
        ? html`<p>${texts('window:cure.none')} ${appsWay(view)}</p>`
        : html`<p>${texts(`window:cure.${word}`)}</p>`,
    admin.length > 0 ? html`<p>${texts('window:cure.admin')}</p>${commands(admin)}` : null,
  ];
}
