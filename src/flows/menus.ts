/**
 * Where something is in a device's own menu: `guide:menu.<menu>.<page>`. A recorder's menu from 4.x on is another one than
 * that of 3.x and of the page in the browser (docs/glossary.md has the sources).
 */
import { lineOfFirmware } from '../device/firmware.ts';
import type { Texts } from '../kernel/texts.ts';
import { type Facts, isRecorderKind, knownValue } from '../policy/facts.ts';

const PAGES = ['platform', 'network', 'time', 'backup', 'update'] as const;

/** What a step of a guide sends the technician to. */
type Page = (typeof PAGES)[number];

/** The menu of a device with these facts; null when it may be either. */
export function menuOf(facts: Facts): 'recorder' | 'configuration' | null {
  const kind = knownValue(facts, 'kind');
  if (kind !== null && !isRecorderKind(kind)) return 'configuration';
  const line = lineOfFirmware(knownValue(facts, 'firmware') ?? '');
  if (line === null) return null;
  if (line === '1.x' || line === '2.x' || line === '3.x') return 'configuration';
  return kind === null ? null : 'recorder';
}

/** The path to every page in the menu of this device, or both paths where its menu is not known. */
export function menuPaths(t: Texts, facts: Facts): Readonly<Record<Page, string>> {
  const menu = menuOf(facts);
  const pathTo = (page: Page) => {
    if (menu !== null) return t(`guide:menu.${menu}.${page}`);
    return t('guide:menu.both', {
      recorder: t(`guide:menu.recorder.${page}`),
      configuration: t(`guide:menu.configuration.${page}`),
    });
  };
  return Object.fromEntries(PAGES.map((page) => [page, pathTo(page)])) as Record<Page, string>;
}
