/**
 * What happens in the window beside what happens to the agent (news.ts): the question that is open, and what the person does
 * without a bot. A scene changes by both. Serialisable, and never a secret in it.
 */
import type { Check } from '../doctor/check.ts';
import type { DiscoveryReport } from '../engine.ts';
import type { ShownQuestion } from '../prompt/prompt.ts';
import type { WordAfter } from '../texts.ts';
import type { Report, StatusReport, UnbindNote, UnbindStage } from '../unbind/contract.ts';

/** A finding of the doctor as it is kept: `agent:doctor.<check>.<detail>` with `values` is its sentence. */
export type Finding = Omit<Check, 'sentence'>;

/** What of a finding can be kept. */
export function findingOf({ sentence: _, ...finding }: Check): Finding {
  return finding;
}

/** What is wrong with a form that was sent. */
export type FormComplaint =
  /** A serial number that is none. */
  | 'not-a-serial'
  /** It is not the serial number typed above. */
  | 'confirm-mismatch'
  /** The box beside it is not ticked. */
  | 'not-sure'
  /** The window is doing something else. */
  | 'busy';

export type OwnNews =
  /** A question is open, or shows itself anew; null: none is. */
  | {
      readonly kind: 'asking';
      readonly question: ShownQuestion | null;
      /** How the one before ended: `agent:prompt.end.<word>`, or `taken`/`cancelled` of its model. */
      readonly end?: QuestionEnd;
    }
  /** A form was not as it has to be; forgotten with the next thing that happens to that action. */
  | {
      readonly kind: 'complaint';
      readonly about: 'status' | 'unbind' | 'unpair' | 'search' | 'pair';
      readonly what: FormComplaint;
    }
  /** A search of the window has begun; `searched` is its end. */
  | { readonly kind: 'searching' }
  | { readonly kind: 'searched'; readonly report: DiscoveryReport }
  | { readonly kind: 'status-asked'; readonly shortSerial: string }
  | {
      readonly kind: 'status-known';
      readonly report: StatusReport;
      /** Something stood in the way of hearing the device. */
      readonly hindered: boolean;
    }
  /** An unbind without a bot: its beginning, where it is, what is noticed, its end. */
  | { readonly kind: 'own-unbind'; readonly shortSerial: string }
  | { readonly kind: 'own-stage'; readonly stage: UnbindStage }
  | { readonly kind: 'own-note'; readonly note: UnbindNote }
  | { readonly kind: 'own-end'; readonly report: Report; readonly hindered: boolean }
  | { readonly kind: 'checking' }
  | { readonly kind: 'checked'; readonly findings: readonly Finding[]; readonly firewall: readonly string[] };

/** `taken`, `cancelled`: the person did. The others: it ended by itself. */
export type QuestionEnd =
  | 'taken'
  | 'cancelled'
  | Extract<WordAfter<'agent:prompt.end.'>, 'timeout' | 'stopped' | 'forgotten'>;
