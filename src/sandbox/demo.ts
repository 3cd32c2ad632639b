/**
 * `npm run demo`: bot, agent, emulated devices and a local Telegram on this machine, with a chat page in the browser,
 * which opens by itself on a desktop; not with `--no-open`.
 * `npm run demo -- --play`: a technician walks four cases by itself, and the conversation is printed as it happens.
 * `npm run demo -- --site`: twelve devices of one owner instead of seven cases; `--devices 60` of them.
 */
import { parseArgs } from 'node:util';
import { languageOf } from '../../locales/language.ts';
import { textsFor } from '../kernel/all-texts.ts';
import { demoDevices } from './device/profiles.ts';
import { isSiteSize, SITE_SIZES, siteOf } from './device/site.ts';
import { openDemo } from './interactive.ts';
import { play } from './play.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    open: { type: 'boolean', default: true },
    play: { type: 'boolean' },
    port: { type: 'string', default: '0' },
    site: { type: 'boolean' },
    devices: { type: 'string', default: String(SITE_SIZES.least) },
  },
});
const language = languageOf(process.env.LC_ALL || process.env.LANG);
const t = textsFor(language);
const say = (line: string) => process.stdout.write(`${line}\n`);
const size = Number(values.devices);

if (values.play) {
  process.exitCode = (await play({ devices: demoDevices, language, say })) ? 0 : 1;
} else if (!isSiteSize(size)) {
  say(t('sandbox:demo.size', SITE_SIZES));
  process.exitCode = 2;
} else {
  const devices = values.site ? siteOf(size) : demoDevices;
  await openDemo({ devices, port: Number(values.port), opens: values.open, say, t });
}
