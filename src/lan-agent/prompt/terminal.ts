import type { Key } from 'node:readline';
import type { Transform, Writable } from 'node:stream';
import { isCancel, note, text } from '@clack/prompts';
import { isPairingCode, normalisePairingCode } from '../../link/pairing-code.ts';
import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import { aborted, limit } from '../limit.ts';
import type { Texts } from '../texts.ts';
import { LEFT, readHiddenLine } from './hidden-line.ts';
import type { Keyboard } from './keyboard.ts';
import { readOneKey } from './one-key.ts';
import {
  createPasswordCheck,
  describeConsent,
  describePlan,
  type LaptopPrompt,
  type QuestionModel,
  takenAway,
} from './prompt.ts';

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
}): LaptopPrompt {
  const { texts, keyboard, output } = options;
  const longest = options.timeLimitMs ?? PROMPT_LIMIT_MS;

  const show = ({ title, rows, hints }: QuestionModel) => {
    const lines = rows.map(({ label, value }) => `${label}: ${value}`);
    note([...lines, '', ...hints].join('\n'), title, { output });
  };
  const hear = async (question: string, keys: Transform, over: AbortSignal) => {
    output.write(`${question} `);
    const line = await readHiddenLine(keys, over);
    output.write('\n');
    return line;
  };
  /** Whether the person says yes; LEFT or null where they leave. */
  const agree = async (question: string, keys: Transform, over: AbortSignal) => {
    const line = await hear(question, keys, over);
    if (!Buffer.isBuffer(line)) return line;
    const isAgreed = isYes(line, texts);
    line.fill(0);
    return isAgreed;
  };
  /** Whether the cable is as it has to be, where that has to be asked. */
  const agreeToCable = async ({ cable }: QuestionModel, keys: Transform, over: AbortSignal) =>
    !cable || agree(`${cable.why}\n${cable.question} ${texts('agent:prompt.yesNo')}`, keys, over);

  return {
    ask: async (plan, signal, wasRefused, { group, limitMs: timeLimitMs = longest } = {}) => {
      if (!keyboard.isTerminal) return { kind: 'unavailable' };
      const model = describePlan(plan, texts, group);
      const check = createPasswordCheck();
      const doubt = `${texts('agent:prompt.refusedBefore')} ${texts('agent:prompt.meantAsk')}`;
      const typed = await atTerminal<Buffer | false>(
        { ...options, timeLimitMs, signal },
        async (keys, over) => {
          show(model);
          const agreed = await agreeToCable(model, keys, over);
          if (agreed !== true) return agreed;
          for (;;) {
            const question = `${model.question} (${texts('agent:prompt.unseen')}):`;
            const password = await hear(question, keys, over);
            if (!Buffer.isBuffer(password)) return password;
            const complaint = check(password);
            if (complaint) output.write(`${texts(`agent:prompt.complaint.${complaint}`)}\n`);
            const isDoubted = !complaint && (await wasRefused(password));
            if (!complaint && !isDoubted) return password;
            const isMeant = isDoubted && (await agree(doubt, keys, over));
            if (isMeant === true) return password;
            password.fill(0);
            if (isMeant !== false) return isMeant;
          }
        },
      );
      if (typed === null) return { kind: 'abandoned' };
      if (typed === false) return { kind: 'no-cable' };
      const given = { kind: 'typed', password: typed } as const;
      return model.cable ? { ...given, directCable: true } : given;
    },

    consent: async (to, signal, timeLimitMs = longest) => {
      if (!keyboard.isTerminal) return { kind: 'unavailable' };
      const model = describeConsent(to, texts);
      const say = (line: string) => void output.write(`${line}\n`);
      const answer = await atTerminal<boolean | 'no-cable'>(
        { ...options, timeLimitMs, signal },
        async (keys, over) => {
          show(model);
          const agreed = await agreeToCable(model, keys, over);
          if (agreed === false) return 'no-cable';
          if (agreed !== true) return agreed;
          say(model.keys);
          const onOther = () => say(texts('agent:prompt.otherKey'));
          return readOneKey(keys, over, { onOther, onEnter: () => say(model.keys) });
        },
      );
      if (answer === null) return { kind: 'abandoned' };
      if (answer === 'no-cable') return { kind: answer };
      if (!answer) return { kind: 'declined' };
      return model.cable ? { kind: 'agreed', directCable: true } : { kind: 'agreed' };
    },
  };
}

/** The word, or its first letter, in any case. Compared as bytes: somebody may have typed a password here. */
function isYes(answer: Buffer, texts: Texts): boolean {
  const yes = texts('agent:prompt.yes');
  const forms = [yes, yes.slice(0, 1)].flatMap((word) => [word, word.toUpperCase(), capital(word)]);
  return forms.some((word) => answer.equals(Buffer.from(word)));
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/** Asks for the pairing code until what is typed can be one; null when the person leaves or the time is over. */
export async function askPairingCode(
  keyboard: Keyboard,
  output: Writable,
  texts: Texts,
  signal: AbortSignal,
): Promise<string | null> {
  const timeLimitMs = PROMPT_LIMIT_MS;
  return atTerminal<string>({ keyboard, output, texts, timeLimitMs, signal }, async (keys, over) => {
    const typed = await text({
      message: texts('agent:link.pair.ask'),
      input: keys,
      output,
      signal: over,
      validate: (value) =>
        isPairingCode(normalisePairingCode(value ?? '')) ? undefined : texts('agent:link.pair.not-a-code'),
    });
    return isCancel(typed) ? null : typed;
  });
}

/**
 * Has a question asked, and ends it at what its reader overlooks: Ctrl+D, or a terminal that was closed. Null when nothing
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
  ask: (keys: Transform, over: AbortSignal) => Promise<T | typeof LEFT | null>,
): Promise<T | null> {
  type Said = 'next' | 'enter' | 'unused' | `end.${'left' | 'timeout' | 'stopped' | 'forgotten'}`;
  const say = (key: Said) => void output.write(`${texts(`agent:prompt.${key}`)}\n`);
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
  if (typed !== null && typed !== LEFT) {
    keyboard.release();
    return typed;
  }
  if (isLeft || typed === LEFT) keyboard.release();
  else {
    let why: Said = isEscape ? 'end.left' : isTimeOver ? 'end.timeout' : `end.${takenAway(signal)}`;
    keyboard.hold(() => {
      say(why);
      say('enter');
      why = 'unused';
    });
  }
  return null;
}
