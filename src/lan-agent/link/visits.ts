import { languageOf } from '../../../locales/language.ts';
import type { AgentCommand } from '../../link/messages.ts';
import type { ConsentAnswer } from '../prompt/prompt.ts';
import { VISIT_MS } from '../times.ts';
import type { JobTools } from './unbind-job.ts';

type SurveyCommand = Extract<AgentCommand, { type: 'survey' }>;

/** Why the list of devices is not sent. */
export type SurveyRefusal = 'survey-refused' | 'survey-abandoned' | 'no-terminal';

/** Whom the person at this laptop lets see its network. */
export interface Visits {
  /** Asks the person, once for each technician's visit. Null: it is allowed. */
  allow(command: SurveyCommand, signal: AbortSignal): Promise<SurveyRefusal | null>;
}

const REFUSALS: Readonly<Record<Exclude<ConsentAnswer['kind'], 'agreed'>, SurveyRefusal>> = {
  declined: 'survey-refused',
  // Nobody is asked about a cable here.
  'no-cable': 'survey-refused',
  abandoned: 'survey-abandoned',
  unavailable: 'no-terminal',
};

/** What was allowed is in the memory of this process alone: whoever starts the agent anew is asked anew. */
export function createVisits({
  promptFor,
  clock,
  emit,
}: Pick<JobTools, 'promptFor' | 'clock' | 'emit'>): Visits {
  /** Until when each visit may see the network, ms. */
  const allowed = new Map<string, number>();
  return {
    allow: async ({ jobId, visit, technician, language }, signal) => {
      const key = JSON.stringify([visit, technician]);
      for (const [other, until] of allowed) if (until <= clock.now()) allowed.delete(other);
      if (allowed.has(key)) return null;
      const tell = (state: 'shown' | 'typed' | 'abandoned') =>
        emit({ type: 'prompt', jobId, state, attemptsLeft: null, asks: 'survey' });
      await tell('shown');
      const { kind } = await promptFor(languageOf(language)).consent({ kind: 'survey', technician }, signal);
      await tell(kind === 'agreed' ? 'typed' : 'abandoned');
      if (kind !== 'agreed') return REFUSALS[kind];
      allowed.set(key, clock.now() + VISIT_MS);
      return null;
    },
  };
}
