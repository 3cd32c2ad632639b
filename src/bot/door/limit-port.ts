import type { LimitPort } from '../../flows/ports.ts';
import { atBorder, must } from '../house/must.ts';
import type { Notices } from '../house/notices.ts';
import { DAILY_UNBINDS, type Limits } from './limits.ts';

/** A technician's day as conversations see it. */
export function createLimitPort(
  limits: Pick<Limits, 'leftToday'>,
  notices: Pick<Notices, 'raise'>,
): LimitPort {
  return {
    leftToday: (chatId) => atBorder(async () => must(await limits.leftToday(chatId))),
    askForMore: (chatId, devices) =>
      atBorder(() => notices.raise({ kind: 'limit.asked', person: chatId, most: DAILY_UNBINDS, devices })),
  };
}
