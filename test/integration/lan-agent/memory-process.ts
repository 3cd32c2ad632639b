/**
 * An agent that unbinds one device and stays, so that its memory can be looked into: the prompt of `run` (terminal or
 * page), of the window, or a pipe, the engine, and nothing of what they held. SIGUSR2 has it write a heap snapshot.
 * Words: terminal, page, window or pipe, the test network, the short serial, the path of the snapshot.
 */
import { writeHeapSnapshot } from 'node:v8';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { readCheckedPassword } from '../../../src/lan-agent/cli/password-stdin.ts';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import { createPrompt } from '../../../src/lan-agent/prompt/choose.ts';
import { createKeyboard } from '../../../src/lan-agent/prompt/keyboard.ts';
import type { LaptopPrompt } from '../../../src/lan-agent/prompt/prompt.ts';
import { createWindowPrompt } from '../../../src/lan-agent/window/prompt.ts';
import { serveWindow } from '../../../src/lan-agent/window/server.ts';
import { grantKey } from '../../../src/lan-agent/window/session.ts';

const [kind = '', lan = '', shortSerial = '', snapshot = ''] = process.argv.slice(2);
const network = testNetwork(lan, false);
if (!network.ok) throw new Error(network.failure);
const stop = new AbortController();
const keyboard = createKeyboard(process.stdin, () => stop.abort());
const home = process.env.UNBIND_AGENT_HOME ?? '';
const prompt =
  kind === 'window'
    ? await windowPrompt()
    : createPrompt({
        kind: kind === 'page' ? 'page' : 'terminal',
        texts: textsFor('en'),
        keyboard,
        output: process.stderr,
      });
const engine = createEngine({ home, network: network.value });
const { outcome } = await engine.performUnbind({
  shortSerial,
  origin: 'bot',
  afterLock: false,
  signal: stop.signal,
  prompt: async (plan, signal, wasRefused) => {
    if (kind !== 'pipe') return prompt.ask(plan, signal, wasRefused);
    const read = await readCheckedPassword(process.stdin, signal);
    return read.ok ? { kind: 'typed', password: read.value } : { kind: 'abandoned' };
  },
});
await keyboard.released();
process.once('SIGUSR2', () => {
  globalThis.gc?.();
  writeHeapSnapshot(snapshot);
  process.stderr.write('snapshot written\n');
});
process.stderr.write(`outcome: ${outcome}, pid ${process.pid}.\n`);
setInterval(() => undefined, 1000);

/** A window of one question, which says what a browser needs to answer it. */
async function windowPrompt(): Promise<LaptopPrompt> {
  const asked = createWindowPrompt({
    onAsking: (question) => {
      if (question) process.stderr.write(`window: ${server.address} ${key} ${server.forms.values.answer}\n`);
    },
  });
  const server = await serveWindow({
    home,
    view: { page: () => '', parts: () => ({}), outside: () => '', policy: "default-src 'none'" },
    act: async (_action, body) => {
      await asked.answer(body);
      return 'done';
    },
  });
  const granted = await grantKey(home);
  const key = granted.ok ? granted.value : '';
  return asked.for('en');
}
