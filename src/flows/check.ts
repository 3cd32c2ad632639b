import type { CaseRecord } from '../cases/case.ts';
import type { Dialogue } from './engine/dialogue.ts';
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
    const found = await hearJob(
      dialogue,
      await dialogue.house((house) => house.agents.discover(record.id, agent.id)),
      'discovered',
    );
    if (found === 'back' || found === 'cancel') return leave(dialogue, record, found);
    if (found?.type !== 'discovered' || found.device === null) return 'untold';
  }
  const heard = await hearJob(
    dialogue,
    await dialogue.house((house) => house.agents.status(record.id)),
    'status',
  );
  if (heard === 'back' || heard === 'cancel') return leave(dialogue, record, heard);
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

async function hearJob(dialogue: Dialogue, job: JobStart, wanted: 'discovered' | 'status') {
  if (!job.started) return null;
  const answer = await dialogue.ask(dialogue.t('bot:guide.checking'), {
    events: [wanted, 'job-failed', 'job-overdue'],
    jobId: job.jobId,
    help: 'bot:help.useButtons',
  });
  if (answer.kind === 'event') return answer.event;
  return answer.kind === 'button' && answer.id === 'cancel' ? 'cancel' : 'back';
}

async function leave<T extends DeviceWord>(dialogue: Dialogue, record: CaseRecord, how: T): Promise<T> {
  await dialogue.house((house) => house.agents.cancel(record.id));
  return how;
}
