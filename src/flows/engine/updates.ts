import type { CallbackQuery, Update } from 'grammy/types';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Result } from '../../kernel/result.ts';
import { tellOfAlbum } from './album.ts';
import { lastWord } from './bot-api.ts';
import { HouseUnavailable, type Next, orThrow } from './dialogue.ts';
import type { EditHearing } from './edited.ts';
import type { GuardedPlay } from './guarded.ts';
import { type Heard, hear, mayAnswerPicture, type WaitSpec, wanted, withoutPasswords } from './heard.ts';
import type { DeviceHeard } from './named.ts';
import { type PasswordWatch, saysMore } from './passwords.ts';
import { pendingSpec } from './pending.ts';
import type { ActiveConversation, Became, ChatState, ChatStates, Turn } from './state.ts';
import { type EngineTools, say } from './turn.ts';
import { questionName, type Unclear } from './unclear.ts';
import { usableText } from './usable.ts';

/** Data of the button that hands on what was not understood (bot/commands/unclear.ts). */
const UNCLEAR_DATA = 'unclear:send';

/** What handling an update came to. */
export type Handled = 'handled' | 'repeated' | 'nobody-listens';

/** Where a photo or a serial number leads, or words about a device, in the middle of a conversation or of none. */
type NewDevice = (heard: DeviceHeard, during: ActiveConversation | null) => Next;

/** What a chat without a conversation listens to. */
const IDLE: WaitSpec = {
  wants: ['photo', 'serial', 'words'],
  events: [],
  jobId: null,
  tag: null,
  buttons: [],
  things: [],
  help: 'bot:help.idle',
};

/** How an update that no command took is heard by its chat's conversation. */
export interface UpdateHearing {
  take(turn: Turn, update: Update): Promise<Handled>;
  /** What the chat listens to. */
  specOf(turn: Turn): WaitSpec;
}

