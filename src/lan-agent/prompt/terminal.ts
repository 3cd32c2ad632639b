import type { Key } from 'node:readline';
import type { Transform, Writable } from 'node:stream';
import { confirm, note, password, text } from '@clack/prompts';
import type { Texts } from '../../kernel/texts.ts';
import { isPairingCode, normalisePairingCode } from '../../link/pairing-code.ts';
import { aborted, limit } from '../limit.ts';
import type { Keyboard } from './keyboard.ts';
import { createPasswordCheck, describePlan, type PasswordPrompt, PROMPT_TIME_LIMIT_MS } from './prompt.ts';

/**
 * The prompt in the terminal. It draws on `output`, which is standard error: standard output belongs to results. What
 * is typed is not shown, not even as stars: they would stay in the window and tell its length. Without a terminal
 * nobody can be asked, and a password must not come out of a pipe by accident.
 */
export function createTerminalPrompt(options: {
  texts: Texts;
  keyboard: Keyboard;
  output: Writable;
  timeLimitMs?: number;
}): PasswordPrompt {
  const { texts, keyboard, output } = options;
  return {
    ask: async (plan, signal) => {
      if (!keyboard.isTerminal) return { kind: 'unavailable' };
      const model = describePlan(plan, texts);
      const check = createPasswordCheck();
      const rows = model.rows.map(({ label, value }) => `${label}: ${value}`);
      const timeLimitMs = options.timeLimitMs ?? PROMPT_TIME_LIMIT_MS;
      const { cable } = model;
      const typed = await atTerminal<string | false>(
        { ...options, timeLimitMs, signal },
        async (keys, over) => {
          note([...rows, '', ...model.hints].join('\n'), model.title, { output });
          if (cable) {
            const agreed = await confirm({
              message: `${cable.why}\n${cable.question}`,
              active: texts('agent:prompt.cable.yes'),
              inactive: texts('agent:prompt.cable.no'),
              initialValue: false,
              input: keys,
              output,
              signal: over,
            });
            if (agreed !== true) return agreed;
          }
          return password({
            message: `${model.question} (${texts('agent:prompt.unseen')})`,
            mask: '',
            clearOnError: true,
            input: keys,
            output,
            signal: over,
            validate: (value) => {
              const bytes = Buffer.from(value ?? '');
              const complaint = check(bytes);
              bytes.fill(0);
              return complaint ? texts(`agent:prompt.complaint.${complaint}`) : undefined;
            },
          });
        },
      );
      if (typed === null) return { kind: 'abandoned' };
      if (typed === false) return { kind: 'no-cable' };
      const given = { kind: 'typed', password: Buffer.from(typed) } as const;
      return cable ? { ...given, directCable: true } : given;
    },
  };
}

/** Asks for the pairing code until what is typed can be one; null when the person leaves or the time is over. */
export async function askPairingCode(
  keyboard: Keyboard,
  output: Writable,
  texts: Texts,
  signal: AbortSignal,
): Promise<string | null> {
  const timeLimitMs = PROMPT_TIME_LIMIT_MS;
  return atTerminal<string>({ keyboard, output, texts, timeLimitMs, signal }, (keys, over) =>
    text({
      message: texts('agent:link.pair.ask'),
      input: keys,
      output,
      signal: over,
      validate: (value) =>
        isPairingCode(normalisePairingCode(value ?? '')) ? undefined : texts('agent:link.pair.not-a-code'),
    }),
  );
}

/**
 * Has the library ask, and ends that at what it overlooks: Ctrl+D, or a terminal that was closed. Null when nothing
 * was answered. Where it was not the person who ended it with a key that is known to leave, they are told, and what
 * they go on typing is not shown (see Keyboard).
 */
async function atTerminal<T>(
  {
    keyboard,
    output,
    texts,
    timeLimitMs,
    signal,
  }: { keyboard: Keyboard; output: Writable; texts: Texts; timeLimitMs: number; signal: AbortSignal },
  ask: (keys: Transform, over: AbortSignal) => Promise<T | symbol>,
): Promise<T | null> {
  const say = (key: string) => void output.write(`${texts(`agent:prompt.${key}`)}\n`);
  const over = limit(timeLimitMs, signal);
  if (keyboard.isHeld()) {
    say('next');
    await Promise.race([keyboard.released(), aborted(over.signal)]);
    if (over.signal.aborted) return null;
  }
  const keys = await keyboard.take();
  if (!keys) {
    over.end();
    return null;
  }
  let isLeft = false;
  keys
    .on('keypress', (_: unknown, key: Key) => {
      if (!key.ctrl || (key.name !== 'c' && key.name !== 'd')) return;
      isLeft = true;
      over.end();
    })
    .once('end', over.end);
  const typed = await ask(keys, over.signal);
  const isTimeOver = over.signal.aborted && !signal.aborted;
  const isEscape = !over.signal.aborted;
  over.end();
  if (typeof typed !== 'symbol') {
    keyboard.release();
    return typed;
  }
  if (isLeft) keyboard.release();
  else {
    let why = isEscape ? 'end.left' : isTimeOver ? 'end.timeout' : 'end.stopped';
    keyboard.hold(() => {
      say(why);
      say('enter');
      why = 'unused';
    });
  }
  return null;
}
