/**
 * A technician who walks a way to its end, in either language: what he does is written once, and what he has to see is
 * named by the key of its sentence. Everything is put down as a transcript (`scripts/transcripts.ts` prints it).
 */
import type { Language } from '../../../locales/language.ts';
import { ORDERS } from '../../../src/cases/case.ts';
import type { DeviceSpec } from '../../../src/sandbox/device/device.ts';
import type { Laptop } from '../../../src/sandbox/laptop.ts';
import { pairLaptop } from '../../../src/sandbox/pairing.ts';
import { labelOf } from '../../../src/sandbox/samples.ts';
import type { Stage } from '../../../src/sandbox/stage.ts';
import type { ChatMessage, OtherKind } from '../../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { anyText } from '../../support/any-text.ts';
import { invited, offering, online, STEP } from '../../support/stage.ts';

/** A way walked to its end, with the wrong turns people take. */
export interface Walk {
  readonly name: string;
  /** Devices on the LAN; a walk without a laptop has none. */
  readonly devices?: readonly DeviceSpec[];
  run(at: Walker): Promise<void>;
}

/** The same words in every language. */
export type Said = string | Readonly<Record<Language, string>>;

/** How a walk went. */
export interface Walked {
  readonly transcript: string;
  readonly wrongTurns: number;
  readonly messages: readonly ChatMessage[];
}

type Values = Record<string, string | number>;

/** How a technician answers: with a finger, or by typing what stands on the button, after something that means nothing. */
export type Hand = 'presses' | 'types';

/** Walks a walk on a stage as a technician of its own. `atEnd` sees its devices before they are taken away. */
export async function walkOn(
  stage: Stage,
  walk: Walk,
  language: Language,
  { hand = 'presses', atEnd }: { readonly hand?: Hand; readonly atEnd?: () => void } = {},
): Promise<Walked> {
  const devices = walk.devices ?? [];
  for (const spec of devices) await stage.lan.add(spec);
  const chat = await invited(stage, language);
  const at = new Walker(stage, chat, language, hand);
  try {
    if (walk.devices) await at.bringLaptop();
    await walk.run(at);
    atEnd?.();
    const walked = { transcript: at.transcript(), wrongTurns: at.wrongTurns, messages: chat.said };
    await at.cancels();
    return walked;
  } finally {
    await at.leave();
    for (const { shortSerial } of stage.lan.devices.map(({ profile }) => profile)) {
      await stage.lan.remove(shortSerial);
    }
  }
}

/** Means nothing anywhere, and is too long for the answer to a picture. */
const NOTHING = 'zzqx qqwwrr plmm';
/** Questions that take any words: those of a screen, of an answer, of a name. By a button of theirs, or their sentence. */
const OPEN_BUTTONS = /:(?:clear|not-it|leave-out|no-site)$/;
const OPEN_QUESTIONS = ['bot:trouble.ask', 'bot:trouble.unknown', 'bot:cases.attach'];
/** Buttons whose words are no press (docs/decisions/0045), as far as walks by hand meet them. */
const PRESSED_ONLY: readonly string[] = ['sadp', ...ORDERS];

export class Walker {
  readonly stage: Stage;
  readonly language: Language;
  readonly t: ReturnType<typeof anyText>;
  /** How often the technician did what he was not asked to. */
  wrongTurns = 0;
  readonly #chat: SimUser;
  #hand: Hand;
  #laptop: Laptop | null = null;
  readonly #lines: string[] = [];
  /** Buttons of steps that are over which may be there: a bot that is killed has not always taken them away. */
  #leftBehind = 0;
  readonly #stopListening: () => void;

