import packageJson from '../../package.json' with { type: 'json' };

/** Version of this agent, as told to the hub and by `--version`. */
export const AGENT_VERSION: string = packageJson.version;

/** Whether a command line asks for the version and nothing else: that is answered without the rest of the program. */
export function isVersionAsked(words: readonly string[]): boolean {
  return words.length === 1 && (words[0] === '--version' || words[0] === '-V');
}
