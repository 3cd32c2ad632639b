import type { GroupPort } from '../../flows/ports.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { atBorder, must } from './must.ts';

/**
 * Groups as conversations see them. One that cannot be read is none to them; what it forbids it forbids all the same
 * (jobs/may-start.ts).
 */
export function createGroupPort(groups: GroupDesk): GroupPort {
  const orNull = <T>(found: Result<T, { reason: string }>): Result<T | null, unknown> =>
    !found.ok && ['unreadable', 'no-such-group'].includes(found.failure.reason) ? ok(null) : found;

  return {
    open: (chatId, what) =>
      atBorder(async () => {
        const opened = await groups.open(chatId, what);
        if (opened.ok) return { group: opened.value, refused: null };
        if (opened.failure !== 'open-group') return must(opened);
        const other = must(await groups.of(chatId));
        return other && { group: other, refused: opened.failure };
      }),
    get: (id) => atBorder(async () => must(orNull(await groups.get(id)))),
    of: (chatId) => atBorder(async () => must(await groups.of(chatId))),
    apply: (id, action) => atBorder(async () => must(orNull(await groups.apply(id, action)))),
  };
}
