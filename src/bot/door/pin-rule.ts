import type { CaseRecord } from '../../cases/case.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { StoreFailure } from '../../store/store.ts';
import type { Pins } from './pins.ts';

/** Whether the PIN was typed for a case, or none is asked for. */
export type PinRule = (
  record: Pick<CaseRecord, 'id' | 'chatId' | 'group'>,
) => Promise<Result<boolean, StoreFailure>>;

/** In a group it is typed once in half an hour, not for each of sixty devices. `asked`: ASK_PIN. */
export function createPinRule({
  asked,
  pins,
}: {
  asked: boolean;
  pins: Pick<Pins, 'isOpen' | 'open'>;
}): PinRule {
  return async ({ id, chatId, group }) => {
    if (!asked) return ok(true);
    const own = await pins.isOpen(chatId, `case:${id}`);
    if (!own.ok || group === null) return own;
    if (!own.value) return pins.isOpen(chatId, `group:${group}`);
    const opened = await pins.open(chatId, `group:${group}`);
    return opened.ok ? own : opened;
  };
}
