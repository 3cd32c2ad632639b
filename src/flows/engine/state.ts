import type { ConversationState } from '@grammyjs/conversations';
import type { Result } from '../../kernel/result.ts';
import type { HouseEvent } from './events.ts';

/** Everything the engine remembers of one chat, written in one piece so that a crash never leaves halves. */
export interface ChatState {
  conversation: ActiveConversation | null;
  /** Events no wait was named for yet, oldest first. */
  inbox: HouseEvent[];
  /** update_ids already handled, newest last. Compared by equality: Telegram does not promise an order. */
  seenUpdates: number[];
  /** Ids of events already taken. */
  seenEvents: string[];
  /** Album whose photo named the device: its other photos are not new devices. */
  album: string | null;
  /** What is in its other photos and was not taken, as last told; absent: nothing. */
  albumRest?: AlbumRest;
  /** Until then the next text is taken as it is, ms: the last one was no password. Absent: it is looked through. */
  asItIsUntil?: number;
  /** The last messages of the person, oldest first; absent: none yet. */
  recent?: RecentMessage[];
}

/**
 * What became of a message: a conversation took it, a command or a button outside conversations did, or nothing came of
 * it but a word of help.
 */
export type Became = 'heard' | 'command' | 'refused';

/** How a message was heard, for when it is edited. Nothing of what it says. */
export interface RecentMessage {
  id: number;
  became: Became;
  /** Equal for what is heard alike; null for what no conversation heard. */
  tag: string | null;
  /** Milliseconds. */
  at: number;
  /** Telegram's name of its photo or file. */
  photo?: string;
}

/** The other photos of an album. */
export interface AlbumRest {
  /** The message that tells of them, changed with every photo; null before the first. */
  messageId: number | null;
  /** Short serials, each once. */
  serials: string[];
  /** Photos on which no label could be read. */
  unread: number;
}

export interface ActiveConversation {
  flow: string;
  /** Version of the flow that wrote the log; another version restarts the stage from the case. */
  version: number;
  args: FlowArgs;
  state: ConversationState;
}

/** What a stage hands to the next one, or to itself: JSON, small. */
export type Handed = Readonly<Record<string, unknown>>;

/** Arguments of a stage; the case is re-read by id. */
export interface FlowArgs<W extends Handed = Handed> {
  caseId: string;
  with?: W;
}

/** Where chat states live; the bot implements it on the store. */
export interface ChatStates {
  load(chatId: number): Promise<Result<ChatState | undefined, { reason: string }>>;
  /** Durable when it resolves. */
  save(chatId: number, state: ChatState): Promise<Result<void, { reason: string }>>;
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
