import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../locales/language.ts';
import { menuOf, menuPaths } from '../../../src/flows/menus.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { type Facts, type KnownKind, learn, noFacts } from '../../../src/policy/facts.ts';

function device(kind: KnownKind | null, firmware: string | null): Facts {
  const named = kind === null ? noFacts() : learn(noFacts(), 'kind', kind, 'technician').facts;
  return firmware === null ? named : learn(named, 'firmware', firmware, 'technician').facts;
}

describe('the menu of a device', () => {
  it.each<[KnownKind | null, string | null, ReturnType<typeof menuOf>]>([
    ['recorder', 'V4.30.085', 'recorder'],
    ['nvr', 'V5.03.020', 'recorder'],
    ['dvr', 'V3.4.98', 'configuration'],
    ['recorder', 'V2.2.65', 'configuration'],
    ['recorder', null, null],
    ['camera', 'V5.7.18', 'configuration'],
    ['intercom', null, 'configuration'],
    [null, 'V4.30.085', null],
    [null, 'V3.4.98', 'configuration'],
    [null, null, null],
  ])('of a %s with %s is %s', (kind, firmware, menu) => {
    expect(menuOf(device(kind, firmware))).toBe(menu);
  });

  it.each(LANGUAGES)(
    'is the one of its firmware line in %s, and both where that is not known',
    (language) => {
      const t = textsFor(language);
      const of = (firmware: string | null) => menuPaths(t, device('recorder', firmware)).platform;
      expect(of('V4.30.085')).toBe('System → Network → Advanced → Platform Access');
      expect(of('V3.4.98')).toMatch(/^Configuration → /);
      expect(of(null)).toContain(of('V4.30.085'));
      expect(of(null)).toContain(of('V3.4.98'));
    },
  );
});
