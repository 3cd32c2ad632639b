/** What a browser says of the one who looks at the page: the language, and the system its package would run on. */
import { LANGUAGES, type Language } from '../../../locales/language.ts';
import type { Visitor } from '../../hub/agent-page.ts';
import type { PackageSystem } from '../../link/packages.ts';

/** Longest header that is looked at, characters: what a browser sends is shorter. */
const LONGEST = 500;

/** The language that was chosen on the page, else the one the browser likes best of those there are, else English. */
export function languageFor({ chosen, speaks }: Pick<Visitor, 'chosen' | 'speaks'>): Language {
  const known = (tag: string) =>
    LANGUAGES.find((language) => language === tag.trim().toLowerCase().split('-')[0]);
  const liked = speaks
    .slice(0, LONGEST)
    .split(',')
    .map((one) => {
      const [tag = '', ...more] = one.split(';');
      const weight = more.map((word) => /^\s*q=([\d.]{1,5})\s*$/.exec(word)?.[1]).find(Boolean);
      return { language: known(tag), weight: Number(weight ?? 1) };
    })
    .filter(({ weight }) => weight > 0)
    // Sorting is stable: of two liked equally, the one named first.
    .sort((a, b) => b.weight - a.weight)
    .find(({ language }) => language !== undefined);
  return known(chosen) ?? liked?.language ?? 'en';
}

/** `phone`: no laptop at all. `arm`: a laptop there is no package for. Else the packages that may fit, the likeliest first. */
export type VisitorSystem = 'phone' | 'arm' | 'unknown' | readonly PackageSystem[];

/** A Mac says "Intel" whichever chip it has, so both are offered, the newer kind first. */
export function systemOf(userAgent: string): VisitorSystem {
  const said = userAgent.slice(0, LONGEST);
  if (/Android|iPhone|iPad|iPod|Mobile/i.test(said)) return 'phone';
  if (/Windows/i.test(said)) return ['win-x64'];
  if (/Macintosh|Mac OS X/i.test(said)) return ['mac-arm64', 'mac-x64'];
  if (/Linux|X11/i.test(said)) return /aarch64|arm(?:v|64)|riscv/i.test(said) ? 'arm' : ['linux-x64'];
  return 'unknown';
}
