import type { OddWay } from './network/hindrances.ts';
import type { LanNote } from './network/lan.ts';
import type { Texts } from './texts.ts';
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
  // One case for each set of values.
  switch (note.kind) {
    case 'earlier-attempt':
      return texts(`agent:note.${note.kind}.${note.settled}`);
    case 'interface-skipped':
    case 'found-set-aside':
      return texts(`agent:note.${note.kind}`, note);
    case 'interface-failed':
    case 'send-failed':
      return texts(`agent:note.${note.kind}`, note);
    case 'small-buffer':
      return texts(`agent:note.${note.kind}`, note);
    case 'announced-elsewhere':
      return texts(`agent:note.${note.kind}`, note);
    case 'foreign-reply':
      return texts(`agent:note.${note.kind}`, note);
    case 'wire-mac':
      return texts(`agent:note.${note.kind}`, note);
    case 'unexpected-word':
      return texts(`agent:note.${note.kind}`, note);
    default:
      return texts(`agent:note.${note.kind}`);
  }
}
