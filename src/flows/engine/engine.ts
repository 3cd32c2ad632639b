/**
 * The conversations engine under telegraf (docs/architecture.md, flows). It owns the order inside a chat, the memory
 * of what was already handled, the inbox of early events and the passage from stage to stage; the replaying itself is
 * @grammyjs/conversations', used through its documented functions.
 *
 * Promise: whatever happens between two waits, a crash included, ends as if it had happened once. The chat's state is
 * written in one piece after the work; work repeated after a crash may send a message twice, never act twice, because
 * every action of the house is idempotent.
 */
import { createHmac } from 'node:crypto';
import {
  type Conversation,
  type ConversationResult,
  type ConversationState,
  type EnterResult,
  enterConversation,
  resumeConversation,
} from '@grammyjs/conversations';
import { type Context, HttpError } from 'grammy';
import type { CallbackQuery, Update, UserFromGetMe } from 'grammy/types';
import type { CaseRefusal } from '../../cases/case.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import { notTaken } from '../left.ts';
import type { House, HouseFailure, PhotoReading } from '../ports.ts';
import { bridgeTo, type CallApi, isPassing, takeOut } from './bridge.ts';
import { Dialogue, type Flow, type HeardUpdate, HouseUnavailable, type Next } from './dialogue.ts';
import type { HouseEvent } from './events.ts';
import {
  callbackData,
  type Heard,
  hasPasswordInCommand,
  hear,
  isConversationButton,
  type WaitSpec,
  wanted,
  withoutPasswords,
} from './heard.ts';
import {
  type ActiveConversation,
  type ChatState,
  type ChatStates,
  emptyChatState,
  type FlowArgs,
  putAway,
  remember,
} from './state.ts';

/** Why an update or event could not be handled; it may be handed in again. */
export type EngineFailure = 'telegram-unreachable' | 'store-unavailable';

/** What handling an update came to. */
export type Handled = 'handled' | 'repeated' | 'nobody-listens';

/** What a command outside conversations may do to the conversation of its chat. */
export interface ChatControls {
  /** Leaves the running stage, if any, and enters `flow`. */
  start(flow: string, args: FlowArgs): Promise<void>;
  /** Leaves the running stage. */
  stop(): void;
  /** Enters the running stage anew from its case, for instance in another language. */
  restart(): Promise<void>;
  /** The running stage. */
  active(): { flow: string; caseId: string } | null;
}

export interface EngineOptions {
  flows: readonly Flow[];
  house: House;
  states: ChatStates;
  callApi: CallApi;
  me: UserFromGetMe;
  log: Log;
  /**
   * Runs tasks of one chat strictly one after another, across processes where there are several. The house's own are
   * never refused for want of room.
   */
  exclusive<T>(chatId: number, task: () => Promise<T>, own: boolean): Promise<T>;
  /** Key of the tags on buttons: nobody can make one for another chat or step. */
  buttonKey: Secret<Uint8Array>;
  /** What a photo or a serial number outside a conversation, or in the middle of another case, starts. */
  newDevice: { idle: string; during: string };
  /** Milliseconds. */
  clock?: () => number;
}

export interface Engine {
  /**
   * Handles one update of a private chat. `outside` sees it first (commands, buttons outside conversations) and
   * answers whether the update was its own.
   */
  handleUpdate(
    chatId: number,
    update: Update,
    outside?: (controls: ChatControls) => Promise<boolean>,
  ): Promise<Result<Handled, EngineFailure>>;
  /**
   * Takes an event durably: when this resolves ok, the event is delivered or in the chat's inbox. `record` runs
   * first, in the chat's order: what must be in the case before the conversation hears of it. An outcome waits in no
   * inbox: where the case has refused it, or no wait takes it now, it is `unheard`, and `unheard` tells it in the same
   * turn.
   */
  handleEvent(
    chatId: number,
    event: HouseEvent,
    record?: () => Promise<Result<CaseRefusal | null, HouseFailure>>,
    unheard?: (controls: ChatControls, refused: CaseRefusal | null) => Promise<void>,
  ): Promise<Result<'taken' | 'repeated' | 'unheard', EngineFailure>>;
  /** Steers a chat from outside an update (for instance when access was revoked). */
  control(
    chatId: number,
    task: (controls: ChatControls) => Promise<void>,
  ): Promise<Result<void, EngineFailure>>;
}

