import type { PlainKey } from '../../kernel/texts.ts';
import { TelegramUnavailable } from './bot-api.ts';
import { CaseRefused, CaseUnreadable, type Flow, HouseUnavailable, MessageRefused } from './dialogue.ts';
import { pendingSpec } from './pending.ts';
import { type Play, versionOf } from './play.ts';
import type { ActiveConversation, ChatState, Turn, Unsaid } from './state.ts';
import { type EngineTools, tell } from './turn.ts';

/** GuardedPlay that may break: what is left of the conversation afterwards is always good to go on with. */
export interface GuardedPlay extends Play {
  /** Restarts the stage from the case when its conversation cannot go on as it was stored. */
  modernise(turn: Turn): Promise<void>;
  /** Somebody writes who had stopped the bot: the stage that could say nothing to them begins again. */
  comeBack(turn: Turn): Promise<void>;
}

/** Telegram's code where a person has stopped the bot. */
const STOPPED = 403;

/**
 * When a flow breaks, or its case does not take what it asks, its stage starts again from the case, once, with a word of
 * explanation. Failures of Telegram and the store are not the flow's and go to the caller. Where a person has stopped the
 * bot nothing broke: what could not be said is not passed over, and its stage begins again when they are back.
 * @param first the flow that begins where a stage of old is no more
 */
export function guarded(
  tools: EngineTools,
  play: Play,
  flows: ReadonlyMap<string, Flow>,
  first: string,
): GuardedPlay {
  const { log } = tools;

  async function guard(turn: Turn, stage: Unsaid, step: () => Promise<void>): Promise<void> {
    const before = turn.chat.conversation;
    try {
      await step();
    } catch (error) {
      if (isNotTheFlows(error)) throw error;
      if (error instanceof MessageRefused && error.code === STOPPED) {
        turn.chat.conversation = before;
        turn.chat.unsaid = stage;
        return log.info({ chat: turn.chatId, flow: stage.flow }, 'a stage waits for a person to come back');
      }
      const word = wordFor(error);
      if (word === 'bot:error.restarted')
        log.error({ err: error, flow: before?.flow, chat: turn.chatId }, 'a stage broke');
      turn.chat.conversation = null;
      if (!before) return tell(tools, turn.chatId, 'bot:error.broken');
      await tell(tools, turn.chatId, word);
      try {
        await play.enter(turn, before.flow, { caseId: before.args.caseId });
      } catch (again) {
        if (isNotTheFlows(again)) throw again;
        log.error({ err: again, flow: before.flow, chat: turn.chatId }, 'a stage broke again');
        turn.chat.conversation = null;
        await tell(tools, turn.chatId, 'bot:error.broken');
      }
    }
  }

  const enter: GuardedPlay['enter'] = (turn, name, args) =>
    guard(turn, { flow: name, caseId: args.caseId }, () => play.enter(turn, name, args));

  /** The stage a conversation is in, or else the first. */
  function stageOf({ conversation }: ChatState): Unsaid {
    return { flow: conversation?.flow ?? first, caseId: conversation?.args.caseId ?? '' };
  }

  /** Whether a stored conversation can go on: its flow is the flow of today, and takes what it was handed. */
  function isOfToday(active: ActiveConversation): boolean {
    const { flow: name, version, args } = active;
    const flow = flows.get(name);
    return (
      flow !== undefined &&
      versionOf(flow) === version &&
      flow.handed.safeParse(args.with ?? {}).success &&
      isWaiting(active)
    );
  }

  return {
    enter,
    follow: (turn, caseId, next) => guard(turn, stageOf(turn.chat), () => play.follow(turn, caseId, next)),
    resume: (turn, heard) => guard(turn, stageOf(turn.chat), () => play.resume(turn, heard)),

    async modernise(turn) {
      const active = turn.chat.conversation;
      if (!active || isOfToday(active)) return;
      log.info(
        { chat: turn.chatId, flow: active.flow, version: active.version },
        'stage restarts: the flow has changed',
      );
      turn.chat.conversation = null;
      await tell(tools, turn.chatId, 'bot:error.updated');
      await enter(turn, flows.has(active.flow) ? active.flow : first, { caseId: active.args.caseId });
    },

    async comeBack({ chat, ...turn }) {
      const { unsaid } = chat;
      if (!unsaid) return;
      delete chat.unsaid;
      await enter({ chat, ...turn }, flows.has(unsaid.flow) ? unsaid.flow : first, { caseId: unsaid.caseId });
    },
  };
}

/** Key of what is said before a stage starts again. */
function wordFor(error: unknown): PlainKey {
  if (!(error instanceof CaseRefused)) return 'bot:error.restarted';
  return error.refusal === 'closed' ? 'bot:job.refused.case-closed' : 'bot:error.changed';
}

/** Whether a stored conversation says what it waits for: the record is checked, the library's log inside it is not. */
function isWaiting(active: ActiveConversation): boolean {
  try {
    const { wants, events } = pendingSpec(active);
    return Array.isArray(wants) && Array.isArray(events);
  } catch {
    return false;
  }
}

function isNotTheFlows(error: unknown): boolean {
  return (
    error instanceof TelegramUnavailable ||
    error instanceof HouseUnavailable ||
    error instanceof CaseUnreadable
  );
}
