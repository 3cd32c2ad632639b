/**
 * Plays flows from wait to wait: the replaying itself is @grammyjs/conversations', used through its documented
 * functions. A flow that breaks throws here; guarded.ts catches it.
 */
import type {
  Conversation,
  ConversationResult,
  ConversationState,
  EnterResult,
} from '@grammyjs/conversations';
import type { Context } from 'grammy';
import type { Update, UserFromGetMe } from 'grammy/types';
import { isAbout } from '../../kernel/log-subject.ts';
import { lastWord } from './bot-api.ts';
import {
  Dialogue,
  type DialogueTools,
  type Flow,
  type HeardUpdate,
  MessageRefused,
  type Next,
} from './dialogue.ts';
import type { HouseEvent } from './events.ts';
import type { Heard } from './heard.ts';
import { replaying } from './replaying.ts';
import type { FlowArgs, Turn } from './state.ts';
import type { EngineTools } from './turn.ts';
import { watched } from './watched.ts';

/** A stage that passes on more often than this in one go is walking in circles. */
const MAX_PASSAGES = 12;
/** Longest time one run between two waits may take, ms; it covers an upload on a slow line, and its turn before it. */
export const WATCHDOG_MS = 180_000;

/** Conversations make no calls of grammY's: a dialogue has `callApi`. */
const NO_API = { token: '-' };

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
  { house, callApi, courtesies, cards, tagFor }: EngineTools,
  flows: ReadonlyMap<string, Flow>,
  me: UserFromGetMe,
  { onEnter, onLeave }: { onEnter(flow: string): void; onLeave(): void },
): Play {
  function base(heard: Heard) {
    const update: HeardUpdate = { update_id: 0, heard };
    return { update: update as unknown as Update, api: NO_API, me };
  }

  /** Plays a flow until its next wait or its end. */
  async function play(
    turn: Turn,
    how: { enter: FlowArgs; flow: Flow } | { resume: Heard },
  ): Promise<Next | 'waiting'> {
    let next: Next | undefined;
    const { chat } = turn;
    const { enterConversation, resumeConversation } = await replaying();
    const rounds: DialogueTools['rounds'] = { handed: null };
    const builderOf =
      (flow: Flow) => async (conversation: Conversation, _context: Context, args: FlowArgs) => {
        const dialogue = await Dialogue.open(conversation, {
          house,
          callApi,
          courtesies,
          cards,
          turn,
          flow: flow.name,
          caseId: args.caseId,
          rounds,
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
          onLeave();
          return next ?? { end: true };
        case 'error':
          throw result.error;
        case 'handled': {
          const state: ConversationState = {
            args: JSON.stringify([args]),
            replay: result.replay,
            interrupts: result.interrupts,
          };
          chat.conversation = { flow: flow.name, version: versionOf(flow), args, state };
          return 'waiting';
        }
        case 'skipped':
          return 'waiting';
      }
    };

    if ('enter' in how) {
      const { flow, enter: args } = how;
      isAbout({ case: args.caseId });
      onEnter(flow.name);
      // A stage begins with its case as it is now: what was put away before is part of that.
      chat.inbox = [];
      const run = enterConversation(builderOf(flow), base({ kind: 'other' }), { args: [args] });
      return settle(flow, args, await watched(run, WATCHDOG_MS));
    }
    const active = chat.conversation;
    if (!active) throw new Error('no conversation to resume');
    isAbout({ case: active.args.caseId });
    const flow = flowNamed(flows, active.flow);
    const run = resumeConversation(builderOf(flow), base(how.resume), active.state);
    return settle(flow, active.args, await watched(run, WATCHDOG_MS));
  }

  async function enter(turn: Turn, name: string, args: FlowArgs): Promise<void> {
    let flow = flowNamed(flows, name);
    let current = args;
    for (let passages = 0; passages < MAX_PASSAGES; passages++) {
      const outcome = await play(turn, { enter: current, flow });
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

  /** Where an event leads that needs none of what the stage has said so far; null: the stage has to be asked. */
  function anewAfter(name: string, event: HouseEvent): Next | null {
    const handed = flowNamed(flows, name).anewAfter?.(event);
    return handed ? { go: name, with: handed } : null;
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
      const { conversation } = turn.chat;
      const caseId = conversation?.args.caseId ?? '';
      const anew = conversation && heard.kind === 'event' ? anewAfter(conversation.flow, heard.event) : null;
      if (anew) {
        turn.chat.conversation = null;
        onLeave();
        return follow(turn, caseId, anew);
      }
      const outcome = await play(turn, { resume: heard });
      if (outcome !== 'waiting') await follow(turn, caseId, outcome);
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
  return 300 + flow.version;
}

/** What the next stage begins with: it may be about a case that was opened just now. */
function argsOf(caseId: string, next: Extract<Next, { go: string }>): FlowArgs {
  return { caseId: next.caseId ?? caseId, ...(next.with ? { with: next.with } : {}) };
}
