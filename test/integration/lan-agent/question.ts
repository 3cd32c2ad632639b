/**
 * A program that asks for a password in its terminal, as `run` does for a job of the chat, and goes on when the job is
 * cancelled (SIGUSR2); then, once, for the key that stands for a yes. It says how each question ended.
 */
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { createKeyboard } from '../../../src/lan-agent/prompt/keyboard.ts';
import { createTerminalPrompt } from '../../../src/lan-agent/prompt/terminal.ts';

const keyboard = createKeyboard(process.stdin, () => process.exit(130));
const prompt = createTerminalPrompt({ texts: textsFor('en'), keyboard, output: process.stderr });
const plan = {
  shortSerial: 'E12345678',
  fullSerial: null,
  model: null,
  address: '127.0.1.2',
  mac: '00-00-5e-00-53-a1',
  interface: 'lo',
  driver: 'sadp-3.0',
  attemptsLeft: null,
  attemptsAssumed: false,
  announcedAddress: null,
  wireMac: null,
  askCable: false,
  technician: null,
  origin: 'bot',
} as const;

process.stderr.write(`pid ${process.pid}.\n`);
for (const number of [1, 2]) {
  const cancelled = new AbortController();
  process.once('SIGUSR2', () => cancelled.abort());
  const { kind } = await prompt.ask(plan, cancelled.signal, async () => false);
  process.stderr.write(`question ${number}: ${kind}\n`);
}
const group = { number: 2, of: 12 };
const { kind } = await prompt.consent({ kind: 'unbind', plan, group }, new AbortController().signal);
process.stderr.write(`key: ${kind}\n`);
await keyboard.released();
process.exit();
