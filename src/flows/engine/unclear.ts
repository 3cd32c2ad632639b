/**
 * What was typed last and not understood: in memory alone, for its sender to hand on to the admins or not (docs/decisions/0058). It
 * may be a secret.
 */

/** A text nobody understood. */
export interface UnclearText {
  /** Name of the question it was typed at (`questionName`); nothing of what was said. */
  readonly question: string;
  readonly text: string;
}

export interface Unclear {
  keep(chatId: number, text: UnclearText): void;
  /** Null: there is none, or none any more. */
  get(chatId: number): UnclearText | null;
  forget(chatId: number): void;
}

/** How long it can be handed on, ms. */
const KEPT_MS = 30 * 60_000;
/** Chats of which one is kept; the oldest give way. */
const MOST_KEPT = 500;
/** Characters that are handed on. */
const MAX_TEXT = 1000;

/** @param clock milliseconds */
export function createUnclear(clock: () => number): Unclear {
  const kept = new Map<number, UnclearText & { readonly at: number }>();
  return {
    keep(chatId, { question, text }) {
      kept.delete(chatId);
      kept.set(chatId, { question, text: [...text].slice(0, MAX_TEXT).join(''), at: clock() });
      for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
    },
    get(chatId) {
      const found = kept.get(chatId);
      return found && clock() - found.at < KEPT_MS ? found : null;
    },
    forget: (chatId) => void kept.delete(chatId),
  };
}

/** Where nothing is asked. */
const IDLE = 'idle';

/** Name of a question: its stage, and the fact it is about where there is one. */
export function questionName(flow: string | undefined, about: string | undefined): string {
  return [flow ?? IDLE, ...(about === undefined ? [] : [about])].join('.');
}
