import * as z from 'zod';
import type { Result } from '../../kernel/result.ts';
import { type HouseEvent, houseEvent } from './events.ts';
import type { Waiting } from './recorder.ts';

const flowArgs = z.object({
  caseId: z.string(),
  /** What a stage hands to the next one, or to itself: JSON, small; its flow says what (`handed`). */
  with: z.record(z.string(), z.unknown()).readonly().exactOptional(),
});
export type Handed = NonNullable<z.infer<typeof flowArgs>['with']>;

/** Arguments of a stage; the case is re-read by id. */
export interface FlowArgs<W extends Handed = Handed> {
  caseId: string;
  with?: W;
}

/** The library's own; what it keeps in there besides is left as it is. */
const conversationState: z.ZodType<Waiting> = z.looseObject({
  /** Only in logs of before; one of those begins its stage anew (`versionOf`). */
  args: z.string().exactOptional(),
  replay: z.looseObject({
    send: z.array(z.looseObject({ payload: z.string() })),
    receive: z.array(z.looseObject({ send: z.number(), returnValue: z.unknown() })),
  }),
  interrupts: z.array(z.number()),
});

const activeConversation = z.object({
  flow: z.string(),
  /** Version of the flow that wrote the log; another version restarts the stage from the case. */
  version: z.number(),
  args: flowArgs,
  state: conversationState,
});
export type ActiveConversation = z.infer<typeof activeConversation>;

/** The other photos of an album. */
const albumRest = z.object({
  /** The message that tells of them, changed with every photo; null before the first. */
  messageId: z.number().nullable(),
  /** Short serials, each once. */
  serials: z.array(z.string()),
  /** Photos on which no label could be read. */
  unread: z.number(),
});
/**
 * What became of a message: a conversation took it, a command or a button outside conversations did, or nothing came of
 * it but a word of help.
 */
const became = z.enum(['heard', 'command', 'refused']);
export type Became = z.infer<typeof became>;

const recentMessage = z.object({
  id: z.number(),
  became,
  /** Equal for what is heard alike; null for what no conversation heard. */
  tag: z.string().nullable(),
  /** Milliseconds. */
  at: z.number(),
  /** Telegram's name of its photo or file. */
  photo: z.string().exactOptional(),
});
/** How a message was heard, for when it is edited. Nothing of what it says. */
export type RecentMessage = z.infer<typeof recentMessage>;

/** What a card asks, and how: enough to show it again. */
const asked = z.object({
  flow: z.string(),
  /** HTML, without the heading and the lines. */
  text: z.string(),
  keyboard: z
    .object({
      inline_keyboard: z.array(
        z.array(
          z.object({
            text: z.string(),
            callback_data: z.string(),
            style: z.enum(['danger', 'success', 'primary']).exactOptional(),
          }),
        ),
      ),
    })
    .nullable(),
  /** Key of a stored picture above the text, and what is asked where Telegram does not take it. */
  photo: z.object({ blob: z.string(), without: z.string() }).exactOptional(),
});
/** A question as a card shows it. */
export type Asked = z.infer<typeof asked>;

const card = z.object({
  /** The message it is now. */
  messageId: z.number(),
  caseId: z.string(),
  /** A picture with the question below it: such a message never becomes text. */
  isPhoto: z.boolean(),
  /** Tag of its keyboard; null: it has none. */
  tag: z.string().nullable(),
  /** The person has written below it. */
  isBuried: z.boolean(),
  /** What was said on it since the person answered last, HTML, oldest first. */
  lines: z.array(z.string()),
  /** Absent: nobody has noted it, as an older version did not. */
  asked: asked.exactOptional(),
});
/** The one message of a case that is edited in place (card.ts). */
export type CaseCard = z.infer<typeof card>;

const unsaid = z.object({ flow: z.string(), caseId: z.string() });
/** A stage that begins again, from its case, when a person is back. */
export type Unsaid = z.infer<typeof unsaid>;

