/**
 * The conversations engine under telegraf (docs/architecture.md, flows). It owns the order inside a chat, the memory
 * of what was already handled, the inbox of early events and the passage from stage to stage.
 *
 * Promise: whatever happens between two waits, a crash included, ends as if it had happened once. The chat's state is
 * written in one piece after the work; work repeated after a crash may send a message twice, never act twice, because
 * every action of the house is idempotent.
 *
 * Its parts: updates.ts hears what Telegram brings, inbox.ts what the house brings, passwords.ts and album.ts are what
 * is looked at first; guarded.ts keeps a stage that breaks from taking the chat with it, play.ts plays it.
 */
import { createHmac } from 'node:crypto';
import type { Update } from 'grammy/types';
import type { CaseRefusal } from '../../cases/case.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { CaseFailure, House } from '../ports.ts';
import { type CallApi, TelegramUnavailable } from './bot-api.ts';
import { createCaseCards, type Heading, type SharesCard } from './card.ts';
import { createCourtesies } from './courtesy.ts';
import {
  type AnyStages,
  CaseUnreadable,
  type Flow,
  HouseUnavailable,
  type Next,
  orThrow,
} from './dialogue.ts';
import { createEditHearing } from './edited.ts';
import type { HouseEvent } from './events.ts';
import { guarded } from './guarded.ts';
import { hasPasswordInCommand, isConversationButton } from './heard.ts';
import { drain, takeEvent } from './inbox.ts';
import type { DeviceHeard } from './named.ts';
import { createPasswordWatch } from './passwords.ts';
import { createPlay, flowNamed } from './play.ts';
import {
  type ActiveConversation,
  type ChatStates,
  emptyChatState,
  type FlowArgs,
  remember,
  type Turn,
} from './state.ts';
import { type EngineTools, tell } from './turn.ts';
import { createUnclear, type Unclear, type UnclearText } from './unclear.ts';
import { createUpdateHearing, type Handled } from './updates.ts';
import { Stuck, watched } from './watched.ts';

/** Why an update or event could not be handled; it may be handed in again. */
export type EngineFailure =
  | 'telegram-unreachable'
  | 'store-unavailable'
  /** It did not come back, and would not the next time. */
  | 'stuck';

/** What a command outside conversations may do to the conversation of its chat. */
export interface ChatControls<S extends AnyStages = AnyStages> {
  /** Leaves the running stage, if any, and enters this one. */
  start<N extends keyof S & string>(stage: N, args: FlowArgs<S[N]>): Promise<void>;
  /** Leaves the running stage. */
  stop(): void;
  /** Enters the running stage anew from its case, for instance in another language. */
  restart(): Promise<void>;
  /** Enters the running stage once more, with what it was handed: something has happened to its case. */
  again(): Promise<void>;
  /**
   * Says a word on the card of this case, which asks on; the next thing shown leaves it out. HTML. `needed`: something is
   * needed of the person, so it makes a sound where they do not look at it. False: there is no such card, or Telegram does
   * not take it now.
   */
  remark(caseId: string, text: string, needed: boolean): Promise<boolean>;
  /** A message has come below the question that is open, if one is: it is put below that. Where Telegram does not take it, it stays. */
  below(): Promise<void>;
  /** What the person typed last and was not understood, while it can be handed on; `forget`: it is not any more. */
  readonly unclear: { get(): Promise<UnclearText | null>; forget(): Promise<void> };
  /** The running stage. */
  active(): { flow: keyof S & string; caseId: string } | null;
}

/** `N`: names of the stages. */
export interface EngineOptions<N extends string> {
  flows: readonly Flow<N>[];
  house: House;
  states: ChatStates;
  callApi: CallApi;
  log: Log;
  /**
   * Runs tasks of one chat strictly one after another, across processes where there are several. The house's own are
   * never refused for want of room.
   * @throws HouseUnavailable when the store does not say whose turn it is, or does not take what the task has written
   */
  exclusive<T>(chatId: number, task: () => Promise<T>, own: boolean): Promise<T>;
  /** Key of the tags on buttons: nobody can make one for another chat or step. */
  buttonKey: Secret<Uint8Array>;
  /** Where a photo or a serial number leads, or words about a device, in the middle of a stage or of none. */
  newDevice(heard: DeviceHeard, during: N | null): Next;
  /** Where a conversation begins again whose stage is no more. */
  first: N;
  /** Where a case stands, as its card begins. Default: nothing. */
  heading?: Heading;
  /** Which cases go on in one message. Default: none. */
  sharesCard?: SharesCard;
  /** Id of the newest message that is known to have been put into a chat, whoever said it; 0: none. */
  newest(chatId: number): Promise<number>;
  /** Since when `newest` knows what is put into chats, ms; the start of this run where left out. */
  newestSince?: number;
  /** Where what was not understood is kept; this process's memory where left out. */
  unclear?: Unclear;
  /** Hears that a conversation enters a stage, for the first time or anew. */
  onEnter?: (stage: string) => void;
  /** Hears that a stage has ended: what it has written may come to disk while the next one looks for its words. */
  onLeave?: () => void;
  /** Milliseconds. */
  clock?: () => number;
}

