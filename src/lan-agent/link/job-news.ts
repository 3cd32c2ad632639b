import type { JobAbout, JobNews } from '../news.ts';
import type { JobCommand } from './intake.ts';
import type { NewEvent } from './outbox.ts';

/** A job of the chat as the person at the laptop is told of it. */
export function aboutJob(command: JobCommand, settles: boolean): JobAbout {
  const { jobId: id, type: task } = command;
  const about = { id, task, origin: 'bot', settles, technician: null, place: null } as const;
  switch (command.type) {
    case 'discover':
      return { ...about, shortSerial: command.until };
    case 'survey':
      return { ...about, shortSerial: null, technician: command.technician };
    case 'status':
      return { ...about, shortSerial: command.shortSerial };
    case 'unbind': {
      const { shortSerial, technician, group } = command;
      return {
        ...about,
        shortSerial,
        technician,
        place: group ? { number: group.number, of: group.of } : null,
      };
    }
  }
}

const ANSWERS = { shown: 'shown', typed: 'answered', abandoned: 'closed' } as const;

/** What the chat is told in the middle of a job, for the laptop; null for what is a job's end. */
export function newsOf(event: NewEvent): JobNews | null {
  const { jobId } = event;
  switch (event.type) {
    case 'challenge': {
      const { triesLeft, expiresAt } = event;
      return { kind: 'picture', jobId, state: 'shown', triesLeft, expiresAt };
    }
    case 'challenge-result': {
      const { result, triesLeft } = event;
      return { kind: 'picture', jobId, state: result, triesLeft, expiresAt: null };
    }
    case 'prompt': {
      const { state, attemptsLeft, asks = 'password' } = event;
      return { kind: 'question', jobId, asks, state: ANSWERS[state], attemptsLeft };
    }
    default:
      return null;
  }
}
