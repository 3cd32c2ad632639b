/**
 * Makes a fixture store (test/fixtures/stores): lets this version of the program run a day in small, kills the bot in the
 * middle of it, and writes down every record as it lies in the engine, one a line.
 *
 *   npx tsx scripts/store-fixture.ts 2026-11-29
 *
 * Everything in it is made up: the token is the sandbox's, keys and hashes are drawn anew, names are ours.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import { createAudit } from '../src/audit/trail.ts';
import { createPins } from '../src/bot/door/pins.ts';
import { keyFor } from '../src/bot/keys.ts';
import { Secret } from '../src/kernel/secret.ts';
import { DEMO_PASSWORD, recorder3, unbindableCamera } from '../src/sandbox/device/profiles.ts';
import { PAIRING_CODE, pairLaptop } from '../src/sandbox/pairing.ts';
import type { SimUser } from '../src/sandbox/telegram/people.ts';
import { offering, online, openHouse, pressId, STEP, toTheOffer, unbindNow } from '../test/support/stage.ts';
import { openTestStore } from '../test/support/store.ts';

const [name] = process.argv.slice(2);
if (!name) throw new Error('say which version it is of, for instance by its date');
const target = join(fileURLToPath(new URL('../test/fixtures/stores', import.meta.url)), name);

const { profile } = unbindableCamera;
/** Cameras like the sandbox's own, one for each case. */
const camera = (n: number) => {
  const shortSerial = `AC70002${String(n).padStart(2, '0')}`;
  const fullSerial = profile.fullSerial.replace(profile.shortSerial, shortSerial);
  const mac = `00-00-5e-00-53-b${n}`;
  return {
    ...unbindableCamera,
    profile: { ...profile, shortSerial, fullSerial, mac, address: `127.0.1.${100 + n}` },
  };
};
const [FINISHED, ASKED, AT_WORK] = [camera(1), camera(2), camera(3)];

const { stage, laptop, technician } = await openHouse([FINISHED, ASKED, AT_WORK, recorder3]);
const russian = stage.technician('ru');

async function letIn(person: SimUser): Promise<void> {
  await technician.send('/invite');
  const link = await technician.waitFor(/start=/);
  await person.send(`/start ${/start=([\w-]+)/.exec(link.text)?.[1]}`);
  await person.waitFor(/Welcome/);
}

/** The sandbox's bot asks for no PIN: one is chosen by the code that keeps them. */
async function choosePin(person: number): Promise<void> {
  const store = await openTestStore(stage.storeFolder);
  const pins = createPins({
    store,
    audit: createAudit(store, Date.now),
    notices: { raise: async () => undefined },
    key: keyFor(new Secret(stage.api.token), 'pins'),
    clock: Date.now,
  });
  await pins.set(person, new Secret('284917'));
  await pins.open(person, 'pair');
  await store.close();
}

// A case that is closed: its device is unbound.
await technician.send(FINISHED.profile.shortSerial);
await toTheOffer(technician);
await unbindNow(technician);
await technician.waitFor((message) => message.kind === 'photo', STEP);
await technician.send(laptop.lastPicture());
await laptop.typePassword(DEMO_PASSWORD);
await technician.waitFor(/Unbound, verified/, STEP);
// One with the first question on the screen.
await technician.send('/new');
await technician.waitFor(/Send a photo/, STEP);
await technician.send(ASKED.profile.shortSerial);
await technician.waitFor(offering('no'), STEP);
// One on the way to the service centre, in Russian and by hand.
await russian.send(recorder3.profile.shortSerial);
await russian.waitFor(offering('no'), STEP);
await pressId(russian, 'no');
await russian.waitFor(({ from, buttons }) => from === 'bot' && buttons.length > 0, STEP);
// One whose laptop waits for the picture to be read.
const tess = stage.api.user({ firstName: 'Tess', languageCode: 'en' });
await letIn(tess);
const second = await stage.laptop('second', 'en', () => undefined);
await pairLaptop(stage, second, tess);
second.start();
await online(tess);
await tess.send(AT_WORK.profile.shortSerial);
await toTheOffer(tess);
await unbindNow(tess);
await tess.waitFor((message) => message.kind === 'photo', STEP);
// People: one who pairs a laptop, one who waits to be let in, an invitation nobody has used.
const petra = stage.api.user({ firstName: 'Petra', languageCode: 'en' });
await letIn(petra);
await petra.send('/pair');
await petra.waitFor(PAIRING_CODE);
await technician.send('/invite ask');
const asks = await technician.waitFor(/start=/);
const anna = stage.api.user({ firstName: 'Anna', languageCode: 'ru' });
await anna.send(`/start ${/start=([\w-]+)/.exec(asks.text)?.[1]}`);
await technician.waitFor(({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('j:yes:')));
await technician.send('/invite');
await technician.waitFor(/start=/);
await technician.send('/deny AC7000299');
await technician.waitFor(/AC7000299/);

await stage.bot.kill();
const now = Date.now();
await choosePin(petra.id);
const root = open({ path: stage.storeFolder, noSubdir: false });
const records = root.openDB<string, string[]>({ name: 'records', encoding: 'string', useVersions: true });
const lines: string[] = [];
for (const { key, value } of records.getRange({})) lines.push(JSON.stringify({ key, text: value }));
await root.close();

await mkdir(target, { recursive: true });
await writeFile(join(target, 'records.jsonl'), `${lines.join('\n')}\n`);
const identity: unknown = JSON.parse(
  await readFile(join(dirname(stage.storeFolder), 'laptop', 'identity.json'), 'utf8'),
);
const about = { now, token: stage.api.token, technician: technician.id, asked: ASKED.profile, identity };
await writeFile(join(target, 'about.json'), `${JSON.stringify(about, null, 2)}\n`);
console.log(`${lines.length} records`);
await second.close();
await stage.close();
