import type { Texts } from '../kernel/texts.ts';
import type { OddWay } from './network/hindrances.ts';
import type { LanNote } from './network/lan.ts';
import type { Report, UnbindNote } from './unbind/contract.ts';

/** What a report says in numbers, a line each. */
export function numberLines(
  { attemptsLeft, lockMinutes, lockAssumed }: Pick<Report, 'attemptsLeft' | 'lockMinutes' | 'lockAssumed'>,
  texts: Texts,
): string[] {
  const lock = lockAssumed ? 'lockAssumed' : 'lockMinutes';
  return [
    ...(attemptsLeft === undefined ? [] : [texts('agent:outcome.attemptsLeft', { number: attemptsLeft })]),
    ...(lockMinutes === undefined ? [] : [texts(`agent:outcome.${lock}`, { number: lockMinutes })]),
  ];
}

/** A sentence for the person at the laptop about something noticed on the way. */
export function noteText(note: LanNote | OddWay | UnbindNote, texts: Texts): string {
  if (note.kind === 'earlier-attempt') return texts(`agent:note.${note.kind}.${note.settled}`);
  const { kind, ...values } = note;
  return texts(`agent:note.${kind}`, values);
}