/**
 * Looks at an update before conversations do: `done` when it was its own, `helped` when it was meant to be and nothing
 * came of it but a word of help.
 */
export type Outside<S extends AnyStages = AnyStages> = (
  update: Update,
  controls: ChatControls<S>,
) => Promise<'done' | 'helped' | 'not-mine'>;

export interface Engine<S extends AnyStages = AnyStages> {
  /**
   * Handles one update of a private chat. `outside` sees it first (commands, buttons outside conversations); an edited
   * message that is heard as a new one comes there as such. `last` is done when the chat is written, as one with it: what has to
   * be sure exactly when that is.
   */
  handleUpdate(
    chatId: number,
    update: Update,
    outside?: Outside<S>,
    last?: () => Promise<Result<unknown, unknown>>,
  ): Promise<Result<Handled, EngineFailure>>;
  /**
   * Takes an event durably: when this resolves ok, the event is delivered, in the chat's inbox, or heard by nobody.
   * `record` runs first, in the chat's order: what must be in the case before the conversation hears of it. `last` ends
   * the same turn, whoever has heard it: what has to be sure by then. The end of an unbind waits in no inbox.
   */
  handleEvent(
    chatId: number,
    event: HouseEvent,
    record?: () => Promise<Result<CaseRefusal | null, CaseFailure>>,
    last?: (
      controls: ChatControls<S>,
      refused: CaseRefusal | null,
      heard: 'taken' | 'unheard',
    ) => Promise<void>,
  ): Promise<Result<'taken' | 'repeated' | 'unheard', EngineFailure>>;
  /** Steers a chat from outside an update (for instance when access was revoked). */
  control(
    chatId: number,
    task: (controls: ChatControls<S>) => Promise<void>,
  ): Promise<Result<void, EngineFailure>>;
}

/** Longer than a stage that hangs twice (play.ts), and what is said about it. */
const TURN_MS = 240_000;
/** Characters of a button's tag: 36^8 of them. */
const TAG_LENGTH = 8;

/** `own`: the house's; `last`: done when the chat is written. */
interface TurnOptions {
  readonly own?: boolean;
  readonly last?: () => Promise<Result<unknown, unknown>>;
}

