/**
 * What happens just now, for the log: every line that is written on the way of an update, or of a laptop's event, says so,
 * whichever part of the program writes it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids alone, by which lines are found; never what somebody wrote. */
export interface LogSubject {
  /** Id of Telegram's update. */
  readonly update?: number;
  /** Id of the case; it ends with the number that the chat shows. */
  readonly case?: string;
  /** Id of the laptop's agent, and of the job its news is about. */
  readonly agent?: string;
  readonly job?: string;
}

const subjects = new AsyncLocalStorage<LogSubject>();

/** Does a task, whose lines are about this, too. */
export function about<T>(subject: LogSubject, task: () => T): T {
  return subjects.run({ ...subjects.getStore(), ...subject }, task);
}

/** From now on the task under way is about this, too; without one under way nothing happens. */
export function isAbout(subject: LogSubject): void {
  const current = subjects.getStore();
  if (current) Object.assign(current, subject);
}

/** Does what belongs to nobody's update, though one was the occasion: a process that ends hours later. */
export function aboutNothing<T>(task: () => T): T {
  return subjects.exit(task);
}

/** What lines are about now; a copy. */
export function subjectNow(): LogSubject {
  return { ...subjects.getStore() };
}
