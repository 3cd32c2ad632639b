/**
 * Plays flows from wait to wait: the replaying itself is @grammyjs/conversations' (recorder.ts). A flow that breaks throws here;
 * guarded.ts catches it.
 */
import type { Language } from '../../../locales/language.ts';
import { isAbout } from '../../kernel/log-subject.ts';
import { lastWord, TelegramUnavailable } from './bot-api.ts';
import { Dialogue, type DialogueTools, type Flow, MessageRefused, type Next } from './dialogue.ts';
import type { Heard } from './heard.ts';
import { pendingSpec } from './pending.ts';
import { played, type Recorder, type Waiting } from './recorder.ts';
import { replaying } from './replaying.ts';
import type { ActiveConversation, FlowArgs, Turn } from './state.ts';
import type { EngineTools } from './turn.ts';
import { watched } from './watched.ts';

/** A stage that passes on more often than this in one go is walking in circles. */
const MAX_PASSAGES = 12;
/** Longest time one run between two waits may take, ms; it covers an upload on a slow line, and its turn before it. */
export const WATCHDOG_MS = 180_000;

/** Flows, played in a chat's turn. */
export interface Play {
  /** Enters a flow and follows it from stage to stage until one waits or the conversation ends. */
  enter(turn: Turn, name: string, args: FlowArgs): Promise<void>;
  /** Goes where `next` leads, as `enter` does; `caseId` is the case of before. */
  follow(turn: Turn, caseId: string, next: Next): Promise<void>;
  /** Gives the pending wait what it waits for, and follows the flow as `enter` does. */
  resume(turn: Turn, heard: Heard): Promise<void>;
}

export function createPlay(
  { house, callApi, courtesies, cards, tagFor, log }: EngineTools,
  flows: ReadonlyMap<string, Flow>,
  { onEnter, onLeave }: { onEnter(flow: string): void; onLeave(): void },
): Play {
  /**
   * Plays a flow until its next wait or its end.
   * @param on where it waits, and what it hears; null: it begins
   */
  async function play(
    turn: Turn,
    flow: Flow,
    args: FlowArgs,
    on: { readonly waiting: Waiting; readonly heard: Heard } | null,
  ): Promise<Next | 'waiting'> {
    isAbout({ case: args.caseId });
    let next: Next | undefined;
    const { chat, chatId } = turn;
    const { ReplayEngine } = await replaying();
    const rounds: DialogueTools['rounds'] = { handed: null };
    const stage = async (recorder: Recorder, language: Language) => {
      const { name } = flow;
      const { caseId } = args;
      const tools = { house, callApi, courtesies, cards, turn, flow: name, caseId, rounds, tagFor };
      next = await flow.run(new Dialogue(recorder, tools, language), args);
    };
    // The language it begins in is the stage's to its end: its questions are known by their words.
    const given = on ? on.heard : await house.language(chatId);
    const state = await watched(played(ReplayEngine, stage, on?.waiting ?? null, given), WATCHDOG_MS);
    if (state) {
      chat.conversation = { flow: flow.name, version: versionOf(flow), args, state };
      return 'waiting';
    }
    chat.conversation = null;
    onLeave();
    return next ?? { end: true };
  }

  async function enter(turn: Turn, name: string, args: FlowArgs): Promise<void> {
    let flow = flowNamed(flows, name);
    let current = args;
    for (let passages = 0; passages < MAX_PASSAGES; passages++) {
      onEnter(flow.name);
      // A stage begins with its case as it is now: what was put away before is part of that.
      turn.chat.inbox = [];
      const outcome = await play(turn, flow, current, null);
      if (outcome === 'waiting') return;
      if ('end' in outcome) return sayLast(turn);
      flow = flowNamed(flows, outcome.go);
      current = argsOf(current.caseId, outcome);
    }
    throw new Error(`stages pass on in circles; the last one was '${flow.name}'`);
  }

  async function follow(turn: Turn, caseId: string, next: Next): Promise<void> {
    if ('go' in next) await enter(turn, next.go, argsOf(caseId, next));
    else await sayLast(turn);
  }

  /** Where a thing leads that needs none of what the stage has said so far; null: the stage has to be asked. */
  async function anewAfter(flow: Flow, active: ActiveConversation, heard: Heard): Promise<Next | null> {
    const { caseId, with: handed = {} } = active.args;
    const given =
      heard.kind === 'event'
        ? flow.anewAfter?.(heard.event)
        : await flow.atOnce?.(heard, { caseId, handed, wait: pendingSpec(active) }, house);
    return given ? { go: flow.name, with: given } : null;
  }

  /** What was said last, and no question follows, is a message of its own. */
  async function sayLast(turn: Turn): Promise<void> {
    const last = turn.said.pop();
    if (last === undefined) return;
    const sent = lastWord(await cards.send(turn, last));
    if (!sent.ok) throw new MessageRefused(sent.failure);
  }

  return {
    enter,
    follow,

    async resume(turn, heard) {
      const { conversation, inbox } = turn.chat;
      if (!conversation) throw new Error('no conversation to resume');
      const { args, state } = conversation;
      const flow = flowNamed(flows, conversation.flow);
      isAbout({ case: args.caseId });
      const anew = await anewAfter(flow, conversation, heard);
      const isElsewhere = flow.goesOnElsewhere && heard.kind !== 'event';
      if (anew) {
        turn.chat.conversation = null;
        onLeave();
        try {
          return await follow(turn, args.caseId, anew);
        } catch (error) {
          if (!isElsewhere || !(error instanceof TelegramUnavailable)) throw error;
          log.warn(
            { chat: turn.chatId, flow: flow.name },
            'a chat does not hear that its answer is on its way',
          );
          Object.assign(turn.chat, { conversation, inbox });
          return;
        }
      }
      const outcome = await play(turn, flow, args, { waiting: state, heard });
      if (outcome !== 'waiting') await follow(turn, args.caseId, outcome);
    },
  };
}

/** @throws when there is none: a stage that leads to it, or was stored, is not one of this house */
export function flowNamed<F extends Flow>(flows: ReadonlyMap<string, F>, name: string): F {
  const flow = flows.get(name);
  if (!flow) throw new Error(`flow '${name}' is not registered; add it to src/flows/index.ts`);
  return flow;
}

/**
 * What has to be the same for a log to be played again: the flow's own steps, and how a step is recorded. Raise the
 * hundreds when a dialogue records otherwise what it says or asks of the house.
 */
export function versionOf(flow: Flow): number {
  return 400 + flow.version;
}

/** What the next stage begins with: it may be about a case that was opened just now. */
function argsOf(caseId: string, next: Extract<Next, { go: string }>): FlowArgs {
  return { caseId: next.caseId ?? caseId, ...(next.with ? { with: next.with } : {}) };
}
