import type { CaseRecord } from '../cases/case.ts';
import type { Dialogue } from './engine/dialogue.ts';
import type { HouseEvent } from './engine/events.ts';
import { hearLaptop } from './laptop.ts';
import type { JobStart } from './ports.ts';

/**
 * What the device itself says through the laptop. `untold`: there is no laptop, or it could not tell; `back` and
 * `cancel`: the technician pressed that while it looked, and the case is as it was.
 */
export type DeviceWord =
  | 'not-bound'
  | 'bound'
  | 'cloud-disabled'
  | 'cloud-offline'
  | 'untold'
  | 'back'
  | 'cancel';

/** Has the laptop look at the device again, where one is online: belief is not enough where the device can be asked. */
export async function askDevice(dialogue: Dialogue, record: CaseRecord): Promise<DeviceWord> {
  if (record.device === null) return 'untold';
  const agents = await dialogue.house((house) => house.agents.list(record.chatId));
  const online = agents.filter((agent) => agent.online);
  const agent = online.find(({ id }) => id === record.sighting?.agentId) ?? online[0];
  if (!agent) return 'untold';

  if (record.sighting?.agentId !== agent.id) {
    const found = await hearJob(dialogue, record, 'discovered', () =>
      dialogue.house((house) => house.agents.discover(record.id, agent.id)),
    );
    if (typeof found === 'string') return leave(dialogue, record, found);
    if (found?.type !== 'discovered' || found.device === null) return 'untold';
  }
  const heard = await hearJob(dialogue, record, 'status', () =>
    dialogue.house((house) => house.agents.status(record.id)),
  );
  if (typeof heard === 'string') return leave(dialogue, record, heard);
  if (heard?.type !== 'status') return 'untold';
  switch (heard.status) {
    case 'not-bound':
    case 'cloud-disabled':
    case 'cloud-offline':
      return heard.status;
    case 'can-unbind':
      return 'bound';
    default:
      return 'untold';
  }
}

async function hearJob(
  dialogue: Dialogue,
  record: CaseRecord,
  wanted: 'discovered' | 'status',
  start: () => Promise<JobStart>,
): Promise<HouseEvent | 'untold' | 'back' | 'cancel' | null> {
  return dialogue.repeat<null, HouseEvent | 'untold' | 'back' | 'cancel' | null>(null, async () => {
    const job = await start();
    if (!job.started) return { done: null };
    const text = dialogue.t('bot:guide.checking');
    const heard = await hearLaptop(dialogue, text, { jobId: job.jobId, caseId: record.id, wanted });
    switch (heard.kind) {
      case 'event':
        return { done: heard.event };
      case 'again':
        await dialogue.house((house) => house.agents.cancel(record.id));
        return { again: null };
      case 'on':
        return { again: null };
      default:
        return { done: heard.kind === 'back' || heard.kind === 'cancel' ? heard.kind : 'untold' };
    }
  });
}

async function leave<T extends DeviceWord>(dialogue: Dialogue, record: CaseRecord, how: T): Promise<T> {
  await dialogue.house((house) => house.agents.cancel(record.id));
  return how;
}
