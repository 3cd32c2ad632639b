import type { Conversation } from '@grammyjs/conversations';
import type { InlineKeyboardMarkup } from 'grammy/types';
import type * as z from 'zod';
import type { Language } from '../../../locales/language.ts';
import type { CaseAction, CaseRecord, CaseRefusal } from '../../cases/case.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { PlainKey, Texts } from '../../kernel/texts.ts';
import { dateIn } from '../dates.ts';
import type { CaseFailure, House, HouseFailure } from '../ports.ts';
import { type CallApi, type CallFailure, isGone, lastWord, plainly, type Refusal } from './bot-api.ts';
import type { Button, PlainAnswer } from './buttons.ts';
import type { Courtesies } from './courtesy.ts';
import type { HouseEvent } from './events.ts';
import { callbackData, type Heard, type Thing, type WaitSpec, type Want } from './heard.ts';
import { buttonLabel, escapeHtml, htmlTextsFor } from './html.ts';
import type { FlowArgs, Handed } from './state.ts';
import { thingsOf } from './usable.ts';

/** The house could not do its part for a reason that passes; the same step may be tried again. */
export class HouseUnavailable extends Error {
  constructor(failure: HouseFailure) {
    super(`the house is unavailable: ${failure}`);
    this.name = 'HouseUnavailable';
  }
}

/** The record of a case cannot be read, and trying again does not help. */
export class CaseUnreadable extends Error {
  constructor() {
    super('the record of the case cannot be read');
    this.name = 'CaseUnreadable';
  }
}

/** @throws CaseUnreadable or HouseUnavailable */
export function orThrow<T>(result: Result<T, CaseFailure>): T {
  if (result.ok) return result.value;
  if (result.failure === 'unreadable') throw new CaseUnreadable();
  throw new HouseUnavailable(result.failure);
}

/** Telegram does not take a message, and never will as it is. */
export class MessageRefused extends Error {
  readonly code: number;

  constructor({ code, description }: Refusal) {
    super(description);
    this.name = 'MessageRefused';
    this.code = code;
  }
}

/**
 * A case did not take an action: something has happened to it since it was looked at. The engine says so and starts the
 * stage again from the case as it is.
 */
export class CaseRefused extends Error {
  readonly refusal: CaseRefusal;
  constructor(action: CaseAction['type'], refusal: CaseRefusal) {
    super(`the case refuses '${action}': ${refusal}`);
    this.name = 'CaseRefused';
    this.refusal = refusal;
  }
}

/** What a question accepts. Every question has Cancel, and Back unless switched off. */
export interface Ask {
  buttons?: Button[][];
  wants?: Want[];
  /**
   * What comes that it cannot use is answered with its buttons and wants (usable.ts). `things` says more closely what a
   * want takes here; `help` is the key of a sentence that is told besides.
   */
  things?: Partial<Record<Want, Thing>>;
  help?: PlainKey;
  events?: HouseEvent['type'][];
  jobId?: string;
  nonce?: string;
  /** Key of a stored picture to show above the text. */
  photo?: string;
  /** What is asked when Telegram does not show the picture. Otherwise the text alone, with a word about it. */
  withoutPhoto?: string;
  back?: boolean;
  /** A password is being asked for elsewhere: what is typed here and not understood is taken for one. */
  besideSecret?: true;
  /** No photo has named the device yet: the other photos of an album are answers, too. */
  takesAlbum?: true;
  /** Done as soon as the question is in the chat, before it is answered. */
  sent?: (house: House) => Promise<Result<unknown, CaseFailure>>;
}

/** What a question returns: only what it asked for, or a way out. */
export type Answer = Extract<
  Heard,
  {
    kind:
      | 'button'
      | 'photo'
      | 'serials'
      | 'refused-label'
      | 'words'
      | 'message'
      | 'note'
      | 'picture-code'
      | 'event';
  }
>;

/** Stages by name: what each is handed besides its case, if anything. */
export type AnyStages = Readonly<Record<string, Handed>>;

/**
 * Where the conversation goes when a stage ends: to another stage (or itself, anew), or nowhere. `caseId` where it is
 * about another case from there on.
 */
export type Next<S extends AnyStages = AnyStages> =
  | { [N in keyof S & string]: { go: N; caseId?: string; with?: S[N] } }[keyof S & string]
  | { end: true };

/** One stage as a dialogue. Raise `version` when its steps change: running ones then restart from the case. */
export interface Flow<N extends string = string> {
  name: N;
  version: number;
  /** What it is handed. A stored conversation that does not fit restarts from the case, too. */
  handed: z.ZodType<Handed>;
  run(dialogue: Dialogue, args: FlowArgs): Promise<Next>;
}

/** A button outside conversations (bot/commands); `data` at most 64 bytes. */
export interface OutsideButton {
  readonly text: string;
  readonly data: string;
}

/** The update a conversation sees: what was heard, and nothing else of the original. */
export interface HeardUpdate {
  update_id: number;
  heard: Heard;
}

