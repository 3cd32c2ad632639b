import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { TextKey, TextValues } from '../../kernel/texts.ts';
import type { Profiles } from './profiles.ts';
import type { Told } from './telegram.ts';
import type { Voice } from './voice.ts';

/** Says a sentence to a person in their language, now or as soon as Telegram takes it; values are escaped. */
export type Notify = <K extends TextKey>(person: number, key: K, ...values: TextValues<K>) => Promise<Told>;

export function createNotify(voice: Pick<Voice, 'say'>, profiles: Pick<Profiles, 'language'>): Notify {
  return async (person, key, ...values) =>
    voice.say(person, htmlTextsFor(await profiles.language(person))(key, ...values));
}
