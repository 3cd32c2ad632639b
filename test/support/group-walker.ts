import type { Laptop } from '../../src/sandbox/laptop.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { offering, STEP } from './stage.ts';

/** The group rests, and asks how it goes on. */
const isResting = offering('end');
/** The group is over. */
const isOver = ({ buttons }: ChatMessage) => buttons.flat().some(({ data }) => data === 'visit');

/**
 * Works through a group as its technician does, who sits at the laptop: reads each picture, types the password once and
 * confirms with one key after that, until the group rests or is over.
 * @returns what is said then
 */
export async function walkGroup(technician: SimUser, laptop: Laptop, password: string): Promise<string> {
  let isKept = false;
  for (;;) {
    const next = await technician.waitFor(
      (message) => message.kind === 'photo' || isResting(message) || isOver(message),
      STEP,
    );
    if (next.kind !== 'photo') return next.text;
    await technician.send(laptop.lastPicture());
    await (isKept ? laptop.answer(true) : laptop.typePassword(password));
    isKept = true;
  }
}
