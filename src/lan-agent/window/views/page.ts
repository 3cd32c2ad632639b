import { createHash } from 'node:crypto';
import { LANGUAGES, type Language } from '../../../../locales/language.ts';
import type { PageTools } from '../actions.ts';
import type { Scene } from '../scene.ts';
import type { WindowTexts } from '../texts.ts';
import { checkPart } from './check.ts';
import { devicesPart } from './devices.ts';
import { headOf } from './head.ts';
import { historyPart } from './history.ts';
import { type Filling, Html, html } from './html.ts';
import { nowPart } from './now.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { complaintOf, createView, form, hidden, press, type View } from './view.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * What the window may do: its own style and script, its own forms, its own news. Nothing is loaded from anywhere, and it
 * cannot be framed.
 */
export const WINDOW_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "connect-src 'self'",
  "form-action 'self'",
  'img-src data:',
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Ids of the elements whose insides change. */
export type PartId =
  | 'line'
  | 'languages'
  | 'told'
  | 'alerts'
  | 'now'
  | 'devices'
  | 'check'
  | 'history'
  | 'foot';
/** What stands inside each of them, as HTML. */
export type Parts = Readonly<Record<PartId, string>>;

/** The whole page. Its script listens at `<base>live` for messages of JSON: parts that have changed. */
export function windowPage(scene: Scene, language: Language, tools: PageTools): string {
  const view = createView(scene, language, tools);
  const { texts } = view;
  const parts = partsOf(view);
  const section = (id: PartId, label: string) =>
    html`<section id="${id}" aria-label="${label}">${parts[id]}</section>`;
  return html`<!doctype html>
<html lang="${texts('window:language')}" data-live="${tools.base}live">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(view)}</title><link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style></head>
<body>
<header><span class="name">${texts('window:name')}</span><span id="line">${parts.line}</span><span id="languages">${parts.languages}</span></header>
<p id="told" class="unseen" role="status">${parts.told}</p>
<main>
<div class="alerts"><p id="gone" class="gone" role="alert" hidden>${texts('window:alert.gone')}</p><div id="alerts">${parts.alerts}</div></div>
<div class="column">
<section id="now" aria-labelledby="head">${parts.now}</section>
${section('history', texts('window:history.title'))}
</div>
<div class="column">
${section('devices', texts('window:devices.title'))}
${section('check', texts('window:check.title'))}
${section('foot', texts('window:foot.title'))}
</div>
</main>
<script>${new Html(SCRIPT)}</script>
</body></html>`.text;
}

/** The parts of the page by themselves: what has changed of them goes to a page that is open. */
export function windowParts(scene: Scene, language: Language, tools: PageTools): Parts {
  const parts = partsOf(createView(scene, language, tools));
  return Object.fromEntries(Object.entries(parts).map(([id, { text }]) => [id, text])) as Record<
    PartId,
    string
  >;
}

function partsOf(view: View): Readonly<Record<PartId, Html>> {
  return {
    line: linePart(view),
    languages: languagesPart(view),
    told: toldPart(view),
    alerts: alertsPart(view),
    now: nowPart(view),
    devices: devicesPart(view),
    check: checkPart(view),
    history: historyPart(view),
    foot: footPart(view),
  };
}

/** Said aloud when it changes, and the title of the page. */
function toldPart(view: View): Html {
  const { scene, texts } = view;
  const more = scene.notice ? `. ${texts(`window:notice.${scene.notice}`)}` : '';
  return html`<span lang="${view.language}" data-title="${titleOf(view)}">${headOf(scene, texts)}${more}</span>`;
}

/** Seen in the row of tabs: a mark where a person is waited for. */
function titleOf({ scene, texts }: View): string {
  const isWaiting = scene.question !== null || scene.pairing?.step === 'confirmed';
  return `${isWaiting ? '❗ ' : ''}${headOf(scene, texts)} · ${texts('window:name')}`;
}

/** Which bot, and which laptop this is there. */
function linePart({ scene, texts }: View): Html {
  const { line, laptop, whose } = scene;
  const people = whose && ` · ${texts('window:whose', { bot: whose.bot, owners: whose.owners.join(', ') })}`;
  const words =
    'server' in line
      ? texts(`window:line.${line.is}`, { server: hostOf(line.server) })
      : texts(`window:line.${line.is}`);
  return html`<span class="line ${line.is}">${words} · ${texts('window:laptop', { name: laptop })}${people}</span>`;
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).host : server;
}

function alertsPart({ scene, texts }: View): Html {
  const { isTemporary, unwritable, newer, key } = scene;
  const said: Filling[] = [
    unwritable && html`<p role="alert">${texts('window:alert.unwritable', { code: unwritable })}</p>`,
    isTemporary && html`<p>${texts('window:alert.temporary')}</p>`,
    key && html`<p>${texts(`window:key.${key.state}`, { mark: key.mark })}</p>`,
    newer && newerAlert(newer, texts),
  ];
  return html`${said}`;
}

function newerAlert({ version, address }: NonNullable<Scene['newer']>, texts: WindowTexts): Html {
  // A hub that names no page is not led to.
  const place = /^https?:\/\//.test(address)
    ? html` <a href="${address}" target="_blank" rel="noreferrer">${address}</a>`
    : null;
  return html`<p>${texts('window:alert.newer', { version })}${place}</p>`;
}

function languagesPart(view: View): Html {
  const { language, texts } = view;
  const others = LANGUAGES.filter((one) => one !== language);
  return html`${others.map(
    (one) =>
      html`<span lang="${one}">${press(view, 'language', texts(`window:switch.${one}`), { fields: hidden('to', one), look: 'plain' })}</span>`,
  )}`;
}

function footPart(view: View): Html {
  const { scene, texts } = view;
  const isPaired = scene.line.is !== 'unpaired' && scene.line.is !== 'ended';
  return html`<h2>${texts('window:foot.title')}</h2>
<p class="hint">${texts('window:version', { version: scene.version })}</p>
${
  scene.over
    ? null
    : html`<p>${texts('window:foot.stopWhat')}</p>
<div class="row">${press(view, 'stop', texts('window:foot.stop'))}</div>
${isPaired ? unpair(view) : null}`
}`;
}

function unpair(view: View): Html {
  const { scene, texts } = view;
  const isOpen = scene.complaint?.about === 'unpair';
  return html`<details${isOpen && html` open`}><summary>${texts('window:foot.unpair')}</summary>
${form(
  view,
  'unpair',
  html`<p>${texts('window:foot.unpairWhat')}</p>
${complaintOf(view, 'unpair')}
<label class="tick"><input type="checkbox" name="sure" value="yes" required> ${texts('window:foot.sure')}</label>
<p class="row"><button>${texts('window:foot.unpair')}</button></p>`,
)}</details>`;
}
