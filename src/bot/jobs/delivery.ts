/** How what agents report reaches conversations, and what is told that no conversation waits for. */
import type { CaseRefusal } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { lateNotice } from '../../flows/close.ts';
import { lastWord } from '../../flows/engine/bot-api.ts';
import type { HouseEvent } from '../../flows/engine/events.ts';
import type { Controls, Conversations } from '../../flows/index.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { Result } from '../../kernel/result.ts';
import type { Access } from '../door/access.ts';
import { orBusy } from '../house/chat-queue.ts';
import { must } from '../house/must.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Telegram } from '../house/telegram.ts';

/** Hands an event to its chat's conversation after `record` has put it on record, all in the chat's order. */
export type Deliver = (
  chatId: number,
  event: HouseEvent,
  record?: Parameters<Conversations['handleEvent']>[2],
) => Promise<Result<unknown, unknown>>;

export interface Delivery {
  deliver: Deliver;
  /** An agent has come online. */
  agentOnline(agentId: string): Promise<void>;
}

export function createDelivery({
  engine,
  access,
  cases,
  directory,
  profiles,
  telegram,
  clock,
}: {
  engine: Pick<Conversations, 'handleEvent'>;
  access: Pick<Access, 'roleOf'>;
  cases: Pick<CaseDesk, 'get' | 'apply'>;
  directory: Pick<AgentDirectory, 'get'>;
  profiles: Pick<Profiles, 'language'>;
  telegram: Pick<Telegram, 'tell'>;
  /** Milliseconds. */
  clock: () => number;
}): Delivery {
  /**
   * An outcome that nobody waits for is told all the same: it happened. One of the case the chat is at leads to the
   * case's end, whatever is being asked; any other is a word beside what goes on.
   */
  async function tellOutcome(
    controls: Controls,
    chatId: number,
    { caseId, report }: Extract<HouseEvent, { type: 'outcome' }>,
    refused: CaseRefusal | null,
  ): Promise<void> {
    const role = must(await access.roleOf(chatId));
    const record = must(await cases.get(caseId));
    if (role === null || !record) return;
    const active = controls.active();
    const isAsked = report.reason === 'cancelled';
    if (refused === null && !isAsked && active?.caseId === caseId && active.flow !== 'switch') {
      return controls.start('close', { caseId });
    }
    const text = lateNotice(record, report, await profiles.language(chatId));
    lastWord(await telegram.tell(chatId, text));
    if (refused !== null || !isAsked) return;
    // Whoever stopped it has heard so: nothing of it is left to be read.
    must(await cases.apply(caseId, { type: 'report-read' }));
  }

  const deliver: Deliver = (chatId, event, record) =>
    orBusy(() =>
      engine.handleEvent(chatId, event, record, async (controls, refused) => {
        if (event.type === 'outcome') await tellOutcome(controls, chatId, event, refused);
      }),
    );

  return {
    deliver,

    async agentOnline(agentId) {
      const agent = await directory.get(agentId);
      if (!agent.ok || !agent.value) return;
      for (const technician of agent.value.technicians) {
        const id = `online:${agentId}:${clock()}`;
        await deliver(technician, { id, caseId: '', type: 'agent-online', agentId });
      }
    },
  };
}
