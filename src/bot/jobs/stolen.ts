import type { CaseRecord } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import { offerOf } from '../../flows/others.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Limits } from '../door/limits.ts';
import type { Notices } from '../house/notices.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Voice } from '../house/voice.ts';

/** A case as it may be worked on. */
type WatchedCase = (id: string) => Promise<Result<CaseRecord | null, unknown>>;

/**
 * Stops cases of devices reported stolen, at whatever step they are: every stage asks for its case when it begins, and
 * such a case is closed before it is handed out, and the technician and the admins are told. The other devices named with it
 * are offered: nothing is said against them.
 */
export function createStolenWatch({
  cases,
  limits,
  cancel,
  voice,
  profiles,
  notices,
}: {
  cases: Pick<CaseDesk, 'get' | 'apply' | 'untouched'>;
  limits: Pick<Limits, 'isDenied'>;
  /** Ends the case's job, if any. */
  cancel(caseId: string): Promise<Result<unknown, unknown>>;
  voice: Pick<Voice, 'say'>;
  profiles: Pick<Profiles, 'language'>;
  notices: Pick<Notices, 'raise'>;
}): WatchedCase {
  async function report(record: CaseRecord): Promise<void> {
    const { id, chatId, device } = record;
    const serial = device?.shortSerial ?? '';
    const t = htmlTextsFor(await profiles.language(chatId));
    const left = await cases.untouched(record);
    const offer = left.ok ? offerOf(t, id, left.value) : null;
    const text = [t('bot:limits.stolen', { serial }), offer?.text ?? ''];
    await voice.say(chatId, text.filter(Boolean).join('\n\n'), { rows: offer?.rows ?? [] });
    await notices.raise({ kind: 'stolen.tried', person: chatId, serial });
  }

  return async (id) => {
    const found = await cases.get(id);
    if (!found.ok || !found.value?.device || found.value.closedAt !== null) return found;
    const denied = await limits.isDenied(found.value.device.shortSerial);
    if (!denied.ok) return denied;
    if (!denied.value) return found;
    const cancelled = await cancel(id);
    if (!cancelled.ok) return cancelled;
    const closed = await cases.apply(id, { type: 'closed', outcome: 'stopped' });
    if (!closed.ok) return closed;
    await report(closed.value.case);
    return ok(closed.value.case);
  };
}
