import type { Conversation } from '@grammyjs/conversations';
import { type Context, GrammyError } from 'grammy';
import type { InlineKeyboardMarkup } from 'grammy/types';
import type { Language } from '../../../locales/language.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Result } from '../../kernel/result.ts';
import type { Texts, TextValues } from '../../kernel/texts.ts';
import type { House, HouseFailure } from '../ports.ts';
import type { BlobReference } from './bridge.ts';
import type { HouseEvent } from './events.ts';
import { callbackData, type Heard, type WaitSpec, type Want } from './heard.ts';
import { buttonLabel, escapeHtml, escaping } from './html.ts';
import type { FlowArgs } from './state.ts';

/** The house could not do its part for a reason that passes; the same step may be tried again. */
export class HouseUnavailable extends Error {
  constructor(failure: HouseFailure) {
    super(`the house is unavailable: ${failure}`);
    this.name = 'HouseUnavailable';
  }
}

/** A button: `id` is what the flow branches on (never on its text), 1-40 characters of `A-Za-z0-9_.-`. */
export interface Button {
  id: string;
  text: string;
}

/** What a question accepts. Every question has Cancel, and Back unless switched off. */
export interface Ask {
  /** Key of the sentence told when something of the wrong kind arrives. */
  help: string;
  buttons?: Button[][];
  wants?: Want[];
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
      | 'reply'
      | 'message'
      | 'note'
      | 'picture-code'
      | 'event';
  }
>;

/** Where the conversation goes when a stage ends: to another stage (or itself, anew), or nowhere. */
export type Next = { go: string; with?: FlowArgs['with'] } | { end: true };

/** One stage as a dialogue. Raise `version` when its steps change: running ones then restart from the case. */
export interface Flow {
  name: string;
  version: number;
  run(dialogue: Dialogue, args: FlowArgs): Promise<Next>;
}

/** The update a conversation sees: what was heard, and nothing else of the original. */
export interface HeardUpdate {
  update_id: number;
  heard: Heard;
}

/** What the engine lends a dialogue. */
export interface DialogueTools {
  house: House;
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
  readonly #conversation: Conversation;
  readonly #tools: DialogueTools;
  readonly #texts: Texts;
  #context: Context;

  private constructor(
    conversation: Conversation,
    context: Context,
    tools: DialogueTools,
    language: Language,
  ) {
    this.#conversation = conversation;
    this.#context = context;
    this.#tools = tools;
    this.chatId = tools.chatId;
    this.language = language;
    this.#texts = escaping(textsFor(language));
  }

  /** Opens the dialogue of a chat in the language its technician chose. */
  static async open(conversation: Conversation, context: Context, tools: DialogueTools): Promise<Dialogue> {
    const language = await conversation.external(() => tools.house.language(tools.chatId));
    return new Dialogue(conversation, context, tools, language);
  }

  /** A sentence for this chat. Values are escaped: they may come from a device. */
  t(key: string, values: TextValues = {}): string {
    return this.#texts(key, values);
  }

  /**
   * Asks the house for something or has it do something; recorded, so it happens once per run of this step.
   * @throws HouseUnavailable when the store does not answer: the engine then leaves everything as it was before the
   *   update and reports the failure.
   */
  async house<T>(task: (house: House) => Promise<Result<T, HouseFailure>>): Promise<T> {
    const result = await this.#conversation.external(() => task(this.#tools.house));
    if (!result.ok) throw new HouseUnavailable(result.failure);
    return result.value;
  }

