/** What admins do: invite and remove people, lift a day's limit, keep the list of stolen devices. */

import type { CaseDesk } from '../../cases/desk.ts';
import { isShortSerial, parseSerial } from '../../device/serial.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Result } from '../../kernel/result.ts';
import type { Access } from '../door/access.ts';
import type { Limits } from '../door/limits.ts';
import type { Notices } from '../house/notices.ts';
import type { Notify } from '../house/notify.ts';
import type { Profiles } from '../house/profiles.ts';
import { sayList, type Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';
import { onlyAdmins } from './only-admins.ts';

export interface AdminCommandsOptions {
  access: Access;
  limits: Limits;
  cases: Pick<CaseDesk, 'unboundBefore'>;
  profiles: Pick<Profiles, 'name'>;
  notices: Pick<Notices, 'raise'>;
  /** Every invitation asks for approval, not only those made by `/invite ask`. */
  invitesAsk: boolean;
  botUsername: string;
  /** Tells a person something in their language. */
  notify: Notify;
  /** Tells somebody that they are in, and what to do first. */
  welcome(userId: number): Promise<void>;
  /** Takes a technician's access away and ends what they are doing. */
  expel(
    adminId: number,
    userId: number,
  ): Promise<Result<void, 'admin' | 'not-a-member' | 'store-unavailable'>>;
  /** Ends what agents are doing to a device. */
  stopDevice(shortSerial: string): Promise<Result<void, HouseFailure>>;
}

/** Devices, and people, in one message, which has 4096 characters. */
const MOST_LISTED = 40;
const MOST_PEOPLE = 20;
/** Characters of a name shown there: names chosen by those who are listed must not make the list too long to send. */
const NAME_LENGTH = 32;
const USER_ID = /^[1-9]\d{0,15}$/;

export function createAdminCommands(options: AdminCommandsOptions): CommandSet {
  const { access, limits, cases, notices, invitesAsk, botUsername, notify, welcome, expel, stopDevice } =
    options;
  const { profiles } = options;

  async function remove({ chatId, say, t }: Call, id: string | undefined): Promise<Told> {
    if (!USER_ID.test(id ?? '')) return say(t('bot:access.howToRevoke'));
    const expelled = await expel(chatId, Number(id));
    if (expelled.ok) return say(t('bot:access.revoked', { id: id ?? '' }));
    if (expelled.failure === 'store-unavailable') return say(t('bot:error.unreachable'));
    return say(t(expelled.failure === 'admin' ? 'bot:access.isAdmin' : 'bot:access.notMember'));
  }

  /** Lets somebody in who waits for it, or turns them away. */
  async function decide({ chatId, say, t }: Call, id: string | undefined, letIn: boolean): Promise<Told> {
    const person = Number(id);
    if (!USER_ID.test(id ?? '')) return say(t('bot:access.notWaiting'));
    const decided = await access.decide(chatId, person, letIn, () =>
      notices.raise({ kind: letIn ? 'access.approved' : 'access.declined', person, by: chatId }),
    );
    if (!decided.ok)
      return say(t(decided.failure === 'not-waiting' ? 'bot:access.notWaiting' : 'bot:error.unreachable'));
    await (letIn ? welcome(person) : notify(person, 'bot:access.declined'));
    return say(t(letIn ? 'bot:access.letIn' : 'bot:access.turnedAway', { name: decided.value.name }));
  }

  async function lift({ chatId, say, t }: Call, id: string | undefined): Promise<Told> {
    if (!USER_ID.test(id ?? '')) return say(t('bot:limits.howToLift'));
    const person = Number(id);
    const role = await access.roleOf(person);
    if (!role.ok) return say(t('bot:error.unreachable'));
    if (role.value === null) return say(t('bot:access.notMember'));
    const lifted = await limits.lift(chatId, person);
    if (!lifted.ok) return say(t('bot:error.unreachable'));
    if (person !== chatId) await notify(person, 'bot:limits.liftedForYou');
    return say(t('bot:limits.lifted', { id: id ?? '' }));
  }

  const commands: CommandSet['commands'] = {
    async invite({ chatId, say, sayOnce, t }, [word]) {
      const asks = invitesAsk || word?.toLowerCase() === 'ask';
      const invited = await access.invite(chatId, asks);
      if (!invited.ok) return say(t('bot:error.unreachable'));
      const { token, number, ttlMs } = invited.value;
      const link = `https://t.me/${botUsername}?start=${token}`;
      const text = t('bot:invite.link', { link, number, hours: Math.round(ttlMs / 3_600_000) });
      return sayOnce([text, t(asks ? 'bot:invite.asks' : 'bot:invite.howToAsk')].join('\n'));
    },

    async people({ language, say, t }) {
      const listed = await access.list();
      if (!listed.ok) return say(t('bot:error.unreachable'));
      if (listed.value.length === 0) return say(t('bot:access.nobody'));
      const day = new Intl.DateTimeFormat(language, { dateStyle: 'short' });
      // A button shows text as it is, without markup to escape.
      const label = textsFor(language);
      const short = (name: string) => [...name].slice(0, NAME_LENGTH).join('');
      const inviters = new Map<number, string>();
      for (const { invitedBy } of listed.value)
        if (!inviters.has(invitedBy)) inviters.set(invitedBy, short(await profiles.name(invitedBy)));
      const items = listed.value.map(({ name, userId, since, invitedBy, invitation }, at) => {
        const person = { number: at + 1, name: short(name) };
        const line = t('bot:access.person', { ...person, id: String(userId), since: day.format(since) });
        const inviter = inviters.get(invitedBy) || String(invitedBy);
        return {
          lines: [line, ...(invitation ? [t('bot:access.cameBy', { invitation, inviter })] : [])],
          row: [{ text: label('bot:access.button.remove', person), data: `x:revoke:${userId}` }],
        };
      });
      return sayList(
        say,
        { title: t('bot:access.people'), items, last: [t('bot:access.help')] },
        MOST_PEOPLE,
      );
    },

    revoke: (call, [id]) => remove(call, id),

    lift: (call, [id]) => lift(call, id),

    async deny({ chatId, language, say, t }, [typed]) {
      const serial = serialOf(typed);
      if (serial === null) {
        const denied = await limits.denied();
        if (!denied.ok) return say(t('bot:error.unreachable'));
        const day = new Intl.DateTimeFormat(language, { dateStyle: 'short' });
        const items = denied.value.map(({ shortSerial, at }) => ({
          lines: [t('bot:limits.deniedDevice', { serial: shortSerial, date: day.format(at) })],
        }));
        return sayList(say, { title: t('bot:limits.howToDeny'), items, last: [] }, MOST_LISTED);
      }
      const denied = await limits.deny(chatId, serial);
      if (!denied.ok) return say(t('bot:error.unreachable'));
      const stopped = await stopDevice(serial);
      const before = await cases.unboundBefore(serial);
      if (!stopped.ok || !before.ok) return say(t('bot:error.unreachable'));
      const told = await say(t('bot:limits.denied', { serial }));
      for (const { chatId: person, closedAt, updatedAt } of before.value)
        await notices.raise({ kind: 'stolen.unbound', serial, at: closedAt ?? updatedAt, person });
      return told;
    },

    async allow({ chatId, say, t }, [typed]) {
      const serial = serialOf(typed);
      if (serial === null) return say(t('bot:limits.howToDeny'));
      const allowed = await limits.allow(chatId, serial);
      if (!allowed.ok) return say(t('bot:error.unreachable'));
      return say(t(allowed.value ? 'bot:limits.allowed' : 'bot:limits.notDenied', { serial }));
    },
  };

  return {
    commands: Object.fromEntries(Object.entries(commands).map(([name, task]) => [name, onlyAdmins(task)])),
    buttons: {
      j: onlyAdmins((call, [verb, id]) => decide(call, id, verb === 'yes')),
      x: onlyAdmins((call, [verb, id]) => {
        if (verb === 'lift') return lift(call, id);
        return verb === 'revoke' ? remove(call, id) : call.say(call.t('bot:access.howToRevoke'));
      }),
    },
  };
}

/** The short serial number of what an admin typed, short or full; null when it is none. */
function serialOf(typed = ''): string | null {
  const short = typed.trim().toUpperCase();
  if (isShortSerial(short)) return short;
  const full = parseSerial(typed);
  return full.ok ? full.value.short : null;
}
