/** Four stories of the product, each played by a technician on the stage: for the tour of the page, and printed by `--play`. */
import type { WordAfter } from '../kernel/texts.ts';
import type { DeviceSnapshot, DeviceSpec } from './device/device.ts';
import { DEMO_PASSWORD, menuRecorder, recorder3, recorder4, unbindableCamera } from './device/profiles.ts';
import type { Laptop } from './laptop.ts';
import { actOn } from './panel.ts';
import { labelOf } from './samples.ts';
import type { Stage } from './stage.ts';
import type { ChatMessage } from './telegram/message.ts';
import type { TourState } from './telegram/page.ts';
import type { SimUser } from './telegram/people.ts';

export type StoryId =
  WordAfter<'sandbox:tour.'> extends infer Word ? (Word extends `${infer Id}.title` ? Id : never) : never;
/** What is said while a story is played: `sandbox:tour.<caption>`. */
export type Caption = Exclude<WordAfter<'sandbox:tour.'>, `${string}.title`>;

/** Who plays a story, and where. */
export interface Cast {
  readonly stage: Stage;
  readonly laptop: Laptop;
  readonly technician: SimUser;
  /** Says what happens now and in which part of the page; resolves when it can have been read. */
  tell(caption: Caption, look: TourState['look']): Promise<void>;
  /** Ends the story at its next step. */
  readonly signal: AbortSignal;
}

export interface Story {
  readonly id: StoryId;
  readonly device: DeviceSpec;
  /** What the device itself has to say at the end: whether it is bound, and what it counted meanwhile. */
  readonly ends: Pick<DeviceSnapshot, 'bound' | 'unbindsExecuted' | 'unbindsReceived' | 'passwordsWrong'>;
  play(actor: Actor): Promise<void>;
}

/** Time a step may take, ms: discovery and verification are real. */
const STEP_MS = 40_000;
/** What is typed on purpose where the device expects DEMO_PASSWORD. It protects nothing. */
const WRONG_PASSWORD = 'Wrong-Pass1';

/** What the technician of a story does, by the ids of buttons: the same in every language. */
export class Actor {
  readonly #cast: Cast;
  readonly #device: DeviceSpec;

  constructor(device: DeviceSpec, cast: Cast) {
    this.#cast = cast;
    this.#device = device;
  }

  tell(caption: Caption, look: TourState['look'] = 'chat'): Promise<void> {
    this.#cast.signal.throwIfAborted();
    return this.#cast.tell(caption, look);
  }

  /** Sends the label; an open case of an earlier time is left alone. */
  async label(): Promise<void> {
    this.#cast.signal.throwIfAborted();
    await this.#cast.technician.sendPhoto(await labelOf(this.#device.profile));
    if ((await this.offered('no', 'new')) === 'new') await this.press('new');
  }

  /** Presses the first of these buttons that is there, as soon as one is. */
  async press(...ids: string[]): Promise<void> {
    const id = await this.offered(...ids);
    await this.#cast.technician.press(endingIn(id));
  }

  /** Waits until one of these buttons is there. @returns its id */
  async offered(...ids: string[]): Promise<string> {
    const offeredBy = (message: ChatMessage) => ids.find((id) => offers(message, id));
    const message = await this.#sees((one) => offeredBy(one) !== undefined);
    return offeredBy(message) ?? '';
  }

  async types(text: string): Promise<void> {
    this.#cast.signal.throwIfAborted();
    await this.#cast.technician.send(text);
  }

