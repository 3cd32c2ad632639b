/**
 * The real bot with its real hub in this process, a local Telegram that delivers by webhook, and attackers: they call
 * from addresses of their own, and they hand in updates as a manipulated Telegram client would have them delivered.
 */

import { randomBytes } from 'node:crypto';
import type { Update } from 'grammy/types';
import { Agent, request } from 'undici';
import type { Settings } from '../../src/bot/settings.ts';
import { startBot } from '../../src/bot/start.ts';
import { LOOPBACK_PROXIES } from '../../src/hub/proxies.ts';
import { createLog } from '../../src/kernel/log.ts';
import { Secret } from '../../src/kernel/secret.ts';
import type { AgentCommand } from '../../src/link/messages.ts';
import { freeTcpPort } from '../../src/sandbox/free-port.ts';
import { PAIRING_CODE } from '../../src/sandbox/pairing.ts';
import { type LocalBotApi, startLocalBotApi } from '../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type Site, TestAgent } from '../integration/hub/house.ts';
import { settingsWith } from '../support/own-settings.ts';
import { temporaryFolder } from '../support/store.ts';

export interface Fortress {
  readonly api: LocalBotApi;
  readonly url: string;
  readonly storeUrl: string;
  readonly admin: SimUser;
  /** Another one, who reads Russian and says nothing unless a test lets them. */
  readonly russianAdmin: SimUser;
  readonly logged: () => string;
  /** The hub as seen from an address; behind a proxy on this machine, whose word the hub believes. */
  from(address: string): Site;
  /** Lets somebody in by an invitation. */
  technician(name: string): Promise<SimUser>;
  /** The same for a person who is there already. */
  letIn(person: SimUser): Promise<void>;
  /** Pairs a laptop with a technician: code, number, one poll, so that it is online. */
  laptop(technician: SimUser, address?: string): Promise<TestAgent>;
  /** A pairing code from the technician's chat. */
  code(technician: SimUser): Promise<string>;
  /** Delivers an update nobody made in the app. Resolves with the status when it was taken. */
  post(update: Omit<Update, 'update_id'> & { update_id?: number }, secret?: string): Promise<number>;
  /** The same. Resolves when it was dealt with. */
  forge: Fortress['post'];
  /** Resolves when the bot has done all it has to do for now. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param own settings that differ from those of the other tests
 * @param clock of the bot, its hub and the laptops, milliseconds
 * @param before what people do before the bot starts
 */
export async function openFortress(
  own: Partial<Settings> = {},
  clock: () => number = Date.now,
  before: (api: LocalBotApi) => Promise<void> = async () => undefined,
): Promise<Fortress> {
  const folder = await temporaryFolder();
  const api = await startLocalBotApi();
  const admin = api.user({ firstName: 'Olga', languageCode: 'en' });
  const russianAdmin = api.user({ firstName: 'Oleg', languageCode: 'ru' });
  // A chat nobody has opened takes no message: a bot that says something as it starts is told to people who have.
  if (own.storeUrl) for (const person of [admin, russianAdmin]) await person.send('/start');
  await before(api);
  const port = await freeTcpPort();
  const url = `http://127.0.0.1:${port}`;
  const webhookSecret = randomBytes(24).toString('base64url');
  const lines: string[] = [];
  const log = createLog('debug', 'unbind-bot', { write: (line: string) => void lines.push(line) });
  const storeUrl = `lmdb:${folder.path}`;
  const started = await startBot(
    settingsWith({
      token: new Secret(api.token),
      apiRoot: api.url,
      adminIds: [admin.id, russianAdmin.id],
      storeUrl,
      hub: { listen: { host: '127.0.0.1', port }, publicUrl: null, tls: null, proxies: LOOPBACK_PROXIES },
      updates: {
        mode: 'webhook',
        url: `${url}/telegram`,
        path: '/telegram',
        secret: new Secret(webhookSecret),
      },
      logLevel: 'debug',
      ...own,
    }),
    log,
    null,
    undefined,
    clock,
  );
  if (!started.ok)
    throw new Error(`the bot did not start: ${started.failure.reason} ${started.failure.detail}`);
  const dispatcher = new Agent({ connections: 300 });
  let updateId = 900_000_000;

  const from = (address: string): Site => ({
    url,
    now: clock,
    dispatcher: dispatcher.compose(
      (dispatch) => (options, handler) =>
        dispatch({ ...options, headers: { ...options.headers, 'x-forwarded-for': address } }, handler),
    ),
  });

  const post: Fortress['post'] = async (update, secret = webhookSecret) => {
    updateId += 1;
    const answer = await request(`${url}/telegram`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
      body: JSON.stringify({ update_id: updateId, ...update }),
    });
    await answer.body.dump();
    return answer.statusCode;
  };

