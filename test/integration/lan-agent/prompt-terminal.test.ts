import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { createPrompt } from '../../../src/lan-agent/prompt/choose.ts';
import { createKeyboard } from '../../../src/lan-agent/prompt/keyboard.ts';
import type { PromptKind } from '../../../src/lan-agent/prompt/kinds.ts';
import { FORGOTTEN } from '../../../src/lan-agent/prompt/prompt.ts';
import { askPairingCode, createTerminalPrompt } from '../../../src/lan-agent/prompt/terminal.ts';
import { PLAN } from '../../support/plan.ts';
import { collectGarbage } from './garbage.ts';

/** A person at a terminal: types when the screen shows what they wait for. */
function fakeTerminal(isTTY = true) {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY,
    setRawMode: (on: boolean) => {
      raw.push(on);
      return input;
    },
  });
  const output = Object.assign(new PassThrough(), { columns: 100, rows: 50 });
  const interrupts: string[] = [];
  let screen = '';
  let changed = () => {};
  output.on('data', (bytes: Buffer) => {
    screen += stripVTControlCharacters(bytes.toString());
    changed();
  });
  return {
    input,
    output,
    stop: new AbortController(),
    interrupts,
    keyboard: createKeyboard(input, () => interrupts.push('Ctrl+C')),
    screen: () => screen,
    /** Whether the terminal shows what is typed. */
    isShown: () => raw.at(-1) !== true,
    /** @param from where on the screen to look for it */
    see: async (text: string, from = 0) => {
      while (!screen.includes(text, from)) await new Promise<void>((resolve) => (changed = resolve));
    },
  };
}
function openTerminal(
  options: {
    isTTY?: boolean;
    kind?: PromptKind;
    timeLimitMs?: number;
    askCable?: boolean;
    refused?: string;
  } = {},
) {
  const terminal = fakeTerminal(options.isTTY);
  const { keyboard, output, stop } = terminal;
  const { kind, timeLimitMs } = options;
  const texts = textsFor('en');
  const prompt =
    timeLimitMs === undefined
      ? createPrompt({ kind, texts, keyboard, output })
      : createTerminalPrompt({ texts, keyboard, output, timeLimitMs });
  const plan = { ...PLAN, askCable: options.askCable ?? false };
  const wasRefused = async (typed: Buffer) => typed.toString() === options.refused;
  return { ...terminal, prompt, answer: prompt.ask(plan, stop.signal, wasRefused) };
}
const QUESTION = 'Admin password of the device';