/** What the engine lends a dialogue. */
export interface DialogueTools {
  house: House;
  callApi: CallApi;
  courtesies: Courtesies;
  chatId: number;
  /** Name of the running flow, and its case. */
  flow: string;
  caseId: string;
  /**
   * Tag of a keyboard, from what it asks. The same question of the same case has the same tag, so a button of a message
   * that was sent just before a crash still works after the step was repeated; any other question has another one.
   */
  tagFor(question: string): string;
}

/**
 * A flow's view of the chat. Everything it does is recorded by the engine: replaying a conversation repeats neither
 * messages nor calls to the house.
 */
export class Dialogue {
  readonly chatId: number;
  readonly language: Language;
  /** A sentence for this chat. Values are escaped: they may come from a device. */
  readonly t: Texts;
  readonly #conversation: Conversation;
  readonly #tools: DialogueTools;

  private constructor(conversation: Conversation, tools: DialogueTools, language: Language) {
    this.#conversation = conversation;
    this.#tools = tools;
    this.chatId = tools.chatId;
    this.language = language;
    this.t = htmlTextsFor(language);
  }

  /** Opens the dialogue of a chat in the language its technician chose. */
  static async open(conversation: Conversation, tools: DialogueTools): Promise<Dialogue> {
    const language = await conversation.external(() => tools.house.language(tools.chatId));
    return new Dialogue(conversation, tools, language);
  }

