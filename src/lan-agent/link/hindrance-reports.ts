import { type HindranceReport, MOST_HINDRANCES } from '../../link/messages.ts';
import type { FoundSetAside, Hindrance } from '../network/hindrances.ts';
import { clean } from '../network/sighting.ts';

/** What stood in the way, or that the way is odd, for the chat: each once, at most as many as an event takes, without what only the laptop's log needs. */
export function reportHindrances(notes: readonly (Hindrance | FoundSetAside)[]): HindranceReport[] {
  const reports = new Map<string, HindranceReport>();
  for (const note of notes) {
    const report: HindranceReport =
      'name' in note ? { kind: note.kind, name: clean(note.name, 64) ?? '' } : { kind: note.kind };
    reports.set(JSON.stringify(report), report);
  }
  return [...reports.values()].slice(0, MOST_HINDRANCES);
}
