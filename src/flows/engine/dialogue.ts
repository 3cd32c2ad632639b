import type * as z from 'zod';
import type { Language } from '../../../locales/language.ts';
import type { CaseAction, CaseRecord, CaseRefusal } from '../../cases/case.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { PlainKey, Texts } from '../../kernel/texts.ts';
import { dateIn } from '../dates.ts';
import type { CaseFailure, House, HouseFailure } from '../ports.ts';
import { type CallApi, type CallFailure, isGone, lastWord, plainly, type Refusal } from './bot-api.ts';
import { type Button, type CopyButton, copyKey, type PlainAnswer } from './buttons.ts';
import type { CardContent, CaseCards } from './card.ts';
import type { Courtesies } from './courtesy.ts';
import type { HouseEvent } from './events.ts';
import { callbackData, type Heard, type Thing, type WaitSpec, type Want } from './heard.ts';
import { buttonLabel, htmlTextsFor } from './html.ts';
import type { Recorder } from './recorder.ts';
import type { FlowArgs, Handed, Turn } from './state.ts';
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

/** The case as it is after an action. @throws CaseRefused when it has not taken it */
export function taken(
  { type }: CaseAction,
  { case: record, refused }: { readonly case: CaseRecord; readonly refused: CaseRefusal | null },
): CaseRecord {
  if (refused !== null) throw new CaseRefused(type, refused);
  return record;
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
  /** What Cancel says where it ends no case. */
  cancel?: string;
  /** The fact that is asked for, by which what is not understood is counted. */
  about?: string;
  /** A password is being asked for elsewhere: what is typed here and not understood is taken for one. */
  besideSecret?: true;
  /** No photo has named the device yet: the other photos of an album are answers, too. */
  takesAlbum?: true;
  /** Nothing is needed of the person, who only waits: it is shown without a sound, where the card is. */
  quiet?: true;
  /** Tells how something ended: it comes as a new message, with a sound. */
  news?: true;
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
  /**
   * What the stage begins anew with after an event that any of its waits would take in the same way: then nothing it has said
   * and asked is played again only to come to that. Null, or left out: it is the wait's to say.
   */
  anewAfter?(event: HouseEvent): Handed | null;
  /**
   * Does at once, beside the conversation, what an answer is for that needs nothing of what the stage has said: nothing is played again
   * before. It is done once more where the update is handed in again, as every act of a dialogue is. What it gives the stage begins anew
   * with; null, or left out: the answer is the wait's.
   */
  atOnce?(answer: Heard, at: Standing, house: House): Promise<Handed | null>;
  /**
   * Somebody else goes on with what `atOnce` has done, and what comes of it is heard as an event. So it is not done once more because
   * Telegram takes no word of it: the stage stays where it was.
   */
  readonly goesOnElsewhere?: true;
}

/** Where a stage stands that waits: its case, what it was handed, and what it waits for. */
export interface Standing<H = Handed> {
  readonly caseId: string;
  readonly handed: H;
  readonly wait: WaitSpec;
}

/** A button outside conversations (bot/commands); `data` at most 64 bytes. */
export interface OutsideButton {
  readonly text: string;
  readonly data: string;
}

/** What the engine lends a dialogue. */
export interface DialogueTools {
  house: House;
  callApi: CallApi;
  courtesies: Courtesies;
  cards: CaseCards;
  turn: Turn;
  /** Name of the running flow, and its case. */
  flow: string;
  caseId: string;
  /** What one round hands to the next (`Dialogue.repeat`), while the log between them is cut back; null: nothing is on its way. */
  rounds: { handed: { readonly on: unknown } | null };
  /**
   * Tag of a keyboard, from what it asks. The same question of the same case has the same tag, so a button of a message
   * that was sent just before a crash still works after the step was repeated; any other question has another one.
   */
  tagFor(question: string): string;
}

/** What a round of `Dialogue.repeat` comes to: another one with this (JSON), or the end of it. */
export type Round<S, T> = { readonly again: S } | { readonly done: T };

/**
 * A flow's view of the chat. Everything it does is recorded by the engine: replaying a conversation repeats neither
 * messages nor calls to the house.
 */
export class Dialogue {
  readonly chatId: number;
  readonly language: Language;
  /** A sentence for this chat. Values are escaped: they may come from a device. */
  readonly t: Texts;
  readonly #recorder: Recorder;
  readonly #tools: DialogueTools;

  /** @param language what the technician had chosen when the stage began */
  constructor(recorder: Recorder, tools: DialogueTools, language: Language) {
    this.#recorder = recorder;
    this.#tools = tools;
    this.chatId = tools.turn.chatId;
    this.language = language;
    this.t = htmlTextsFor(language);
  }

