/**
 * One card a case (docs/decisions/0052): the message that says which device it is, where it stands, what was said since the
 * last answer, and what is asked. It is edited in place, without a sound, for as long as the person looks at it. Otherwise a
 * new one comes with a sound where something is needed of them, and the one before is emptied.
 */
import type { InlineKeyboardMarkup } from 'grammy/types';
import type { Language } from '../../../locales/language.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { House } from '../ports.ts';
import { type CallApi, type CallFailure, isPassing } from './bot-api.ts';
import type { Courtesies } from './courtesy.ts';
import { cut, lengthOf, packed } from './fit.ts';
import { pendingSpec } from './pending.ts';
import type { Asked, CaseCard, Turn } from './state.ts';

/** Telegram's limits of a text and of what stands below a picture, characters (Bot API, sendMessage, sendPhoto). */
const LIMITS = { text: 4096, photo: 1024 };
/** So long after somebody did something they are taken to look at the card, ms. */
const LOOKED_AT_MS = 20_000;

/** Where a case stands, as a card begins: HTML, empty where there is nothing to say. `flow`: null when it has ended. */
export type Heading = (
  house: House,
  at: { readonly chatId: number; readonly caseId: string; readonly flow: string | null },
  language: Language,
) => Promise<string>;

/** Whether these cases of a chat go on in one message: then the next one is no other card. */
export type SharesCard = (house: House, chatId: number, cases: readonly string[]) => Promise<boolean>;

/** A button outside conversations, as Telegram takes it. */
export interface OutsideKey {
  readonly text: string;
  readonly callback_data: string;
}

/** What a card is to show. */
export interface CardContent extends Readonly<Asked> {
  readonly caseId: string;
  readonly tag: string | null;
  /**
   * `quiet`: nothing is needed of the person, so it makes no sound and does not move. `news`: it comes as a message of its
   * own whatever the person looks at. `beside`: it does not move while it is the newest message, however long ago.
   */
  readonly manner?: 'quiet' | 'news' | 'beside';
  /** What is said above the text, HTML, and a button below the others: both go with the next thing shown. */
  readonly remark?: string;
  readonly key?: OutsideKey;
}

type Done = Result<null, CallFailure>;

/** Puts into the chat what dialogues say. */
export interface CaseCards {
  /** Shows a question, with the lines that were said before it. Lines there is no room for come above, as messages. */
  show(turn: Turn, content: CardContent): Promise<Done>;
  /** Sends a message of its own that stays, with the lines that were said before it. */
  send(turn: Turn, text: string, keyboard?: InlineKeyboardMarkup): Promise<Done>;
  /**
   * Says a word on the card of the case at hand, which asks on; the next thing shown leaves it out. HTML. False: there is
   * no such card.
   */
  remark(
    turn: Turn,
    text: string,
    how?: { readonly manner?: 'beside'; readonly key?: OutsideKey },
  ): Promise<Result<boolean, CallFailure>>;
  /** Puts the question that is open below what was said since, if anything was. */
  below(turn: Turn): Promise<Done>;
  /** The card goes: what it showed is told otherwise. A picture stays, without its keyboard. */
  drop(turn: Turn): void;
  /** The person did something; `messageId`: what they sent, if anything. */
  touched(turn: Turn, messageId: number | undefined): void;
  /** The person has answered: what was said before it was read. */
  answered(turn: Turn): void;
  /** Ends a turn: a keyboard that nothing waits for goes, and the card of a case that is left says where that stands. */
  settle(turn: Turn): Promise<void>;
}

interface CardTools {
  readonly house: House;
  readonly callApi: CallApi;
  readonly courtesies: Courtesies;
  readonly log: Log;
  /** Milliseconds. */
  readonly clock: () => number;
  readonly heading: Heading;
  readonly sharesCard: SharesCard;
  /** Id of the newest message that is known to have been put into a chat. */
  newest(chatId: number): Promise<number>;
  /** What was put below a card before this nobody remembers: it is taken to be out of sight, ms. */
  readonly since: number;
}

