import type { UnbindStage } from '../../unbind/contract.ts';
import type { Work } from '../scene.ts';
import type { WindowWord } from '../texts.ts';
import { type Filling, html } from './html.ts';
import type { View } from './view.ts';

type Step = Exclude<WindowWord<'window:step.'>, 'list' | `state.${string}`>;

/** Which step a stage belongs to. */
const STEP_OF: Readonly<Record<UnbindStage, Step>> = {
  discovering: 'find',
  status: 'ask',
  ledger: 'ask',
  challenge: 'picture',
  password: 'password',
  permit: 'send',
  exchange: 'send',
  sent: 'send',
  verifying: 'check',
};

/** An unbind step by step; of other jobs, which have one or two, their heading says enough. @param end how it ended; null: it goes on */
export function stepsOf({ texts }: View, work: Work, end: 'done' | 'failed' | null): Filling {
  const { job, stage, asks } = work;
  if (job.task !== 'unbind' || job.settles) return null;
  const isConfirmed = asks === 'confirm';
  const steps: readonly Step[] = [
    'find',
    'ask',
    ...(job.origin === 'bot' ? (['picture'] as const) : []),
    isConfirmed ? 'confirm' : 'password',
    'send',
    'check',
  ];
  const step = stage === null ? 'find' : STEP_OF[stage];
  const now = steps.indexOf(step === 'password' && isConfirmed ? 'confirm' : step);
  const stateOf = (at: number) => {
    if (end === 'done' || at < now) return 'done';
    if (at > now) return 'next';
    return end === 'failed' ? 'failed' : 'now';
  };
  return html`<ol class="steps" aria-label="${texts('window:step.list')}">${steps.map((one, at) => {
    const state = stateOf(at);
    const current = state === 'now' ? html` aria-current="step"` : null;
    return html`<li class="${state}"${current}>${texts(`window:step.${one}`)}<span class="unseen">, ${texts(`window:step.state.${state}`)}</span></li>`;
  })}</ol>`;
}
