import type { Handler } from './call.ts';

/** The same for admins alone; others are told so. */
export function onlyAdmins(task: Handler): Handler {
  return (call, words) =>
    call.role === 'admin' ? task(call, words) : call.say(call.t('bot:invite.onlyAdmins'));
}
