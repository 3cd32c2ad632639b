import type { Laptop } from './laptop.ts';
import type { Stage } from './stage.ts';
import type { SimUser } from './telegram/people.ts';

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
  const message = await technician.waitFor(/unbind-agent pair /);
  const code = /unbind-agent pair ([A-Z0-9-]+)/.exec(message.text)?.[1] ?? '';
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