export function createCaseCards({
  house,
  callApi,
  courtesies,
  log,
  clock,
  heading,
  sharesCard,
  newest,
  since,
}: CardTools): CaseCards {
  /** Whether a card is the last message, as far as is known. */
  async function isNewest({ chat: { touchedAt = 0 }, chatId }: Turn, card: CaseCard): Promise<boolean> {
    return touchedAt >= since && !card.isBuried && (await newest(chatId)) <= card.messageId;
  }

  async function staysInPlace(turn: Turn, card: CaseCard, { manner, photo }: CardContent): Promise<boolean> {
    if (manner === 'news' || card.isPhoto !== (photo !== undefined)) return false;
    if (manner === 'quiet') return !card.isBuried;
    // The person looks at it where they did something just now.
    const isRecent = clock() - (turn.chat.touchedAt ?? 0) < LOOKED_AT_MS;
    return (manner === 'beside' || isRecent) && isNewest(turn, card);
  }

  /** Writes into the card that is there. False: it is gone, or Telegram does not let it be changed. */
  async function edit(
    { chatId }: Turn,
    messageId: number,
    body: string,
    { photo, keyboard }: CardContent,
  ): Promise<Result<boolean, CallFailure>> {
    const target = {
      chat_id: chatId,
      message_id: messageId,
      ...(keyboard ? { reply_markup: keyboard } : {}),
    };
    const edited = await (photo
      ? callApi('editMessageMedia', {
          ...target,
          media: { type: 'photo', media: { blob: photo.blob }, caption: body, parse_mode: 'HTML' },
        })
      : callApi('editMessageText', {
          ...target,
          text: body,
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
        }));
    if (edited.ok) return ok(true);
    const { failure } = edited;
    if (isPassing(failure)) return fail(failure);
    return ok(/not modified/.test(failure.description));
  }

  function post(
    chatId: number,
    body: string,
    { keyboard, manner }: Pick<CardContent, 'manner'> & { readonly keyboard: InlineKeyboardMarkup | null },
  ) {
    return callApi('sendMessage', {
      chat_id: chatId,
      text: body,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      ...(manner === 'quiet' ? { disable_notification: true } : {}),
      ...(keyboard ? { reply_markup: keyboard } : {}),
    });
  }

  async function postPhoto(chatId: number, blob: string, body: string, { keyboard }: CardContent) {
    const over = courtesies.doing(chatId, 'upload_photo');
    try {
      return await callApi('sendPhoto', {
        chat_id: chatId,
        photo: { blob },
        caption: body,
        parse_mode: 'HTML',
        ...(keyboard ? { reply_markup: keyboard } : {}),
      });
    } finally {
      over();
    }
  }

  /** Sends lines that have no room on a card. */
  async function sendAbove(turn: Turn, lines: readonly string[], more: string): Promise<Done> {
    for (const text of packed(lines, LIMITS.text, more)) {
      const sent = await post(turn.chatId, text, { keyboard: null });
      if (!sent.ok) return sent;
    }
    return ok(null);
  }

  /** `now`: what the case at hand shows instead; null: another case is, or none. */
  async function leave(turn: Turn, card: CaseCard, now: CardContent | null): Promise<void> {
    const { chatId } = turn;
    const isSameCase = now !== null;
    // The same picture has come once more.
    if (card.isPhoto && now?.photo !== undefined && now.photo.blob === card.asked?.photo?.blob)
      return courtesies.retire(chatId, card.messageId, null);
    const language = await house.language(chatId);
    const ended = isSameCase
      ? ''
      : await heading(house, { chatId, caseId: card.caseId, flow: null }, language);
    // A picture stays: it is a message of its own.
    if (card.isPhoto || (!isSameCase && ended === '')) {
      if (card.tag !== null) courtesies.clear(chatId, card.messageId);
    } else if (isSameCase)
      courtesies.retire(chatId, card.messageId, textsFor(language)('bot:caseCard.moved'));
    else courtesies.rewrite(chatId, card.messageId, ended);
  }

  async function show(turn: Turn, content: CardContent): Promise<Done> {
    const { chat, chatId, said } = turn;
    const { caseId, flow, keyboard, tag, photo, manner, remark = '' } = content;
    const asked: Asked = { flow, text: content.text, keyboard, ...(photo ? { photo } : {}) };
    const text = joined([remark, content.text]);
    const shown = { ...content, keyboard: withKey(keyboard, content.key) };
    const language = await house.language(chatId);
    const more = textsFor(language)('bot:caseCard.more');
    const before = chat.card;
    const isOwn =
      before !== undefined &&
      (before.caseId === caseId || (await sharesCard(house, chatId, [before.caseId, caseId])));
    const own = isOwn ? before : undefined;
    const lines = [...(own?.lines ?? []), ...said];
    const head = await heading(house, { chatId, caseId, flow }, language);
    const limit = photo ? LIMITS.photo : LIMITS.text;
    const room = (kept: readonly string[]) => lengthOf(joined([head, ...kept, text])) <= limit;
    let from = 0;
    while (from < lines.length && !room(lines.slice(from))) from += 1;
    const kept = lines.slice(from);
    const above = await sendAbove(turn, lines.slice(0, from), more);
    if (!above.ok) return above;
    const whole = joined([head, ...kept, text]);
    const body = lengthOf(whole) <= limit ? whole : cut(text, limit, more);

    if (own && (await staysInPlace(turn, own, content))) {
      const edited = await edit(turn, own.messageId, body, shown);
      if (!edited.ok) return edited;
      if (edited.value) {
        chat.card = { ...own, caseId, tag, lines: kept, asked };
        said.length = 0;
        return ok(null);
      }
    }
    const sent = photo ? await postPhoto(chatId, photo.blob, body, shown) : await post(chatId, body, shown);
    // Pictures come from laptops and devices too: one that cannot be unpacked, or is a line, must not stop a case.
    if (photo && !sent.ok && sent.failure.kind === 'refused' && sent.failure.code === 400)
      return show(turn, withoutPhoto(content, photo.without));
    if (!sent.ok) return sent;
    chat.card = {
      messageId: sent.value.message_id,
      caseId,
      isPhoto: photo !== undefined,
      tag,
      isBuried: false,
      lines: kept,
      asked,
    };
    if (manner !== 'quiet') chat.touchedAt = clock();
    said.length = 0;
    if (before) await leave(turn, before, own ? content : null);
    return ok(null);
  }

  /** What the card of the case at hand shows, to be shown again; null: there is none. */
  function shownNow({ chat: { card, conversation } }: Turn): CardContent | null {
    if (!card?.asked || conversation?.args.caseId !== card.caseId) return null;
    const { asked, caseId, tag } = card;
    return { ...asked, caseId, tag };
  }

  return {
    show,

    async send(turn, text, keyboard) {
      const { chatId, said } = turn;
      const language = await house.language(chatId);
      const messages = packed([...said, text], LIMITS.text, textsFor(language)('bot:caseCard.more'));
      for (const [at, message] of messages.entries()) {
        const isLast = at === messages.length - 1;
        const sent = await post(chatId, message, { keyboard: (isLast && keyboard) || null });
        if (!sent.ok) return sent;
      }
      said.length = 0;
      return ok(null);
    },

    async remark(turn, text, how = {}) {
      const now = shownNow(turn);
      if (now === null) return ok(false);
      const shown = await show(turn, { ...now, remark: text, ...how });
      return shown.ok ? ok(true) : shown;
    },

    async below(turn) {
      const { card } = turn.chat;
      const now = shownNow(turn);
      const isOpen = card !== undefined && card.tag !== null;
      return now === null || !isOpen || (await isNewest(turn, card)) ? ok(null) : show(turn, now);
    },

    drop({ chat, chatId }) {
      const { card } = chat;
      delete chat.card;
      if (card?.isPhoto) courtesies.clear(chatId, card.messageId);
      else if (card) courtesies.retire(chatId, card.messageId, null);
    },

    touched({ chat }, messageId) {
      chat.touchedAt = clock();
      if (chat.card && messageId !== undefined && messageId > chat.card.messageId) chat.card.isBuried = true;
    },

    answered({ chat }) {
      if (chat.card) chat.card.lines = [];
    },

    async settle(turn) {
      const { chat, chatId } = turn;
      const { card, conversation } = chat;
      if (!card) return;
      if (conversation?.args.caseId !== card.caseId) {
        delete chat.card;
        await leave(turn, card, null);
        return;
      }
      if (card.tag === null || card.tag === pendingSpec(conversation).tag) return;
      log.debug({ chat: chatId }, 'nothing waits for the keyboard of a card');
      courtesies.clear(chatId, card.messageId);
      card.tag = null;
    },
  };
}

/** A keyboard with a further button in a row of its own. */
function withKey(keyboard: Asked['keyboard'], key: OutsideKey | undefined): Asked['keyboard'] {
  if (key === undefined) return keyboard;
  return { inline_keyboard: [...(keyboard?.inline_keyboard ?? []), [key]] };
}

function withoutPhoto({ photo: _, ...content }: CardContent, text: string): CardContent {
  return { ...content, text };
}

function joined(parts: readonly string[]): string {
  return parts.filter(Boolean).join('\n\n');
}
