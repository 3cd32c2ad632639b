/**
 * A bot with its Telegram, in a process that a namespace can be given: everything is on its loopback. Argument: the bot's program.
 * Prints what a package has to know of it, as the bot tells it. Then a line `pair` has it print a code; any other line is
 * typed in the chat as the number of that pairing.
 */
import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { PAIRING_CODE } from '../../../src/sandbox/pairing.ts';
import { openStage } from '../../support/stage.ts';

const [program = ''] = process.argv.slice(2);
const stage = await openStage({ devices: [], program: [program] });
const technician = stage.technician('en');
const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

// Beside the running bot, and as its operator would.
const { stdout } = await promisify(execFile)(process.execPath, [program, 'agent-config'], {
  env: {
    BOT_TOKEN: stage.api.token,
    ADMIN_IDS: String(technician.id),
    STORE_URL: `lmdb:${stage.storeFolder}`,
    HUB_PUBLIC_URL: stage.hubUrl,
  },
});
print(JSON.parse(stdout));

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'pair') {
    await technician.send('/pair');
    const { text } = await technician.waitFor(PAIRING_CODE);
    print({ code: PAIRING_CODE.exec(text)?.[0] });
  } else {
    await technician.waitFor((one) => one.buttons.flat().some(({ data }) => data?.startsWith('p:no:')));
    await technician.send(line);
  }
}
await stage.close();
