import { randomBytes, randomInt } from 'node:crypto';
import type { UserFromGetMe } from 'grammy/types';
import { Chats } from './chats.ts';
import { type ApiCall, EventBus, type EventListener } from './events.ts';
import { type Fault, Faults } from './faults.ts';
import { Files } from './files.ts';
import { type Page, type PageOptions, servePage } from './page.ts';
import { SimGroup, SimUser } from './people.ts';
import { buildServer, callWithoutAnswer } from './server.ts';
import { UpdateQueue } from './updates.ts';
import { Webhook } from './webhook.ts';
import { CallbackQueries, type World } from './world.ts';

export interface LocalBotApiOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default random, shaped like Telegram's. */
  readonly token?: string;
  /** Number of the first update: Telegram's go on where a bot has been stopped. Default 100,000,000. */
  readonly firstUpdateId?: number;
  /** Default `unbind_sandbox_bot`. */
  readonly botUsername?: string;
  /** Delay before a webhook is tried again, milliseconds; doubles up to a minute. Default 1,000. */
  readonly webhookRetryMs?: number;
  readonly page?: PageOptions;
}

interface UserOptions {
  /** Default: the next one free. */
  readonly id?: number;
  readonly firstName?: string;
  /** IETF tag, as Telegram's `language_code`. */
  readonly languageCode?: string;
  readonly username?: string;
}

/** Telegram on this machine: a Bot API for the bot, people for the tests, a page for the hand. */
export interface LocalBotApi {
  /** `http://127.0.0.1:<port>`: the API's root, and the address of the chat page. */
  readonly url: string;
  readonly token: string;
  /** Every call of the bot, oldest first; the last 10,000. */
  readonly calls: readonly ApiCall[];
  /** What the host program shows beside the chat. */
  readonly page: Page;
  /** The person with this id, or a new one. */
  user(options?: UserOptions): SimUser;
  /** A new group with the bot in it. */
  group(title: string): SimGroup;
  /** Bytes of a file of a message, while they are kept. */
  bytes(fileId: string): Uint8Array | undefined;
  /** Breaks the next call or calls. @returns what ends that before they came; false: they came */
  fault(fault: Fault): () => boolean;
  /** @returns what ends the listening */
  onEvent(listener: EventListener): () => void;
  close(): Promise<void>;
}

const FIRST_USER_ID = 700_000_001;
const FIRST_GROUP_ID = -1_001_000_000_001;

/**
 * Starts a local Bot API on 127.0.0.1, with everything in memory.
 * @throws Error when the port is taken
 */
export async function startLocalBotApi(options: LocalBotApiOptions = {}): Promise<LocalBotApi> {
  const botId = options.token ? Number(options.token.split(':')[0]) : randomInt(1_000_000_000, 9_999_999_999);
  const token = options.token ?? `${botId}:AA${randomBytes(33).toString('base64url').slice(0, 33)}`;
  const events = new EventBus();
  const files = new Files();
  const updates = new UpdateQueue(options.firstUpdateId ?? 100_000_000);
  const calls: ApiCall[] = [];
  const webhook = new Webhook(updates, options.webhookRetryMs ?? 1_000, (contentType, body) =>
    callWithoutAnswer(parts, contentType, body),
  );
  const world: World = {
    me: botUser(botId, options.botUsername ?? 'unbind_sandbox_bot'),
    chats: new Chats(files, events),
    files,
    updates,
    webhook,
    queries: new CallbackQueries(),
    settings: {
      commands: new Map(),
      names: new Map(),
      descriptions: new Map(),
      shortDescriptions: new Map(),
    },
    events,
  };
  const faults = new Faults();
  const parts = { world, token, calls, faults };

  const users = new Map<number, SimUser>();
  let nextUserId = FIRST_USER_ID;
  let nextGroupId = FIRST_GROUP_ID;
  const user = ({ id, firstName = 'Tester', languageCode, username }: UserOptions = {}) => {
    while (id === undefined && users.has(nextUserId)) nextUserId += 1;
    const userId = id ?? nextUserId;
    const known = users.get(userId);
    if (known) return known;
    const person = { id: userId, first_name: firstName, ...(username !== undefined && { username }) };
    const room = world.chats.add({ ...person, type: 'private' }, false);
    const from = {
      ...person,
      is_bot: false,
      ...(languageCode !== undefined && { language_code: languageCode }),
    };
    const added = new SimUser(world, room, from);
    users.set(userId, added);
    return added;
  };

  const app = buildServer(parts);
  const page = await servePage(app, world, user, options.page ?? {});
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;

  return {
    url: `http://127.0.0.1:${port}`,
    token,
    calls,
    page,
    user,
    group: (title) => {
      const id = nextGroupId;
      nextGroupId -= 1;
      return new SimGroup(world, world.chats.add({ id, title, type: 'supergroup' }, true));
    },
    bytes: (fileId) => files.get(fileId)?.bytes,
    fault: (fault) => faults.add(fault),
    onEvent: (listener) => events.listen(listener),
    close: async () => {
      webhook.set(undefined);
      await app.close();
    },
  };
}

function botUser(id: number, username: string): UserFromGetMe {
  return {
    id,
    is_bot: true,
    first_name: 'Unbind',
    username,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
  };
}
