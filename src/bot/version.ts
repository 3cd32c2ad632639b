import packageJson from '../../package.json' with { type: 'json' };

/** Version of this bot, and of the agent that comes with its source. */
export const BOT_VERSION: string = packageJson.version;
