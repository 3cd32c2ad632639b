import { resources } from '../../locales/index.ts';
import { createTexts } from './texts.ts';

/** Texts of all namespaces in one language. */
export const textsFor = createTexts(resources);
