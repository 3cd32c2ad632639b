import type { Language } from '../../locales/language.ts';
import { textsFor } from '../kernel/all-texts.ts';
import type { Texts } from '../kernel/texts.ts';
import type { DeviceSnapshot, DeviceSpec } from './device/device.ts';
import { pairLaptop } from './pairing.ts';
import { createStage, type Stage } from './stage.ts';
import { Actor, type Caption, STORIES, type Story } from './stories.ts';
import type { SimUser } from './telegram/people.ts';

export interface PlayOptions {
  devices: readonly DeviceSpec[];
  /** Language of the technician, and of what is printed. */
  language: Language;
  say: (line: string) => void;
}

/**
 * Plays every story and prints the conversation as it happens.
 * @returns whether every device itself counts exactly what its story asked for
 */
export async function play({ devices, language, say }: PlayOptions): Promise<boolean> {
  const startedAt = performance.now();
  const t = textsFor(language);
  // On a busy machine the first photo waits long for its process, and nobody waits here.
  const stage = await createStage({ devices, photoSeconds: 60 });
  try {
    await stage.bot.start();
    const technician = stage.technician(language);
    printChat(stage, technician, say, t);
    const laptop = await stage.laptop('laptop', language, (line) =>
      say(`    [${t('sandbox:play.laptop')}] ${line}`),
    );
    await pairLaptop(stage, laptop, technician);
    laptop.start();
    let right = true;
    for (const story of STORIES) {
      say(`\n=== ${t(`sandbox:tour.${story.id}.title`)} ===`);
      const tell = async (caption: Caption) => say(`--- ${t(`sandbox:tour.${caption}`)}`);
      const { signal } = new AbortController();
      await story.play(new Actor(story.device, { stage, laptop, technician, tell, signal }));
      const { shortSerial } = story.device.profile;
      const counted = stage.lan.device(shortSerial).snapshot();
      right &&= endsAsWanted(story, counted);
      say(
        t('sandbox:play.verdict', {
          serial: shortSerial,
          executions: counted.unbindsExecuted,
          received: counted.unbindsReceived,
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

function endsAsWanted({ ends }: Story, counted: DeviceSnapshot): boolean {
  return (Object.keys(ends) as (keyof Story['ends'])[]).every((name) => counted[name] === ends[name]);
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
