import { type Filling, type Html, html } from './html.ts';
import { paragraphs, type View } from './view.ts';

/** What systems do to a program from the internet, by the system it is seen on. */
const SITUATIONS = {
  win32: ['zip', 'smartscreen', 'firewall'],
  darwin: ['quarantine', 'localNetwork'],
  linux: ['executable'],
} as const;

/** What helps against what the doctor cannot mend: first what anybody can do, then what needs an administrator. */
export function cureOf(view: View, what: 'firewall' | 'localNetwork'): Html {
  const { scene, texts } = view;
  if (what === 'localNetwork') return html`<p>${texts('window:system.localNetwork.cure')}</p>`;
  const { firewall } = scene.checkup;
  return html`<ul class="cures">
<li>${texts('window:cure.none')} ${appsWay(view)}</li>
<li>${texts('window:cure.other')}</li>
${firewall.length > 0 ? html`<li>${texts('window:cure.admin')}${commands(firewall)}</li>` : null}
</ul>`;
}

/** The way that needs no laptop: in the chat, which leads through it, where there is one. */
export function appsWay({ scene, texts }: View): string {
  return texts(
    scene.line.is === 'connected' || scene.line.is === 'away' ? 'window:cure.app' : 'window:cure.appAlone',
  );
}

/** Commands to be copied. */
export function commands(lines: readonly string[]): Filling {
  return lines.map((one) => html`<pre tabindex="0"><code>${one}</code></pre>`);
}

/** What is seen on this system, and the cure without an administrator. */
export function situations({ scene, texts }: View): Filling {
  const known = SITUATIONS[scene.system as keyof typeof SITUATIONS] ?? [];
  return known.map(
    (one) => html`<details><summary>${texts(`window:system.${one}.title`)}</summary>
${paragraphs([texts(`window:system.${one}.seen`), texts(`window:system.${one}.cure`)])}</details>`,
  );
}
