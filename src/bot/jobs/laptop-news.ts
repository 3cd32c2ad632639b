/**
 * What a chat hears of its laptop beside what is being asked: that a wait gets long, that the laptop at work is away, that it
 * is back. In the chat's order, and only while it is still so.
 */
import type { CaseRecord } from '../../cases/case.ts';
import type { AtWork } from '../../cases/desk.ts';
import type { Late, Waiting } from '../../flows/engine/events.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { Controls } from '../../flows/index.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import { type BucketRules, createBuckets } from '../../hub/limits.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Access } from '../door/access.ts';
import type { Alarms, Ring } from '../house/alarms.ts';
import { must } from '../house/must.ts';
import type { Profiles } from '../house/profiles.ts';
import { CHOICE_MS, REMIND_MS } from '../house/times.ts';
import type { Voice } from '../house/voice.ts';
import type { Deliver } from './events.ts';

/** How often one laptop's coming and going is told: a bad line goes on and off, and a changed agent as it likes. */
const NEWS: BucketRules = { burst: 6, perSecond: 1 / 60 };

export interface LaptopNewsOptions {
  directory: Pick<AgentDirectory, 'get' | 'isOnline'>;
  /** Cases whose job is running: on a laptop, for a technician, or about a device. */
  running(of: AtWork): Promise<Result<CaseRecord[], HouseFailure>>;
  alarms: Pick<Alarms, 'waitOf'>;
  access: Pick<Access, 'roleOf'>;
  profiles: Pick<Profiles, 'language'>;
  voice: Pick<Voice, 'say'>;
  deliver: Deliver;
  /** Runs a task of the house's own in a chat's order. */
  inTurn(
    chatId: number,
    task: (controls: Pick<Controls, 'remark'>) => Promise<void>,
  ): Promise<Result<void, unknown>>;
  /** Milliseconds. */
  clock: () => number;
  log: Log;
}

export interface LaptopNews {
  /** Says what is waited for, or how little time is left. `caseId` empty: of no case. False: not now. */
  word(ring: Ring, agentId: string, caseId: string): Promise<boolean>;
  /** What is known of a wait that has become long. */
  late(ring: Ring, agentId: string): Promise<Late | undefined>;
  /** An agent has come online: conversations that it would help hear of it. */
  online(agentId: string): Promise<void>;
  /** An agent is away: chats for which it is at work hear of it. */
  offline(agentId: string): Promise<void>;
}

export function createLaptopNews(options: LaptopNewsOptions): LaptopNews {
  const { directory, running, alarms, access, profiles, voice, deliver, inTurn, clock, log } = options;
  const news = createBuckets(NEWS, clock);

  const nameOf = async (agentId: string) => must(await directory.get(agentId))?.name ?? '';

  /**
   * Tells a chat in its turn, unless it is no house of theirs any more, or `text` finds that there is nothing to say: on the
   * card of the case, else as a message. `needed`: of the person, who is to hear it.
   */
  async function beside(
    { chatId, id }: Pick<CaseRecord, 'chatId' | 'id'>,
    needed: boolean,
    text: (t: Texts) => Promise<string | null>,
  ): Promise<boolean> {
    const told = await inTurn(chatId, async ({ remark }) => {
      if (must(await access.roleOf(chatId)) === null) return;
      const said = await text(htmlTextsFor(await profiles.language(chatId)));
      if (said === null || (await remark(id, said, needed))) return;
      // Later than the choice it is no news.
      await voice.say(chatId, said, { goodForMs: CHOICE_MS });
    });
    return told.ok;
  }

  const isRunning = async (agentId: string, jobId: string) =>
    must(await running({ laptop: agentId })).some(({ job }) => job?.id === jobId);

  return {
    word: async ({ chatId, jobId, waiting, waitedMs }, agentId, caseId) => {
      if (waiting === null) return true;
      const agent = await nameOf(agentId);
      const isForPerson = waiting === 'picture' || waiting === 'password' || waiting === 'leave';
      return beside({ chatId, id: caseId }, isForPerson, async (t) => {
        if ((await alarms.waitOf(jobId))?.waiting !== waiting) return null;
        if (isForPerson)
          return t(`bot:wait.reminder.${waiting}`, { minutes: Math.round(REMIND_MS / 60_000) });
        const what = t(`bot:wait.what.${waiting}`);
        const word = t('bot:wait.word', { agent, what, seconds: Math.round(waitedMs / 1_000) });
        return (await directory.isOnline(agentId)) ? word : [word, t('bot:wait.away')].join('\n');
      });
    },

    late: async ({ waiting, waitedMs }, agentId) =>
      waiting === null
        ? undefined
        : {
            waiting,
            seconds: Math.round(waitedMs / 1_000),
            agent: await nameOf(agentId),
            online: await directory.isOnline(agentId),
          },

    online: async (agentId) => {
      const agent = must(await directory.get(agentId));
      if (!agent || news.take(agentId) > 0) return;
      for (const chatId of agent.technicians) {
        // Who waits for one laptop is not told of another.
        const busy = must(await running({ chat: chatId }));
        const isElsewhere = busy.some(({ job }) => job !== null && job.agentId !== agentId);
        if (isElsewhere) continue;
        const id = `online:${agentId}:${clock()}`;
        const told = await deliver(chatId, {
          id,
          caseId: '',
          type: 'agent-online',
          agentId,
          name: agent.name,
        });
        // Nobody waits for it: whoever asks for the laptop next sees that it is there.
        if (!told.ok)
          log.warn({ agent: agentId, chat: chatId }, 'a chat does not hear that a laptop is back');
      }
    },

    offline: async (agentId) => {
      const cases = must(await running({ laptop: agentId }));
      if (cases.length === 0 || news.take(agentId) > 0) return;
      const agent = await nameOf(agentId);
      for (const record of cases) {
        const { job } = record;
        if (job === null) continue;
        await beside(record, false, async (t) => {
          // Back already, or done meanwhile.
          if ((await directory.isOnline(agentId)) || !(await isRunning(agentId, job.id))) return null;
          const waiting: Waiting | undefined = (await alarms.waitOf(job.id))?.waiting;
          const what = t(`bot:wait.what.${waiting ?? 'end'}`);
          return t('bot:laptop.gone', { agent, what });
        });
      }
    },
  };
}
