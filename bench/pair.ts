/**
 * What it takes a person to pair a laptop, from /pair to *connected*: in the window, and beside it in a terminal, as the command line
 * has it. Steps and typed characters are the person's; the seconds are the programs', with nobody reading or looking for keys.
 *
 *   npx tsx bench/pair.ts
 */
import { pairLaptop } from '../src/sandbox/pairing.ts';
import programs from '../test/support/programs.ts';
import { online, openStage } from '../test/support/stage.ts';
import { pairByWindow, WindowLaptop } from '../test/support/window-laptop.ts';

const RUNS = 3;

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

const median = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]?.toFixed(1);

try {
  const terminal = [];
  for (let run = 0; run < RUNS; run++) terminal.push(await byTerminal(run));
  const window = [];
  const laptop = await WindowLaptop.unpack(stage, technician);
  for (let run = 0; run < RUNS; run++) {
    window.push(await pairByWindow(laptop, technician));
    await laptop.close();
    await laptop.forget();
  }
  const [inTerminal] = terminal;
  const [inWindow] = window;
  console.log(
    `terminal: ${inTerminal?.steps} steps, ${inTerminal?.typed} characters, ${median(terminal.map(({ seconds }) => seconds))} s`,
  );
  console.log(
    `window:   ${inWindow?.steps.length} steps, ${inWindow?.typed} characters, ${median(window.map(({ seconds }) => seconds))} s (start of agent and browser included)`,
  );
  console.log(`          ${inWindow?.steps.join('; ')}`);
} finally {
  await stage.close();
  await removePrograms();
}
process.exit();
