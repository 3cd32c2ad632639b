import type { Writable } from 'node:stream';
import type { Texts } from '../texts.ts';
import type { Keyboard } from './keyboard.ts';
import type { PromptKind } from './kinds.ts';
import { createPagePrompt } from './page.ts';
import type { LaptopPrompt } from './prompt.ts';
import { createTerminalPrompt } from './terminal.ts';

/**
 * What the person at the laptop is asked with, in one language: the one that was asked for, else the terminal where there is one, else the
 * page. Everything is written to `output` (standard error); the page's address stands on a line of its own that
 * begins with `prompt-page: `, so that a program can find it.
 */
export function createPrompt(options: {
  kind: PromptKind | undefined;
  texts: Texts;
  keyboard: Keyboard;
  output: Writable;
}): LaptopPrompt {
  const { texts, keyboard, output } = options;
  const kind = options.kind ?? (keyboard.isTerminal ? 'terminal' : 'page');
  if (kind === 'terminal') return createTerminalPrompt({ texts, keyboard, output });
  return createPagePrompt({
    texts,
    announce: (url) => output.write(`${texts('agent:prompt.open')}\nprompt-page: ${url}\n`),
  });
}
