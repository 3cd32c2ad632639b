import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import type { PromptAnswer, WasRefused } from '../unbind/contract.ts';
import { formField } from './form.ts';
import { askOnPage, type PageOptions, type PageQuestion, type Turn } from './page-server.ts';
import {
  type ConsentAnswer,
  type ConsentModel,
  createPasswordCheck,
  describeConsent,
  describePlan,
  type LaptopPrompt,
  type PasswordComplaint,
  type PromptModel,
  type ShownQuestion,
} from './prompt.ts';

/** The prompt as pages, one for each question (page-server.ts). */
export function createPagePrompt(options: PageOptions & { timeLimitMs?: number }): LaptopPrompt {
  const { texts, timeLimitMs = PROMPT_LIMIT_MS } = options;
  return {
    ask: (plan, signal, wasRefused, { group, limitMs = timeLimitMs } = {}) =>
      askOnPage(passwordQuestion(describePlan(plan, texts, group), wasRefused), {
        ...options,
        limitMs,
        signal,
      }),
    consent: (to, signal, limitMs = timeLimitMs) =>
      askOnPage(consentQuestion(describeConsent(to, texts)), { ...options, limitMs, signal }),
  };
}

/** The question for a password, as pages of any kind ask it. */
export function passwordQuestion(model: PromptModel, wasRefused: WasRefused): PageQuestion<PromptAnswer> {
  const check = createPasswordCheck();
  const form = (complaint: PasswordComplaint | null): ShownQuestion => ({
    kind: 'password',
    model,
    complaint,
  });
  /** A password that may be the one refused last, until the person has said whether it is meant. */
  let doubted: Buffer | null = null;
  const take = () => {
    const password = doubted;
    doubted = null;
    return password;
  };

  const judge = async (body: Buffer): Promise<Turn<PromptAnswer>> => {
    const action = formField(body, 'action')?.toString();
    const typed = formField(body, 'password');
    const directCable = formField(body, 'cable')?.toString() === 'yes';
    const before = take();
    const password = typed ?? (action === 'meant' ? before : null);
    if (password !== before) before?.fill(0);
    if (action === 'another' || action === 'cancel') {
      password?.fill(0);
      return action === 'another'
        ? { status: 200, shown: form(null) }
        : { answer: { kind: 'abandoned' }, end: 'cancelled' };
    }
    if (!password) return { status: 400 };
    const complaint = model.cable && !directCable ? 'no-cable' : check(password);
    if (complaint) {
      password.fill(0);
      return { status: 422, shown: form(complaint) };
    }
    if (password !== before && (await wasRefused(password))) {
      doubted = password;
      return { status: 422, shown: { kind: 'meant', model } };
    }
    const given = { kind: 'typed', password } as const;
    return { answer: model.cable ? { ...given, directCable: true } : given, end: 'taken' };
  };

  return {
    model,
    form: () => form(null),
    judge,
    drop: (answer) => {
      take()?.fill(0);
      if (answer?.kind === 'typed') answer.password.fill(0);
    },
    abandoned: { kind: 'abandoned' },
    unavailable: { kind: 'unavailable' },
  };
}

/** One button means yes; it works with the form of this page alone, as everything here does. */
export function consentQuestion(model: ConsentModel): PageQuestion<ConsentAnswer> {
  return {
    model,
    form: () => ({ kind: 'consent', model, complaint: null }),
    judge: async (body) => {
      const action = formField(body, 'action')?.toString();
      if (action === 'cancel') return { answer: { kind: 'declined' }, end: 'cancelled' };
      if (action !== 'agree') return { status: 400 };
      if (!model.cable) return { answer: { kind: 'agreed' }, end: 'taken' };
      return formField(body, 'cable')?.toString() === 'yes'
        ? { answer: { kind: 'agreed', directCable: true }, end: 'taken' }
        : { status: 422, shown: { kind: 'consent', model, complaint: 'cable-unconfirmed' } };
    },
    drop: () => undefined,
    abandoned: { kind: 'abandoned' },
    unavailable: { kind: 'unavailable' },
  };
}
