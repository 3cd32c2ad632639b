import type { GroupDesk } from '../../groups/desk.ts';
import type { JobDesk } from '../../hub/desk.ts';
import { TAKE_UP_MS } from '../../link/times.ts';
import { post } from './post.ts';

/**
 * The desk of groups, where the laptop of a run that has ended hears of it at once, also between two devices: it forgets what
 * it keeps for the run (link/messages.ts `cancel`). Where it cannot be told it forgets that by itself, a little later.
 */
export function tellingLaptops(
  groups: GroupDesk,
  desk: Pick<JobDesk, 'send'>,
  clock: () => number,
): GroupDesk {
  return {
    ...groups,
    async apply(id, action) {
      const applied = await groups.apply(id, action);
      if (!applied.ok) return applied;
      const { agentId, run, state } = applied.value.group;
      const expiresAt = clock() + TAKE_UP_MS;
      if (run !== null && state !== 'running')
        await post(desk, agentId, { type: 'cancel', jobId: run, expiresAt });
      return applied;
    },
  };
}