  /**
   * Asks the house for something or has it do something; recorded, so it happens once per run of this step.
   * @throws HouseUnavailable when the store does not answer: the engine then leaves everything as it was before the
   *   update and reports the failure.
   * @throws CaseUnreadable when the record of the case cannot be read: the engine ends the conversation and says so.
   */
  async house<T>(task: (house: House) => Promise<Result<T, CaseFailure>>): Promise<T> {
    return orThrow(await this.#recorder.record(() => task(this.#tools.house)));
  }

  /**
   * Does a piece of dialogue over and over, until a round is done. Nothing of a round is recorded any more once the next one
   * begins, only what it hands on: however often a question comes back, a conversation is as long as one round. The one way
   * for a stage to ask in circles, but for passing on to itself (docs/decisions/0074).
   */
  async repeat<S, T>(first: S, round: (handed: S) => Promise<Round<S, T>>): Promise<T> {
    const begin = this.#recorder.checkpoint();
    const handed = await this.#recorder.record(() => {
      const { rounds } = this.#tools;
      const { handed } = rounds;
      rounds.handed = null;
      return handed ? (handed.on as S) : first;
    });
    const came = await round(handed);
    if ('done' in came) return came.done;
    this.#tools.rounds.handed = { on: came.again };
    return this.#recorder.rewind(begin);
  }

  /**
   * Changes a case; gives it as it is then.
   * @throws CaseRefused when it does not take the action
   */
  async change(caseId: string, action: CaseAction): Promise<CaseRecord> {
    return taken(action, await this.house((house) => house.cases.apply(caseId, action)));
  }

  /** An ISO date, or month, as this chat's language writes it. */
  date(iso: string): string {
    return dateIn(this.language, iso);
  }

  /** Milliseconds, recorded. */
  now(): Promise<number> {
    return this.#recorder.now();
  }

  /**
   * Says a line of the card: it stands above the next question, and stays until that is answered. What no question follows
   * is sent when the conversation ends. Nothing is no line.
   */
  async say(text: string): Promise<void> {
    if (text !== '') await this.#recorder.record(() => void this.#tools.turn.said.push(text));
  }

  /**
   * Sends a message of its own that stays in the chat, with a sound: how a case ended, what is to be copied or kept. What
   * was said before it stands above it. It is in the chat when this resolves. `rows`: buttons that work whatever the
   * chat does.
   * @throws TelegramUnavailable when it may be sent later: the engine hands in again what led here
   * @throws MessageRefused when Telegram does not take it
   */
  async send(text: string, rows: readonly (readonly (OutsideButton | CopyButton)[])[] = []): Promise<void> {
    const { cards, turn } = this.#tools;
    const keys = rows.map((row) =>
      row.map((button) => ('copy' in button ? copyKey(button) : outsideKey(button))),
    );
    const keyboard = keys.length === 0 ? undefined : { inline_keyboard: keys };
    await this.#shown(() => cards.send(turn, text, keyboard));
  }

  /** Takes the card out of the chat: the message sent last says what it has shown. */
  async dropCard(): Promise<void> {
    const { cards, turn } = this.#tools;
    await this.#recorder.record(() => cards.drop(turn));
  }

  /** Sends a stored picture, as `send` does. */
  async sendPhoto(blob: string, caption: string): Promise<void> {
    const { courtesies } = this.#tools;
    await this.#shown((callApi) =>
      whileDoing(courtesies.doing(this.chatId, 'upload_photo'), () =>
        callApi('sendPhoto', { chat_id: this.chatId, photo: { blob }, caption, parse_mode: 'HTML' }),
      ),
    );
  }

  /** Sends stored bytes as a file, as `send` does. `blob` is their key, `filename` what the technician sees. */
  async sendFile(blob: string, filename: string, caption: string): Promise<void> {
    const { courtesies } = this.#tools;
    await this.#shown((callApi) =>
      whileDoing(courtesies.doing(this.chatId, 'upload_document'), () =>
        callApi('sendDocument', {
          chat_id: this.chatId,
          document: { blob, filename },
          caption,
          parse_mode: 'HTML',
        }),
      ),
    );
  }

  /**
   * Has the house do what takes a while, as `house` does. The card says so meanwhile, and what `tell` says how far it is;
   * the phone shows that the bot is at work, on the message it is about.
   */
  async during<T>(
    text: string,
    messageId: number,
    task: (house: House, tell: (text: string) => void) => Promise<Result<T, CaseFailure>>,
  ): Promise<T> {
    const { courtesies, cards, turn, flow, caseId, house } = this.#tools;
    const content = { flow, caseId, keyboard: null, tag: null, manner: 'quiet' } as const;
    const done = this.#recorder.record(() =>
      whileDoing(courtesies.doing(this.chatId, 'typing', messageId), async () => {
        // Nothing is lost with a word on the way: what has to be in the chat is the question that follows.
        let told: Promise<unknown> = cards.show(turn, { ...content, text });
        const tell = (further: string) => {
          told = told.then(() => cards.show(turn, { ...content, text: further }));
        };
        const result = await task(house, tell);
        await told;
        return result;
      }),
    );
    return orThrow(await done);
  }

  /** Deletes a message of the technician. False: Telegram does not let the bot, so the technician has to. */
  async remove(messageId: number): Promise<boolean> {
    const removed = await this.#done((callApi) =>
      callApi('deleteMessage', { chat_id: this.chatId, message_id: messageId }),
    );
    return removed.ok || isGone(removed.failure);
  }

  /**
   * Asks on the card and waits for one of the accepted answers. Wrong kinds are answered by the engine with what can be
   * used, and do not come back here. The keyboard disappears with the answer.
   */
  async ask(text: string, ask: Ask): Promise<Answer> {
    const { flow, caseId, tagFor } = this.#tools;
    const { photo: blob, withoutPhoto: without = `${this.t('bot:error.noPicture')}\n\n${text}` } = ask;
    const tag = tagFor(JSON.stringify([this.chatId, caseId, flow, text, ask.buttons ?? []]));
    const exits: Button[] = [
      ...(ask.back === false ? [] : [{ id: 'back', text: this.t('bot:button.back'), said: BACK }]),
      { id: 'cancel', text: ask.cancel ?? this.t('bot:button.cancel'), said: CANCEL },
    ];
    const rows = [...(ask.buttons ?? []), exits];
    const keyboard = {
      inline_keyboard: rows.map((row) =>
        row.map(({ id, text: label, style }) => ({
          text: buttonLabel(label),
          callback_data: callbackData(tag, id),
          ...(style ? { style } : {}),
        })),
      ),
    };
    await this.#show({
      text,
      keyboard,
      tag,
      ...(blob === undefined ? {} : { photo: { blob, without } }),
      ...(ask.quiet ? { manner: 'quiet' } : ask.news ? { manner: 'news' } : {}),
    });
    if (ask.sent) await this.house(ask.sent);
    return this.#wait({
      wants: ask.wants ?? [],
      events: ask.events ?? [],
      jobId: ask.jobId ?? null,
      tag,
      buttons: rows.flat(),
      things: thingsOf(ask.wants ?? [], ask.things),
      help: ask.help ?? null,
      ...(ask.nonce === undefined ? {} : { nonce: ask.nonce }),
      ...(ask.about === undefined ? {} : { about: ask.about }),
      ...(ask.besideSecret ? { besideSecret: true } : {}),
      ...(ask.takesAlbum ? { takesAlbum: true } : {}),
    });
  }

  /** Says so on the card and waits without a question, for what is on its way in already. */
  async listen(text: string, { wants, help }: { wants: Want[]; help: PlainKey }): Promise<Answer> {
    await this.#show({ text, keyboard: null, tag: null, manner: 'quiet' });
    const things = thingsOf(wants);
    return this.#wait({ wants, events: [], jobId: null, tag: null, buttons: [], things, help });
  }

  async #wait(spec: WaitSpec): Promise<Answer> {
    return (await this.#recorder.wait(JSON.stringify(spec))) as Answer;
  }

  async #show(content: Omit<CardContent, 'flow' | 'caseId'>): Promise<void> {
    const { cards, turn, flow, caseId } = this.#tools;
    await this.#shown(() => cards.show(turn, { ...content, flow, caseId }));
  }

  /** Puts something into the chat that has to be there for the dialogue to go on. */
  async #shown(show: (callApi: CallApi) => Promise<Result<unknown, CallFailure>>): Promise<void> {
    const shown = await this.#done(show);
    if (!shown.ok) throw new MessageRefused(shown.failure);
  }

  /** Makes a call, once per run of this step. Whether it was taken is all that is recorded of it. */
  async #done(
    act: (callApi: CallApi) => Promise<Result<unknown, CallFailure>>,
  ): Promise<Result<null, Refusal>> {
    const done = await this.#recorder.record(async () => {
      const made = await act(this.#tools.callApi);
      return made.ok ? ok(null) : fail(plainly(made.failure));
    });
    return lastWord(done);
  }
}

const BACK: PlainAnswer[] = ['back'];
const CANCEL: PlainAnswer[] = ['cancel'];

function outsideKey({ text, data }: OutsideButton) {
  return { text: buttonLabel(text), callback_data: data };
}

/** Does a thing while the phone shows that it is being done. */
async function whileDoing<T>(over: () => void, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } finally {
    over();
  }
}
