import type { TextValues } from '../../kernel/texts.ts';

/** `warning`: worth knowing, nothing is broken. */
export type CheckResult = 'ok' | 'warning' | 'failed';

/** One finding of the doctor. */
export interface Check {
  readonly check:
    | 'interfaces'
    | 'port'
    | 'multicast'
    | 'subnets'
    | 'buffer'
    | 'home'
    | 'crypto'
    | 'pairing'
    | 'server';
  readonly result: CheckResult;
  /** Closed word; with `check` it names the finding. */
  readonly detail: string;
  /** Key of the sentence, filled with `values`. */
  readonly sentence: string;
  readonly values: TextValues;
  /** A command that cures it, to be copied. */
  readonly command?: string;
}

/** A finding whose sentence is `agent:doctor.<check>.<detail>`. */
export function finding(
  check: Check['check'],
  result: CheckResult,
  detail: string,
  values: TextValues = {},
): Check {
  return { check, result, detail, sentence: `agent:doctor.${check}.${detail}`, values };
}
