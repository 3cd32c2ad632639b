/**
 * Prints whole conversations against the sandbox, wrong turns included, and what the devices counted: `npx tsx scripts/transcripts.ts [part of a name]
 * [--language en|ru] [--list]`. These are the walks the end-to-end tests walk.
 */
import { parseArgs } from 'node:util';
import { LANGUAGES } from '../locales/language.ts';
import { createStage, type Stage } from '../src/sandbox/stage.ts';
import { BY_HAND } from '../test/e2e/walks/by-hand.ts';
import { BY_HAND_TO_THE_END, WITH_LAPTOP_TO_THE_END } from '../test/e2e/walks/report-1.ts';
import { walkOn } from '../test/e2e/walks/walker.ts';
import { WITH_LAPTOP } from '../test/e2e/walks/with-laptop.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { language: { type: 'string' }, list: { type: 'boolean', default: false } },
});
const wanted = positionals.join(' ').toLowerCase();
const all = [...BY_HAND, ...WITH_LAPTOP, BY_HAND_TO_THE_END, WITH_LAPTOP_TO_THE_END];
const walks = all.filter(({ name }) => name.toLowerCase().includes(wanted));
const languages = LANGUAGES.filter((language) => [undefined, language].includes(values.language as never));

if (values.list || walks.length === 0 || languages.length === 0) {
  console.log(all.map(({ name }) => name).join('\n'));
} else {
  // A stage per language: the hub lets only so many laptops of one address pair in a while.
  for (const language of languages) {
    const stage = await createStage({ devices: [] });
    await stage.bot.start();
    try {
      for (const walk of walks) {
        const counters: string[] = [];
        const { transcript, wrongTurns } = await walkOn(stage, walk, language, {
          atEnd: () =>
            counters.push(
              ...(walk.devices ?? []).map(({ profile }) => countersOf(stage, profile.shortSerial)),
            ),
        });
        const told = [transcript, ...counters].join('\n');
        console.log(`\n## ${walk.name} (${language}), ${wrongTurns} wrong turns\n\n${told}`);
      }
    } finally {
      await stage.close();
    }
  }
}

/** What a device has counted of what changes something, or costs an attempt. */
function countersOf(stage: Stage, serial: string): string {
  const device = stage.lan.device(serial).snapshot();
  const { unbindsReceived, unbindsExecuted, passwordsTried, passwordsWrong, bound } = device;
  const unbinds = `unbinds received ${unbindsReceived}, carried out ${unbindsExecuted}`;
  const logins = `passwords tried ${passwordsTried}, of them wrong ${passwordsWrong}`;
  return `    device ${serial}: ${unbinds}; ${logins}; bound: ${bound}`;
}
