/**
 * What `/agent` says, as HTML: the package for the visitor's own system first, three pictures of what to do, what the system may
 * ask, and how to check the file. Works without JavaScript, and loads nothing from elsewhere.
 */
import type { Language } from '../../../locales/language.ts';
import { LANGUAGES } from '../../../locales/language.ts';
import { cardPicture } from '../../cards/pictures.ts';
import type { AgentPage, PageRefusal, Visitor } from '../../hub/agent-page.ts';
import { SIDE_FILES } from '../../hub/packages.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Texts } from '../../kernel/texts.ts';
import {
  type AgentPackage,
  PACKAGE_SYSTEMS,
  type PackageSystem,
  type PackagesList,
  START_FILES,
} from '../../link/packages.ts';
import { pageAddress } from './address.ts';
import { STYLE } from './style.ts';
import { languageFor, systemOf } from './visitor.ts';

/** Pictures of what to do, in their order (scripts/cards). */
export const PAGE_STEPS = ['unzip', 'start', 'code'] as const;
const GUIDE = 'agent';
/** What all start files are called, whatever they end in. */
const START_FILE = 'Unbind';
const BYTES_PER_MB = 1_000_000;

/** Systems whose people are asked the same things. */
const FAMILY = {
  'win-x64': 'windows',
  'linux-x64': 'linux',
  'mac-arm64': 'mac',
  'mac-x64': 'mac',
} as const satisfies Record<PackageSystem, string>;
const FAMILIES = ['windows', 'mac', 'linux'] as const;
type Family = (typeof FAMILIES)[number];
const FAMILY_NAMES: Readonly<Record<Family, string>> = { windows: 'Windows', mac: 'macOS', linux: 'Linux' };

/** How the sum of a file is seen with what the system brings along. */
const SUM_COMMANDS: Readonly<Record<Family, string>> = {
  windows: 'certutil -hashfile',
  mac: 'shasum -a 256',
  linux: 'sha256sum',
};

/** HTML that is put into HTML as it is; every other value is escaped. */
class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
type Piece = string | Html | readonly Html[] | null;

function html(pieces: TemplateStringsArray, ...values: readonly Piece[]): Html {
  return new Html(pieces.map((piece, at) => (at === 0 ? '' : put(values[at - 1] ?? null)) + piece).join(''));
}

function put(value: Piece): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value !== 'string') return value.map(({ text }) => text).join('\n');
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** @param address where agents find this bot, as it is told to people; asked anew each time, since it is known late */
export function createAgentPage(address: () => string): AgentPage {
  return {
    style: STYLE,
    page: (visitor, packages) => {
      const language = languageFor(visitor);
      const t = textsFor(language);
      return whole(
        language,
        t('page:title'),
        html`
<p class="lead">${t('page:lead')}</p>
${phoneNote(t, visitor, address())}
${packages ? offers(t, language, visitor, packages) : fromSource(t, address())}
${packages ? check(t, visitor, packages) : null}`,
        languageLinks(language),
      );
    },
    refusal: (visitor, why) => {
      const language = languageFor(visitor);
      const t = textsFor(language);
      return whole(language, t('page:refused.title'), refused(t, why), null);
    },
    picture: async (name) => {
      const [step = '', language = ''] = name.split('.');
      return cardPicture(`card:${GUIDE}:${step}:${language}`);
    },
  };
}

function whole(language: Language, title: string, body: Html, links: Html | null): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1>${links}</header>
<main>${body}
</main>
</body>
</html>
`.text;
}

/** The other languages, each in its own words. */
function languageLinks(current: Language): Html {
  const links = LANGUAGES.filter((language) => language !== current).map((language) => {
    const own = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
    const name = own.charAt(0).toLocaleUpperCase(language) + own.slice(1);
    return html`<a href="?lang=${language}" lang="${language}" hreflang="${language}">${name}</a>`;
  });
  return html`<nav aria-label="${textsFor(current)('page:language')}">${links}</nav>`;
}

function phoneNote(t: Texts, { userAgent }: Visitor, address: string): Html | null {
  if (systemOf(userAgent) !== 'phone') return null;
  return html`<p class="note">${t('page:phone')} <code>${pageAddress(address)}</code></p>`;
}

/** The visitor's own packages with what to do with them, then the others; where it is not known whose, all of them first. */
function offers(
  t: Texts,
  language: Language,
  { userAgent }: Visitor,
  { packages, agentVersion }: PackagesList,
): Html {
  const system = systemOf(userAgent);
  const own = typeof system === 'string' ? [] : system;
  const offer = (wanted: readonly PackageSystem[]) =>
    wanted
      .flatMap((one) => packages.find((found) => found.system === one) ?? [])
      .map((found) => offered(t, found, agentVersion));
  const yours = offer(own);
  const others = offer(PACKAGE_SYSTEMS.filter((one) => !own.includes(one)));
  const isKnown = yours.length > 0;
  const steps = html`${whatToDo(t, language, own[0])}${asked(t, userAgent)}`;
  const listed = (heading: string, offers: readonly Html[], kind: 'yours' | 'others') =>
    offers.length > 0 ? html`<h2>${heading}</h2><div class="packages ${kind}">${offers}</div>` : null;
  return html`
