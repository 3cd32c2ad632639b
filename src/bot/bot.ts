/**
 * The bot, put together from its parts: who may speak, commands, conversations, jobs for agents, and what agents
 * report. Nothing here listens on a port or reads a setting; `main.ts` does, tests and the sandbox build their own.
 */
import type { Update, UserFromGetMe } from 'grammy/types';
import { LANGUAGES, languageOf } from '../../locales/language.ts';
import type { Audit } from '../audit/trail.ts';
import { type CaseRecord, type CaseRefusal, orderInForce } from '../cases/case.ts';
import { type CaseDesk, createCaseDesk } from '../cases/desk.ts';
import { lateNotice } from '../flows/close.ts';
import { type CallApi, lastWord } from '../flows/engine/bot-api.ts';
import { HouseUnavailable } from '../flows/engine/dialogue.ts';
import { createEngine } from '../flows/engine/engine.ts';
import type { HouseEvent } from '../flows/engine/events.ts';
import { escaping } from '../flows/engine/html.ts';
import type { ChatState } from '../flows/engine/state.ts';
import { type Controls, type Conversations, FLOWS, newDevice } from '../flows/index.ts';
import type { House } from '../flows/ports.ts';
import type { JobDesk } from '../hub/desk.ts';
import type { AgentDirectory, PairingRequest } from '../hub/directory.ts';
import { textsFor } from '../kernel/all-texts.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Secret } from '../kernel/secret.ts';
import type { TextValues } from '../kernel/texts.ts';
import type { LabelReader } from '../label/reader.ts';
import type { AgentEvent } from '../link/messages.ts';
import type { FirmwareCatalogue } from '../policy/catalogue.ts';
import type { RegionPack } from '../policy/region.ts';
import type { Store } from '../store/store.ts';
import { createAdminCommands } from './commands/admins.ts';
import { createCaseCommands } from './commands/cases.ts';
import { createCommands, MENU } from './commands/everyday.ts';
import { createAgentCommands } from './commands/laptops.ts';
import { createPairingCommands } from './commands/pairing.ts';
import type { Access } from './door/access.ts';
import { createLimits } from './door/limits.ts';
import { createPins } from './door/pins.ts';
import { createAlarms } from './house/alarms.ts';
import { createChatQueue } from './house/chat-queue.ts';
import { createNotes } from './house/notes.ts';
import { createNotices, NOTICE_DEFAULTS, type NoticeSettings, type Notices } from './house/notices.ts';
import { createPhotos } from './house/photos.ts';
import { createProfiles } from './house/profiles.ts';
import { createRoom } from './house/room.ts';
import { tell } from './house/tell.ts';
import { createDrivers } from './jobs/drivers.ts';
import { createJobs } from './jobs/jobs.ts';
import { createJobRules } from './jobs/may-start.ts';
import { createSanctions } from './jobs/sanctions.ts';
import { createStolenWatch } from './jobs/stolen.ts';
import type { TelegramClient } from './telegram/client.ts';
import { classify, isPrivate } from './telegram/updates.ts';

export interface BotParts {
  store: Store;
  client: TelegramClient;
  me: UserFromGetMe;
  access: Access;
  audit: Audit;
  directory: AgentDirectory;
  desk: JobDesk;
  labels: LabelReader;
  region: RegionPack;
  /** What is known of recorders' firmware; what comes with the product where left out. */
  catalogue?: FirmwareCatalogue;
  /** Key of the tags on buttons. */
  buttonKey: Secret<Uint8Array>;
  /** Address agents dial, as /pair shows it. */
  hubUrl: string;
  /** What the operator decides about notices; the house's own choice where left out. */
  notices?: NoticeSettings;
  /** Every invitation asks for approval. */
  invitesAsk?: boolean;
  /** PINs: whether new laptops and unbinds ask for one, and the key their hashes are made with. */
  pins: { asked: boolean; key: Secret<Uint8Array> };
  log: Log;
  /** Milliseconds. */
  clock?: () => number;
}

/** Why an update could not be handled; it must be handed in again. */
export type HandleFailure = 'telegram-unreachable' | 'store-unavailable' | 'busy';

export interface Bot {
  /** Handles one update of Telegram. After a failure nothing has changed: hand it in again. */
  handle(update: Update): Promise<Result<void, HandleFailure>>;
  /** Takes an agent's event; true when the agent may forget it. */
  agentEvent(agentId: string, event: AgentEvent): Promise<boolean>;
  /** A laptop with a good code asks to be confirmed. */
  pairingRequested(request: PairingRequest): Promise<void>;
  /** An agent has come online. */
  agentOnline(agentId: string): Promise<void>;
  /** Gives notice of a thing that happened outside the chat. */
  raise: Notices['raise'];
  /** Loads alarms of the last run and publishes the command menu. */
  start(): Promise<Result<void, 'store-unavailable'>>;
  /** Lets what is running end. */
  stop(): Promise<void>;
}

