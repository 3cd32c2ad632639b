/** /announce: an admin writes to everybody, in a stage of its own; the button under it stops what is not said yet. */
import type { Announcements } from '../house/announcements.ts';
import type { CommandSet } from './call.ts';
import { onlyAdmins } from './only-admins.ts';

export function createAnnounceCommands(announcements: Pick<Announcements, 'stopOne'>): CommandSet {
  return {
    commands: {
      announce: onlyAdmins(async ({ controls }) => {
        const active = controls.active();
        const resume = active && active.flow !== 'announce' ? { resume: active.flow } : {};
        await controls.start('announce', { caseId: active?.caseId ?? '', with: resume });
        return undefined;
      }),
    },
    buttons: {
      announce: onlyAdmins(async ({ say, t }, [id = '']) => {
        const stopped = await announcements.stopOne(id);
        if (!stopped.ok) return say(t('bot:error.unreachable'));
        return stopped.value ? undefined : say(t('bot:announce.isOver'));
      }),
    },
  };
}
