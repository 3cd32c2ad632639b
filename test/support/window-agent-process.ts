/**
 * The agent as a double-click starts it, as a process of its own, so that a test can kill it: the real program, whose pictures all
 * say the same.
 */
import { createContext } from '../../src/lan-agent/cli/context.ts';
import { startCommand } from '../../src/lan-agent/cli/start.ts';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const { env, stdin, stdout, stderr } = process;
const context = createContext({ env, stdin, stdout, stderr, startedAt: 0 }, stop, null);
if (!context.ok) throw new Error(context.failure);
process.exitCode = await startCommand(context.value, { challengeRandom: (min) => min });
process.exit();
