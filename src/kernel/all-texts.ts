import { resources } from '../../locales/index.ts';
import type { TextTree } from '../../locales/sentences.ts';
import { createTexts, type Sentences, type TextKey } from './texts.ts';

/** Texts of all namespaces in one language. */
export const textsFor = createTexts<Sentences>(resources);

/** Whether there is a sentence of this key, for words of data that this version may not know. No plurals. */
export function hasText(key: string): key is TextKey {
  const [namespace = '', path = ''] = key.split(':');
  const all: TextTree = resources.en;
  let found: string | TextTree | undefined = all[namespace];
  for (const name of path.split('.'))
    found = typeof found === 'object' && Object.hasOwn(found, name) ? found[name] : undefined;
  return typeof found === 'string';
}
