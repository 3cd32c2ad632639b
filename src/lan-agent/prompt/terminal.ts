import type { Key } from 'node:readline';
import { type Readable, Transform, type Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { confirm, isCancel, note, password, text } from '@clack/prompts';
import type { Texts } from '../../kernel/texts.ts';
import { isPairingCode, normalisePairingCode } from '../../link/pairing-code.ts';
import { type Limit, limit } from '../limit.ts';
import { createPasswordCheck, describePlan, type PasswordPrompt, PROMPT_TIME_LIMIT_MS } from './prompt.ts';

/** A stream that may be a terminal. */
export type TerminalInput = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/**
 * The prompt in the terminal. It draws on `output`, which is standard error: standard output belongs to results. What
 * is typed is not shown, not even as stars: they would stay in the window and tell its length. Without a terminal
 * nobody can be asked, and a password must not come out of a pipe by accident.
 */
export function createTerminalPrompt(options: {
  texts: Texts;
  input: TerminalInput;
  output: Writable;
  timeLimitMs?: number;
}): PasswordPrompt {
  const { texts, input, output } = options;
  return {
    ask: async (plan, signal) => {
      if (!input.isTTY) return { kind: 'unavailable' };
      if ((await dropTyped(input)) === 'left') return { kind: 'abandoned' };
      const model = describePlan(plan, texts);
      const check = createPasswordCheck();
      const rows = model.rows.map(({ label, value }) => `${label}: ${value}`);
      note([...rows, '', ...model.hints].join('\n'), model.title, { output });

      const { cable } = model;
      if (cable) {
        const agreed = await askYesNo(input, output, texts, `${cable.why}\n${cable.question}`, signal);
        if (agreed !== true) return { kind: agreed === false ? 'no-cable' : 'abandoned' };
      }
      const over = limit(options.timeLimitMs ?? PROMPT_TIME_LIMIT_MS, signal);
      const typed = await atTerminal(input, over, (keys) =>
        password({
          message: `${model.question} (${texts('agent:prompt.unseen')})`,
          mask: '',
          clearOnError: true,
          input: keys,
          output,
          signal: over.signal,
          validate: (value) => {
            const bytes = Buffer.from(value ?? '');
            const complaint = check(bytes);
            bytes.fill(0);
            return complaint ? texts(`agent:prompt.complaint.${complaint}`) : undefined;
          },
        }),
      );
      if (isCancel(typed)) return { kind: 'abandoned' };
      const given = { kind: 'typed', password: Buffer.from(typed) } as const;
      return cable ? { ...given, directCable: true } : given;
    },
  };
}

/** Null when the person leaves or the time is over. */
async function askYesNo(
  input: TerminalInput,
  output: Writable,
  texts: Texts,
  message: string,
  signal: AbortSignal,
): Promise<boolean | null> {
  const over = limit(PROMPT_TIME_LIMIT_MS, signal);
  const agreed = await atTerminal(input, over, (keys) =>
    confirm({
      message,
      active: texts('agent:prompt.cable.yes'),
      inactive: texts('agent:prompt.cable.no'),
      initialValue: false,
      input: keys,
      output,
      signal: over.signal,
    }),
  );
  return isCancel(agreed) ? null : agreed;
}

/** Asks for the pairing code until what is typed can be one; null when the person leaves or the time is over. */
export async function askPairingCode(
  input: TerminalInput,
  output: Writable,
  texts: Texts,
  signal: AbortSignal,
): Promise<string | null> {
  const over = limit(PROMPT_TIME_LIMIT_MS, signal);
  const typed = await atTerminal(input, over, (keys) =>
    text({
      message: texts('agent:link.pair.ask'),
      input: keys,
      output,
      signal: over.signal,
      validate: (value) =>
        isPairingCode(normalisePairingCode(value ?? '')) ? undefined : texts('agent:link.pair.not-a-code'),
    }),
  );
  return isCancel(typed) ? null : typed;
}

/** Has the library ask, and ends that at what it overlooks: Ctrl+D, or a terminal that was closed. */
async function atTerminal<T>(
  input: TerminalInput,
  over: Limit,
  ask: (keys: Transform) => Promise<T>,
): Promise<T> {
  const keys = readKeys(input);
  keys
    .on('keypress', (_: unknown, key: Key) => {
      if (key.ctrl && key.name === 'd') over.end();
    })
    .once('end', over.end);
  try {
    return await ask(keys);
  } finally {
    over.end();
    input.unpipe(keys).pause();
  }
}

/** How long what waits in the terminal may take to come, ms. */
const TYPED_BEFORE_MS = 60;
const CTRL_C = 3;
const CTRL_D = 4;
const LF = 10;
const CR = 13;

/**
 * Drops what was typed before the question: a stray key in front of the right password would make it a wrong one.
 * @returns `left` where it was Ctrl+C or Ctrl+D, which make no signal meanwhile, or the terminal is gone
 */
async function dropTyped(input: TerminalInput): Promise<'left' | 'there'> {
  let left = false;
  const drop = (typed: Buffer) => {
    left ||= typed.includes(CTRL_C) || typed.includes(CTRL_D);
    typed.fill(0);
  };
  input.setRawMode?.(true);
  input.on('data', drop);
  await delay(TYPED_BEFORE_MS);
  input.off('data', drop).pause();
  input.setRawMode?.(false);
  return left || input.readableEnded ? 'left' : 'there';
}

/**
 * What is typed, on a stream without errors: a terminal that was closed refuses to be put back as it was, and the
 * library's reader would make an exception of that, which ends the program before its journal line. Of what is pasted
 * only the first line: where that is refused, the next one would be taken for another try.
 */
function readKeys(input: TerminalInput): Transform {
  const firstLine = new Transform({
    transform: (typed: Buffer, _encoding, done) => {
      const end = typed.findIndex((byte) => byte === CR || byte === LF);
      if (end < 0) return done(null, typed);
      typed.fill(0, end + 1);
      done(null, typed.subarray(0, end + 1));
    },
  });
  const keys = Object.assign(firstLine, {
    isTTY: true,
    setRawMode: (raw: boolean) => void input.setRawMode?.(raw),
  });
  return input.pipe(keys);
}