describe('the password prompt in the terminal', () => {
  it('shows the plan, hands over the bytes and shows nothing of what is typed, not even its length', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    const before = terminal.screen().length;
    terminal.input.write('Pass-word1\r');
    const typed = await terminal.answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('Pass-word1');
    expect(terminal.screen()).toContain('E12345678');
    expect(terminal.screen()).toContain('not the verification code');
    expect(terminal.screen()).toContain('not shown');
    expect(terminal.screen().slice(before)).not.toMatch(/[*•▪]|Pass|word1/);
  });

  it.each([
    ['confirmed', 'yes\r', { kind: 'typed', directCable: true }],
    ['denied', 'no\r', { kind: 'no-cable' }],
    ['left at Enter, which is no confirmation', '\r', { kind: 'no-cable' }],
    ['left', '\x03', { kind: 'abandoned' }],
  ])('asks for the cable before the password: %s', async (_, key, end) => {
    const terminal = openTerminal({ askCable: true });
    await terminal.see('hang on one cable');
    expect(terminal.screen()).not.toContain(QUESTION);
    // One warning of one thing: the cable is the answer to the other.
    expect(terminal.screen()).not.toContain('ARP');
    terminal.input.write(key);
    if (end.kind === 'typed') {
      await terminal.see(QUESTION);
      terminal.input.write('Pass-word1\r');
    }
    expect(await terminal.answer).toMatchObject(end);
  });

  it('asks again when the password cannot be right', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.write('\r');
    await terminal.see('Nothing was typed');
    terminal.input.write(`${'a'.repeat(17)}\r`);
    await terminal.see('at most 16 bytes');
    terminal.input.write('right\r');
    const typed = await terminal.answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('right');
  });

  it('warns of another keyboard layout and believes the second time', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.write('пароль\r');
    await terminal.see('keyboard layout');
    terminal.input.write('пароль\r');
    const typed = await terminal.answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('пароль');
  });

  it.each([
    ['Ctrl+C', '\x03'],
    ['Escape', '\x1b'],
    ['Ctrl+D', '\x04'],
  ])('is abandoned by %s', async (_, key) => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.write(key);
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
  });

  it.each([
    ['Ctrl+C', '\x03'],
    ['Ctrl+D', '\x04'],
  ])('is abandoned by %s while it drops what was typed before the question', async (_, key) => {
    const terminal = openTerminal();
    terminal.input.write(`early${key}`);
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
    expect(terminal.screen()).toBe('');
  });

  it('is abandoned when the terminal is gone before the question', async () => {
    const terminal = openTerminal();
    terminal.input.end();
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
  });

  it('is abandoned when the terminal is closed', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.end();
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
  });

  it('is abandoned when the job is cancelled', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.stop.abort();
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
  });

  it('is abandoned when its time is over, garbage collected meanwhile or not', async () => {
    const terminal = openTerminal({ timeLimitMs: 200 });
    await terminal.see(QUESTION);
    await collectGarbage();
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
  });

  it('takes only the first line of what is pasted, and shows none of it', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.write('secret1\r\nunbind everything\r\n');
    const typed = await terminal.answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('secret1');
    expect(terminal.screen()).not.toMatch(/secret|everything/);
  });

  it('does not try the second line of what is pasted when the first is refused', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.write('Dear colleague, the password is:\rshort1\r');
    await terminal.see('at most 16 bytes');
    terminal.input.write('right\r');
    const typed = await terminal.answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('right');
  });

  it.each([
    ['yes', 'secret1'],
    ['Y', 'secret1'],
    ['', 'other'],
    ['secret1', 'other'],
  ])(
    'asks about the password that was refused last, and believes a person who means it: %j',
    async (answer, sent) => {
      const terminal = openTerminal({ refused: 'secret1' });
      await terminal.see(QUESTION);
      terminal.input.write('secret1\r');
      await terminal.see('Type "yes" to send it all the same');
      terminal.input.write(`${answer}\r`);
      if (sent === 'other') {
        await terminal.see(`${QUESTION} (what you type is not shown): \nIt seems the device has refused`);
        while (terminal.screen().split(QUESTION).length < 3) await new Promise((done) => setImmediate(done));
        terminal.input.write('other\r');
      }
      const typed = await terminal.answer;
      expect(typed.kind === 'typed' && typed.password.toString()).toBe(sent);
      expect(terminal.screen()).not.toMatch(/secret/);
    },
  );

  it('takes back what was typed by mistake, and is not confused by arrow keys', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    for (const keys of ['mist', '\x15', 'rit', '\x7f', '\x1b[D', 'ght', 'ж', '\x7f\r'])
      terminal.input.write(keys);
    const typed = await terminal.answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('right');
  });

  it('takes no password from a pipe', async () => {
    const terminal = openTerminal({ isTTY: false, kind: 'terminal' });
    terminal.input.write('secret1\r');
    expect(await terminal.answer).toEqual({ kind: 'unavailable' });
  });
});

describe('a question in the terminal that has ended by itself', () => {
  const ENTER = 'Press Enter alone';

  it.each([
    ['the job is cancelled', {}, 'it was stopped'],
    ['its time is over', { timeLimitMs: 200 }, 'Too late'],
  ])('hides and drops what is typed until Enter alone when %s', async (_, options, why) => {
    const terminal = openTerminal(options);
    await terminal.see(QUESTION);
    terminal.input.write('Pass-');
    if (!('timeLimitMs' in options)) terminal.stop.abort();
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
    expect(terminal.screen()).toContain(why);
    expect(terminal.screen()).toContain(ENTER);
    terminal.input.write('word1\r');
    await terminal.see('was not used');
    expect(terminal.isShown()).toBe(false);
    expect(terminal.keyboard.isHeld()).toBe(true);
    terminal.input.write('\r');
    await terminal.keyboard.released();
    expect(terminal.isShown()).toBe(true);
    expect(terminal.screen()).not.toMatch(/Pass-|word1/);
  });

  it('is not left for the shell by Escape either', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.write('\x1b');
    await terminal.answer;
    expect(terminal.screen()).toContain(ENTER);
    expect(terminal.isShown()).toBe(false);
  });

  it.each([
    ['Ctrl+C', '\x03'],
    ['Ctrl+D', '\x04'],
  ])('is over at once where the person has left it with %s', async (_, key) => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.input.write(key);
    await terminal.answer;
    await terminal.keyboard.released();
    expect(terminal.isShown()).toBe(true);
    expect(terminal.screen()).not.toContain(ENTER);
  });

  it('stops the program at Ctrl+C', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.stop.abort();
    await terminal.answer;
    terminal.input.write('Pass\x03');
    await terminal.keyboard.released();
    expect(terminal.interrupts).toEqual(['Ctrl+C']);
    expect(terminal.isShown()).toBe(true);
  });

  it('lets go of a terminal that is closed', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.stop.abort();
    await terminal.answer;
    terminal.input.end();
    await terminal.keyboard.released();
    expect(terminal.interrupts).toEqual([]);
  });

  it('keeps the next question until the person has noticed, and its answer is its own', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.stop.abort();
    await terminal.answer;
    const before = terminal.screen().length;
    const next = terminal.prompt.ask(PLAN, new AbortController().signal, async () => false);
    await terminal.see('Another question waits');
    terminal.input.write('of-the-first\r');
    await terminal.see('was not used');
    expect(terminal.screen().slice(before)).not.toContain(QUESTION);
    terminal.input.write('\r');
    await terminal.see(QUESTION, before);
    terminal.input.write('right\r');
    const typed = await next;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('right');
  });

  it('does not show the next question where that ended while it waited', async () => {
    const terminal = openTerminal();
    await terminal.see(QUESTION);
    terminal.stop.abort();
    await terminal.answer;
    const stop = new AbortController();
    const next = terminal.prompt.ask(PLAN, stop.signal, async () => false);
    await terminal.see('Another question waits');
    stop.abort();
    expect(await next).toEqual({ kind: 'abandoned' });
    expect(terminal.isShown()).toBe(false);
  });
});

