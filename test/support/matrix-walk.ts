/** A technician who walks one case whatever happens to the programs, and does nothing but what the chat offers. */
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import type { WaitOptions } from '../../src/sandbox/telegram/window.ts';
import { offering } from './stage.ts';

/** How a case has ended, as the chat tells it. */
export type ToldEnd = 'unbound' | 'not-bound' | 'lost';

export interface Walk {
  /** `lost`: nothing more was said in time, or the walk led in circles. */
  readonly end: ToldEnd;
  /** The longest time without a word from the bot after something was done, ms. */
  readonly longestMs: number;
  /** What was pressed, in that order. */
  readonly pressed: readonly string[];
}

const ENDS: readonly (readonly [ToldEnd, RegExp])[] = [
  ['unbound', /^✅ Unbound, verified\./],
  ['not-bound', /^✅ No account is bound/],
];
/** Said where Telegram did not hand out the photo. */
const NO_PHOTO = 'Telegram did not give me the photo.';
/**
 * Buttons that a technician who wants this device unbound presses, the most telling first. Where the laptop's way has failed twice
 * and other ways are asked about, there is nothing for those, and it is tried once more.
 */
const WANTED = [
  'go-on',
  'sadp',
  'owner',
  'yes',
  'no',
  'laptop',
  'again',
  'recheck',
  'check',
  'on',
  'nothing',
];
/** A person would have given up long ago. */
const MOST_STEPS = 30;

export interface WalkOptions {
  /** What the device is named with: its number, or a photo of its label. */
  readonly device: string | Buffer;
  /** Its number: an end that tells of another device, once more or late, is not this one's. */
  readonly serial: string;
  /** What every picture says. */
  readonly picture: string;
  /** Asks for another picture, once, before the first is answered. */
  readonly refresh: boolean;
  /** How long nothing may be said after something was done, ms. */
  readonly silenceMs: number;
  /** Ends the walk, wherever it is: it is lost. Left out: its steps alone are bounded. */
  readonly over?: AbortSignal;
}

export async function walkCase(
  technician: SimUser,
  { device, serial, picture, refresh, silenceMs, over }: WalkOptions,
): Promise<Walk> {
  const pressed: string[] = [];
  const patience: WaitOptions = { timeoutMs: silenceMs, ...(over ? { signal: over } : {}) };
  let longestMs = 0;
  const named = typeof device === 'string' ? technician.send(device) : technician.sendPhoto(device);
  let done = (await named).version;
  while (pressed.length < MOST_STEPS && !over?.aborted) {
    const asked = performance.now();
    const next = await nextWord(technician, serial, done, patience);
    longestMs = Math.max(longestMs, performance.now() - asked);
    if (next === null) return { end: 'lost', longestMs, pressed };
    const end = endOf(next, serial);
    if (next.text.startsWith(NO_PHOTO) && typeof device !== 'string') {
      pressed.push('(photo again)');
      done = (await technician.sendPhoto(device)).version;
      continue;
    }
    if (end) return { end: end[0], longestMs, pressed };
    done = next.version;
    if (isPicture(next) && refresh && !pressed.includes('refresh')) {
      pressed.push('refresh');
      await technician.press(/:refresh$/, next.id);
      continue;
    }
    if (isPicture(next)) {
      pressed.push('(picture)');
      await technician.send(picture);
      continue;
    }
    const wanted = /EZVIZ/.test(next.text) && offering('no')(next) ? 'no' : wantedOf(next);
    pressed.push(wanted);
    // Gone meanwhile: then something newer is there.
    await technician.press(new RegExp(`:${wanted}$`), next.id).catch(() => undefined);
  }
  return { end: 'lost', longestMs, pressed };
}

/** The newest thing to be answered that is younger than `version`; null: it does not come. */
async function nextWord(
  technician: SimUser,
  serial: string,
  version: number,
  patience: WaitOptions,
): Promise<ChatMessage | null> {
  const isNew = (message: ChatMessage) => message.version > version && isWord(message, serial);
  const there = () => technician.messages.filter(isNew).sort((one, other) => other.version - one.version)[0];
  try {
    return there() ?? (await technician.waitFor(isNew, { ...patience, after: 'start' }));
  } catch {
    return null;
  }
}

const isPicture = (message: ChatMessage) => message.kind === 'photo' && offering('refresh')(message);

function endOf({ text }: ChatMessage, serial: string): (typeof ENDS)[number] | undefined {
  return text.includes(serial) ? ENDS.find(([, said]) => said.test(text)) : undefined;
}

function isWord(message: ChatMessage, serial: string): boolean {
  return (
    message.from === 'bot' &&
    (message.text.startsWith(NO_PHOTO) ||
      endOf(message, serial) !== undefined ||
      isPicture(message) ||
      wantedOf(message) !== '')
  );
}

/** What is pressed under a message; empty: nothing there leads on. */
function wantedOf(message: ChatMessage): string {
  return WANTED.find((id) => offering(id)(message)) ?? '';
}

/** Buttons on the way from the end of a case to its report. */
const TO_THE_REPORT = ['leave-out', 'no-site'];

/**
 * Asks for the report of the case that has just ended.
 * @param over ends it, whatever has come
 * @returns the files that came: two, each once, where all is well
 */
export async function askForReport(
  technician: SimUser,
  silenceMs: number,
  over: AbortSignal,
): Promise<readonly string[]> {
  const files = () =>
    technician.messages
      .filter(({ kind, id }) => kind === 'document' && id > from)
      .map(({ file }) => file?.name ?? '');
  const from = technician.messages.at(-1)?.id ?? 0;
  await technician.press(/^report:/);
  let version = Math.max(...technician.messages.map((message) => message.version));
  while (!hasReport(files()) && !over.aborted) {
    const isNew = (message: ChatMessage) =>
      message.from === 'bot' &&
      message.version > version &&
      (message.kind === 'document' || TO_THE_REPORT.some((id) => offering(id)(message)));
    const next =
      technician.messages.find(isNew) ??
      (await technician
        .waitFor(isNew, { after: 'start', timeoutMs: silenceMs, signal: over })
        .catch(() => null));
    if (!next) break;
    version = next.version;
    const wanted = TO_THE_REPORT.find((id) => offering(id)(next));
    if (wanted) await technician.press(new RegExp(`:${wanted}$`), next.id).catch(() => undefined);
  }
  return files();
}

/** Whether both files of a report are there; one whose answer was lost may be there twice. */
export function hasReport(files: readonly string[]): boolean {
  return ['pdf', 'csv'].every((type) => files.some((name) => name.endsWith(`.${type}`)));
}
