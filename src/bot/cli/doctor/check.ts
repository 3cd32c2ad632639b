import type { TextKey, Texts, TextValues } from '../../../kernel/texts.ts';

/** `warning`: worth knowing, nothing is broken. */
export type CheckResult = 'ok' | 'warning' | 'failed';

/** One finding of the operator's doctor. */
export interface Check {
  /** What was looked at. */
  readonly check: string;
  readonly result: CheckResult;
  /** Closed word; with `check` it names the finding. */
  readonly detail: string;
  /** What the sentence names; never a secret. */
  readonly values: Readonly<Record<string, string | number>>;
  /** What is, and where it is not right, what to do about it. */
  sentence(t: Texts): string;
}

/** A finding by its sentence, `operator:doctor.<check>.<detail>`. */
export function finding<K extends Extract<TextKey, `operator:doctor.${string}.${string}`>>(
  result: CheckResult,
  key: K,
  ...values: TextValues<K>
): Check {
  const [, check = '', detail = ''] = key.split('.');
  return { check, result, detail, values: values[0] ?? {}, sentence: (t) => t(key, ...values) };
}

/** A finding whose sentence is said elsewhere, such as where the bot's start says the same. */
export function foundAs(
  result: CheckResult,
  check: string,
  detail: string,
  sentence: (t: Texts) => string,
): Check {
  return { check, result, detail, values: {}, sentence };
}
