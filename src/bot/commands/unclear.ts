/** The button under the answer to what was not understood: its text goes to the admins, and nowhere else. */
import { htmlTextsFor } from '../../flows/engine/html.ts';
import { hasText } from '../../kernel/all-texts.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Telegram, Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';

export interface UnclearCommandsOptions {
  access: { readonly admins: readonly number[] };
  profiles: Pick<Profiles, 'language' | 'name'>;
  telegram: Pick<Telegram, 'tell'>;
}

export function createUnclearCommands({ access, profiles, telegram }: UnclearCommandsOptions): CommandSet {
  /** Told at once or not at all: what is kept to be told later lies on a disk. */
  async function send({ chatId, controls, say, rewrite, t }: Call): Promise<Told | undefined> {
    const kept = await controls.unclear.get();
    if (kept === null) return say(t('bot:unclear.gone'));
    const others = access.admins.filter((admin) => admin !== chatId);
    const name = (await profiles.name(chatId)) || String(chatId);
    const told = await Promise.all(
      (others.length > 0 ? others : [chatId]).map(async (admin) => {
        const words = htmlTextsFor(await profiles.language(admin));
        const question = questionText(words, kept.question);
        return telegram.tell(admin, words('bot:unclear.forAdmin', { name, question, text: kept.text }));
      }),
    );
    if (!told.some(({ ok }) => ok)) return say(t('bot:unclear.notSent'));
    await controls.unclear.forget();
    const caseId = controls.active()?.caseId;
    const isOnCard = caseId !== undefined && (await controls.remark(caseId, t('bot:unclear.sent'), true));
    return isOnCard ? undefined : rewrite(t('bot:unclear.sent'), []);
  }

  return { commands: {}, buttons: {}, staying: { unclear: send } };
}

/** A question by its name, in words: the fact it is about, else its stage. */
export function questionText(t: Texts, question: string): string {
  const [flow = '', about = ''] = question.split('.');
  const fact = `policy:fact.${about}` as const;
  const stage = `bot:unclear.at.${flow}` as const;
  if (about !== '' && hasText(fact)) return t(fact);
  return hasText(stage) ? t(stage) : question;
}