  /** An ISO date as this chat's language writes it. */
  date(iso: string): string {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'long', timeZone: 'UTC' }).format(
      new Date(iso),
    );
  }

  /** Milliseconds, recorded. */
  now(): Promise<number> {
    return this.#conversation.now();
  }

  /** Sends a message. Returns its id. */
  async say(text: string, options: { photo?: string } = {}): Promise<number> {
    return this.#send(text, options.photo, undefined);
  }

  /** Sends stored bytes as a file. `blob` is their key, `filename` what the technician sees. */
  async sayFile(blob: string, filename: string, caption: string): Promise<void> {
    const reference: BlobReference = { blob, filename };
    await this.#context.api.sendDocument(this.chatId, reference as unknown as string, {
      caption,
      parse_mode: 'HTML',
    });
  }

  /** Replaces the text of a message sent before. A message that is gone or unchanged is no failure. */
  async edit(messageId: number, text: string): Promise<void> {
    await this.#quietly(() =>
      this.#context.api.editMessageText(this.chatId, messageId, text, { parse_mode: 'HTML' }),
    );
  }

  /** Deletes a message of the technician. False: Telegram does not let the bot, so the technician has to. */
  async remove(messageId: number): Promise<boolean> {
    try {
      return await this.#context.api.deleteMessage(this.chatId, messageId);
    } catch (error) {
      if (!(error instanceof GrammyError)) throw error;
      return /not found/.test(error.description);
    }
  }

  /**
   * Asks and waits for one of the accepted answers. Wrong kinds are answered by the engine with `help` and do not
   * come back here. The keyboard disappears with the answer, and a pressed button is written under the question.
   */
  async ask(text: string, ask: Ask): Promise<Answer> {
    const { flow, caseId, tagFor } = this.#tools;
    const tag = tagFor(JSON.stringify([this.chatId, caseId, flow, text, ask.buttons ?? []]));
    const exits: Button[] = [
      ...(ask.back === false ? [] : [{ id: 'back', text: this.t('bot:button.back') }]),
      { id: 'cancel', text: this.t('bot:button.cancel') },
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
    const answer = await this.#wait({
      wants: ask.wants ?? [],
      events: ask.events ?? [],
      jobId: ask.jobId ?? null,
      tag,
      help: ask.help,
      ...(ask.nonce === undefined ? {} : { nonce: ask.nonce }),
      ...(ask.besideSecret ? { besideSecret: true } : {}),
      ...(ask.takesAlbum ? { takesAlbum: true } : {}),
    });
    await this.#settle(messageId, ask.photo === undefined ? text : null, answer, rows);
    return answer;
  }

  /** Waits without a question, for what is on its way in already. */
  async listen({ wants, help }: { wants: Want[]; help: string }): Promise<Answer> {
    return this.#wait({ wants, events: [], jobId: null, tag: null, help });
  }

  async #wait(spec: WaitSpec): Promise<Answer> {
    this.#context = await this.#conversation.wait({ collationKey: JSON.stringify(spec) });
    const { heard } = this.#context.update as unknown as HeardUpdate;
    return heard as Answer;
  }

  async #settle(messageId: number, text: string | null, answer: Answer, rows: Button[][]): Promise<void> {
    const pressed =
      answer.kind === 'button' ? rows.flat().find((button) => button.id === answer.id) : undefined;
    if (pressed && text !== null) {
      await this.edit(messageId, `${text}\n\n▸ <b>${escapeHtml(pressed.text)}</b>`);
      return;
    }
    await this.#quietly(() => this.#context.api.editMessageReplyMarkup(this.chatId, messageId));
  }

  async #send(
    text: string,
    photo: string | undefined,
    keyboard: InlineKeyboardMarkup | undefined,
    withoutPhoto = `${this.t('bot:error.noPicture')}\n\n${text}`,
  ): Promise<number> {
    const options = { parse_mode: 'HTML' as const, ...(keyboard ? { reply_markup: keyboard } : {}) };
    if (photo === undefined) {
      const message = await this.#context.api.sendMessage(this.chatId, text, {
        ...options,
        link_preview_options: { is_disabled: true },
      });
      return message.message_id;
    }
    const reference: BlobReference = { blob: photo };
    try {
      const message = await this.#context.api.sendPhoto(this.chatId, reference as unknown as string, {
        caption: text,
        ...options,
      });
      return message.message_id;
    } catch (error) {
      // Pictures come from laptops and devices too: one that cannot be unpacked, or is a line, must not stop a case.
      if (!(error instanceof GrammyError) || error.error_code !== 400) throw error;
      return this.#send(withoutPhoto, undefined, keyboard);
    }
  }

  /** Edits are decoration: a message deleted by its reader must not stop a case. */
  async #quietly(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'GrammyError') throw error;
    }
  }
}
