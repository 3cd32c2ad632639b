/** What becomes of an update of Telegram: who sent it, what it costs, and which part of the bot it is for. */
import type { Update } from 'grammy/types';
import { isPassing } from '../flows/engine/bot-api.ts';
import type { Conversations } from '../flows/index.ts';
import { textsFor } from '../kernel/all-texts.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { Commands } from './commands/everyday.ts';
import type { Access } from './door/access.ts';
import type { Admission } from './door/admission.ts';
import type { Limits } from './door/limits.ts';
import { orBusy } from './house/chat-queue.ts';
import type { Outage } from './house/outage.ts';
import type { Photos } from './house/photos.ts';
import type { Profiles } from './house/profiles.ts';
import type { Telegram } from './house/telegram.ts';
import type { Erase } from './telegram/attempts.ts';
import type { Admission as Admitted } from './telegram/reception.ts';
import type { IntakeWord } from './telegram/shelf.ts';
import { classify, isPrivate } from './telegram/updates.ts';

/** Why an update could not be handled. It must be handed in again, but for `stuck`: that would be the same once more. */
export type HandleFailure = 'telegram-unreachable' | 'store-unavailable' | 'busy' | 'stuck';

export interface UpdateTaking {
  /** Looks at an update before anything is done with it. Only private chats: in a group somebody else would read along. */
  admit(update: Update): Admitted;
  /** Hears of an update that will be handled in its turn. */
  arrived(update: Update): void;
  /** Handles one update of Telegram. After a failure nothing has changed: hand it in again. */
  handle(update: Update, erase?: Erase): Promise<Result<void, HandleFailure>>;
  /** An update could not be stored: its sender is told, without the store. */
  unstored(update: Update): void;
  /** Tells a chat what becomes of its updates. False: again later. */
  tellOfUpdates(chatId: number, word: IntakeWord): Promise<boolean>;
}

export function createUpdateTaking({
  access,
  limits,
  admission,
  profiles,
  photos,
  telegram,
  outage,
  engine,
  commands,
}: {
  access: Pick<Access, 'roleOf'>;
  limits: Pick<Limits, 'waitSeconds' | 'shouldTell'>;
  admission: Admission;
  profiles: Pick<Profiles, 'language'>;
  photos: Pick<Photos, 'arrived'>;
  telegram: Pick<Telegram, 'tell'>;
  outage: Pick<Outage, 'noticed'>;
  engine: Pick<Conversations, 'handleUpdate'>;
  commands: Commands;
}): UpdateTaking {
  async function handleOnce(update: Update, erase: Erase | undefined): Promise<Result<void, HandleFailure>> {
    const { chatId, userId } = classify(update);
    if (chatId === null || userId === null) return ok(undefined);
    const role = await admission(update, userId);
    if (!role.ok) return role;
    const rank = role.value;
    if (rank === null) return ok(undefined);
    const handled = await orBusy(() =>
      engine.handleUpdate(chatId, update, (seen, controls) => commands(seen, rank, controls), erase),
    );
    return handled.ok ? ok(undefined) : handled;
  }

  return {
    admit(update) {
      const { userId, kind } = classify(update);
      if (!isPrivate(update) || userId === null || kind === 'membership') return 'out';
      if (limits.waitSeconds(userId) === 0) return 'in';
      return limits.shouldTell(userId) ? 'too-fast' : 'out';
    },

    arrived(update) {
      const { chatId } = classify(update);
      if (chatId !== null) photos.arrived(chatId, update);
    },

    async handle(update, erase) {
      const handled = await handleOnce(update, erase);
      if (!handled.ok && handled.failure === 'store-unavailable') outage.noticed(update);
      return handled;
    },

    unstored: outage.noticed,

    async tellOfUpdates(chatId, word) {
      const role = await access.roleOf(chatId);
      if (!role.ok) return false;
      // A stranger hears one sentence a day, and this is not it.
      if (role.value === null) return true;
      const t = textsFor(await profiles.language(chatId));
      const told = await telegram.tell(chatId, t(`bot:intake.${word}`));
      return told.ok || !isPassing(told.failure);
    },
  };
}
