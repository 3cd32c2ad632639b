import type { Update } from 'grammy/types';
import { languageOf } from '../../../locales/language.ts';
import { TelegramUnavailable } from '../../flows/engine/bot-api.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Notices } from '../house/notices.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Voice } from '../house/voice.ts';
import type { Access, Role } from './access.ts';
import type { FirstPin } from './first-pin.ts';

/** A start with an invitation's token. */
const INVITED = /^\/start ([A-Za-z0-9_-]{16,64})$/;

/** Somebody asks for their own id, which an operator needs (ADMIN_IDS). */
const ASKS_ID = /^\/id(?:@\w+)?$/;

/** What the sender of an update is to the house; a stranger is answered here, and has come in by an invitation. */
export type Admission = (
  update: Update,
  userId: number,
) => Promise<Result<Role | null, HouseFailure | 'telegram-unreachable'>>;

export function createAdmission({
  access,
  profiles,
  notices,
  voice,
  firstPin,
}: {
  access: Access;
  profiles: Profiles;
  notices: Pick<Notices, 'raise'>;
  voice: Pick<Voice, 'say' | 'heard'>;
  firstPin: Pick<FirstPin, 'ask'>;
}): Admission {
  type From = NonNullable<Update['message']>['from'] & object;

  /** @returns false: the store does not answer */
  async function redeem(token: string, from: From): Promise<boolean> {
    const t = htmlTextsFor(languageOf(from.language_code));
    const joined = await access.redeem(token, { id: from.id, name: from.first_name }, async (newcomer) => {
      await profiles.meet(from.id, from);
      const { invitedBy: inviter, invitation } = newcomer;
      const kind = newcomer.waits ? 'access.asks' : 'access.joined';
      await notices.raise({ kind, person: from.id, inviter, invitation });
    });
    if (!joined.ok) {
      const { failure } = joined;
      if (failure !== 'unknown' && failure !== 'used' && failure !== 'member') return false;
      if (await access.shouldAnswerStranger(from.id))
        await voice.say(from.id, t(failure === 'member' ? await wordFor(from.id) : 'bot:command.inviteUsed'));
      return true;
    }
    const { waits, invitedBy, invitation } = joined.value;
    await profiles.meet(from.id, from);
    const by = t('bot:access.invitedBy', { name: await profiles.name(invitedBy), invitation });
    await voice.say(from.id, [t(waits ? 'bot:access.waiting' : 'bot:command.welcome'), by].join('\n\n'));
    if (!waits) await firstPin.ask(from.id);
    return true;
  }

  /** What somebody who may not come in is told. */
  async function wordFor(userId: number) {
    const [locked, paused, waits] = await Promise.all([
      access.isLocked(userId),
      access.isPaused(userId),
      access.isWaiting(userId),
    ]);
    if (locked.ok && locked.value) return 'keep:lock.locked';
    if (paused.ok && paused.value) return 'keep:restored.paused';
    return waits.ok && waits.value ? 'bot:access.waiting' : 'bot:command.stranger';
  }

  async function look(update: Update, userId: number): Promise<Result<Role | null, HouseFailure>> {
    const role = await access.roleOf(userId);
    if (!role.ok) return fail('store-unavailable');
    const from = update.message?.from ?? update.callback_query?.from;
    if (role.value) {
      voice.heard(userId);
      if (from) await profiles.meet(userId, from);
      return ok(role.value);
    }
    const token = INVITED.exec(update.message?.text ?? '')?.[1];
    if (token !== undefined && from)
      return (await redeem(token, from)) ? ok(null) : fail('store-unavailable');
    if (ASKS_ID.test(update.message?.text ?? '')) {
      const t = htmlTextsFor(languageOf(from?.language_code));
      if (await access.shouldTellId(userId)) await voice.say(userId, t('bot:command.id', { id: userId }));
      return ok(null);
    }
    if (await access.shouldAnswerStranger(userId)) {
      const t = textsFor(languageOf(from?.language_code));
      await voice.say(userId, t(await wordFor(userId)));
    }
    return ok(null);
  }

  return async (update, userId) => {
    try {
      return await look(update, userId);
    } catch (error) {
      if (error instanceof TelegramUnavailable) return fail('telegram-unreachable');
      throw error;
    }
  };
}
