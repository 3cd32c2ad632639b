import packageJson from '../../package.json' with { type: 'json' };

/** Version of this agent, as told to the hub and by `--version`. */
export const AGENT_VERSION: string = packageJson.version;