  /**
   * Asks the house for something or has it do something; recorded, so it happens once per run of this step.
   * @throws HouseUnavailable when the store does not answer: the engine then leaves everything as it was before the
   *   update and reports the failure.
   * @throws CaseUnreadable when the record of the case cannot be read: the engine ends the conversation and says so.
   */
  async house<T>(task: (house: House) => Promise<Result<T, CaseFailure>>): Promise<T> {
    return orThrow(await this.#conversation.external(() => task(this.#tools.house)));
  }

  /**
   * As `house`, for what takes seconds: `tell` writes into a message sent before how far it is. What is written there
   * afterwards comes after that.
   */
  async houseTelling<T>(
    messageId: number,
    task: (house: House, tell: (text: string) => void) => Promise<Result<T, CaseFailure>>,
  ): Promise<T> {
    const { house, callApi } = this.#tools;
    const told: Promise<unknown>[] = [];
    const tell = (text: string) => {
      const message = { chat_id: this.chatId, message_id: messageId, text, parse_mode: 'HTML' as const };
      // A word on the way is a courtesy: nothing is lost with it.
      told.push(callApi('editMessageText', message).catch(() => undefined));
    };
    return orThrow(
      await this.#conversation.external(async () => {
        const result = await task(house, tell);
        await Promise.all(told);
        return result;
      }),
    );
  }

  /**
   * Changes a case; gives it as it is then.
   * @throws CaseRefused when it does not take the action
   */
  async change(caseId: string, action: CaseAction): Promise<CaseRecord> {
    const { case: record, refused } = await this.house((house) => house.cases.apply(caseId, action));
    if (refused !== null) throw new CaseRefused(action.type, refused);
    return record;
  }

  /** An ISO date, or month, as this chat's language writes it. */
  date(iso: string): string {
    return dateIn(this.language, iso);
  }

  /** Milliseconds, recorded. */
  now(): Promise<number> {
    return this.#conversation.now();
  }

  /**
   * Sends a message. `rows`: buttons outside conversations, which work whatever the chat does.
   * @returns its id: it is in the chat
   * @throws TelegramUnavailable when it may be sent later: the engine hands in again what led here
   * @throws MessageRefused when Telegram does not take it
   */
  async say(
    text: string,
    { photo, rows = [] }: { photo?: string; rows?: readonly (readonly OutsideButton[])[] } = {},
  ): Promise<number> {
    const keyboard = rows.map((row) =>
      row.map(({ text: label, data }) => ({ text: buttonLabel(label), callback_data: data })),
    );
    return this.#send(text, photo, keyboard.length === 0 ? undefined : { inline_keyboard: keyboard });
  }

  /** Sends stored bytes as a file, as `say` does. `blob` is their key, `filename` what the technician sees. */
  async sayFile(blob: string, filename: string, caption: string): Promise<number> {
    return taken(
      await this.#sent((callApi) =>
        callApi('sendDocument', {
          chat_id: this.chatId,
          document: { blob, filename },
          caption,
          parse_mode: 'HTML',
        }),
      ),
    );
  }

  /** Replaces the text of a message sent before. A message that is gone or unchanged is no failure. */
  async edit(messageId: number, text: string): Promise<void> {
    await this.#done((callApi) =>
      callApi('editMessageText', { chat_id: this.chatId, message_id: messageId, text, parse_mode: 'HTML' }),
    );
  }

  /** Deletes a message of the technician. False: Telegram does not let the bot, so the technician has to. */
  async remove(messageId: number): Promise<boolean> {
    const removed = await this.#done((callApi) =>
      callApi('deleteMessage', { chat_id: this.chatId, message_id: messageId }),
    );
    return removed.ok || isGone(removed.failure);
  }

  /**
   * Asks and waits for one of the accepted answers. Wrong kinds are answered by the engine with what can be used, and do
   * not come back here. The keyboard disappears with the answer, and a pressed button is written under the question.
   */
  async ask(text: string, ask: Ask): Promise<Answer> {
    const { flow, caseId, tagFor } = this.#tools;
    const tag = tagFor(JSON.stringify([this.chatId, caseId, flow, text, ask.buttons ?? []]));
    const exits: Button[] = [
      ...(ask.back === false ? [] : [{ id: 'back', text: this.t('bot:button.back'), said: BACK }]),
      { id: 'cancel', text: this.t('bot:button.cancel'), said: CANCEL },
    ];
    const rows = [...(ask.buttons ?? []), exits];
    const keyboard: InlineKeyboardMarkup = {
      inline_keyboard: rows.map((row) =>
        row.map(({ id, text: label }) => ({
          text: buttonLabel(label),
          callback_data: callbackData(tag, id),
        })),
      ),
    };
    const messageId = await this.#send(text, ask.photo, keyboard, ask.withoutPhoto);
    if (ask.sent) await this.house(ask.sent);
    const answer = await this.#wait({
      wants: ask.wants ?? [],
      events: ask.events ?? [],
      jobId: ask.jobId ?? null,
      tag,
      buttons: rows.flat(),
      things: thingsOf(ask.wants ?? [], ask.things),
      help: ask.help ?? null,
      ...(ask.nonce === undefined ? {} : { nonce: ask.nonce }),
      ...(ask.besideSecret ? { besideSecret: true } : {}),
      ...(ask.takesAlbum ? { takesAlbum: true } : {}),
    });
    await this.#settle(messageId, ask.photo === undefined ? text : null, answer, rows);
    return answer;
  }

  /** Waits without a question, for what is on its way in already. */
  async listen({ wants, help }: { wants: Want[]; help: PlainKey }): Promise<Answer> {
    const things = thingsOf(wants);
    return this.#wait({ wants, events: [], jobId: null, tag: null, buttons: [], things, help });
  }

  async #wait(spec: WaitSpec): Promise<Answer> {
    const { update } = await this.#conversation.wait({ collationKey: JSON.stringify(spec) });
    const { heard } = update as unknown as HeardUpdate;
    return heard as Answer;
  }

  async #settle(messageId: number, text: string | null, answer: Answer, rows: Button[][]): Promise<void> {
    const pressed =
      answer.kind === 'button' ? rows.flat().find((button) => button.id === answer.id) : undefined;
    const { courtesies } = this.#tools;
    await this.#conversation.external(() => {
      if (pressed && text !== null)
        courtesies.rewrite(this.chatId, messageId, `${text}\n\n▸ <b>${escapeHtml(pressed.text)}</b>`);
      else courtesies.clear(this.chatId, messageId);
    });
  }

  async #send(
    text: string,
    photo: string | undefined,
    keyboard: InlineKeyboardMarkup | undefined,
    withoutPhoto = `${this.t('bot:error.noPicture')}\n\n${text}`,
  ): Promise<number> {
    const common = {
      chat_id: this.chatId,
      parse_mode: 'HTML' as const,
      ...(keyboard ? { reply_markup: keyboard } : {}),
    };
    if (photo === undefined) {
      return taken(
        await this.#sent((callApi) =>
          callApi('sendMessage', { ...common, text, link_preview_options: { is_disabled: true } }),
        ),
      );
    }
    const sent = await this.#sent((callApi) =>
      callApi('sendPhoto', { ...common, photo: { blob: photo }, caption: text }),
    );
    // Pictures come from laptops and devices too: one that cannot be unpacked, or is a line, must not stop a case.
    if (!sent.ok && sent.failure.code === 400) return this.#send(withoutPhoto, undefined, keyboard);
    return taken(sent);
  }

  /** Sends, once per run of this step. The message's id is all that is recorded of it. */
  async #sent(
    send: (callApi: CallApi) => Promise<Result<{ message_id: number }, CallFailure>>,
  ): Promise<Result<number, Refusal>> {
    const sent = await this.#conversation.external(async () => {
      const made = await send(this.#tools.callApi);
      return made.ok ? ok(made.value.message_id) : fail(plainly(made.failure));
    });
    return lastWord(sent);
  }

  /** Does something to a message, once per run of this step. */
  async #done(
    act: (callApi: CallApi) => Promise<Result<unknown, CallFailure>>,
  ): Promise<Result<null, Refusal>> {
    const done = await this.#conversation.external(async () => {
      const made = await act(this.#tools.callApi);
      return made.ok ? ok(null) : fail(plainly(made.failure));
    });
    return lastWord(done);
  }
}

const BACK: PlainAnswer[] = ['back'];
const CANCEL: PlainAnswer[] = ['cancel'];

/** The id of a message that has to be in the chat for the dialogue to go on. */
function taken(sent: Result<number, Refusal>): number {
  if (!sent.ok) throw new MessageRefused(sent.failure);
  return sent.value;
}
