/**
 * `npm run demo`: bot, agent, emulated devices and a local Telegram on this machine, with a chat page in the browser.
 * `npm run demo -- --play`: a technician walks three cases by itself, and the conversation is printed as it happens.
 */
import { parseArgs } from 'node:util';
import { languageOf } from '../../locales/language.ts';
import { textsFor } from '../kernel/all-texts.ts';
import { demoDevices } from './device/profiles.ts';
import { openDemo } from './interactive.ts';
import { play } from './play.ts';

const { values } = parseArgs({ options: { play: { type: 'boolean' }, port: { type: 'string' } } });
const t = textsFor(languageOf(process.env.LC_ALL || process.env.LANG));
const say = (line: string) => process.stdout.write(`${line}\n`);

if (values.play) {
  process.exitCode = (await play({ devices: demoDevices, say, t })) ? 0 : 1;
} else {
  await openDemo({ devices: demoDevices, port: Number(values.port ?? 0), say, t });
}
