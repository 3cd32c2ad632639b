/**
 * Before every file of tests: whatever the caller has set for programs of his own reaches no test, nor what a test
 * starts. Settings from a file reach a program through its working directory, so bots are started in folders of their own.
 */
import { readFileSync } from 'node:fs';

/** Names of all settings of the bot. */
export const SETTINGS: readonly string[] = [
  ...readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').matchAll(/^#?([A-Z][A-Z_]+)=/gm),
].map(([, name = '']) => name);

for (const name of Object.keys(process.env)) {
  if (SETTINGS.includes(name) || name.startsWith('UNBIND_AGENT_') || /^(?:https?|no|all)_proxy$/i.test(name))
    delete process.env[name];
}
// Node's lines cannot be edited in a terminal that says it can do nothing, which many servers of tests say of theirs.
process.env.TERM = 'xterm';