${system === 'arm' ? html`<p class="note">${t('page:get.arm')}</p>` : null}
${listed(t('page:get.yours'), yours, 'yours')}
${isKnown ? steps : null}
${listed(t(isKnown ? 'page:get.others' : 'page:get.all'), others, 'others')}
${isKnown ? null : steps}`;
}

function offered(t: Texts, { system, file, bytes, sha256 }: AgentPackage, version: string): Html {
  const size = (bytes / BYTES_PER_MB).toFixed(1);
  return html`<section class="package">
<h3>${t(`page:system.${system}`)}</h3>
<p class="quiet">${t(`page:which.${system}`)}</p>
<a class="button" href="agent/${file}" download>${t('page:get.link', { system: t(`page:system.${system}`) })}</a>
<p>${t('page:get.about', { file, size, version })}</p>
<p>${t('page:get.sum')} <code>${sha256}</code></p>
</section>`;
}

function whatToDo(t: Texts, language: Language, system: PackageSystem | undefined): Html {
  const file = system ? START_FILES[system] : START_FILE;
  const told = {
    unzip: t('page:step.unzip'),
    start: t('page:step.start', { file }),
    code: t('page:step.code'),
  };
  const steps = PAGE_STEPS.map(
    (
      step,
      at,
    ) => html`<li><img src="agent/${step}.${language}.png" width="960" height="600" alt="${t(`page:picture.${step}`)}">
<p><strong>${String(at + 1)}.</strong> ${told[step]}</p></li>`,
  );
  return html`<h2>${t('page:steps')}</h2><ol class="steps">${steps}</ol>`;
}

/** What each system may ask; open for the visitor's own. */
function asked(t: Texts, userAgent: string): Html {
  const questions: Readonly<Record<Family, readonly string[]>> = {
    windows: [
      t('page:asks.windows.smartScreen'),
      t('page:asks.windows.archive'),
      t('page:asks.windows.firewall'),
    ],
    mac: [t('page:asks.mac.quarantine'), t('page:asks.mac.network')],
    linux: [t('page:asks.linux.run'), t('page:asks.linux.firewall')],
  };
  const own = ownFamily(userAgent);
  const parts = FAMILIES.map((family) => {
    const said = questions[family].map((sentence) => html`<li>${sentence}</li>`);
    return html`<details${family === own ? new Html(' open') : null}><summary>${FAMILY_NAMES[family]}</summary><ul>${said}</ul></details>`;
  });
  return html`<h2>${t('page:asks.title')}</h2>${parts}`;
}

function check(t: Texts, { userAgent }: Visitor, { packages }: PackagesList): Html {
  const own = ownFamily(userAgent);
  const commands = packages
    .filter(({ system }) => own === null || FAMILY[system] === own)
    .map(({ system, file }) => {
      const family = FAMILY[system];
      return `${SUM_COMMANDS[family]} ${file}${family === 'windows' ? ' SHA256' : ''}`;
    });
  const links = SIDE_FILES.map((file) => html`<a href="agent/${file}">${file}</a>`);
  return html`<h2>${t('page:check.title')}</h2>
<p>${t('page:check.how')}</p>
<pre><code>${commands.join('\n')}</code></pre>
<p>${t('page:check.signed')} ${links}</p>`;
}

function fromSource(t: Texts, address: string): Html {
  return html`<h2>${t('page:none.title')}</h2>
<p>${t('page:none.how')}</p>
<pre><code>npm ci
npm run agent -- run --server ${address}</code></pre>`;
}

function refused(t: Texts, why: PageRefusal): Html {
  // `often` is said of the page itself as well, and what leads to it from there depends on the proxy.
  const back = why === 'often' ? null : html`<p><a href="../agent">${t('page:refused.back')}</a></p>`;
  return html`
<p class="lead">${t(`page:refused.${why}`)}</p>
${back}`;
}

function ownFamily(userAgent: string): Family | null {
  const system = systemOf(userAgent);
  const [first] = typeof system === 'string' ? [] : system;
  return first ? FAMILY[first] : null;
}
