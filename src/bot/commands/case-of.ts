import type { CaseRecord } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { Call } from './call.ts';

/** A case of the chat a button was pressed in, or null when it has been said why there is none. */
export async function caseOf(
  cases: Pick<CaseDesk, 'get'>,
  { chatId, say, t }: Call,
  caseId = '',
): Promise<CaseRecord | null> {
  const found = await cases.get(caseId);
  if (found.ok && found.value?.chatId === chatId) return found.value;
  if (found.ok) await say(t('bot:cases.gone'));
  else
    await say(
      t(found.failure.reason === 'unreadable' ? 'bot:error.caseUnreadable' : 'bot:error.unreachable'),
    );
  return null;
}
