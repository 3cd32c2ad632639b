import { setTimeout } from 'node:timers/promises';
import type { Language } from '../../locales/language.ts';
import type { DeviceSpec } from '../../src/sandbox/device/device.ts';
import type { Laptop } from '../../src/sandbox/laptop.ts';
import { pairLaptop } from '../../src/sandbox/pairing.ts';
import { createStage, type Stage, type StageOptions } from '../../src/sandbox/stage.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { releasedBot } from './programs.ts';

/** Longest a step of a case may take in a test, ms; waits end as soon as the thing is there. */
export const STEP = { timeoutMs: 40_000 };

/**
 * A stage with its bot running as it is released. It reads print only where a test asks for it: seconds for each photo. On
 * a busy machine the first photo waits long for its process.
 */
export async function openStage(options: StageOptions): Promise<Stage> {
  const program = options.program ?? [await releasedBot()];
  const stage = await createStage({ readPrint: false, photoSeconds: 150, ...options, program });
  return orClosed(stage, async () => {
    await stage.bot.start();
    return stage;
  });
}

/** What has to be done before anybody has the stage, to close it. */
async function orClosed<T>(stage: Stage, prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** A running bot with a paired laptop that works, and its technician. */
export interface House {
  stage: Stage;
  laptop: Laptop;
  technician: SimUser;
  botLines: string[];
  laptopLines: string[];
}

export async function openHouse(
  devices: readonly DeviceSpec[],
  language: Language = 'en',
  options: Partial<StageOptions> = {},
): Promise<House> {
  const botLines: string[] = [];
  const laptopLines: string[] = [];
  const stage = await openStage({ devices, onBotLine: (line) => botLines.push(line), ...options });
  return orClosed(stage, async () => {
    const technician = stage.technician(language);
    const laptop = await stage.laptop('laptop', language, (line) => laptopLines.push(line));
    await pairLaptop(stage, laptop, technician);
    laptop.start();
    await online(technician);
    return { stage, laptop, technician, botLines, laptopLines };
  });
}

/** Somebody who has just been let in by an invitation of the English admin's. */
export async function invited(stage: Stage, language: Language = 'en'): Promise<SimUser> {
  const admin = stage.technician('en');
  await admin.send('/invite');
  const { text } = await admin.waitFor(/start=/, STEP);
  const person = stage.api.user({ firstName: 'Sam', languageCode: language });
  await person.send(`/start ${/start=([\w-]+)/.exec(text)?.[1] ?? ''}`);
  await person.waitFor(language === 'en' ? /Welcome/ : /Добро пожаловать/, STEP);
  return person;
}

/** What /agents is answered where there is a laptop, or where something has failed beneath it. */
export const LAPTOPS = /[🟢⚪]|Please send it again/u;

/**
 * Waits until the bot counts the laptop as connected: asks /agents until it says so, as often as a person may. No answer is left to
 * come when this resolves: what was said before may be late. Without Vitest, because scripts/transcripts.ts walks with a laptop, too.
 */
export async function online(technician: SimUser): Promise<void> {
  const late = performance.now() + STEP.timeoutMs;
  for (;;) {
    await technician.send('/agents');
    const { text } = await technician.waitFor(LAPTOPS, STEP);
    if (text.includes('🟢')) return;
    if (performance.now() > late)
      throw new Error(`the laptop does not come online:\n${technician.transcript()}`);
    await setTimeout(250);
  }
}

/** Answers the questions about a device that was just named, until it can be unbound now. */
export async function toTheOffer(technician: SimUser): Promise<void> {
  await technician.waitFor(offering('no'), STEP);
  await pressId(technician, 'no');
  await technician.waitFor(offering('yes'), STEP);
  await pressId(technician, 'yes');
  await technician.waitFor(offeringUnbind, STEP);
}

/** Has the laptop begin: says on whose order, where that was not said in this visit. */
export async function unbindNow(technician: SimUser): Promise<void> {
  await technician.press(/:(?:sadp|owner)$/);
}

/** A message with the button that has the laptop begin. */
export const offeringUnbind = (message: ChatMessage) =>
  offering('sadp')(message) || offering('owner')(message);

/** From the serial number to the picture in the chat. */
export async function toThePicture(technician: SimUser, serial: string): Promise<void> {
  await technician.send(serial);
  await toTheOffer(technician);
  await unbindNow(technician);
  await technician.waitFor((message) => message.kind === 'photo', STEP);
}

/** A message with a button whose id is `id`. */
export const offering = (id: string) => (message: ChatMessage) =>
  message.buttons.flat().some((button) => button.data?.endsWith(`:${id}`));

/** The most recent button with this id, by its data: independent of the language. */
export async function pressId(technician: SimUser, id: string): Promise<void> {
  await technician.press(new RegExp(`:${id}$`));
}
