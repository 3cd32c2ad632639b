import { decodeTime } from 'ulid';
import * as z from 'zod';
import type { Log } from '../kernel/log.ts';
import { once } from '../kernel/once.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { type AgentCommand, agentCommands, type HubErrorCode, type PollRequest } from '../link/messages.ts';
import { HOLD_MS } from '../link/times.ts';
import { kind, step } from '../store/kind.ts';
import type { Ending, EndingListener, Store } from '../store/store.ts';
import type { Agents } from './agents.ts';
import type { Sender } from './authenticate.ts';
import { createEndedPolls } from './ended-polls.ts';
import type { Presence } from './presence.ts';
import { cleanHost } from './words.ts';

/** Commands in one answer (messages.ts pollAnswer). */
const MAX_COMMANDS = 100;

/** Commands as a mailbox keeps them, which gives each its id: those that never changed, and the others. */
const kept = once(() => {
  const [discover, survey, status, unbind, answer, refresh, cancel] = agentCommands();
  return {
    unchanged: [
      discover.omit({ id: true }),
      status.omit({ id: true }),
      answer.omit({ id: true }),
      refresh.omit({ id: true }),
      cancel.omit({ id: true }),
    ],
    survey: survey.omit({ id: true }),
    unbind: unbind.omit({ id: true }),
  };
});

/** An agent's commands, in a mailbox of its id. */
export const COMMANDS = kind({
  name: 'hub:commands',
  version: 2,
  schema: z.lazy(() => z.discriminatedUnion('type', [...kept().unchanged, kept().survey, kept().unbind])),
  steps: [
    step(
      'no unbind was part of a group, and there were no surveys',
      z.lazy(() => z.discriminatedUnion('type', [...kept().unchanged, kept().unbind.omit({ group: true })])),
      (old) => old,
    ),
  ],
});

/** Whose poll it is, and the key it was signed with. */
type Poller = Pick<Sender, 'agentId' | 'publicKey'>;

/** A poll that was let in, and is held. It keeps no more than this: there are as many of them as agents. */
export class HeldPoll implements Ending {
  readonly agentId: string;
  readonly publicKey: string;
  readonly epoch: string;
  readonly cursor: string | null;
  aborted = false;
  /** Nobody is there any more to be answered. */
  isGone = false;
  /** One is all it needs. */
  #listener: EndingListener | undefined;

  constructor({ agentId, publicKey }: Poller, { epoch, cursor }: Pick<PollRequest, 'epoch' | 'cursor'>) {
    this.agentId = agentId;
    this.publicKey = publicKey;
    this.epoch = epoch;
    this.cursor = cursor;
  }

  addEventListener(_type: 'abort', listener: EndingListener): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  end(): void {
    this.aborted = true;
    this.#listener?.handleEvent();
  }

  /** Nobody is there any more to be answered. */
  drop(): void {
    this.isGone = true;
    this.end();
  }
}

/** A poll that was let in. */
export interface LetIn {
  readonly poll: HeldPoll;
  /** Resolves when there may be commands, time is up, the poll was ended, or nobody is there any more. */
  readonly over: Promise<void>;
}

/** Polls that are being held, one per agent: a second one of the same agent ends the first. */
export interface Polls {
  /** Lets a poll in, which acknowledges the commands up to its cursor, and begins to hold it. */
  enter(sender: Poller, request: PollRequest, address: string): Promise<Result<LetIn, HubErrorCode>>;
  /** What to answer to a poll that is over: commands, or none. Has to be asked of each that was let in. */
  commandsFor(poll: HeldPoll): Promise<Result<AgentCommand[], HubErrorCode>>;
  /** Ends the agent's poll, in whatever process it is held. */
  end(agentId: string): Promise<void>;
  /** A process of the agent polls no more. */
  leave(agentId: string, epoch: string): Promise<Result<void, HubErrorCode>>;
  /** Hears of polls that other processes end, until it is closed. */
  open(): void;
  /** Ends every poll; those that come later are answered at once. */
  close(): void;
}

