import type { Laptop } from './laptop.ts';
import type { Stage } from './stage.ts';
import type { SimUser } from './telegram/people.ts';

/** A pairing code as the chat tells it. */
export const PAIRING_CODE = /\b[A-Z]{5}-[A-Z]{5}\b/;

/**
 * Pairs a laptop the way a technician does: /pair in the chat, the code on the laptop, its number typed in the chat.
 * @throws Error when any step does not come
 */
export async function pairLaptop(
  stage: Pick<Stage, 'hubUrl'>,
  laptop: Laptop,
  technician: SimUser,
): Promise<void> {
  await technician.send('/pair');
  const { text } = await technician.waitFor(PAIRING_CODE);
  const code = PAIRING_CODE.exec(text)?.[0] ?? '';
  let showNumber: (number: string) => void = () => undefined;
  const number = new Promise<string>((resolve) => {
    showNumber = resolve;
  });
  const paired = laptop.pair(code, stage.hubUrl, showNumber);
  const shown = await Promise.race([
    number,
    paired.then((end) => Promise.reject(new Error(`pairing ended: ${end}`))),
  ]);
  await technician.waitFor((one) => one.buttons.flat().some(({ data }) => data?.startsWith('p:no:')));
  await technician.send(shown);
  const end = await paired;
  if (end !== 'paired') throw new Error(`pairing ended: ${end}`);
}
