/** /site: the devices of a site and the group that is worked through; and what /cancel does to one. */
import type { CaseDesk } from '../../cases/desk.ts';
import type { AgentPort } from '../../flows/ports.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import { type GroupRecord, nextMember } from '../../groups/group.ts';
import type { Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';
import { caseOf } from './case-of.ts';

/** Makes a group rest where it is at work in this chat. True: that was what /cancel meant, and the chat shows it. */
export type RestGroup = (call: Call) => Promise<boolean>;

export function createSiteCommands({
  agents,
  cases,
  groups,
}: {
  cases: Pick<CaseDesk, 'get'>;
  agents: Pick<AgentPort, 'cancel'>;
  groups: Pick<GroupDesk, 'of' | 'apply'>;
}): { commands: CommandSet; restGroup: RestGroup } {
  /** Whether what the chat is at is the group's. */
  function isAt({ controls }: Call, group: GroupRecord): boolean {
    const active = controls.active();
    if (!active) return false;
    return active.flow === 'site' || (active.caseId !== '' && nextMember(group)?.caseId === active.caseId);
  }

  async function enter(call: Call): Promise<Told | undefined> {
    const { chatId, controls, say, t } = call;
    const found = await groups.of(chatId);
    if (!found.ok) return say(t('bot:error.unreachable'));
    const caseId = controls.active()?.caseId ?? '';
    const isOwn = found.value !== null && isAt(call, found.value);
    // What runs for another case makes way, as it does for a new one.
    if (caseId !== '' && !isOwn && !(await agents.cancel(caseId)).ok) return say(t('bot:error.unreachable'));
    await controls.start('site', { caseId: '' });
    return undefined;
  }

  /** A group of the devices that were named with a case. */
  async function enterNamed(call: Call, caseId: string | undefined): Promise<Told | undefined> {
    const record = await caseOf(cases, call, caseId);
    if (record === null) return undefined;
    const running = call.controls.active()?.caseId ?? '';
    if (running !== '' && running !== record.id && !(await agents.cancel(running)).ok)
      return call.say(call.t('bot:error.unreachable'));
    await call.controls.start('site', { caseId: record.id, with: { named: true } });
    return undefined;
  }

  return {
    commands: {
      commands: { site: enter },
      buttons: { site: enter, all: (call, [caseId]) => enterNamed(call, caseId) },
    },

    async restGroup(call) {
      const { chatId, controls, say, t } = call;
      const found = await groups.of(chatId);
      const group = found.ok ? found.value : null;
      if (group === null || !isAt(call, group)) return false;
      const { state, id } = group;
      // Another press of the same wish leaves it as it rests.
      if (state !== 'running' && state !== 'planned') return false;
      const caseId = controls.active()?.caseId ?? '';
      const halted = caseId === '' || (await agents.cancel(caseId)).ok;
      const rested =
        halted && (await groups.apply(id, { type: state === 'running' ? 'paused' : 'ended' })).ok;
      if (!rested) await say(t('bot:error.unreachable'));
      else if (state === 'running') await controls.start('site', { caseId: '' });
      else {
        controls.stop();
        await say(t('site:dropped'));
      }
      return true;
    },
  };
}
