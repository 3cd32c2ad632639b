/** Unbinds under way: what is taken for granted of them where the store may have forgotten how far they have come. */
import type { CaseDesk } from '../../cases/desk.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import { assumeTraded } from '../../hub/desk.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import type { Alarms } from '../house/alarms.ts';
import { atBorder, must } from '../house/must.ts';
import type { JobNote, JobRecords } from './records.ts';

/** Unbinds by their jobs that have notes and whose last word is still to come, those that were stopped among them. */
export async function notedUnbinds({
  notes,
  stories,
}: Pick<JobRecords, 'notes' | 'stories'>): Promise<Result<Map<string, JobNote>, StoreFailure>> {
  const found = new Map<string, JobNote>();
  const noted = await notes.keys();
  if (!noted.ok) return noted;
  for (const jobId of noted.value) {
    const [note, story] = [orNone(await notes.get(jobId)), orNone(await stories.get(jobId))];
    if (!note.ok) return note;
    if (!story.ok) return story;
    if (note.value?.kind === 'unbind' && story.value?.step !== 'over') found.set(jobId, note.value);
  }
  return ok(found);
}

export interface UnderWay {
  /**
   * Another primary of the store answers, and may have forgotten what was traded: of every unbind under way the worst is taken
   * for granted. No permit of it works again, its laptop is believed how it ended, nothing else of its group begins before, and
   * whoever waits for it has an alarm. Repeating it changes nothing.
   * @returns how many they are
   */
  assumeTraded(): Promise<Result<number, HouseFailure>>;
}

export function createUnderWay({
  records,
  store,
  cases,
  alarms,
}: {
  records: Pick<JobRecords, 'notes' | 'stories'>;
  store: Pick<Store, 'values' | 'claims'>;
  cases: Pick<CaseDesk, 'get'>;
  alarms: Pick<Alarms, 'ensure'>;
}): UnderWay {
  return {
    assumeTraded: () =>
      atBorder(async () => {
        const jobs = must(await notedUnbinds(records));
        for (const [jobId, { agentId, shortSerial, caseId, chatId }] of jobs) {
          must(await assumeTraded(store, { agentId, jobId, shortSerial }));
          const isAwaited = must(orNone(await cases.get(caseId)))?.job?.id === jobId;
          if (isAwaited) must(await alarms.ensure(chatId, jobId, { waiting: 'unbind' }));
        }
        return jobs.size;
      }),
  };
}
