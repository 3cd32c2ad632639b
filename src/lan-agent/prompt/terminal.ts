import type { Key } from 'node:readline';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { isCancel, note, password, text } from '@clack/prompts';
import type { Texts } from '../../kernel/texts.ts';
import { isPairingCode, normalisePairingCode } from '../../link/pairing-code.ts';
import { createPasswordCheck, describePlan, type PasswordPrompt, PROMPT_TIME_LIMIT_MS } from './prompt.ts';

/** A stream that may be a terminal. */
export type TerminalInput = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/**
 * The masked prompt in the terminal. It draws on `output`, which is standard error: standard output belongs to
 * results. Without a terminal nobody can be asked, and a password must not come out of a pipe by accident.
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
      const model = describePlan(plan, texts);
      const check = createPasswordCheck();
      const rows = model.rows.map(({ label, value }) => `${label}: ${value}`);
      note([...rows, '', ...model.hints].join('\n'), model.title, { output });

      const limit = AbortSignal.timeout(options.timeLimitMs ?? PROMPT_TIME_LIMIT_MS);
      const typed = await atTerminal(input, AbortSignal.any([signal, limit]), (keys, over) =>
        password({
          message: model.question,
          mask: '*',
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
        }),
      );
      if (isCancel(typed)) return { kind: 'abandoned' };
      return { kind: 'typed', password: Buffer.from(typed) };
    },
  };
}

/** Asks for the pairing code until what is typed can be one; null when the person leaves. */
export async function askPairingCode(
  input: TerminalInput,
  output: Writable,
  texts: Texts,
  signal: AbortSignal,
): Promise<string | null> {
  const typed = await atTerminal(input, signal, (keys, over) =>
    text({
      message: texts('agent:link.pair.ask'),
      input: keys,
      output,
      signal: over,
      validate: (value) =>
        isPairingCode(normalisePairingCode(value ?? '')) ? undefined : texts('agent:link.pair.not-a-code'),
    }),
  );
  return isCancel(typed) ? null : typed;
}

/** Has the library ask, and ends that at what it overlooks: Ctrl+D, or a terminal that was closed. */
async function atTerminal<T>(
  input: TerminalInput,
  signal: AbortSignal,
  ask: (keys: PassThrough, over: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  const keys = readKeys(input);
  keys
    .on('keypress', (_: unknown, key: Key) => {
      if (key.ctrl && key.name === 'd') leave();
    })
    .once('end', leave);
  try {
    return await ask(keys, AbortSignal.any([signal, gone.signal]));
  } finally {
    input.unpipe(keys).pause();
  }
}

/**
 * What is typed, on a stream without errors: a terminal that was closed refuses to be put back as it was, and the
 * library's reader would make an exception of that, which ends the program before its journal line.
 */
function readKeys(input: TerminalInput): PassThrough {
  const keys = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => void input.setRawMode?.(raw),
  });
  return input.pipe(keys);
}
