import type { PromptKind } from '../prompt/kinds.ts';
import type { PromptPlan } from '../prompt/prompt.ts';
import type { PromptAnswer, WasRefused } from '../unbind/contract.ts';
import type { CliContext } from './context.ts';

/** Asks the person for the admin password: in the terminal, unless they chose the page. */
export async function askPassword(
  { texts, keyboard }: CliContext,
  kind: PromptKind | undefined,
  plan: PromptPlan,
  signal: AbortSignal,
  wasRefused: WasRefused,
): Promise<PromptAnswer> {
  const { createPrompt } = await import('../prompt/choose.ts');
  const prompt = createPrompt({ kind: kind ?? 'terminal', texts, keyboard, output: process.stderr });
  return prompt.ask(plan, signal, wasRefused);
}
