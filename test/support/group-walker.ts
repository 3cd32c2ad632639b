import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { offering, STEP } from './stage.ts';

/** The group rests, and asks how it goes on. */
const isResting = offering('end');
/** The group is over. */
const isOver = ({ buttons }: ChatMessage) => buttons.flat().some(({ data }) => data === 'visit');

/** What a technician who sits at the laptop does for each device. */
export interface AtLaptop {
  /** What the picture in the chat says. */
  picture(): string;
  /** Types the password there, or confirms with one key where the group's is kept (`isKept`). */
  confirm(isKept: boolean): Promise<unknown>;
}

/**
 * Works through a group until it rests or is over.
 * @param onPicture a picture has come; its number, from 1
 * @returns what is said in the end
 */
export async function walkGroup(
  technician: SimUser,
  { picture, confirm }: AtLaptop,
  onPicture: (number: number) => Promise<void> = async () => undefined,
): Promise<string> {
  const read = new Set<number>();
  for (;;) {
    const isNew = ({ kind, id }: ChatMessage) => kind === 'photo' && !read.has(id);
    const next = await technician.waitFor(
      (message) => isNew(message) || isResting(message) || isOver(message),
      STEP,
    );
    if (next.kind !== 'photo') return next.text;
    const isKept = read.size > 0;
    read.add(next.id);
    await onPicture(read.size);
    await technician.send(picture());
    await confirm(isKept);
  }
}
