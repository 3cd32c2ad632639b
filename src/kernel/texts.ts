import { createInstance } from 'i18next';
import { type Language, resources } from '../../locales/index.ts';

/** Variables of a sentence. Values are inserted as they are: escaping for HTML is the presenter's business. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Turns a key of locales/ into a sentence in one language. */
export type Texts = (key: string, values?: TextValues) => string;

let instance: ReturnType<typeof createInstance> | undefined;

/**
 * Texts in one language. Keys are `namespace:path.to.sentence`; `count` picks the plural form. One instance serves
 * all languages at once (`getFixedT`), because a language switched globally would leak between chats.
 * A key that does not exist comes back as itself; the locale check fails the build on one.
 */
export function textsFor(language: Language): Texts {
  if (!instance) {
    instance = createInstance();
    void instance.init({
      resources,
      ns: Object.keys(resources.en),
      defaultNS: 'bot',
      fallbackLng: 'en',
      initAsync: false,
      interpolation: { escapeValue: false },
    });
  }
  const translate = instance.getFixedT(language);
  return (key, values) => translate(key, { ...values });
}