export function createUpdateHearing(
  tools: EngineTools,
  stages: GuardedPlay,
  passwords: PasswordWatch,
  edits: Pick<EditHearing, 'note'>,
  newDevice: NewDevice,
  unclear: Unclear,
  states: Pick<ChatStates, 'answered' | 'answer'>,
): UpdateHearing {
  const { house, courtesies, cards } = tools;

  /**
   * Acknowledges a press, so that the phone stops waiting; one of an old keyboard, which a bot that was killed may have
   * left, is told why nothing happens, and the keyboard goes. Not where the question has changed on the card just before the
   * press: what stands there now is the keyboard that is waited for.
   */
  async function acknowledge({ chat, chatId }: Turn, query: CallbackQuery, isStale: boolean): Promise<void> {
    if (!isStale) return courtesies.acknowledge(query.id);
    const text = textsFor(await house.language(chatId))('bot:help.staleButton');
    courtesies.acknowledge(query.id, { chatId, text });
    const messageId = query.message?.message_id;
    if (chat.card?.messageId !== messageId || chat.card?.tag === null) courtesies.clear(chatId, messageId);
  }

  /** A card that was sent just before a crash is another message than the one that is remembered: its keyboard goes. */
  function clearOlder({ chat, chatId }: Turn, heard: Heard): void {
    if (heard.kind !== 'button' || heard.messageId === chat.card?.messageId) return;
    courtesies.clear(chatId, heard.messageId);
  }

  /** What is said to somebody whose message a wait cannot use. */
  async function usable({ chatId }: Turn, spec: WaitSpec, heard: Heard): Promise<string> {
    return usableText(await house.language(chatId), spec, heard);
  }

  /**
   * Says it on the card, above the question it is about; without one, as a message. What was typed can be handed on from
   * there, unless a secret is asked for just now.
   */
  async function tellUsable(turn: Turn, spec: WaitSpec, heard: Heard, typed: string): Promise<void> {
    const { chat, chatId } = turn;
    const text = await usable(turn, spec, heard);
    const question = questionName(chat.conversation?.flow, spec.about);
    const isUnclear = heard.kind !== 'only-pressed';
    if (isUnclear) orThrow(await house.misunderstood.count(question));
    const isSecret = spec.besideSecret === true || spec.nonce !== undefined;
    await unclear.forget(chatId);
    const mayBeSent = isUnclear && !isSecret && typed !== '';
    if (mayBeSent) await unclear.keep(chatId, { question, text: typed });
    const label = mayBeSent ? textsFor(await house.language(chatId))('bot:unclear.button') : null;
    const how = label === null ? {} : { key: { text: label, callback_data: UNCLEAR_DATA } };
    const shown = lastWord(await cards.remark(turn, text, how));
    if (!shown.ok || !shown.value) await say(tools, chatId, text, how.key);
  }

  /** Whether a photo is the next one of an album whose device was taken; it is named then, and no device of its own. */
  async function isOfAlbum(turn: Turn, photo: Extract<Heard, { kind: 'photo' }>, spec: WaitSpec) {
    const { chat } = turn;
    const isNext = photo.album !== null && photo.album === chat.album;
    if (isNext && !spec.takesAlbum) {
      await tellOfAlbum(tools, turn, photo.fileId);
      return true;
    }
    chat.album = photo.album;
    delete chat.albumRest;
    return false;
  }

  /**
   * Whether an update has done what it was for, at a picture that is asked for no more: the bot died when the laptop had it and the
   * chat was not written, and it is handed in again where something else is asked. It is no answer to that, and no password.
   */
  async function wasForPicture(
    { chatId }: Turn,
    update: Update,
    heard: Heard,
    { nonce }: WaitSpec,
  ): Promise<boolean> {
    const text = update.message?.text;
    if (heard.kind !== 'stale-button' && !(text !== undefined && mayAnswerPicture(text))) return false;
    const last = orUnavailable(await states.answered(chatId));
    return last?.update === update.update_id && last.nonce !== nonce;
  }

  return {
    async take(turn, update) {
      await stages.modernise(turn);
      const active = turn.chat.conversation;
      const spec = specOf(turn.chat);
      const query = update.callback_query;
      if (query && passwords.isNoPassword(turn, query)) {
        await passwords.expectAgain(turn, query);
        return 'handled';
      }
      const rest = passwords.isTakenAsItIs(turn, update) ? null : withoutPasswords(update, spec);
      const heard = hear(rest ?? update, spec);
      if (await wasForPicture(turn, update, heard, spec)) {
        if (query) courtesies.acknowledge(query.id);
        return 'handled';
      }
      const note = (became: Became) => edits.note(turn, update.message, became, heard);
      if (rest !== null) {
        const goesOn = saysMore(heard);
        const help = goesOn ? null : await usable(turn, spec, { kind: 'other' });
        await passwords.remove(turn, update.message?.message_id ?? 0, help);
        if (!goesOn) {
          note('refused');
          return active ? 'handled' : 'nobody-listens';
        }
      }
      if (query) {
        const isStale = heard.kind === 'stale-button';
        await acknowledge(turn, query, isStale);
        if (isStale) return 'handled';
      }
      note('heard');
      if (heard.kind === 'photo' && (await isOfAlbum(turn, heard, spec))) return 'handled';

      if (active && wanted(heard, spec)) {
        const { nonce } = spec;
        if (nonce !== undefined)
          orUnavailable(await states.answer(turn.chatId, { update: update.update_id, nonce }));
        clearOlder(turn, heard);
        cards.answered(turn);
        await stages.resume(turn, heard);
        return 'handled';
      }
      const described = !active && heard.kind === 'words';
      if (described || heard.kind === 'photo' || heard.kind === 'serials' || heard.kind === 'refused-label') {
        cards.answered(turn);
        await stages.follow(turn, active?.args.caseId ?? '', newDevice(heard, active));
        return 'handled';
      }
      note('refused');
      await tellUsable(turn, spec, heard, rest === null ? (update.message?.text ?? '') : '');
      return active ? 'handled' : 'nobody-listens';
    },

    specOf: ({ chat }) => specOf(chat),
  };
}

/** @throws HouseUnavailable */
function orUnavailable<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new HouseUnavailable('store-unavailable');
  return result.value;
}

function specOf({ conversation }: ChatState): WaitSpec {
  return conversation ? pendingSpec(conversation) : IDLE;
}
