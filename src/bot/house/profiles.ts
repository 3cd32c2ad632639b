import * as z from 'zod';
import { LANGUAGES, type Language, languageOf } from '../../../locales/language.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import type { Values } from '../../store/store.ts';

/** By person. */
export const PROFILES = kind({
  name: 'profiles',
  frozen: true,
  version: 1,
  schema: z.object({
    language: z.enum(LANGUAGES),
    /** As Telegram shows it; the laptop's prompt names the technician by it. */
    name: z.string(),
  }),
});
type Profile = DataOf<typeof PROFILES>;

/** What the bot remembers of a person: language and name. */
export interface Profiles {
  language(chatId: number): Promise<Language>;
  name(chatId: number): Promise<string>;
  setLanguage(chatId: number, language: Language): Promise<void>;
  /** Learns name and, at the first contact, language from what Telegram says of the sender. */
  meet(
    chatId: number,
    from: { first_name: string; last_name?: string; language_code?: string },
  ): Promise<void>;
}

/** A store that is out of order costs the person's own language for a moment, never the answer. */
export function createProfiles(values: Values<Profile>): Profiles {
  const load = async (chatId: number): Promise<Profile | undefined> => {
    const found = await values.get(String(chatId));
    return found.ok ? found.value : undefined;
  };
  return {
    language: async (chatId) => (await load(chatId))?.language ?? 'en',
    name: async (chatId) => (await load(chatId))?.name ?? '',
    async setLanguage(chatId, language) {
      await values.set(String(chatId), { name: '', ...(await load(chatId)), language });
    },
    async meet(chatId, from) {
      const known = await load(chatId);
      const name = [from.first_name, from.last_name].filter(Boolean).join(' ').slice(0, 64);
      if (known?.name === name) return;
      await values.set(String(chatId), { language: known?.language ?? languageOf(from.language_code), name });
    },
  };
}