/** As a card was before it could be shown again. */
export const cardWithoutQuestion = card.omit({ asked: true });

/** A chat's state as it is stored: raise the version of its kind (bot/house/chats.ts) with it. */
export const chatState = z.object({
  conversation: activeConversation.nullable(),
  /** Events no wait was named for yet, oldest first. */
  inbox: z.array(houseEvent),
  /** update_ids already handled, newest last. Compared by equality: Telegram does not promise an order. */
  seenUpdates: z.array(z.number()),
  /** Ids of events already taken. */
  seenEvents: z.array(z.string()),
  /** Album whose photo named the device: its other photos are not new devices. */
  album: z.string().nullable(),
  /** What is in its other photos and was not taken, as last told; absent: nothing. */
  albumRest: albumRest.exactOptional(),
  /** Until then the next text is taken as it is, ms: the last one was no password. Absent: it is looked through. */
  asItIsUntil: z.number().exactOptional(),
  /** The last messages of the person, oldest first; absent: none yet. */
  recent: z.array(recentMessage).exactOptional(),
  /** The stage that could say nothing because the person had stopped the bot; absent: none. */
  unsaid: unsaid.exactOptional(),
  /** The card of the case at hand; absent: none is in the chat. */
  card: card.exactOptional(),
  /** When the person did something last, or heard a card come, ms; absent: never. */
  touchedAt: z.number().exactOptional(),
});
/** Everything the engine remembers of one chat, written in one piece so that a crash never leaves halves. */
export type ChatState = z.infer<typeof chatState>;

export const pictureAnswer = z.object({
  /** Id of the update it came in. */
  update: z.number(),
  /** Nonce of the picture. */
  nonce: z.string(),
});
/** What a chat has last said to a picture, told apart from all else it says; nothing of what it was. */
export type PictureAnswer = z.infer<typeof pictureAnswer>;

/** One handling of one chat. What is changed in `chat` is written in one piece when it is over. */
export interface Turn {
  readonly chat: ChatState;
  readonly chatId: number;
  /** It did not come back in time; whatever it still does, it writes nothing any more. */
  isLeftBehind: boolean;
  /** Lines a dialogue has said that are not in the chat yet, HTML, oldest first (card.ts). */
  readonly said: string[];
}

/** Where chat states live; the bot implements it on the store. */
export interface ChatStates {
  load(chatId: number): Promise<Result<ChatState | undefined, { reason: string }>>;
  /** Durable when it resolves. */
  save(chatId: number, state: ChatState): Promise<Result<void, { reason: string }>>;
  /** What the chat has last said to a picture; undefined: nothing for a day. */
  answered(chatId: number): Promise<Result<PictureAnswer | undefined, { reason: string }>>;
  /** As durable as what the laptop is told of it: written in the same commit, or before. */
  answer(chatId: number, said: PictureAnswer): Promise<Result<void, { reason: string }>>;
}

/** Updates and events remembered per chat against repeats. Telegram repeats within 24 h; a chat has fewer than this. */
const REMEMBERED = 300;
/** Events that may wait; a job has at most a dozen. */
const INBOX_LIMIT = 50;

export function emptyChatState(): ChatState {
  return { conversation: null, inbox: [], seenUpdates: [], seenEvents: [], album: null };
}

/** Messages remembered for when they are edited. */
const RECENT = 20;

/** The messages with `message` as the newest, each once. */
export function rememberMessage(
  list: readonly RecentMessage[] = [],
  message: RecentMessage,
): RecentMessage[] {
  return [...list.filter(({ id }) => id !== message.id), message].slice(-RECENT);
}

/** `list` with `item` as its newest entry, bounded. */
export function remember<T>(list: readonly T[], item: T): T[] {
  return [...list, item].slice(-REMEMBERED);
}

/** The inbox with `event` at its end, bounded: the oldest give way. */
export function putAway(inbox: readonly HouseEvent[], event: HouseEvent): HouseEvent[] {
  return [...inbox, event].slice(-INBOX_LIMIT);
}