/** A stage that passes on more often than this in one go is walking in circles. */
const MAX_PASSAGES = 12;
/** Longest time one run between two waits may take, ms; it covers an upload on a slow line. */
const WATCHDOG_MS = 90_000;

/** How long a text that is sent again because it was no password is waited for, ms. */
const SENT_AGAIN_MS = 10 * 60_000;

/** Characters of a button's tag: 36^8 of them. */
const TAG_LENGTH = 8;

/** What a chat without a conversation listens to. */
const IDLE: WaitSpec = {
  wants: ['photo', 'serial', 'words'],
  events: [],
  jobId: null,
  tag: null,
  help: 'bot:help.idle',
};

/** One handling of one chat. */
interface Turn {
  readonly chat: ChatState;
  readonly chatId: number;
}

export function createEngine(options: EngineOptions): Engine {
  const { house, states, callApi, me, log, exclusive, newDevice, buttonKey, clock = Date.now } = options;
  const flows = new Map(options.flows.map((flow) => [flow.name, flow]));
  const api = bridgeTo(callApi);

  function flowNamed(name: string): Flow {
    const flow = flows.get(name);
    if (!flow) throw new Error(`flow '${name}' is not registered; add it to src/flows/index.ts`);
    return flow;
  }

  /** The wait a conversation is at, read from its log. */
  function pendingSpec(conversation: ActiveConversation): WaitSpec {
    const { replay, interrupts } = conversation.state;
    const at = interrupts[0];
    const key = at === undefined ? undefined : replay.send[at]?.payload;
    if (key === undefined) throw new Error('a stored conversation has no pending wait');
    return JSON.parse(key) as WaitSpec;
  }

  /** Whether an outcome would wait in the inbox for a wait that may never come, or is none of the case's. */
  function isMissed(active: ActiveConversation, event: HouseEvent, refused: CaseRefusal | null): boolean {
    if (event.type !== 'outcome') return false;
    return refused !== null || !wanted({ kind: 'event', event }, pendingSpec(active));
  }

  function tagFor(question: string): string {
    const digest = createHmac('sha256', buttonKey.reveal()).update(question).digest();
    return digest.readUIntBE(0, 6).toString(36).padStart(TAG_LENGTH, '0').slice(-TAG_LENGTH);
  }

  function base(heard: Heard) {
    const update: HeardUpdate = { update_id: 0, heard };
    return { update: update as unknown as Update, api, me };
  }

  /** Plays a flow until its next wait or its end. */
  async function play(
    turn: Turn,
    how: { enter: FlowArgs; flow: Flow } | { resume: Heard },
  ): Promise<Next | 'waiting'> {
    let next: Next | undefined;
    const { chat, chatId } = turn;
    const builderOf =
      (flow: Flow) => async (conversation: Conversation, context: Context, args: FlowArgs) => {
        const dialogue = await Dialogue.open(conversation, context, {
          house,
          chatId,
          flow: flow.name,
          caseId: args.caseId,
          tagFor,
        });
        next = await flow.run(dialogue, args);
      };
    const settle = (
      flow: Flow,
      args: FlowArgs,
      result: EnterResult | ConversationResult,
    ): Next | 'waiting' => {
      switch (result.status) {
        case 'complete':
          chat.conversation = null;
          return next ?? { end: true };
        case 'error':
          throw result.error;
        case 'handled': {
          const state: ConversationState = {
            args: JSON.stringify([args]),
            replay: result.replay,
            interrupts: result.interrupts,
          };
          chat.conversation = { flow: flow.name, version: flow.version, args, state };
          return 'waiting';
        }
        case 'skipped':
          return 'waiting';
      }
    };

    if ('enter' in how) {
      const { flow, enter: args } = how;
      const run = enterConversation(builderOf(flow), base({ kind: 'other' }), { args: [args] });
      return settle(flow, args, await watched(run));
    }
    const active = chat.conversation;
    if (!active) throw new Error('no conversation to resume');
    const flow = flowNamed(active.flow);
    const run = resumeConversation(builderOf(flow), base(how.resume), active.state);
    return settle(flow, active.args, await watched(run));
  }

  /** Enters a flow and follows it from stage to stage until one waits or the conversation ends. */
  async function enter(turn: Turn, name: string, args: FlowArgs): Promise<void> {
    let flow = flowNamed(name);
    let current = args;
    for (let passages = 0; passages < MAX_PASSAGES; passages++) {
      const outcome = await play(turn, { enter: current, flow });
      if (outcome === 'waiting') return;
      if ('end' in outcome) return;
      flow = flowNamed(outcome.go);
      current = { caseId: caseOf(current, outcome), ...(outcome.with ? { with: outcome.with } : {}) };
    }
    throw new Error(`stages pass on in circles; the last one was '${flow.name}'`);
  }

  async function resume(turn: Turn, heard: Heard): Promise<void> {
    const args = turn.chat.conversation?.args;
    const outcome = await play(turn, { resume: heard });
    if (outcome === 'waiting' || 'end' in outcome || !args) return;
    await enter(turn, outcome.go, {
      caseId: caseOf(args, outcome),
      ...(outcome.with ? { with: outcome.with } : {}),
    });
  }

  /**
   * Runs a step; when a flow breaks, its stage starts again from the case, once, with a word of explanation. Failures
   * of Telegram and the store are not the flow's and go to the caller.
   */
  async function guarded(turn: Turn, step: () => Promise<void>): Promise<void> {
    const before = turn.chat.conversation;
    try {
      await step();
    } catch (error) {
      if (error instanceof HttpError || error instanceof HouseUnavailable) throw error;
      log.error({ err: error, flow: before?.flow, chat: turn.chatId }, 'a stage broke');
      turn.chat.conversation = null;
      if (!before) {
        await tell(turn.chatId, 'bot:error.broken');
        return;
      }
      await tell(turn.chatId, 'bot:error.restarted');
      try {
        await enter(turn, before.flow, { caseId: before.args.caseId });
      } catch (again) {
        if (again instanceof HttpError || again instanceof HouseUnavailable) throw again;
        log.error({ err: again, flow: before.flow, chat: turn.chatId }, 'a stage broke again');
        turn.chat.conversation = null;
        await tell(turn.chatId, 'bot:error.broken');
      }
    }
  }

  /** Gives the pending wait every event in the inbox it is named for, oldest first. */
  async function drain(turn: Turn): Promise<void> {
    for (let delivered = 0; delivered < REPLAYED_EVENTS; delivered++) {
      if (!turn.chat.conversation) return;
      const spec = pendingSpec(turn.chat.conversation);
      const index = turn.chat.inbox.findIndex((event) => wanted({ kind: 'event', event }, spec));
      const event = turn.chat.inbox[index];
      if (!event) return;
      turn.chat.inbox = turn.chat.inbox.filter((_, at) => at !== index);
      await guarded(turn, () => resume(turn, { kind: 'event', event }));
    }
  }

  async function tell(chatId: number, key: string): Promise<void> {
    const text = textsFor(await house.language(chatId))(key);
    const sent = await callApi('sendMessage', { chat_id: chatId, text, parse_mode: 'HTML' });
    if (!sent.ok) log.warn({ chat: chatId, failure: sent.failure.kind }, 'could not tell the technician');
  }

  /** Data of the button under "it looked like a password": good in this chat alone. */
  function noPasswordButton(chatId: number): string {
    return callbackData(tagFor(JSON.stringify([chatId, 'no password'])), 'send-again');
  }

  /** Takes a message with a password out of the chat and says so. `help`: what is said besides, if anything. */
  async function removePassword({ chatId }: Turn, messageId: number, help: string | null): Promise<void> {
    const isGone = await takeOut(callApi, chatId, messageId);
    const t = textsFor(await house.language(chatId));
    const text = [t(`bot:password.${isGone ? 'deleted' : 'stays'}`), ...(help === null ? [] : [t(help)])];
    const button = { text: t('bot:password.button.none'), callback_data: noPasswordButton(chatId) };
    const told = await callApi('sendMessage', {
      chat_id: chatId,
      text: text.join('\n\n'),
      parse_mode: 'HTML',
      reply_markup: { inline_keyboard: [[button]] },
    });
    if (!told.ok && isPassing(told.failure)) throw new HttpError('sendMessage', told.failure);
  }

  /** It was no password: the next text is taken as it is. Nothing of the deleted one was kept to go back to. */
  async function expectAgain(turn: Turn, query: CallbackQuery): Promise<void> {
    turn.chat.asItIsUntil = clock() + SENT_AGAIN_MS;
    await callApi('answerCallbackQuery', { callback_query_id: query.id });
    await callApi('editMessageReplyMarkup', {
      chat_id: turn.chatId,
      message_id: query.message?.message_id,
    });
    await tell(turn.chatId, 'bot:password.sendAgain');
  }

  /** Whether a message is taken as it is, because its sender said so before he sent it again. */
  function isTakenAsItIs({ chat }: Turn, { message }: Update): boolean {
    if (message?.text === undefined || chat.asItIsUntil === undefined) return false;
    const isInTime = clock() < chat.asItIsUntil;
    delete chat.asItIsUntil;
    return isInTime;
  }

  /** Restarts the stage from the case when the flow that wrote the log is not the flow of today. */
  async function modernise(turn: Turn): Promise<void> {
    const active = turn.chat.conversation;
    if (!active || flows.get(active.flow)?.version === active.version) return;
    log.info(
      { chat: turn.chatId, flow: active.flow, version: active.version },
      'stage restarts: the flow has changed',
    );
    turn.chat.conversation = null;
    await tell(turn.chatId, 'bot:error.updated');
    const name = flows.has(active.flow) ? active.flow : newDevice.idle;
    await guarded(turn, () => enter(turn, name, { caseId: active.args.caseId }));
  }

  async function converse(turn: Turn, update: Update): Promise<Handled> {
    await modernise(turn);
    const active = turn.chat.conversation;
    const spec = active ? pendingSpec(active) : IDLE;
    const query = update.callback_query;
    if (query?.data === noPasswordButton(turn.chatId)) {
      await expectAgain(turn, query);
      return 'handled';
    }
    const rest = isTakenAsItIs(turn, update) ? null : withoutPasswords(update, spec);
    const heard = hear(rest ?? update, spec);
    if (rest !== null) {
      const goesOn = saysMore(heard);
      await removePassword(turn, update.message?.message_id ?? 0, goesOn ? null : spec.help);
      if (!goesOn) return active ? 'handled' : 'nobody-listens';
    }
    if (update.callback_query) {
      const stale = heard.kind === 'stale-button';
      await callApi('answerCallbackQuery', {
        callback_query_id: update.callback_query.id,
        ...(stale ? { text: textsFor(await house.language(turn.chatId))('bot:help.staleButton') } : {}),
      });
      if (stale) return 'handled';
    }
    if (heard.kind === 'photo') {
      const isNext = heard.album !== null && heard.album === turn.chat.album;
      if (isNext && !spec.takesAlbum) {
        await tellOfAlbum(turn, heard.fileId);
        return 'handled';
      }
      turn.chat.album = heard.album;
      delete turn.chat.albumRest;
    }

    if (active && wanted(heard, spec)) {
      await guarded(turn, () => resume(turn, heard));
      return 'handled';
    }
    const described = !active && heard.kind === 'words';
    if (described || heard.kind === 'photo' || heard.kind === 'serials' || heard.kind === 'refused-label') {
      const flow = active ? newDevice.during : newDevice.idle;
      const args: FlowArgs = {
        caseId: active?.args.caseId ?? '',
        with: { heard, ...(active ? { resume: active.flow } : {}) },
      };
      await guarded(turn, () => enter(turn, flow, args));
      return 'handled';
    }
    await tell(turn.chatId, heard.kind === 'wrong-file' ? 'bot:help.wrongFile' : spec.help);
    return active ? 'handled' : 'nobody-listens';
  }

  /**
   * Another photo of an album whose device was taken: what it shows is named, in one message for all of them. The same
   * device from another side is no news.
   */
  async function tellOfAlbum({ chat, chatId }: Turn, fileId: string): Promise<void> {
    const read = await house.labels.read(chatId, fileId, { quick: true });
    if (!read.ok) throw new HouseUnavailable(read.failure);
    const found = await house.cases.get(chat.conversation?.args.caseId ?? '');
    if (!found.ok) throw new HouseUnavailable(found.failure);
    const taken = found.value?.device?.shortSerial;
    const shown = serialsIn(read.value).filter((serial) => serial !== taken);
    if (shown.length === 0 && serialsIn(read.value).length > 0) return;
    const before = chat.albumRest ?? { messageId: null, serials: [], unread: 0 };
    const serials = [...new Set([...before.serials, ...shown])];
    const unread = before.unread + (shown.length === 0 ? 1 : 0);
    if (serials.length === before.serials.length && unread === before.unread) return;
    const t = textsFor(await house.language(chatId));
    const text = [notTaken(t, serials), unread === 0 ? '' : t('bot:identify.albumUnread', { photos: unread })]
      .filter(Boolean)
      .join('\n\n');
    const message = { chat_id: chatId, text, parse_mode: 'HTML' };
    const edited =
      before.messageId !== null &&
      (await callApi('editMessageText', { ...message, message_id: before.messageId })).ok;
    const sent = edited ? null : await callApi('sendMessage', message);
    if (sent && !sent.ok && isPassing(sent.failure)) throw new HttpError('sendMessage', sent.failure);
    const messageId = sent?.ok ? (sent.value as { message_id: number }).message_id : before.messageId;
    chat.albumRest = { messageId, serials, unread };
  }

  /** What an edited message said first was answered then: it is only looked at for a password. */
  async function reread(turn: Turn, edited: NonNullable<Update['edited_message']>): Promise<Handled> {
    const { conversation } = turn.chat;
    const spec = conversation ? pendingSpec(conversation) : IDLE;
    if (withoutPasswords({ update_id: 0, message: edited }, spec) !== null)
      await removePassword(turn, edited.message_id, null);
    return 'handled';
  }

  function controlsOf(turn: Turn): ChatControls {
    return {
      start: async (flow, args) => {
        turn.chat.conversation = null;
        await guarded(turn, () => enter(turn, flow, args));
      },
      stop: () => {
        turn.chat.conversation = null;
      },
      restart: async () => {
        const active = turn.chat.conversation;
        if (!active) return;
        await guarded(turn, () => enter(turn, active.flow, { caseId: active.args.caseId }));
      },
      active: () =>
        turn.chat.conversation
          ? { flow: turn.chat.conversation.flow, caseId: turn.chat.conversation.args.caseId }
          : null,
    };
  }

  /**
   * Loads a chat, works on it, writes it back in one piece. Nothing is written when Telegram could not be reached.
   * Events that were put away and not heard before a crash are heard first: what comes now may be an answer to them.
   */
  async function withChat<T>(
    chatId: number,
    work: (turn: Turn) => Promise<T>,
    own = false,
  ): Promise<Result<T, EngineFailure>> {
    const task = async (): Promise<Result<T, EngineFailure>> => {
      const loaded = await states.load(chatId);
      if (!loaded.ok) return fail('store-unavailable');
      const turn: Turn = { chat: loaded.value ?? emptyChatState(), chatId };
      try {
        await drain(turn);
        const value = await work(turn);
        await drain(turn);
        await save(turn);
        return ok(value);
      } catch (error) {
        if (error instanceof HouseUnavailable) return fail('store-unavailable');
        if (error instanceof HttpError) return fail('telegram-unreachable');
        throw error;
      }
    };
    return exclusive(chatId, task, own);
  }

  async function save({ chat, chatId }: Turn): Promise<void> {
    const saved = await states.save(chatId, chat);
    if (!saved.ok) throw new HouseUnavailable('store-unavailable');
  }

  return {
    handleUpdate: (chatId, update, outside) =>
      withChat(chatId, async (turn): Promise<Handled> => {
        if (turn.chat.seenUpdates.includes(update.update_id)) return 'repeated';
        if (update.edited_message) return reread(turn, update.edited_message);
        const own =
          !isConversationButton(update.callback_query?.data ?? '') &&
          ((await outside?.(controlsOf(turn))) ?? false);
        if (own && hasPasswordInCommand(update)) {
          await removePassword(turn, update.message?.message_id ?? 0, null);
        }
        const handled = own ? 'handled' : await converse(turn, update);
        turn.chat.seenUpdates = remember(turn.chat.seenUpdates, update.update_id);
        return handled;
      }),

    handleEvent: (chatId, event, record, unheard) =>
      withChat(chatId, async (turn): Promise<'taken' | 'repeated' | 'unheard'> => {
        if (turn.chat.seenEvents.includes(event.id)) return 'repeated';
        const recorded = (await record?.()) ?? ok(null);
        if (!recorded.ok) throw new HouseUnavailable(recorded.failure);
        turn.chat.seenEvents = remember(turn.chat.seenEvents, event.id);
        await modernise(turn);
        // Only the conversation of its own case may ever hear an event; a passing one is worth hearing now or never.
        const active = turn.chat.conversation;
        const isOfCase = event.caseId === '' || active?.args.caseId === event.caseId;
        if (active === null || !isOfCase || isMissed(active, event, recorded.value)) {
          await unheard?.(controlsOf(turn), recorded.value);
          return 'unheard';
        }
        if (event.caseId !== '') {
          turn.chat.inbox = putAway(turn.chat.inbox, event);
          // Safe before it is told: a crash while a picture is being sent must not cost its answer.
          await save(turn);
        } else if (wanted({ kind: 'event', event }, pendingSpec(active))) {
          await guarded(turn, () => resume(turn, { kind: 'event', event }));
        }
        return 'taken';
      }),

    control: (chatId, task) => withChat(chatId, (turn) => task(controlsOf(turn)), true),
  };
}

