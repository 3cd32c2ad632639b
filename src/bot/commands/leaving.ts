/** What admins do when a phone is lost or somebody leaves: /lock, /unlock, /leave. */
import type { Access } from '../door/access.ts';
import type { Notices } from '../house/notices.ts';
import type { Notify } from '../house/notify.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Sanctions } from '../jobs/sanctions.ts';
import type { CommandSet } from './call.ts';
import { onlyAdmins } from './only-admins.ts';

export interface LeavingOptions extends Pick<Sanctions, 'lockOut' | 'letGo'> {
  access: Pick<Access, 'unlock'>;
  profiles: Pick<Profiles, 'name'>;
  notify: Notify;
  notices: Pick<Notices, 'raise'>;
}

const USER_ID = /^[1-9]\d{0,15}$/;

export function createLeavingCommands({
  access,
  profiles,
  notify,
  notices,
  lockOut,
  letGo,
}: LeavingOptions): CommandSet {
  const nameOf = async (id: number) => (await profiles.name(id)) || String(id);

  return {
    commands: {
      lock: onlyAdmins(async ({ chatId, say, t }, [id = '']) => {
        if (!USER_ID.test(id)) return say(t('keep:lock.how'));
        const locked = await lockOut(chatId, Number(id));
        if (locked.ok) return say(t('keep:lock.done', { name: await nameOf(Number(id)), id }));
        if (locked.failure === 'store-unavailable') return say(t('bot:error.unreachable'));
        return say(t(locked.failure === 'yourself' ? 'keep:lock.yourself' : 'bot:access.notMember'));
      }),

      unlock: onlyAdmins(async ({ chatId, say, t }, [id = '']) => {
        if (!USER_ID.test(id)) return say(t('keep:lock.how'));
        const opened = await access.unlock(chatId, Number(id));
        if (!opened.ok) return say(t('bot:error.unreachable'));
        if (!opened.value) return say(t('keep:lock.notLocked'));
        await notices.raise({ kind: 'access.unlocked', person: Number(id), by: chatId });
        await notify(Number(id), 'keep:lock.openAgain');
        return say(t('keep:lock.opened', { name: await nameOf(Number(id)) }));
      }),

      leave: onlyAdmins(async ({ chatId, say, t }, [id = '', colleague = '']) => {
        if (!USER_ID.test(id) || !USER_ID.test(colleague)) return say(t('keep:leave.how'));
        const [person, to] = [Number(id), Number(colleague)];
        const name = await nameOf(person);
        const left = await letGo(chatId, person, to);
        if (left.ok) {
          const count = left.value;
          if (count > 0 && to !== chatId) await notify(to, 'keep:leave.yours', { name, count });
          return say(t('keep:leave.done', { name, count, to: await nameOf(to) }));
        }
        switch (left.failure) {
          case 'nobody':
            return say(t('keep:leave.nobody'));
          case 'admin':
            return say(t('bot:access.isAdmin'));
          case 'not-a-member':
            return say(t('bot:access.notMember'));
          default:
            return say(t('bot:error.unreachable'));
        }
      }),
    },
    buttons: {},
  };
}
