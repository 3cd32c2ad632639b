import { expect, it } from 'vitest';
import { LANGUAGES } from '../../../locales/language.ts';
import { articleText, regionLines } from '../../../src/flows/trouble.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { packOf } from '../../support/packs.ts';

it.each(LANGUAGES)(
  'says of support what the region’s source says, with the note’s date as printed, in %s',
  (language) => {
    const t = textsFor(language);
    const told = (region: string) =>
      articleText(t, 'support', regionLines(t, 'support', packOf(region), language));
    expect(told('ru')).toMatch(/2020[\s\S]*Hikvision Russia, support note v1\.0[\s\S]*12\/03\/2023/);
    expect(told('default')).not.toMatch(/20\d\d|Russia/);
    expect(regionLines(t, 'ezviz', packOf('ru'), language)).toEqual([]);
  },
);