export function createEngine<S extends AnyStages = AnyStages>(
  options: EngineOptions<keyof S & string>,
): Engine<S> {
  const { house, states, callApi, log, exclusive, buttonKey, clock = Date.now } = options;
  const flows = new Map<string, Flow<keyof S & string>>(options.flows.map((flow) => [flow.name, flow]));
  const courtesies = createCourtesies(callApi, log);
  const { onEnter = () => undefined, onLeave = () => undefined } = options;
  const { heading = async () => '', sharesCard = async () => false, newest } = options;
  const outward = { house, callApi, courtesies, log, clock };
  const since = options.newestSince ?? clock();
  const cards = createCaseCards({
    ...outward,
    heading,
    sharesCard,
    newest: (chatId) => newest(chatId),
    since,
  });
  const tools: EngineTools = { ...outward, cards, tagFor };
  const stages = guarded(tools, createPlay(tools, flows, { onEnter, onLeave }), flows, options.first);
  const passwords = createPasswordWatch(tools);
  const edits = createEditHearing(tools, passwords);
  const { unclear = createUnclear(clock) } = options;
  const updates = createUpdateHearing(
    tools,
    stages,
    passwords,
    edits,
    (heard, active) => options.newDevice(heard, active && nameOf(active)),
    unclear,
    states,
  );

  function nameOf({ flow }: ActiveConversation): keyof S & string {
    return flowNamed(flows, flow).name;
  }

  function tagFor(question: string): string {
    const digest = createHmac('sha256', buttonKey.reveal()).update(question).digest();
    return digest.readUIntBE(0, 6).toString(36).padStart(TAG_LENGTH, '0').slice(-TAG_LENGTH);
  }

  function controlsOf(turn: Turn): ChatControls<S> {
    const { chat } = turn;
    return {
      start: async (flow, args) => {
        cards.answered(turn);
        chat.conversation = null;
        await stages.enter(turn, flow, args);
      },
      stop: () => {
        chat.conversation = null;
        delete chat.unsaid;
      },
      restart: async () => {
        const active = chat.conversation;
        cards.answered(turn);
        if (active) await stages.enter(turn, active.flow, { caseId: active.args.caseId });
      },
      again: async () => {
        const active = chat.conversation;
        cards.answered(turn);
        if (active) await stages.enter(turn, active.flow, active.args);
      },
      remark: async (caseId, text, needed) => {
        if (chat.card?.caseId !== caseId) return false;
        const shown = await cards.remark(turn, text, needed ? {} : { manner: 'beside' });
        return shown.ok && shown.value;
      },
      below: async () => {
        const put = await cards.below(turn);
        if (!put.ok) log.info({ chat: turn.chatId }, 'a question stays above a word that came below it');
      },
      unclear: { get: () => unclear.get(turn.chatId), forget: () => unclear.forget(turn.chatId) },
      active: () =>
        chat.conversation ? { flow: nameOf(chat.conversation), caseId: chat.conversation.args.caseId } : null,
    };
  }

  /**
   * Loads a chat, works on it, writes it back in one piece. Nothing is written when Telegram could not be reached.
   * Events that were put away and not heard before a crash are heard first: what comes now may be an answer to them.
   */
  async function withChat<T>(
    chatId: number,
    work: (turn: Turn) => Promise<T>,
    { own = false, last = async () => ok(null) }: TurnOptions = {},
  ): Promise<Result<T, EngineFailure>> {
    const task = async (): Promise<Result<T, EngineFailure>> => {
      const loaded = await states.load(chatId);
      const isUnreadable = !loaded.ok && loaded.failure.reason === 'unreadable';
      if (!loaded.ok && !isUnreadable) return fail('store-unavailable');
      const chat = (loaded.ok && loaded.value) || emptyChatState();
      const turn: Turn = { chat, chatId, isLeftBehind: false, said: [] };
      const whole = async () => {
        // Written anew by this turn: said once.
        if (isUnreadable) await tell(tools, chatId, 'bot:error.chatUnreadable');
        await orWithoutCase(turn, () => drain(turn, stages));
        const value = await work(turn);
        await orWithoutCase(turn, () => drain(turn, stages));
        await cards.settle(turn);
        await save(turn);
        if (!(await last()).ok) throw new HouseUnavailable('store-unavailable');
        return value;
      };
      try {
        return ok(await watched(whole(), TURN_MS));
      } catch (error) {
        if (error instanceof Stuck) {
          turn.isLeftBehind = true;
          log.error({ err: error, chat: chatId }, 'a turn is left behind');
          return fail('stuck');
        }
        if (error instanceof HouseUnavailable) return fail('store-unavailable');
        if (error instanceof TelegramUnavailable) return fail('telegram-unreachable');
        throw error;
      }
    };
    try {
      return await exclusive(chatId, task, own);
    } catch (error) {
      if (error instanceof HouseUnavailable) return fail('store-unavailable');
      throw error;
    }
  }

  async function hearNew(turn: Turn, update: Update, outside?: Outside<S>): Promise<Handled> {
    const isTheirs = isConversationButton(update.callback_query?.data ?? '');
    const own = isTheirs ? 'not-mine' : ((await outside?.(update, controlsOf(turn))) ?? 'not-mine');
    if (own === 'not-mine') return updates.take(turn, update);
    edits.note(turn, update.message, own === 'helped' ? 'refused' : 'command', null);
    if (hasPasswordInCommand(update)) await passwords.remove(turn, update.message?.message_id ?? 0, null);
    return 'handled';
  }

  /**
   * Does a thing, or says why it cannot: the record of the case cannot be read. That ends the conversation, if it is
   * about this case (`caseId`; undefined: the conversation's own).
   */
  async function orWithoutCase<T>(turn: Turn, task: () => Promise<T>, caseId?: string): Promise<T | null> {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof CaseUnreadable)) throw error;
      if (caseId === undefined || turn.chat.conversation?.args.caseId === caseId)
        turn.chat.conversation = null;
      await tell(tools, turn.chatId, 'bot:error.caseUnreadable');
      return null;
    }
  }

  async function save({ chat, chatId, isLeftBehind }: Turn): Promise<void> {
    if (isLeftBehind) throw new Error('a turn came back after it was left behind');
    const saved = await states.save(chatId, chat);
    if (!saved.ok) throw new HouseUnavailable('store-unavailable');
  }

  return {
    handleUpdate(chatId, update, outside, last) {
      const hear = async (turn: Turn): Promise<Handled> => {
        if (turn.chat.seenUpdates.includes(update.update_id)) return 'repeated';
        cards.touched(turn, update.message?.message_id);
        const handled = await orWithoutCase(turn, async () => {
          await stages.comeBack(turn);
          return update.edited_message
            ? edits.take(turn, update.edited_message, updates.specOf(turn), (message) =>
                hearNew(turn, { update_id: update.update_id, message }, outside),
              )
            : hearNew(turn, update, outside);
        });
        turn.chat.seenUpdates = remember(turn.chat.seenUpdates, update.update_id);
        return handled ?? 'handled';
      };
      return withChat(chatId, hear, last ? { last } : {});
    },

    handleEvent: (chatId, event, record, last) =>
      withChat(chatId, async (turn) => {
        if (turn.chat.seenEvents.includes(event.id)) return 'repeated';
        const heard = await orWithoutCase(
          turn,
          async () => {
            const refused = orThrow((await record?.()) ?? ok(null));
            turn.chat.seenEvents = remember(turn.chat.seenEvents, event.id);
            const taken = await takeEvent(turn, stages, event, refused, () => save(turn));
            await last?.(controlsOf(turn), refused, taken);
            return taken;
          },
          event.caseId,
        );
        if (heard === null) turn.chat.seenEvents = remember(turn.chat.seenEvents, event.id);
        return heard ?? 'taken';
      }),

    control: (chatId, task) =>
      withChat(chatId, async (turn) => void (await orWithoutCase(turn, () => task(controlsOf(turn)))), {
        own: true,
      }),
  };
}