describe('a question for one key in the terminal', () => {
  const KEYS = 'Space bar: unbind this device. Esc: no.';
  const GROUP = { number: 3, of: 12 };
  function openConsent(
    options: { isTTY?: boolean; askCable?: boolean; timeLimitMs?: number; survey?: true } = {},
  ) {
    const terminal = fakeTerminal(options.isTTY);
    const { keyboard, output, stop } = terminal;
    const prompt = createTerminalPrompt({ texts: textsFor('en'), keyboard, output });
    const plan = { ...PLAN, askCable: options.askCable ?? false, attemptsLeft: 5 };
    const to = options.survey
      ? ({ kind: 'survey', technician: 'Anna' } as const)
      : ({ kind: 'unbind', plan, group: GROUP } as const);
    return { ...terminal, prompt, answer: prompt.consent(to, stop.signal, options.timeLimitMs) };
  }

  it('shows which device, which of how many and what is left of its attempts, and takes the space bar', async () => {
    const terminal = openConsent();
    await terminal.see(KEYS);
    for (const shown of ['3 of 12', 'DS-2CD2143G0-I', 'E12345678', '192.168.1.64', '5 attempts', 'Anna'])
      expect(terminal.screen()).toContain(shown);
    expect(terminal.screen()).not.toContain(QUESTION);
    terminal.input.write(' ');
    expect(await terminal.answer).toEqual({ kind: 'agreed' });
    await terminal.keyboard.released();
    expect(terminal.isShown()).toBe(true);
  });

  it('says whose wish the list is, and where it goes', async () => {
    const terminal = openConsent({ survey: true });
    await terminal.see('Space bar: allow. Esc: refuse.');
    for (const shown of ['Anna', 'list of devices of this network to the chat', 'twelve hours'])
      expect(terminal.screen()).toContain(shown);
    terminal.input.write('\x1b');
    expect(await terminal.answer).toEqual({ kind: 'declined' });
  });

  it.each([
    ['Escape', '\x1b'],
    ['Ctrl+C', '\x03'],
    ['Ctrl+D', '\x04'],
  ])('takes %s for a no, and shows what is typed again', async (_, key) => {
    const terminal = openConsent();
    await terminal.see(KEYS);
    terminal.input.write(key);
    expect(await terminal.answer).toEqual({ kind: 'declined' });
    await terminal.keyboard.released();
    expect(terminal.isShown()).toBe(true);
  });

  it('does not take Enter for a yes, and asks again', async () => {
    const terminal = openConsent();
    await terminal.see(KEYS);
    const before = terminal.screen().length;
    terminal.input.write('\r');
    await terminal.see(KEYS, before);
    terminal.input.write('\x1b');
    expect(await terminal.answer).toEqual({ kind: 'declined' });
  });

  it('takes nothing of a password that somebody types without looking for a yes, and shows none of it', async () => {
    const terminal = openConsent();
    await terminal.see(KEYS);
    terminal.input.write('m');
    await terminal.see('That key means nothing here');
    // The space in it and the arrow key that leads back are no answers.
    for (const keys of ['y', ' ', 'word1', '\x1b[D', ' ']) terminal.input.write(keys);
    const before = terminal.screen().length;
    terminal.input.write('\r');
    await terminal.see(KEYS, before);
    expect(terminal.screen().split('That key means nothing here')).toHaveLength(2);
    expect(terminal.screen()).not.toMatch(/word1|my /);
    terminal.input.write(' ');
    expect(await terminal.answer).toEqual({ kind: 'agreed' });
  });

  it('takes no space that is pasted with something else', async () => {
    const terminal = openConsent();
    await terminal.see(KEYS);
    terminal.input.write(' my password');
    await terminal.see('That key means nothing here');
    terminal.stop.abort();
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
  });

  it('hides what is typed on where Escape comes in the middle of something typed', async () => {
    const terminal = openConsent();
    await terminal.see(KEYS);
    terminal.input.write('Pass');
    await terminal.see('That key means nothing here');
    terminal.input.write('\x1b');
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
    expect(terminal.isShown()).toBe(false);
  });

  it('drops a space that was pressed before it was shown', async () => {
    const terminal = openConsent();
    terminal.input.write(' ');
    await terminal.see(KEYS);
    terminal.input.write('\x1b');
    expect(await terminal.answer).toEqual({ kind: 'declined' });
  });

  it.each([
    ['the chat cancels it', {}, undefined, 'it was stopped'],
    ['the password is forgotten', {}, FORGOTTEN, 'Ten minutes without a key pressed here'],
    ['its time is over', { timeLimitMs: 200 }, undefined, 'Too late'],
  ])('is taken away with words when %s', async (_, options, reason, words) => {
    const terminal = openConsent(options);
    await terminal.see(KEYS);
    if (!('timeLimitMs' in options)) terminal.stop.abort(reason);
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
    expect(terminal.screen()).toContain(words);
    // A key that comes too late does nothing, and is no answer to the next question.
    terminal.input.write(' ');
    expect(terminal.keyboard.isHeld()).toBe(true);
  });

  it.each([
    ['confirmed', 'yes\r', { kind: 'agreed', directCable: true }],
    ['left at Enter', '\r', { kind: 'no-cable' }],
    ['left', '\x03', { kind: 'abandoned' }],
  ])('asks for the cable first where that has to be asked: %s', async (_, keys, end) => {
    const terminal = openConsent({ askCable: true });
    await terminal.see('hang on one cable');
    expect(terminal.screen()).not.toContain(KEYS);
    terminal.input.write(keys);
    if (end.kind === 'agreed') {
      await terminal.see(KEYS);
      terminal.input.write(' ');
    }
    expect(await terminal.answer).toEqual(end);
  });

  it('is not asked where there is no terminal', async () => {
    const terminal = openConsent({ isTTY: false });
    terminal.input.write(' ');
    expect(await terminal.answer).toEqual({ kind: 'unavailable' });
    expect(terminal.screen()).toBe('');
  });
});

