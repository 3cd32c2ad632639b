import type { PlainKey, Texts } from '../kernel/texts.ts';
import type { DeviceSpec } from './device/device.ts';
import { DEMO_PASSWORD } from './device/profiles.ts';
import type { Laptop } from './laptop.ts';
import { pairLaptop } from './pairing.ts';
import { labelOf } from './samples.ts';
import { createStage, type Stage } from './stage.ts';
import type { ChatMessage } from './telegram/message.ts';
import type { SimUser } from './telegram/people.ts';

export interface PlayOptions {
  devices: readonly DeviceSpec[];
  say: (line: string) => void;
  t: Texts;
}

/** One case as the technician plays it. */
interface Scene {
  title: PlainKey;
  shortSerial: string;
  /** Whether the device must say at the end that it was unbound once; else never. */
  unbinds: boolean;
  act(stage: Stage, laptop: Laptop, technician: SimUser, label: Buffer): Promise<void>;
}

/** Time a step may take, ms: discovery and verification are real. */
const STEP_MS = 40_000;

const SCENES: readonly Scene[] = [
  { title: 'sandbox:play.unbind', shortSerial: 'AC7000101', unbinds: true, act: unbind },
  { title: 'sandbox:play.serviceCentre', shortSerial: '570000103', unbinds: false, act: sendToServiceCentre },
  { title: 'sandbox:play.wrongPicture', shortSerial: 'G70000102', unbinds: true, act: unbindAtSecondSight },
];

/**
 * Plays every scene and prints the conversation as it happens.
 * @returns whether every device itself counts exactly the unbinds its scene asked for
 */
export async function play({ devices, say, t }: PlayOptions): Promise<boolean> {
  const startedAt = performance.now();
  // On a busy machine the first photo waits long for its process, and nobody waits here.
  const stage = await createStage({ devices, photoSeconds: 60 });
  try {
    await stage.bot.start();
    const technician = stage.technician('en');
    printChat(stage, technician, say, t);
    const laptop = await stage.laptop('laptop', 'en', (line) =>
      say(`    [${t('sandbox:play.laptop')}] ${line}`),
    );
    await pairLaptop(stage, laptop, technician);
    laptop.start();
    let right = true;
    for (const scene of SCENES) {
      say(`\n=== ${t(scene.title)} ===`);
      const spec = devices.find(({ profile }) => profile.shortSerial === scene.shortSerial);
      if (!spec) throw new Error(`no device ${scene.shortSerial} on the stage`);
      await scene.act(stage, laptop, technician, await labelOf(spec.profile));
      const { bound, unbindsExecuted, unbindsReceived } = stage.lan.device(scene.shortSerial).snapshot();
      const asWanted = scene.unbinds
        ? !bound && unbindsExecuted === 1 && unbindsReceived === 1
        : bound && unbindsReceived === 0;
      right &&= asWanted;
      say(
        t('sandbox:play.verdict', {
          serial: scene.shortSerial,
          executions: unbindsExecuted,
          received: unbindsReceived,
        }),
      );
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    say(`\n${t(right ? 'sandbox:play.right' : 'sandbox:play.wrong', { seconds })}`);
    return right;
  } finally {
    await stage.close();
  }
}

/** From the label to the picture: two answers are all that is asked. */
async function toThePicture(technician: SimUser, label: Buffer): Promise<void> {
  await technician.sendPhoto(label);
  await technician.waitFor(has('no'), { timeoutMs: STEP_MS });
  await technician.press('No, never');
  await technician.waitFor(/admin password/, { timeoutMs: STEP_MS });
  await technician.press('Yes, I have it');
  const offer = await technician.waitFor((message) => has('sadp')(message) || has('owner')(message), {
    timeoutMs: STEP_MS,
  });
  // On whose order is asked once a visit.
  await technician.press(has('owner')(offer) ? 'The owner asked me' : 'Unbind now');
  await technician.waitFor((message) => message.kind === 'photo', { timeoutMs: STEP_MS });
}

async function unbind(_stage: Stage, laptop: Laptop, technician: SimUser, label: Buffer): Promise<void> {
  await toThePicture(technician, label);
  await technician.send(laptop.lastPicture());
  await laptop.typePassword(DEMO_PASSWORD);
  await technician.waitFor(/Unbound, verified/, { timeoutMs: STEP_MS });
}

async function unbindAtSecondSight(
  _stage: Stage,
  laptop: Laptop,
  technician: SimUser,
  label: Buffer,
): Promise<void> {
  await toThePicture(technician, label);
  await technician.send('wrong');
  await technician.waitFor((message) => message.kind === 'photo' && /not it/.test(message.text), {
    timeoutMs: STEP_MS,
  });
  await technician.send(laptop.lastPicture());
  await laptop.typePassword(DEMO_PASSWORD);
  await technician.waitFor(/Unbound, verified/, { timeoutMs: STEP_MS });
}

async function sendToServiceCentre(
  _stage: Stage,
  _laptop: Laptop,
  technician: SimUser,
  label: Buffer,
): Promise<void> {
  await technician.sendPhoto(label);
  await technician.waitFor(has('no'), { timeoutMs: STEP_MS });
  await technician.press('No, never');
  await technician.waitFor(has('none'), { timeoutMs: STEP_MS });
  await technician.press('No, only 3.x');
  await technician.waitFor(/can the previous owner still delete/, { timeoutMs: STEP_MS });
  await technician.press('No, or out of reach');
  await technician.waitFor(has('service-centre'), { timeoutMs: STEP_MS });
  await technician.press('Service centre');
  await technician.waitFor(has('leave-out'), { timeoutMs: STEP_MS });
  await technician.send('Alex Carter, Vector Ltd, +44 20 7946 0000');
  await technician.waitFor(has('sent'), { timeoutMs: STEP_MS });
  await technician.press('E-mail is sent');
  await technician.waitFor(/stays open/, { timeoutMs: STEP_MS });
}

/** A message with a button of this id. */
function has(id: string): (message: ChatMessage) => boolean {
  return (message) => message.buttons.flat().some((button) => button.data?.endsWith(`:${id}`));
}

/** Prints the chat as it happens: a message when it comes, an edit when it changes the words. */
function printChat(stage: Stage, technician: SimUser, say: (line: string) => void, t: Texts): void {
  const printed = new Map<number, string>();
  stage.api.onEvent((event) => {
    if (event.type !== 'message' || event.chatId !== technician.chatId) return;
    const { id, from, kind, text, buttons, edited } = event.message;
    const words = kind === 'photo' ? `[${t('sandbox:play.picture')}] ${text}` : text;
    if (printed.get(id) === words) return;
    printed.set(id, words);
    const who = t(from === 'bot' ? 'sandbox:play.bot' : 'sandbox:play.technician');
    say(`${who}${edited ? ` (${t('sandbox:play.edited')})` : ''}: ${words.replace(/\n/g, '\n    ')}`);
    if (buttons.length > 0) {
      say(`    ${buttons.map((row) => row.map((button) => `[${button.text}]`).join(' ')).join('\n    ')}`);
    }
  });
}
