/**
 * What was typed last and not understood, for its sender to hand on to the admins or not (docs/decisions/0058). It may be a secret:
 * it is in memory alone, or where several processes may hear of it, sealed (bot/telegram/sealed-unclear.ts).
 */

/** A text nobody understood. */
export interface UnclearText {
  /** Name of the question it was typed at (`questionName`); nothing of what was said. */
  readonly question: string;
  readonly text: string;
}

export interface Unclear {
  keep(chatId: number, text: UnclearText): Promise<void>;
  /** Null: there is none, or none any more. */
  get(chatId: number): Promise<UnclearText | null>;
  forget(chatId: number): Promise<void>;
}

/** How long it can be handed on, ms. */
export const UNCLEAR_KEPT_MS = 30 * 60_000;
/** Chats of which one is kept; the oldest give way. */
const MOST_KEPT = 500;
/** Characters that are handed on. */
const MAX_TEXT = 1000;

/** @param clock milliseconds */
export function createUnclear(clock: () => number): Unclear {
  const kept = new Map<number, UnclearText & { readonly at: number }>();
  return {
    async keep(chatId, unclear) {
      kept.delete(chatId);
      kept.set(chatId, { ...handedOn(unclear), at: clock() });
      for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
    },
    async get(chatId) {
      const found = kept.get(chatId);
      return found && clock() - found.at < UNCLEAR_KEPT_MS ? found : null;
    },
    async forget(chatId) {
      kept.delete(chatId);
    },
  };
}

/** As much of it as is handed on. */
export function handedOn({ question, text }: UnclearText): UnclearText {
  return { question, text: [...text].slice(0, MAX_TEXT).join('') };
}

/** Where nothing is asked. */
const IDLE = 'idle';

/** Name of a question: its stage, and the fact it is about where there is one. */
export function questionName(flow: string | undefined, about: string | undefined): string {
  return [flow ?? IDLE, ...(about === undefined ? [] : [about])].join('.');
}