  const code = async (technician: SimUser) => {
    await technician.send('/pair');
    const { text } = await technician.waitFor(PAIRING_CODE);
    return PAIRING_CODE.exec(text)?.[0] ?? '';
  };

  const letIn = async (person: SimUser) => {
    await admin.send('/invite');
    const link = await admin.waitFor(/start=/);
    await person.send(`/start ${/start=([\w-]+)/.exec(link.text)?.[1]}`);
    await person.waitFor(/Welcome/);
  };

  return {
    api,
    url,
    storeUrl,
    admin,
    russianAdmin,
    logged: () => lines.join(''),
    from,
    code,
    letIn,
    async technician(name) {
      const person = api.user({ firstName: name, languageCode: 'en' });
      await letIn(person);
      return person;
    },
    async laptop(technician, address = '192.0.2.10') {
      const agent = new TestAgent(from(address));
      await agent.askToPair(await code(technician));
      await technician.waitFor(/six digits it shows/);
      await technician.send(agent.number);
      await technician.waitFor(/is paired/);
      await agent.poll();
      return agent;
    },
    post,
    async forge(update, secret) {
      const status = await post(update, secret);
      await started.value.idle();
      return status;
    },
    idle: () => started.value.idle(),
    async close() {
      await started.value.stop();
      await api.close();
      await dispatcher.destroy();
      await folder.remove();
    },
  };
}

/** A pressed button as Telegram delivers it, with data and places of the attacker's choice. */
export function pressed(
  from: SimUser,
  data: string,
  { chatId = from.id, type = 'private' as 'private' | 'group', messageId = 1 } = {},
): Omit<Update, 'update_id'> {
  const chat = type === 'private' ? { id: chatId, type, first_name: 'x' } : { id: chatId, type, title: 'x' };
  return {
    callback_query: {
      id: from.queryId(),
      from: from.user,
      chat_instance: 'x',
      data,
      message: { message_id: messageId, date: 1, chat, text: 'x' } as NonNullable<
        NonNullable<Update['callback_query']>['message']
      >,
    },
  };
}

const commands = new WeakMap<TestAgent, AgentCommand[]>();

/** The commands a laptop has fetched so far, oldest first. */
export function heard(agent: TestAgent): AgentCommand[] {
  const all = commands.get(agent) ?? [];
  commands.set(agent, all);
  return all;
}

/** The command of a kind that waits for the agent; jobs that were cancelled do not wait any more. */
export async function nextCommand<T extends AgentCommand['type']>(
  agent: TestAgent,
  type: T,
): Promise<Extract<AgentCommand, { type: T }>> {
  const all = heard(agent);
  for (let tries = 0; tries < 20; tries++) {
    const { body } = await agent.poll({ cursor: all.at(-1)?.id ?? null, waitMs: tries === 0 ? 0 : 1_000 });
    all.push(...(body.commands as AgentCommand[]));
    const isOver = ({ type: kind, jobId }: AgentCommand) =>
      kind !== 'cancel' && all.some((other) => other.type === 'cancel' && other.jobId === jobId);
    const found = all.findLast((command) => command.type === type && !isOver(command));
    if (found) return found as Extract<AgentCommand, { type: T }>;
  }
  throw new Error(`no command ${type} came`);
}

/** What attackers tried, and how much of it was refused. */
export class Tally {
  tried = 0;
  refused = 0;

  count(refused: boolean): boolean {
    this.tried += 1;
    if (refused) this.refused += 1;
    return refused;
  }

  /** For people who read the test's output. */
  print(what: string): void {
    process.stdout.write(`${what}: ${this.tried} attacks tried, ${this.refused} refused\n`);
  }
}
