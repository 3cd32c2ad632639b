import { isHindrance } from '../network/hindrances.ts';
import { noteText } from '../notes.ts';
import type { Texts } from '../texts.ts';

/** Tells the person at the laptop what is noticed on the way. */
export interface Teller {
  readonly onNote: (note: Parameters<typeof noteText>[0]) => void;
  /** Something that was told can be why a device was not heard. */
  isHindered(): boolean;
}

export function createTeller({ say, texts }: { say(text: string): void; readonly texts: Texts }): Teller {
  let isHindered = false;
  return {
    onNote: (note) => {
      isHindered ||= isHindrance(note);
      say(noteText(note, texts));
    },
    isHindered: () => isHindered,
  };
}
