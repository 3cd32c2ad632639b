import { escaping } from '../../flows/engine/html.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { TextValues } from '../../kernel/texts.ts';
import type { Profiles } from './profiles.ts';
import type { Told } from './telegram.ts';
import type { Voice } from './voice.ts';

/** Says a sentence to a person in their language, now or as soon as Telegram takes it; values are escaped. */
export type Notify = (person: number, key: string, values?: TextValues) => Promise<Told>;

export function createNotify(voice: Pick<Voice, 'say'>, profiles: Pick<Profiles, 'language'>): Notify {
  return async (person, key, values = {}) =>
    voice.say(person, escaping(textsFor(await profiles.language(person)))(key, values));
}
