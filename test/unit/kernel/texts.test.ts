import { createInstance } from 'i18next';
import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import { LANGUAGES } from '../../../locales/language.ts';
import type { TextTree } from '../../../locales/sentences.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';

/** Every sentence of a language by its key, as `Texts` takes it; the forms of a plural have one. */
function sentences(texts: TextTree, path: string): [key: string, text: string][] {
  return Object.entries(texts).flatMap(([name, text]) =>
    typeof text === 'string'
      ? [[`${path}${name.replace(/_(zero|one|two|few|many|other)$/, '')}`, text] as [string, string]]
      : sentences(text, `${path}${name}.`),
  );
}

/** What a device might be called, and a number that has each form. */
const VALUES = ['DS-2CD2043', '{{count}}', '{{- serial}}', '$t(bot:button.back)', '$&$1'];
const COUNTS = [0, 1, 2, 3, 5, 11, 21, 32, 33, 41, 101, 1_002];

describe('a sentence', () => {
  it.each(LANGUAGES)('is what the library makes of it, the first time and later (%s)', async (language) => {
    const library = createInstance();
    await library.init({
      resources,
      lng: language,
      fallbackLng: 'en',
      ns: Object.keys(resources.en),
      interpolation: { escapeValue: false },
    });
    const t = textsFor(language) as (key: string, values?: object) => string;
    const all = Object.entries(resources[language]).flatMap(([namespace, texts]) =>
      sentences(texts as TextTree, `${namespace}:`),
    );
    const calls = all.flatMap(([key, text]) => {
      const names = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
      const counts = names.includes('count') ? COUNTS : [2];
      return counts.map((count, round) => {
        const given = names.map((name, at) => [name, VALUES[(round + at) % VALUES.length]]);
        return [key, { ...Object.fromEntries(given), count }] as const;
      });
    });
    const differs = [...calls, ...calls].filter(([key, values]) => t(key, values) !== library.t(key, values));
    expect(differs).toEqual([]);
    expect(all.length).toBeGreaterThan(500);
  });

  it('is said in the language that is asked for, whichever was asked for before', () => {
    const said = () => LANGUAGES.map((language) => textsFor(language)('bot:button.back'));
    expect(new Set(said()).size).toBe(LANGUAGES.length);
    expect(said()).toEqual(said());
  });
});