/** Largest photo Telegram hands to a bot, bytes (https://core.telegram.org/bots/api#getfile). */
const MAX_PHOTO_BYTES = 20 * 1024 * 1024;
/** Photos in memory at the same time: as many as the reader works on or lets wait (label/reader.ts), 200 MB at most. */
const MOST_PHOTOS = 10;

/** Latest cases that may belong to one visit. */
const CASES_OF_VISIT = 50;

export function createBot(parts: BotParts): Bot {
  const { store, client, me, access, audit, directory, desk, labels, region, buttonKey, hubUrl, log } = parts;
  const clock = parts.clock ?? Date.now;
  const queue = createChatQueue();
  const profiles = createProfiles(store.values('profiles'));
  const limits = createLimits(store, audit, clock);
  const drivers = createDrivers(store, audit, clock);
  const caseDesk = createCaseDesk(store, audit, clock, parts.catalogue);
  /** A closed case gives its laptop back. */
  const cases: CaseDesk = {
    ...caseDesk,
    async apply(id, action) {
      const applied = await caseDesk.apply(id, action);
      if (!applied.ok || action.type !== 'closed') return applied;
      const released = await drivers.leaveAll(applied.value.case.chatId);
      return released.ok ? applied : released;
    },
  };
  const callApi: CallApi = client.tryCall.bind(client);
  const notices = createNotices({
    store,
    admins: access.admins,
    callApi,
    profiles,
    directory,
    settings: parts.notices ?? NOTICE_DEFAULTS,
    log,
    clock,
  });
  const pins = createPins({ store, audit, notices, key: parts.pins.key, clock });

  const alarms = createAlarms(
    store.values('timers'),
    (chatId, jobId) => jobs.overdue(chatId, jobId),
    clock,
    log,
  );
  const jobs = createJobs({
    store,
    cases,
    mayStart: createJobRules({
      access,
      limits,
      drivers,
      notices,
      pinOpen: async (chatId, caseId) =>
        parts.pins.asked ? pins.isOpen(chatId, `case:${caseId}`) : ok(true),
    }),
    directory,
    desk,
    alarms,
    audit,
    clock,
    log,
    onUnproven: ({ agentId, shortSerial, chatId }) =>
      notices.raise({ kind: 'laptop.unproven', agent: agentId, serial: shortSerial, person: chatId }),
    onFlooding: (agentId) => notices.raise({ kind: 'laptop.flooding', agent: agentId }),
    technicianName: profiles.name,
    language: profiles.language,
    deliver,
  });

  const room = createRoom(MOST_PHOTOS);
  const photos = createPhotos({
    blobs: store.values('blobs'),
    reader: labels,
    download: (fileId) => client.downloadFile(fileId, MAX_PHOTO_BYTES),
    room,
  });

  const watched = createStolenWatch({ cases, limits, cancel: jobs.cancel, report: reportStolen });

  const house: House = {
    language: profiles.language,
    cases: {
      open: async (chatId) => orUnavailable(await cases.open(chatId)),
      get: async (id) => {
        const found = await cases.get(id);
        return orUnavailable(found.ok && found.value ? await watched(found.value) : found);
      },
      orderOfVisit: async (chatId) => {
        const latest = await cases.listFor(chatId, CASES_OF_VISIT);
        return latest.ok ? ok(orderInForce(latest.value, clock())) : fail('store-unavailable');
      },
      apply: async (id, action) => orUnavailable(await cases.apply(id, action)),
    },
    labels: photos,
    agents: jobs,
    region: { pack: async () => ok(region) },
    notes: createNotes({
      blobs: store.values('blobs'),
      cases,
      download: (fileId, maxBytes) => client.downloadFile(fileId, maxBytes),
      copy: labels.copy,
      room,
      clock,
    }),
  };

  const states = store.values<ChatState>('chats');
  const engine: Conversations = createEngine({
    flows: FLOWS,
    house,
    states: {
      load: (chatId) => states.get(String(chatId)),
      save: (chatId, state) => states.set(String(chatId), state),
    },
    callApi,
    me,
    log,
    exclusive,
    buttonKey,
    newDevice,
    first: 'identify',
  });
  const sanctions = createSanctions({
    access,
    engine,
    jobs,
    house,
    directory,
    drivers,
    audit,
    notices,
    notify,
    log,
  });
  const pairing = createPairingCommands({ callApi, directory, access, profiles, audit, notices, hubUrl });
  const commands = createCommands({
    callApi,
    agents: jobs,
    cases,
    profiles,
    pins,
    askPin: parts.pins.asked,
    pinWaits: store.values('pin-waits'),
    botUsername: me.username,
    more: [
      pairing,
      createCaseCommands(cases),
      createAgentCommands({ callApi, directory, drivers, profiles, audit, notices, ...sanctions }),
      createAdminCommands({
        access,
        limits,
        cases,
        profiles,
        notices,
        invitesAsk: parts.invitesAsk ?? false,
        botUsername: me.username,
        notify,
        welcome: async (userId) => {
          await notify(userId, 'bot:command.welcome');
          await askForPin(userId);
        },
        ...sanctions,
      }),
    ],
  });

  /** Has somebody who has just come in choose a PIN while it is certainly they who hold the phone. */
  async function askForPin(userId: number): Promise<void> {
    if (parts.pins.asked) await notify(userId, 'bot:pin.first');
  }

  /** Gives notice of everybody who has no PIN yet where one is asked for. */
  async function noticeMissingPins(): Promise<void> {
    const listed = await access.list();
    if (!listed.ok) return log.error({ failure: listed.failure.reason }, 'who has no PIN is not known');
    const people: number[] = [];
    for (const person of [...access.admins, ...listed.value.map(({ userId }) => userId)]) {
      const has = await pins.has(person);
      if (has.ok && !has.value) people.push(person);
    }
    if (people.length > 0) await notices.raise({ kind: 'pin.missing', people });
  }

  /** Tells a person something in their language; values are escaped. */
  async function notify(chatId: number, key: string, values: TextValues = {}): Promise<void> {
    await tell(callApi, chatId, escaping(textsFor(await profiles.language(chatId)))(key, values));
  }

  async function reportStolen({ chatId, device }: CaseRecord): Promise<void> {
    const serial = device?.shortSerial ?? '';
    await notify(chatId, 'bot:limits.stolen', { serial });
    await notices.raise({ kind: 'stolen.tried', person: chatId, serial });
  }

  /** True when this person is to be left waiting; they are told so once a minute, and only if they belong here. */
  async function isTooFast(userId: number): Promise<boolean> {
    const seconds = limits.waitSeconds(userId);
    if (seconds === 0) return false;
    if (!limits.shouldTell(userId)) return true;
    const role = await access.roleOf(userId);
    if (role.ok && role.value) await notify(userId, 'bot:limits.tooFast', { seconds });
    return true;
  }

  /**
   * Strict order per chat. One process owns an lmdb store (its hub listens on one address), so a queue is enough.
   * @throws Error when the queue is full; `handle` turns it into `busy`
   */
  async function exclusive<T>(chatId: number, task: () => Promise<T>, own: boolean): Promise<T> {
    const ran = await queue.run(chatId, task, own);
    if (!ran.ok) throw new QueueFull(ran.failure);
    return ran.value;
  }

  async function deliver(
    chatId: number,
    event: HouseEvent,
    record: Parameters<Conversations['handleEvent']>[2],
  ): Promise<Result<unknown, unknown>> {
    try {
      return await engine.handleEvent(chatId, event, record, async (controls, refused) => {
        if (event.type === 'outcome') await tellOutcome(controls, chatId, event, refused);
      });
    } catch (error) {
      if (error instanceof QueueFull) return fail('busy');
      throw error;
    }
  }

  /**
   * An outcome that nobody waits for is told all the same: it happened. One of the case the chat is at leads to the
   * case's end, whatever is being asked; any other is a word beside what goes on.
   */
  async function tellOutcome(
    controls: Controls,
    chatId: number,
    { caseId, report }: Extract<HouseEvent, { type: 'outcome' }>,
    refused: CaseRefusal | null,
  ): Promise<void> {
    const role = await access.roleOf(chatId);
    const found = await cases.get(caseId);
    if (!role.ok || !found.ok) throw new HouseUnavailable('store-unavailable');
    if (role.value === null || found.value === null) return;
    const active = controls.active();
    const isAsked = report.reason === 'cancelled';
    if (refused === null && !isAsked && active?.caseId === caseId && active.flow !== 'switch') {
      return controls.start('close', { caseId });
    }
    const text = lateNotice(found.value, report, await profiles.language(chatId));
    lastWord(await tell(callApi, chatId, text));
    if (refused !== null || !isAsked) return;
    // Whoever stopped it has heard so: nothing of it is left to be read.
    const read = await cases.apply(caseId, { type: 'report-read' });
    if (!read.ok) throw new HouseUnavailable('store-unavailable');
  }

  async function admitted(
    update: Update,
    userId: number,
  ): Promise<Result<'admin' | 'technician' | null, HandleFailure>> {
    const role = await access.roleOf(userId);
    if (!role.ok) return fail('store-unavailable');
    const from = update.message?.from ?? update.callback_query?.from;
    if (role.value) {
      if (from) await profiles.meet(userId, from);
      return role;
    }
    const token = /^\/start ([A-Za-z0-9_-]{16,64})$/.exec(update.message?.text ?? '')?.[1];
    const t = textsFor(languageOf(from?.language_code));
    if (token !== undefined && from) {
      const joined = await access.redeem(token, { id: userId, name: from.first_name }, announce);
      if (joined.ok) {
        await profiles.meet(userId, from);
        const { waits, invitedBy: inviter, invitation } = joined.value;
        const by = escaping(t)('bot:access.invitedBy', { name: await profiles.name(inviter), invitation });
        await tell(
          callApi,
          userId,
          [t(waits ? 'bot:access.waiting' : 'bot:command.welcome'), by].join('\n\n'),
        );
        if (!waits) await askForPin(userId);
        return ok(null);
      }
      if (joined.failure === 'unknown' || joined.failure === 'used') {
        if (await access.shouldAnswerStranger(userId))
          await tell(callApi, userId, t('bot:command.inviteUsed'));
        return ok(null);
      }
      return fail('store-unavailable');
    }
    if (await access.shouldAnswerStranger(userId)) {
      const waits = await access.isWaiting(userId);
      await tell(callApi, userId, t(waits.ok && waits.value ? 'bot:access.waiting' : 'bot:command.stranger'));
    }
    return ok(null);

    async function announce({ waits, invitedBy: inviter, invitation }: Announced): Promise<void> {
      if (from) await profiles.meet(userId, from);
      await notices.raise({
        kind: waits ? 'access.asks' : 'access.joined',
        person: userId,
        inviter,
        invitation,
      });
    }
  }

  return {
    async handle(update) {
      // Only private chats: in a group somebody else would read the picture.
      if (!isPrivate(update)) return ok(undefined);
      const { chatId, userId, kind } = classify(update);
      if (chatId === null || userId === null || kind === 'membership') return ok(undefined);
      // First of all: a flood must cost nothing but this look.
      if (await isTooFast(userId)) return ok(undefined);
      const role = await admitted(update, userId);
      if (!role.ok) return role;
      if (role.value === null) return ok(undefined);
      const rank = role.value;
      photos.arrived(chatId, update);
      try {
        const handled = await engine.handleUpdate(chatId, update, (controls) =>
          commands(update, rank, controls),
        );
        return handled.ok ? ok(undefined) : handled;
      } catch (error) {
        if (error instanceof QueueFull) return fail('busy');
        throw error;
      }
    },

    agentEvent: (agentId, event) => jobs.take(agentId, event),

    pairingRequested: pairing.requested,

    raise: notices.raise,

    async agentOnline(agentId) {
      const agent = await directory.get(agentId);
      if (!agent.ok || !agent.value) return;
      for (const technician of agent.value.technicians) {
        const event: HouseEvent = {
          id: `online:${agentId}:${clock()}`,
          caseId: '',
          type: 'agent-online',
          agentId,
        };
        await deliver(technician, event, undefined);
      }
    },

    async start() {
      for (const language of LANGUAGES) {
        const t = textsFor(language);
        const menu = MENU.map((command) => ({ command, description: t(`bot:command.menu.${command}`) }));
        const set = await client.tryCall('setMyCommands', {
          commands: menu,
          ...(language === 'en' ? {} : { language_code: language }),
        });
        if (!set.ok) log.warn({ failure: set.failure.kind }, 'the command menu could not be set');
      }
      await notices.start();
      if (parts.pins.asked) await noticeMissingPins();
      const loaded = await alarms.start();
      return loaded.ok ? ok(undefined) : fail('store-unavailable');
    },

    async stop() {
      alarms.stop();
      await queue.idle();
      await notices.stop();
    },
  };
}

type Announced = Parameters<NonNullable<Parameters<Access['redeem']>[2]>>[0];

/** The chat has more waiting than it may. */
class QueueFull extends Error {}

/** A store that fails is one word to flows; the log has the rest. */
function orUnavailable<T>(result: Result<T, unknown>): Result<T, 'store-unavailable'> {
  return result.ok ? result : fail('store-unavailable');
}