/** Short serials on a photo, each once. */
function serialsIn(reading: PhotoReading): string[] {
  const facts =
    reading.kind === 'label'
      ? [reading.facts]
      : reading.kind === 'several'
        ? reading.labels.map((label) => label.facts)
        : reading.kind === 'printed'
          ? reading.labels
          : [];
  const more = reading.kind === 'several' ? reading.more : [];
  return [
    ...new Set([...facts.flatMap(({ shortSerial, others = [] }) => [shortSerial, ...others]), ...more]),
  ];
}

/** Whether what is left of a message without its password is worth an answer of its own. */
function saysMore(heard: Heard): boolean {
  return heard.kind === 'message'
    ? heard.articles.length > 0
    : heard.kind !== 'other' && heard.kind !== 'note';
}

/** Events one handling may deliver; more would mean a stage that asks for the same event for ever. */
const REPLAYED_EVENTS = 20;

/** A flow may pass on to a case it has just opened. */
function caseOf(args: FlowArgs, next: { with?: FlowArgs['with'] }): string {
  const opened = next.with?.caseId;
  return typeof opened === 'string' ? opened : args.caseId;
}

/**
 * Ends a run that does not come back. The engine hangs on replay in cases that are known upstream; a hanging run
 * would block its chat for ever.
 */
async function watched<T>(run: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const bell = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('a stage did not come back')), WATCHDOG_MS);
  });
  try {
    return await Promise.race([run, bell]);
  } finally {
    clearTimeout(timer);
  }
}
