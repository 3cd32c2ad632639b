/**
 * The questions to the person at the laptop, asked in the window: the same as on pages of their own (prompt/page.ts), one at a
 * time. What is typed goes from the form to its judge as bytes and is zeroed as there.
 */
import type { Language } from '../../../locales/language.ts';
import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import { aborted, limit } from '../limit.ts';
import { consentQuestion, passwordQuestion } from '../prompt/page.ts';
import type { PageQuestion } from '../prompt/page-server.ts';
import {
  describeConsent,
  describePlan,
  type LaptopPrompt,
  type ShownQuestion,
  takenAway,
} from '../prompt/prompt.ts';
import { textsFor } from '../texts.ts';
import type { Asked, QuestionEnd } from './scene.ts';

export interface WindowPrompt {
  for(language: Language): LaptopPrompt;
  /** Judges what the form of the open question has brought. Nothing happens where none is open. */
  answer(body: Buffer): Promise<void>;
}

interface Open {
  judge(body: Buffer): Promise<void>;
}

/**
 * @param tools.onAsking a question is there, or the same one anew; null: none is any more
 * @param tools.limitMs how long a question waits for its answer, ms
 */
export function createWindowPrompt(tools: {
  readonly onAsking: (question: Asked | null, end?: QuestionEnd) => void;
  readonly limitMs?: number;
}): WindowPrompt {
  const { onAsking, limitMs: longest = PROMPT_LIMIT_MS } = tools;
  let open: Open | null = null;
  let before: Promise<unknown> = Promise.resolve();

  const ask = async <T>(
    question: PageQuestion<T>,
    language: Language,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<T> => {
    const over = limit(limitMs, signal);
    let result = question.abandoned;
    let end: QuestionEnd | null = null;
    const finish = (answer: T, how: QuestionEnd) => {
      question.drop(end === null ? null : answer);
      if (end !== null) return;
      end = how;
      result = answer;
      over.end();
    };
    const show = (shown: ShownQuestion) => onAsking({ ...shown, language });
    const mine: Open = {
      judge: async (body) => {
        const turn = await question.judge(body);
        if ('answer' in turn) return finish(turn.answer, turn.end);
        // It may have ended while the judge was thinking, and then what he keeps is nobody's.
        if (end !== null) return question.drop(null);
        show('shown' in turn ? turn.shown : question.form());
      },
    };
    open = mine;
    show(question.form());
    await aborted(over.signal);
    if (end === null) finish(question.abandoned, signal.aborted ? takenAway(signal) : 'timeout');
    open = null;
    onAsking(null, end ?? 'timeout');
    return result;
  };

  /** One question at a time: the next one waits for the one before, as long as it may wait at all. */
  const inTurn = async <T>(
    question: PageQuestion<T>,
    language: Language,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<T> => {
    const turn = before;
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    before = turn.then(() => left);
    const over = limit(limitMs, signal);
    try {
      await Promise.race([turn, aborted(over.signal)]);
      return over.signal.aborted ? question.abandoned : await ask(question, language, limitMs, signal);
    } finally {
      over.end();
      leave();
    }
  };

  return {
    for: (language) => {
      const texts = textsFor(language);
      return {
        ask: (plan, signal, wasRefused, { group, limitMs = longest } = {}) =>
          inTurn(passwordQuestion(describePlan(plan, texts, group), wasRefused), language, limitMs, signal),
        consent: (to, signal, limitMs = longest) =>
          inTurn(consentQuestion(describeConsent(to, texts)), language, limitMs, signal),
      };
    },
    answer: async (body) => open?.judge(body),
  };
}
