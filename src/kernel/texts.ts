import { createInstance, type Resource } from 'i18next';
import type { Language } from '../../locales/language.ts';

/** Variables of a sentence. Values are inserted as they are: escaping for HTML is the presenter's business. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Turns a key of locales/ into a sentence in one language. */
export type Texts = (key: string, values?: TextValues) => string;

/**
 * Texts by language, out of some namespaces of locales/; made ready when they are first asked for. Keys are
 * `namespace:path.to.sentence`; `count` picks the plural form. One instance serves all languages at once
 * (`getFixedT`), because a language switched globally would leak between chats.
 * A key that does not exist comes back as itself; the locale check fails the build on one.
 */
export function createTexts(resources: Record<Language, Resource[string]>): (language: Language) => Texts {
  let instance: ReturnType<typeof createInstance> | undefined;
  return (language) => {
    if (!instance) {
      instance = createInstance();
      void instance.init({
        resources,
        ns: Object.keys(resources.en),
        fallbackLng: 'en',
        initAsync: false,
        interpolation: { escapeValue: false },
      });
    }
    const translate = instance.getFixedT(language);
    return (key, values) => translate(key, { ...values });
  };
}
