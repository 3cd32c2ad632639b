/** `npm run package:bot`: the bot in one folder with what it needs beside it, and that folder as an archive (docs/decisions/0069). */
import { parseArgs } from 'node:util';
import { packageBot } from './package/bot.ts';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
for (const line of await packageBot(values.folder ?? null)) console.log(line);
