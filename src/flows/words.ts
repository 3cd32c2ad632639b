import type { SaidInWords } from '../device/words.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { understoodText } from './telling.ts';

/** Learns what a technician said in his own words, and says back how it was understood: he may put it right. */
export async function takeWords(dialogue: Dialogue, caseId: string, said: SaidInWords): Promise<void> {
  const record = await dialogue.change(caseId, { type: 'told', said });
  const understood = understoodText(dialogue.t, record.facts, said);
  if (understood !== null) await dialogue.say(understood);
}
