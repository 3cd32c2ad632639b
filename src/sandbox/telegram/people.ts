import type { User } from 'grammy/types';
import type { ChatRoom } from './chats.ts';
import { type Content, captionContent, textContent } from './content.ts';
import type { CallbackAnswer } from './events.ts';
import type { ChatMessage, OtherKind } from './message.ts';
import { ChatWindow } from './window.ts';
import type { World } from './world.ts';

export interface PhotoOptions {
  readonly caption?: string;
  /** Common to the photos of one album. */
  readonly mediaGroupId?: string;
}

/** A person with a private chat with the bot. Everything they do arrives at the bot as an update. */
export class SimUser extends ChatWindow {
  readonly user: User;

  constructor(world: World, room: ChatRoom, user: User) {
    super(world, room);
    this.user = user;
  }

  get id(): number {
    return this.user.id;
  }

  /** The bot's answers to the buttons this person pressed, oldest first. */
  get answers(): readonly CallbackAnswer[] {
    return this.world.queries.answersFor(this.id);
  }

  async send(text: string): Promise<ChatMessage> {
    return this.deliver(this.user, textContent({ text }));
  }

  /** Sends a picture the way a phone does: JPEG, at most 1280 pixels, in several sizes. */
  async sendPhoto(
    bytes: Uint8Array,
    { caption = '', mediaGroupId }: PhotoOptions = {},
  ): Promise<ChatMessage> {
    const photo = await this.world.files.addPhoto(bytes);
    return this.deliver(this.user, {
      photo,
      ...captionContent({ text: caption }),
      ...(mediaGroupId !== undefined && { media_group_id: mediaGroupId }),
    });
  }

  /** Sends a file as it is. */
  async sendDocument(bytes: Uint8Array, name: string, mime: string): Promise<ChatMessage> {
    return this.deliver(this.user, { document: this.world.files.addFile(bytes, name, mime) });
  }

  /** Empties the chat, for the bot as well: what it said here can be neither seen nor edited any more. */
  clear(): void {
    this.world.chats.remove(
      this.room,
      this.messages.map(({ id }) => id),
    );
  }

  /** Sends what no dialogue asks for. */
  async sendOther(kind: OtherKind): Promise<ChatMessage> {
    return this.deliver(this.user, otherContent(this.world, kind));
  }

  /**
   * Presses an inline button by its label or data, in the most recent message that has it or in the given one.
   * @throws Error with the transcript when there is none
   */
  async press(button: string | RegExp, messageId?: number): Promise<void> {
    this.pressAs(this.user, button, messageId);
  }

  /** Id of a press a changed app makes up: its data is the app's choice, its id is Telegram's. */
  queryId(): string {
    return this.world.queries.open(this.id);
  }

  /** Edits an own text. */
  async edit(messageId: number, text: string): Promise<ChatMessage> {
    return this.change(this.user, messageId, text);
  }
}

/** A group with the bot in it, in privacy mode: the bot sees commands and pressed buttons, nothing else. */
export class SimGroup extends ChatWindow {
  async send(from: SimUser, text: string): Promise<ChatMessage> {
    const command = /^\/\w+(?:@(\w+))?/.exec(text);
    const own = this.world.me.username;
    const toBot = command !== null && (command[1] ?? own).toLowerCase() === own.toLowerCase();
    return this.deliver(from.user, textContent({ text }), toBot);
  }

  async press(from: SimUser, button: string | RegExp): Promise<void> {
    this.pressAs(from.user, button);
  }
}

function otherContent(world: World, kind: OtherKind): Content {
  const file = (name: string, mime: string) => {
    const { file_id, file_unique_id } = world.files.addFile(new Uint8Array(64), name, mime, kind);
    return { file_id, file_unique_id };
  };
  switch (kind) {
    case 'sticker': {
      const shape = {
        type: 'regular',
        width: 512,
        height: 512,
        is_animated: false,
        is_video: false,
      } as const;
      return { sticker: { ...file('sticker.webp', 'image/webp'), ...shape } };
    }
    case 'voice':
      return { voice: { ...file('voice.ogg', 'audio/ogg'), duration: 3 } };
    case 'video':
      return { video: { ...file('video.mp4', 'video/mp4'), width: 640, height: 360, duration: 3 } };
    case 'location':
      return { location: { latitude: 55.75, longitude: 37.62 } };
    case 'contact':
      return { contact: { phone_number: '+10000000000', first_name: 'Contact' } };
    case 'dice':
      return { dice: { emoji: '🎲', value: 4 } };
  }
}
