import type { SaidInWords } from '../device/words.ts';
import type { Answer, Ask, Dialogue } from './engine/dialogue.ts';
import { understoodText } from './telling.ts';

/**
 * Learns what a technician said in his own words, and says back how it was understood: he may put it right. A serial
 * number beside it that cannot be one is not passed over.
 */
export async function takeWords(
  dialogue: Dialogue,
  caseId: string,
  { said, miscounted }: { readonly said: SaidInWords; readonly miscounted?: number },
): Promise<void> {
  const record = await dialogue.change(caseId, { type: 'told', said });
  const { t } = dialogue;
  const lines = [
    understoodText(t, record.facts, said) ?? '',
    miscounted === undefined ? '' : t('bot:help.miscounted', { count: miscounted }),
  ].filter(Boolean);
  if (lines.length > 0) await dialogue.say(lines.join('\n\n'));
}

/**
 * Asks what a technician may also answer with words about the device: those are taken, and it is asked again. What he typed
 * besides is answered by `wants`.
 */
export async function askTakingWords(
  dialogue: Dialogue,
  caseId: string,
  text: string,
  { wants = [], ...ask }: Ask,
): Promise<Exclude<Answer, { kind: 'words' }>> {
  return dialogue.repeat(null, async () => {
    const answer = await dialogue.ask(text, { ...ask, wants: [...wants, 'words'] });
    if (answer.kind !== 'words') return { done: answer };
    await takeWords(dialogue, caseId, answer);
    return { again: null };
  });
}