describe('the pairing code in the terminal', () => {
  const ask = ({ keyboard, output, stop }: ReturnType<typeof fakeTerminal>) =>
    askPairingCode(keyboard, output, textsFor('en'), stop.signal);

  it('is asked for until it can be one', async () => {
    const terminal = fakeTerminal();
    const answer = ask(terminal);
    await terminal.see('The code the bot has shown');
    terminal.input.write('AC7000101\r');
    await terminal.see('This is no pairing code');
    terminal.input.write(`${'\x7f'.repeat(9)}bcdfg-hjklm\r`);
    expect(await answer).toBe('bcdfg-hjklm');
  });

  it.each([
    ['Ctrl+C', '\x03'],
    ['Ctrl+D', '\x04'],
  ])('is not waited for after %s', async (_, key) => {
    const terminal = fakeTerminal();
    const answer = ask(terminal);
    await terminal.see('The code the bot has shown');
    terminal.input.write(key);
    expect(await answer).toBeNull();
  });
});

describe('the choice of the prompt', () => {
  it('is the page where there is no terminal, its address on a line a program can find', async () => {
    const terminal = openTerminal({ isTTY: false });
    await terminal.see('prompt-page: ');
    expect(terminal.screen()).toMatch(/^prompt-page: http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/m);
    terminal.stop.abort();
    expect(await terminal.answer).toEqual({ kind: 'abandoned' });
  });

  it('is the page in a terminal when asked for', async () => {
    const terminal = openTerminal({ kind: 'page' });
    await terminal.see('prompt-page: ');
    terminal.stop.abort();
    await terminal.answer;
  });
});
