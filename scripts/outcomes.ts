/**
 * What the technician reads when something goes wrong, in the chat and on the laptop, in both languages. Every case is
 * played: real bot, real agent, an emulated device with that very trouble.
 *
 *   npx tsx scripts/outcomes.ts [en] [ru] > outcomes.md
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeviceSpec } from '../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, manyCameras } from '../src/sandbox/device/profiles.ts';
import { FROM_SOURCE } from '../src/sandbox/stage.ts';
import {
  type House,
  offering,
  openHouse,
  pressId,
  STEP,
  toTheOffer,
  toThePicture,
  unbindNow,
} from '../test/support/stage.ts';

interface Trouble {
  readonly what: string;
  readonly changes: Pick<DeviceSpec, 'quirks' | 'state'>;
  readonly password?: string;
  /** The agent's disk takes no more. */
  readonly diskFull?: boolean;
}

const WRONG = 'Not-The-One-9';
const TROUBLES: readonly Trouble[] = [
  { what: 'a wrong password', changes: {}, password: WRONG },
  {
    what: 'a wrong password, and a device that does not count aloud',
    changes: { quirks: { noCounter: true } },
    password: WRONG,
  },
  { what: 'a locked device', changes: { state: { lockedUntil: Date.now() + 29 * 60_000 } } },
  { what: '`failed`', changes: { quirks: { failedForWrongPassword: true } }, password: WRONG },
  { what: 'a lost reply, the unbind was carried out', changes: { quirks: { loseUnbindReply: true } } },
  { what: 'a lost request', changes: { quirks: { loseUnbindRequest: true } } },
  {
    what: 'a key exchange that somebody else answers too',
    changes: { quirks: { spoofExchange: { from: '127.66.6.6', order: 'after', delayMs: 100 } } },
  },
  {
    what: 'a restart in the middle, carried out',
    changes: { quirks: { rebootDuringUnbind: { ms: 8000, executed: true } } },
  },
  {
    what: 'a restart in the middle, not carried out',
    changes: { quirks: { rebootDuringUnbind: { ms: 8000, executed: false } } },
  },
  { what: 'a journal on a full disk', changes: {}, diskFull: true },
];

const specs: readonly DeviceSpec[] = manyCameras(TROUBLES.length).map((spec, i) => ({
  ...spec,
  ...TROUBLES[i]?.changes,
}));

const asked = (['en', 'ru'] as const).filter((one) => process.argv.includes(one));
for (const language of asked.length > 0 ? asked : (['en', 'ru'] as const)) {
  const house = await openHouse(specs, language, { program: FROM_SOURCE });
  for (const [index, trouble] of TROUBLES.entries()) {
    const serial = specs[index]?.profile.shortSerial ?? '';
    console.log(`## ${trouble.what} (${language})\n`);
    const chat = await inTheChat(house, serial, trouble).catch((error: Error) => {
      throw new Error(`${error.message}\nlaptop:\n${house.laptopLines.join('\n')}`);
    });
    console.log(`Chat:\n\n${quoted(chat)}\n`);
    const { passwordsTried, unbindsReceived, unbindsExecuted } = house.stage.lan.device(serial).snapshot();
    console.log(
      `Device: passwords tried ${passwordsTried}, unbinds received ${unbindsReceived}, carried out ${unbindsExecuted}\n`,
    );
    console.log(`Command line:\n\n${quoted(await onTheCommandLine(language, index, trouble))}\n`);
  }
  await house.stage.close();
}

/** One case, from the serial number to the word about how it ended. */
async function inTheChat(
  { technician, laptop, stage }: House,
  serial: string,
  trouble: Trouble,
): Promise<string> {
  if (trouble.diskFull) await fillDisk(join(dirname(stage.storeFolder), 'laptop'));
  if (trouble.diskFull) {
    await technician.send(serial);
    await toTheOffer(technician);
    await unbindNow(technician);
  } else {
    await toThePicture(technician, serial);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(trouble.password ?? DEMO_PASSWORD);
  }
  const ends = ['again', 'after-lock', 'recheck', 'check'].map(offering);
  const end = await technician.waitFor(
    (message) => message.text.startsWith('✅') || ends.some((offers) => offers(message)),
    { timeoutMs: 90_000 },
  );
  if (end.buttons.length > 0) {
    await pressId(technician, 'cancel');
    await technician.waitFor(() => true, STEP);
  }
  const buttons = end.buttons.flat().map(({ text }) => `[${text}]`);
  return [end.text, buttons.join(' ')].filter(Boolean).join('\n');
}

/** The same trouble with the agent alone, on a LAN and with a state folder of its own. */
async function onTheCommandLine(language: string, index: number, trouble: Trouble): Promise<string> {
  const spec = specs[index];
  if (!spec) return '';
  const lan = await createEmulatedLan({ devices: [spec] });
  const home = await mkdtemp(join(tmpdir(), 'unbind-outcomes-'));
  if (trouble.diskFull) await fillDisk(home);
  const serial = spec.profile.shortSerial;
  const words = ['unbind', serial, '--confirm', serial, '--password-stdin'];
  const said = await new Promise<string>((done) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'src/lan-agent/main.ts', ...words],
      {
        env: {
          PATH: process.env.PATH,
          LANG: `${language}_XX.UTF-8`,
          UNBIND_AGENT_HOME: home,
          UNBIND_AGENT_TEST_NETWORK: lan.testNetwork,
        },
      },
      (error, stdout, stderr) => done(`${stderr}${stdout}exit ${error?.code ?? 0}`),
    );
    child.stdin?.end(`${trouble.password ?? DEMO_PASSWORD}\n`);
  });
  await lan.close();
  await rm(home, { recursive: true });
  return said;
}

/** Every write to this device file fails as on a full disk. */
async function fillDisk(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await rm(join(home, 'journal.jsonl'), { force: true });
  await symlink('/dev/full', join(home, 'journal.jsonl'));
}

function quoted(text: string): string {
  return text.replace(/^/gm, '> ');
}
