/**
 * The agent as a process of its own, so that a test can kill it: the real `run`, whose pictures all say the same.
 * Run with UNBIND_AGENT_HOME and UNBIND_AGENT_TEST_NETWORK; it asks on a page, or with ASKS=terminal there.
 */

import { textsFor } from '../../../src/kernel/all-texts.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import { run } from '../../../src/lan-agent/link/run.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import { createNewsTeller } from '../../../src/lan-agent/news-text.ts';
import { createPrompt } from '../../../src/lan-agent/prompt/choose.ts';
import { createKeyboard } from '../../../src/lan-agent/prompt/keyboard.ts';

const home = process.env.UNBIND_AGENT_HOME ?? '';
const network = testNetwork(process.env.UNBIND_AGENT_TEST_NETWORK ?? '', false);
if (!network.ok) throw new Error(network.failure);

const stop = new AbortController();
process.once('SIGUSR2', () => stop.abort());
const keyboard = createKeyboard(process.stdin, () => stop.abort());

process.stderr.write(`pid ${process.pid}.\n`);
await run({
  home,
  engine: createEngine({ home, network: network.value }),
  promptFor: (language) =>
    createPrompt({
      kind: process.env.ASKS === 'terminal' ? 'terminal' : 'page',
      texts: textsFor(language),
      keyboard,
      output: process.stderr,
    }),
  agentVersion: '0.0.0-test',
  onNews: createNewsTeller({
    texts: textsFor('en'),
    say: (line) => void process.stderr.write(`${line}\n`),
  }),
  log: createLog('debug', 'agent'),
  signal: stop.signal,
  challengeRandom: (min) => min,
});
await keyboard.released();
process.exit();
