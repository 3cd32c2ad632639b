import { agent as en } from '../../locales/en/agent.ts';
import { agent as ru } from '../../locales/ru/agent.ts';
import { createTexts } from '../kernel/texts.ts';

/** Texts of the agent in one language; of the others none is loaded. */
export const textsFor = createTexts({ en: { agent: en }, ru: { agent: ru } });
