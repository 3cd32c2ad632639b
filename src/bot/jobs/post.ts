import type { HouseFailure, JobRefusal } from '../../flows/ports.ts';
import type { JobDesk } from '../../hub/desk.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

export type Command = Parameters<JobDesk['send']>[1];

/** Puts a command into an agent's mailbox. Null: it is there; else why not, in words of the flows. */
export async function post(
  desk: Pick<JobDesk, 'send'>,
  agentId: string,
  command: Command,
): Promise<Result<JobRefusal | null, HouseFailure>> {
  const sent = await desk.send(agentId, command);
  if (sent.ok) return ok(null);
  switch (sent.failure) {
    case 'agent-unknown':
    case 'agent-offline':
    case 'agent-paused':
    case 'agent-old':
      return ok(sent.failure);
    case 'mailbox-full':
      return ok('busy');
    default:
      return fail('store-unavailable');
  }
}
