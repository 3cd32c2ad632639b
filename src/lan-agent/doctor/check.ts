import type { TextKey, Texts, TextValues } from '../texts.ts';

/** `warning`: worth knowing, nothing is broken. */
export type CheckResult = 'ok' | 'warning' | 'failed';

/** One finding of the doctor. */
export interface Check {
  readonly check: string;
  readonly result: CheckResult;
  /** Closed word; with `check` it names the finding. */
  readonly detail: string;
  /** What the sentence names. */
  readonly values: Readonly<Record<string, string | number>>;
  sentence(texts: Texts): string;
  /** A command that cures it, to be copied. */
  readonly command?: string;
}

/** What is looked at. */
type Checked =
  | 'interfaces'
  | 'port'
  | 'multicast'
  | 'subnets'
  | 'rules'
  | 'buffer'
  | 'home'
  | 'crypto'
  | 'pairing'
  | 'server';

/** A finding by its sentence, `agent:doctor.<check>.<detail>`. */
export function finding<K extends Extract<TextKey, `agent:doctor.${Checked}.${string}`>>(
  result: CheckResult,
  key: K,
  ...values: TextValues<K>
): Check {
  const [, check = '', detail = ''] = key.split('.');
  return { check, result, detail, values: values[0] ?? {}, sentence: (texts) => texts(key, ...values) };
}
