/**
 * What it takes a person to pair a laptop, from /pair to *connected*: in the window, and beside it in a terminal, as the command line
 * has it. Steps and typed characters are the person's; the seconds are the programs', with nobody reading or looking for keys.
 *
 *   npx tsx bench/pair.ts [--runs 3]
 */
import { existsSync } from 'node:fs';
import { pairLaptop } from '../src/sandbox/pairing.ts';
import programs from '../test/support/programs.ts';
import { online, openStage } from '../test/support/stage.ts';
import { CHROMIUM, pairByWindow, WindowLaptop } from '../test/support/window-laptop.ts';
import { against, alternate, asked, beside, cannot, note, report } from './bench.ts';

const { runs } = asked({ runs: 3 });
if (!existsSync(CHROMIUM)) cannot(`no browser at ${CHROMIUM}`);

const removePrograms = await programs();
const stage = await openStage({ devices: [] });
const technician = stage.technician('en');

/** The terminal: as docs/agent-on-laptop.md has it, for whoever has Node and the program there already. */
async function byTerminal(run: number): Promise<{ steps: number; typed: number; seconds: number }> {
  const laptop = await stage.laptop(`terminal-${run}`, 'en', () => undefined);
  const began = performance.now();
  await pairLaptop(stage, laptop, technician);
  laptop.start();
  await online(technician);
  const seconds = (performance.now() - began) / 1000;
  await laptop.close();
  const commands = [
    '/pair',
    `npm run agent -- pair ABCDE-FGHJK --server ${stage.hubUrl}`,
    '123456',
    'yes',
    'npm run agent -- run',
  ];
  return { steps: commands.length, typed: commands.join('').length, seconds };
}

try {
  const laptop = await WindowLaptop.unpack(stage, technician);
  let [run, terminal, window] = [0, { steps: 0, typed: 0 }, { steps: [] as readonly string[], typed: 0 }];
  const took = await alternate(
    {
      terminal: async () => {
        const paired = await byTerminal(run++);
        terminal = paired;
        return paired.seconds;
      },
      window: async () => {
        const paired = await pairByWindow(laptop, technician);
        window = paired;
        await laptop.close();
        await laptop.forget();
        return paired.seconds;
      },
    },
    runs,
    0,
  );
  note(`in the window: ${window.steps.join('; ')}`);
  const inTerminal = (value: number) => ({ name: 'in a terminal', value });
  report([
    against('steps in the window', 'count', window.steps.length, inTerminal(terminal.steps)),
    against('characters typed for the window', 'count', window.typed, inTerminal(terminal.typed)),
    beside('pairing in the window, starts of agent and browser included', 's', took.window, {
      name: 'in a terminal',
      rounds: took.terminal,
    }),
  ]);
} finally {
  await stage.close();
  await removePrograms();
}
process.exit();
