/** A technician who walks one case whatever happens to the programs, and does nothing but what the chat offers. */
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
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
/** Buttons that a technician who wants this device unbound presses, the most telling first. */
const WANTED = ['go-on', 'sadp', 'owner', 'yes', 'no', 'laptop', 'again', 'recheck', 'check', 'on'];
/** A person would have given up long ago. */
const MOST_STEPS = 30;

/** @param silenceMs how long nothing may be said after something was done */
export async function walkCase(
  technician: SimUser,
  serial: string,
  picture: string,
  silenceMs: number,
): Promise<Walk> {
  const pressed: string[] = [];
  let longestMs = 0;
  let done = (await technician.send(serial)).version;
  while (pressed.length < MOST_STEPS) {
    const asked = performance.now();
    const next = await nextWord(technician, done, silenceMs);
    longestMs = Math.max(longestMs, performance.now() - asked);
    if (next === null) return { end: 'lost', longestMs, pressed };
    const end = ENDS.find(([, said]) => said.test(next.text));
    if (end) return { end: end[0], longestMs, pressed };
    done = next.version;
    if (isPicture(next)) {
      pressed.push('(picture)');
      await technician.send(picture);
      continue;
    }
    const wanted = WANTED.find((id) => offering(id)(next)) ?? '';
    pressed.push(wanted);
    // Gone meanwhile: then something newer is there.
    await technician.press(new RegExp(`:${wanted}$`), next.id).catch(() => undefined);
  }
  return { end: 'lost', longestMs, pressed };
}

/** The newest thing to be answered that is younger than `version`; null: it does not come. */
async function nextWord(technician: SimUser, version: number, ms: number): Promise<ChatMessage | null> {
  const isNew = (message: ChatMessage) => message.version > version && isWord(message);
  const there = () => technician.messages.filter(isNew).sort((one, other) => other.version - one.version)[0];
  try {
    return there() ?? (await technician.waitFor(isNew, { after: 'start', timeoutMs: ms }));
  } catch {
    return null;
  }
}

const isPicture = (message: ChatMessage) => message.kind === 'photo' && offering('refresh')(message);

function isWord(message: ChatMessage): boolean {
  return (
    message.from === 'bot' &&
    (ENDS.some(([, said]) => said.test(message.text)) ||
      isPicture(message) ||
      WANTED.some((id) => offering(id)(message)))
  );
}
