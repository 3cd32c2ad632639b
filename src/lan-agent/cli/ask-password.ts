import type { PromptKind } from '../prompt/choose.ts';
import type { PromptPlan } from '../prompt/prompt.ts';
import type { PromptAnswer } from '../unbind/contract.ts';
import type { CliContext } from './context.ts';

/** Asks the person for the admin password: in the terminal, unless they chose the page. */
export async function askPassword(
  { texts, keyboard }: CliContext,
  kind: PromptKind | undefined,
  plan: PromptPlan,
  signal: AbortSignal,
): Promise<PromptAnswer> {
  const { createPrompt } = await import('../prompt/choose.ts');
  return createPrompt({ kind: kind ?? 'terminal', texts, keyboard, output: process.stderr }).ask(
    plan,
    signal,
  );
}