  /** Waits for the picture of the laptop and types what it says. */
  async readsPicture(how: 'right' | 'wrong'): Promise<void> {
    await this.offered('refresh');
    await this.types(how === 'right' ? this.#cast.laptop.lastPicture() : 'wrong');
  }

  /** Waits until the laptop asks for the password, and types one there. */
  typesPassword(password = DEMO_PASSWORD): Promise<void> {
    return this.#cast.laptop.typePassword(password, this.#cast.signal);
  }

  /** Waits for the end of the case: the message with its report. */
  async seesReport(): Promise<void> {
    await this.#sees(({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('report:')));
  }

  /** Does at the device itself what its own menu does. */
  unbindsByHand(): void {
    actOn(this.#cast.stage, this.#device.profile.shortSerial, 'unbind');
  }

  #sees(wanted: (message: ChatMessage) => boolean): Promise<ChatMessage> {
    const { technician, signal } = this.#cast;
    return technician.waitFor(wanted, { timeoutMs: STEP_MS, signal });
  }
}

export const STORIES: readonly Story[] = [
  {
    id: 'camera',
    device: unbindableCamera,
    ends: { bound: false, unbindsExecuted: 1, unbindsReceived: 1, passwordsWrong: 0 },
    async play(actor) {
      await actor.tell('camera.label');
      await actor.label();
      await actor.tell('camera.ask');
      await toThePicture(actor);
      await actor.tell('camera.picture');
      await actor.readsPicture('right');
      await actor.tell('camera.password', 'laptop');
      await actor.typesPassword();
      await actor.seesReport();
      await actor.tell('camera.verified', 'devices');
    },
  },
  {
    id: 'menu',
    device: menuRecorder,
    ends: { bound: false, unbindsExecuted: 0, unbindsReceived: 0, passwordsWrong: 0 },
    async play(actor) {
      await actor.tell('menu.label');
      await actor.label();
      await actor.press('no');
      await actor.press('yes');
      await actor.press('monitor');
      await actor.press('online');
      await actor.press('recorder-menu');
      if ((await actor.offered('owner', 'next')) === 'owner') await actor.press('owner');
      await actor.offered('next');
      await actor.tell('menu.steps');
      await actor.press('next');
      await actor.press('next');
      await actor.press('next');
      await actor.offered('next');
      await actor.tell('menu.hand', 'devices');
      actor.unbindsByHand();
      await actor.press('next');
      await actor.press('success');
      await actor.seesReport();
      await actor.tell('menu.end');
    },
  },
  {
    id: 'wrong',
    device: recorder4,
    ends: { bound: false, unbindsExecuted: 1, unbindsReceived: 2, passwordsWrong: 1 },
    async play(actor) {
      await actor.tell('wrong.label');
      await actor.label();
      await toThePicture(actor);
      await actor.readsPicture('wrong');
      await actor.tell('wrong.picture');
      await actor.readsPicture('right');
      await actor.tell('wrong.password', 'laptop');
      await actor.typesPassword(WRONG_PASSWORD);
      await actor.offered('again');
      await actor.tell('wrong.stop');
      await actor.press('again');
      await actor.readsPicture('right');
      await actor.tell('wrong.again', 'laptop');
      await actor.typesPassword();
      await actor.seesReport();
      await actor.tell('wrong.verified', 'devices');
    },
  },
  {
    id: 'centre',
    device: recorder3,
    ends: { bound: true, unbindsExecuted: 0, unbindsReceived: 0, passwordsWrong: 0 },
    async play(actor) {
      await actor.tell('centre.label');
      await actor.label();
      await actor.press('no');
      await actor.offered('none');
      await actor.tell('centre.ask');
      await actor.press('none');
      await actor.press('no');
      await actor.press('service-centre');
      // Who signs is asked once.
      if ((await actor.offered('only', 'sent')) === 'only') await actor.press('only');
      await actor.offered('sent');
      await actor.tell('centre.letter');
      await actor.press('sent');
      await actor.seesReport();
      await actor.tell('centre.open');
    },
  },
];

/** Two answers, and on whose order, where that was not said in this visit. */
async function toThePicture(actor: Actor): Promise<void> {
  await actor.press('no');
  await actor.press('yes');
  await actor.press('owner', 'sadp');
}

function endingIn(id: string): RegExp {
  return new RegExp(`:${id}$`);
}

/** Whether a message has a button of this id. */
function offers({ buttons }: ChatMessage, id: string): boolean {
  return buttons.flat().some(({ data }) => data !== null && endingIn(id).test(data));
}