  constructor(stage: Stage, chat: SimUser, language: Language, hand: Hand) {
    this.stage = stage;
    this.#hand = hand;
    this.language = language;
    this.t = anyText(language);
    this.#chat = chat;
    const told = new Map<number, string>();
    this.#stopListening = stage.api.onEvent((event) => {
      if (event.type !== 'message' || event.chatId !== chat.chatId || event.message.from !== 'bot') return;
      const words = wordsOf(event.message);
      // A keyboard that goes says nothing.
      if (told.get(event.message.id)?.startsWith(words)) return;
      told.set(event.message.id, words);
      this.#note('bot', words);
    });
  }

  get laptop(): Laptop {
    if (!this.#laptop) throw new Error('this walk has no laptop');
    return this.#laptop;
  }

  transcript(): string {
    return this.#lines.join('\n');
  }

  /** A remark in the transcript: what is wrong about the next step, or what happens on the site. */
  remark(words: string): void {
    this.#lines.push(`        (${words})`);
  }

  /** What follows is not what was asked for. */
  wrong(words: string): void {
    this.wrongTurns += 1;
    this.remark(`wrong turn: ${words}`);
  }

  /**
   * Waits for a message of the bot with this sentence, after the technician's last action. Values that are not given may
   * be anything.
   */
  async sees(key: string, values: Values = {}): Promise<ChatMessage> {
    const sentence = plain(this.t(key, values));
    const pattern = new RegExp(
      sentence
        .split(/\{\{\w+\}\}/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*'),
    );
    try {
      return await this.#chat.waitFor((message) => pattern.test(squeezed(message.text)), STEP);
    } catch (error) {
      throw new Error(`${key} was not said: “${sentence}”\n${this.transcript()}`, { cause: error });
    }
  }

  /** What was sent is of no use here: what is, is named. */
  async seesWhatIsOfUse(): Promise<void> {
    await this.sees('bot:help.use');
  }

  /** Waits for a file of this name under this sentence. */
  async seesFile(key: string, name: string): Promise<void> {
    const { file } = await this.sees(key);
    if (file?.name !== name) throw new Error(`the file is named ${file?.name}, not ${name}`);
  }

  /** Leaves whatever is going on: no button of a question stays behind. */
  async cancels(): Promise<void> {
    await this.#chat.send('/cancel');
    await this.#chat.waitFor(({ from }) => from === 'bot', STEP);
    await this.#hasKeyboards(0);
  }

  /** Waits until no more messages than these have the buttons of a question: those of steps that are over are gone. */
  async #hasKeyboards(most: number): Promise<void> {
    const asking = () => this.#chat.messages.filter(({ buttons }) => buttons.flat().some(isOfQuestion));
    try {
      await this.#chat.until(() => asking().length <= most + this.#leftBehind, STEP.timeoutMs);
    } catch (error) {
      const left = asking().map(wordsOf).join('\n\n');
      throw new Error(`buttons of steps that are over:\n${left}\n\n${this.transcript()}`, { cause: error });
    }
  }

  async press(id: string): Promise<void> {
    const message = await this.#chat.waitFor(offering(id), { ...STEP, after: 'start' });
    await this.#hasKeyboards(1);
    const button = message.buttons.flat().find(({ data }) => data?.endsWith(`:${id}`));
    const label = button?.text ?? id;
    if (this.#hand === 'types' && button?.data?.startsWith('f:')) {
      if (!this.#takesAnything(message)) await this.isTold(label);
      await this.types(label);
      if (!PRESSED_ONLY.includes(id)) return;
      await this.sees('bot:help.onlyPressed', { label });
    }
    this.#note('technician', `[${label}]`);
    await this.#chat.press(new RegExp(`:${id}$`));
  }

  #takesAnything({ text, buttons }: ChatMessage): boolean {
    return (
      buttons.flat().some(({ data }) => OPEN_BUTTONS.test(data ?? '')) ||
      OPEN_QUESTIONS.some((key) => squeezed(text).includes(plain(this.t(key))))
    );
  }

  /** Types what means nothing: the answer names what can be used here, this button among it. */
  async isTold(label: string): Promise<void> {
    await this.types(NOTHING);
    const { text } = await this.#chat.waitFor(
      (message) => message.text.includes(plain(this.t('bot:help.quoted', { words: label }))),
      STEP,
    );
    const isRepeated = text.includes(NOTHING);
    if (isRepeated) throw new Error(`what was typed is repeated: ${text}`);
  }

  /** Takes a way that unbinds, and says on whose order: asked before the first of a visit. */
  async unbindsBy(way: string, order = 'owner'): Promise<void> {
    if (way !== 'sadp') await this.press(way);
    await this.sees('bot:order.ask');
    await this.press(order);
  }

  /** Presses a button of /cases: its data begins with this. */
  async open(prefix: string): Promise<void> {
    this.#note('technician', `[${prefix}…]`);
    await this.#chat.press(new RegExp(`^${prefix}:`));
  }

  async types(said: Said): Promise<void> {
    const words = typeof said === 'string' ? said : said[this.language];
    this.#note('technician', words);
    await this.#chat.send(words);
  }

  async label({ profile }: DeviceSpec, caption = ''): Promise<void> {
    this.#note('technician', `(photo of the label of ${profile.model})${caption && ` ${caption}`}`);
    await this.#chat.sendPhoto(await labelOf(profile), { caption });
  }

  async sends(kind: OtherKind): Promise<void> {
    this.#note('technician', `(${kind})`);
    await this.#chat.sendOther(kind);
  }

  /** Answers questions with their buttons, one after another: fact and answer. */
  async answers(...given: readonly (readonly [fact: string, answer: string])[]): Promise<void> {
    for (const [fact, answer] of given) {
      await this.sees(`policy:question.${fact}.text`);
      if (fact === 'firmware') await this.types(answer);
      else await this.press(answer);
    }
  }

  /** The step of a guide is shown, with its number and its picture where it has one. */
  async step(guide: string, step: string, values: Values = {}): Promise<ChatMessage> {
    return this.sees(`guide:step.${guide}.${step}.text`, values);
  }

  /** "It looks different": what else it may look like is told, and the same step comes again. */
  async looksDifferent(guide: string, step: string): Promise<void> {
    await this.press('differs');
    await this.sees(`guide:step.${guide}.${step}.differs`);
    await this.press('clear');
    await this.step(guide, step);
  }

  async bringLaptop(): Promise<void> {
    this.#laptop = await this.stage.laptop(`laptop-${this.#chat.id}`, this.language, (line) =>
      this.#note('laptop', line),
    );
    await pairLaptop(this.stage, this.#laptop, this.#chat);
    this.openLaptop();
    await this.laptopOnline();
    this.#lines.length = 0;
  }

  openLaptop(): void {
    this.remark('the laptop is opened');
    this.laptop.start();
  }

  async closeLaptop(): Promise<void> {
    this.remark('the laptop is closed');
    await this.laptop.stop();
  }

  laptopOnline(): Promise<void> {
    return online(this.#chat);
  }

  /** The bot is killed while the technician goes on, and started again. */
  async whileBotIsDown(act: () => Promise<void>): Promise<void> {
    this.remark('the bot is killed');
    await this.stage.bot.kill();
    this.#leftBehind += 1;
    const hand = this.#hand;
    // Nobody answers meanwhile.
    this.#hand = 'presses';
    await act();
    this.#hand = hand;
    await this.stage.bot.start();
    this.remark('the bot is back');
  }

  async leave(): Promise<void> {
    this.#stopListening();
    await this.#laptop?.stop();
  }

  #note(who: 'bot' | 'technician' | 'laptop', words: string): void {
    const [first = '', ...others] = words.split('\n');
    this.#lines.push(
      `${who.padStart(10)}: ${first}`,
      ...others.map((line) => `            ${line}`.trimEnd()),
    );
  }
}

/** Whether a button belongs to a question; the one under "that looked like a password" is good at any time. */
function isOfQuestion({ data }: ChatMessage['buttons'][number][number]): boolean {
  return /^f:/.test(data ?? '') && !/:send-again$/.test(data ?? '');
}

function wordsOf({ kind, text, buttons, file }: ChatMessage): string {
  const what = kind === 'text' ? '' : kind === 'photo' ? '[drawing] ' : `[${kind} ${file?.name ?? ''}] `;
  const keys = buttons.map((row) => row.map((button) => `[${button.text}]`).join(' '));
  return [`${what}${text}`, ...keys].join('\n');
}

/** A sentence as the chat shows it: without tags, white space as one space. */
function plain(sentence: string): string {
  return squeezed(
    sentence
      .replace(/<[^>]+>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>'),
  );
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