export function createPolls({
  store,
  agents,
  presence,
  onFetched,
  clock,
  log,
}: {
  store: Store;
  agents: Agents;
  presence: Presence;
  onFetched: (command: AgentCommand['type'], waitedMs: number) => void;
  clock: () => number;
  log: Log;
}): Polls {
  const commands = store.mailboxes(COMMANDS);
  const held = new Map<string, HeldPoll>();
  /** Agent -> the latest command it has fetched: one it asks for again is told once. */
  const fetched = new Map<string, string>();
  const closing = new AbortController();
  const elsewhere = createEndedPolls(store, (agentId) => held.get(agentId)?.end(), log);

  async function commandsAfter(
    agentId: string,
    cursor: string | null,
  ): Promise<Result<AgentCommand[], 'store-unavailable'>> {
    const read = await commands.read(agentId, cursor, MAX_COMMANDS);
    if (!read.ok) return fail('store-unavailable');
    for (const { id, message } of read.value) tellFetched(agentId, id, message.type);
    return ok(read.value.map(({ id, message }) => ({ ...message, id })));
  }

  function tellFetched(agentId: string, id: string, type: AgentCommand['type']): void {
    if (id <= (fetched.get(agentId) ?? '')) return;
    fetched.set(agentId, id);
    onFetched(type, Math.max(0, clock() - decodeTime(id)));
  }

  /** Whether the poll may go on: while it was set up or held, its agent may have been revoked, given another key or taken over. */
  async function mayGoOn({ agentId, publicKey, epoch }: HeldPoll): Promise<Result<void, HubErrorCode>> {
    const [agent, current] = await Promise.all([agents.find(agentId), presence.isCurrent(agentId, epoch)]);
    if (!agent.ok || !current.ok) return fail('store-unavailable');
    if (agent.value?.revoked) return fail('revoked');
    if (agent.value?.publicKey !== publicKey) return fail('bad-signature');
    if (current.value) return ok(undefined);
    await presence.outdone(agentId);
    return fail('superseded');
  }

  function forget(poll: HeldPoll): void {
    if (held.get(poll.agentId) === poll) held.delete(poll.agentId);
  }

  return {
    enter: async (sender, { version: speaks, cursor, waitMs, epoch, host }, address) => {
      const { agentId } = sender;
      const entered = await presence.enter(agentId, epoch);
      if (!entered.ok) return fail('store-unavailable');
      if (entered.value === 'superseded') {
        await presence.outdone(agentId);
        return fail('superseded');
      }
      if (entered.value === 'taken-over') await elsewhere.tell(agentId);
      const seen = await presence.saw(agentId, epoch, { address, host: cleanHost(host), speaks });
      if (!seen.ok) return fail('store-unavailable');
      const acked = cursor === null ? ok(undefined) : await commands.ack(agentId, cursor);
      if (!acked.ok) return fail('store-unavailable');

      const poll = new HeldPoll(sender, { epoch, cursor });
      held.get(agentId)?.end();
      held.set(agentId, poll);
      // Asked only now that whoever revokes, confirms a key or takes over can end this poll.
      const before = await mayGoOn(poll);
      if (!before.ok) {
        forget(poll);
        return before;
      }
      const isOver = closing.signal.aborted;
      const over = isOver
        ? Promise.resolve()
        : commands.wait(agentId, cursor, Math.min(waitMs, HOLD_MS), poll);
      return ok({ poll, over });
    },
    async commandsFor(poll) {
      const { agentId, cursor } = poll;
      forget(poll);
      if (poll.isGone) return ok([]);
      const after = await mayGoOn(poll);
      return after.ok ? commandsAfter(agentId, cursor) : after;
    },
    end: async (agentId) => {
      held.get(agentId)?.end();
      await elsewhere.tell(agentId);
    },
    open: () => void elsewhere.listen(closing.signal),
    leave: async (agentId, epoch) => {
      const left = await presence.left(agentId, epoch);
      return left.ok ? ok(undefined) : fail('store-unavailable');
    },
    close: () => {
      closing.abort();
      for (const poll of held.values()) poll.end();
    },
  };
}
