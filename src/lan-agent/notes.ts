import type { Texts } from '../kernel/texts.ts';
import type { LanNote } from './network/lan.ts';
import type { UnbindNote } from './unbind/contract.ts';

/** A sentence for the person at the laptop about something noticed on the way. */
export function noteText(note: LanNote | UnbindNote, texts: Texts): string {
  if (note.kind === 'earlier-attempt') return texts(`agent:note.${note.kind}.${note.settled}`);
  const { kind, ...values } = note;
  return texts(`agent:note.${kind}`, values);
}
