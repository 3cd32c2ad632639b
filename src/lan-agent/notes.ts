import type { Note } from './news.ts';
import type { Texts } from './texts.ts';
import type { Report, StatusReport } from './unbind/contract.ts';

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
export function noteText(note: Note, texts: Texts): string {
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

/** The report of an unbind in words. @param isHindered the person was told why the device may not be heard */
export function describeUnbind(report: Report, texts: Texts, isHindered: boolean): string {
  const { shortSerial, outcome, reason } = report;
  const key = outcome === 'not-found' && isHindered ? 'note.notHeard' : (`outcome.${outcome}` as const);
  const lines = [`${shortSerial}: ${texts(`agent:${key}`)}`];
  if (reason) lines.push(texts(`agent:reason.${reason}`, { shortSerial }));
  return [...lines, ...numberLines(report, texts)].join('\n');
}

/** The status in words, with the device it is about. @param isHindered the person was told why it may not be heard */
export function describeStatus(report: StatusReport, texts: Texts, isHindered: boolean): string {
  const { shortSerial, status, word, reason, stopped, device, attemptsLeft } = report;
  const key = stopped
    ? 'reason.cancelled'
    : reason
      ? (`reason.${reason}` as const)
      : isHindered && status === 'not-found'
        ? 'note.notHeard'
        : (`status.${status}` as const);
  const { model, address, interface: through } = device ?? {};
  const where = address && texts('agent:discover.through', { address, interface: through ?? '' });
  const head = [shortSerial, model, where].filter(Boolean).join('  ');
  const said = `${head}\n${texts(`agent:${key}`, { word: word ?? '' })}`;
  return attemptsLeft === undefined
    ? said
    : `${said}\n${texts('agent:outcome.attemptsLeft', { number: attemptsLeft })}`;
}
