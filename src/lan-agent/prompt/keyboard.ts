import { type Readable, Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** A stream that may be a terminal. */
export type TerminalInput = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/**
 * The keyboard of a terminal, as questions take it one after the other. From `take` to the end of `release` or `hold`
 * the terminal shows nothing of what is typed, without a gap: whoever types a password does not look at the screen.
 */
export interface Keyboard {
  readonly isTerminal: boolean;
  /** A question that has ended by itself still waits for the person to notice. */
  isHeld(): boolean;
  /**
   * Hides what is typed and drops what was typed before: a stray key in front of the right password would make it a
   * wrong one.
   * @returns the keys, on a stream without errors; null where the person left (Ctrl+C or Ctrl+D, which make no signal
   *   meanwhile) or the terminal is gone
   */
  take(): Promise<Transform | null>;
  /** The person has ended the question: what is typed is shown again. */
  release(): void;
  /**
   * The question has ended by itself, and the person may be in the middle of a password: what is typed stays hidden
   * and is dropped until they press Enter with nothing before it. Ctrl+C ends it as well, and stops the program.
   * @param tell says so; called at once, and again after every line that was typed all the same
   */
  hold(tell: () => void): void;
  /** Resolves when the terminal is as it was; a program that ends before would leave it to the shell too early. */
  released(): Promise<void>;
}

/** How long what waits in the terminal, or the rest of what is pasted, may take to come, ms. */
const PASTE_MS = 60;
const CTRL_C = 3;
const CTRL_D = 4;
const LF = 10;
const CR = 13;

/** @param onInterrupt Ctrl+C while a question is held or has just been answered: the terminal makes no signal of it */
export function createKeyboard(input: TerminalInput, onInterrupt: () => void): Keyboard {
  let keys: Transform | null = null;
  let isHeld = false;
  let released: Promise<unknown> = Promise.resolve();

  const stopReading = () => {
    if (!keys) return;
    input.unpipe(keys);
    keys.destroy();
    keys = null;
  };
  const showAgain = async () => {
    const dropped = await drop(input);
    input.setRawMode?.(false);
    // The terminal has made no signal of it, and the person has good reason to stop what the question was for.
    if (dropped.includes(CTRL_C)) onInterrupt();
  };

  return {
    isTerminal: input.isTTY === true,
    isHeld: () => isHeld,
    take: async () => {
      await released;
      input.setRawMode?.(true);
      const dropped = await drop(input);
      if (dropped.includes(CTRL_C) || dropped.includes(CTRL_D) || isGone(input)) {
        input.setRawMode?.(false);
        return null;
      }
      keys = readKeys(input);
      return keys;
    },
    release: () => {
      stopReading();
      released = showAgain();
    },
    hold: (tell) => {
      stopReading();
      isHeld = true;
      tell();
      released = untilEnter(input, tell).then(async (end) => {
        isHeld = false;
        await showAgain();
        if (end === 'interrupt') onInterrupt();
      });
    },
    released: async () => void (await released),
  };
}

/** Waits for an Enter with nothing typed before it; also for Ctrl+C, and for the end of the terminal. */
function untilEnter(input: TerminalInput, tell: () => void): Promise<'enter' | 'interrupt' | 'gone'> {
  return new Promise((done) => {
    let isTyped = false;
    const end = (why: 'enter' | 'interrupt' | 'gone') => {
      input.off('data', hear).off('end', gone).off('close', gone);
      done(why);
    };
    const gone = () => end('gone');
    const hear = (bytes: Buffer) => {
      const isEnter = bytes.includes(CR) || bytes.includes(LF);
      const isInterrupt = bytes.includes(CTRL_C);
      isTyped ||= bytes.some((byte) => byte !== CR && byte !== LF);
      bytes.fill(0);
      if (isInterrupt) end('interrupt');
      else if (isEnter && !isTyped) end('enter');
      else if (isEnter) {
        isTyped = false;
        tell();
      }
    };
    if (isGone(input)) return gone();
    // A stream that was paused does not flow again for a listener alone.
    input.on('data', hear).once('end', gone).once('close', gone).resume();
  });
}

/** Drops what comes within a moment. @returns which of the keys that leave a question were among it */
async function drop(input: TerminalInput): Promise<number[]> {
  const left = new Set<number>();
  const hear = (bytes: Buffer) => {
    for (const key of [CTRL_C, CTRL_D]) if (bytes.includes(key)) left.add(key);
    bytes.fill(0);
  };
  input.on('data', hear).resume();
  await delay(PASTE_MS);
  input.off('data', hear).pause();
  return [...left];
}

function isGone(input: TerminalInput): boolean {
  return input.readableEnded || input.destroyed;
}

/**
 * What is typed, on a stream without errors: a terminal that was closed refuses to be put back as it was, and a reader
 * of lines would make an exception of that, which ends the program before its journal line. Of what is pasted only the
 * first line: where that is refused, the next one would be taken for another try.
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
  // Whether keys are shown is the keyboard's business, not the reader's.
  const keys = Object.assign(firstLine, { isTTY: true, setRawMode: () => undefined });
  return input.pipe(keys);
}
