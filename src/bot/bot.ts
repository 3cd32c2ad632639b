/**
 * The bot, put together from its parts: who may speak, commands, conversations, jobs for agents, and what agents
 * report. Nothing here listens on a port or reads a setting; `main.ts` does, tests and the sandbox build their own.
 */
import type { Update, UserFromGetMe } from 'grammy/types';
import type { Audit } from '../audit/trail.ts';
import { createCaseDesk } from '../cases/desk.ts';
import { type CallApi, isPassing } from '../flows/engine/bot-api.ts';
import { createEngine } from '../flows/engine/engine.ts';
import { type Conversations, FLOWS, newDevice } from '../flows/index.ts';
import type { JobDesk } from '../hub/desk.ts';
import type { AgentDirectory, PairingRequest } from '../hub/directory.ts';
import { textsFor } from '../kernel/all-texts.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Secret } from '../kernel/secret.ts';
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
import { PIN_WAITS } from './commands/pin.ts';
import type { Access } from './door/access.ts';
import { createAdmission } from './door/admission.ts';
import { createFirstPin } from './door/first-pin.ts';
import { createLimits } from './door/limits.ts';
import { createPins } from './door/pins.ts';
import { ALARMS, createAlarms } from './house/alarms.ts';
import { BLOBS } from './house/blobs.ts';
import { createChatQueue, exclusiveIn, orBusy } from './house/chat-queue.ts';
import { CHATS } from './house/chats.ts';
import { createHouse } from './house/house.ts';
import { createNotes } from './house/notes.ts';
import { createNotices, NOTICE_DEFAULTS, type NoticeSettings, type Notices } from './house/notices.ts';
import { createNotify } from './house/notify.ts';
import { createOutage } from './house/outage.ts';
import { createPhotos } from './house/photos.ts';
import { createProfiles, PROFILES } from './house/profiles.ts';
import { createRoom } from './house/room.ts';
import { createTelegram } from './house/telegram.ts';
import { createVoice, KEPT_WORDS } from './house/voice.ts';
import { createDelivery } from './jobs/delivery.ts';
import { createDrivers, leavingLaptops } from './jobs/drivers.ts';
import { createJobs } from './jobs/jobs.ts';
import { createJobRules } from './jobs/may-start.ts';
import { createSanctions } from './jobs/sanctions.ts';
import { createStolenWatch } from './jobs/stolen.ts';
import type { StoreState } from './server/store-health.ts';
import type { TelegramClient } from './telegram/client.ts';
import { publishMenu } from './telegram/menu.ts';
import type { Admission } from './telegram/reception.ts';
import type { IntakeWord } from './telegram/shelf.ts';
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
  /** How the store is, asked anew. */
  storeState(): Promise<StoreState>;
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

/** Why an update could not be handled. It must be handed in again, but for `stuck`: that would be the same once more. */
export type HandleFailure = 'telegram-unreachable' | 'store-unavailable' | 'busy' | 'stuck';

export interface Bot {
  /** Looks at an update before anything is done with it. Only private chats: in a group somebody else would read along. */
  admit(update: Update): Admission;
  /** Hears of an update that will be handled in its turn. */
  arrived(update: Update): void;
  /** Handles one update of Telegram. After a failure nothing has changed: hand it in again. */
  handle(update: Update): Promise<Result<void, HandleFailure>>;
  /** An update could not be stored: its sender is told, without the store. */
  unstored(update: Update): void;
  /** Tells a chat what becomes of its updates. False: again later. */
  tellOfUpdates(chatId: number, word: IntakeWord): Promise<boolean>;
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

export function createBot(parts: BotParts): Bot {
  const { store, client, me, access, audit, directory, desk, labels, region, buttonKey, hubUrl, log } = parts;
  const { clock = Date.now, catalogue, invitesAsk = false } = parts;
  const blobs = store.values(BLOBS);
  const callApi: CallApi = client.tryCall.bind(client);
  const telegram = createTelegram(callApi, log);
  const voice = createVoice({ telegram, values: store.values(KEPT_WORDS), log });
  const { storeState } = parts;
  const outage = createOutage({ telegram, admins: access.admins, storeState, log });
  const queue = createChatQueue();
  const profiles = createProfiles(store.values(PROFILES));
  const notify = createNotify(voice, profiles);
  const notices = createNotices({
    store,
    admins: access.admins,
    telegram,
    profiles,
    directory,
    settings: parts.notices ?? NOTICE_DEFAULTS,
    log,
    clock,
  });

  const limits = createLimits(store, audit, clock);
  const pins = createPins({ store, audit, notices, key: parts.pins.key, clock });
  const { asked } = parts.pins;
  const firstPin = createFirstPin({ asked, pins, access, notices, notify, log });
  const admission = createAdmission({ access, profiles, notices, voice, firstPin });

  const drivers = createDrivers(store, audit, clock);
  const caseDesk = createCaseDesk(store, audit, clock, catalogue);
  const cases = leavingLaptops(caseDesk, drivers);
  const alarms = createAlarms(
    store.values(ALARMS),
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
      pinOpen: async (chatId, caseId) => (asked ? pins.isOpen(chatId, `case:${caseId}`) : ok(true)),
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
    deliver: (chatId, event, record) => delivery.deliver(chatId, event, record),
  });

  const room = createRoom(MOST_PHOTOS);
  const download = client.downloadFile.bind(client);
  const photos = createPhotos({
    blobs,
    reader: labels,
    download: (fileId, signal) => download(fileId, MAX_PHOTO_BYTES, signal),
    room,
  });
  const house = createHouse({
    language: profiles.language,
    cases,
    watched: createStolenWatch({ cases, limits, cancel: jobs.cancel, notify, notices }),
    labels: photos,
    agents: jobs,
    region,
    notes: createNotes({ blobs, cases, download, copy: labels.copy, room, clock }),
    clock,
  });
  const states = store.values(CHATS);
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
    exclusive: exclusiveIn(queue),
    buttonKey,
    newDevice,
    first: 'identify',
  });
  const delivery = createDelivery({ engine, access, cases: caseDesk, directory, profiles, telegram, clock });

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
  const pairing = createPairingCommands({ voice, directory, access, profiles, audit, notices, hubUrl });
  const commands = createCommands({
    telegram,
    voice,
    agents: jobs,
    cases,
    profiles,
    pins,
    askPin: asked,
    pinWaits: store.values(PIN_WAITS),
    botUsername: me.username,
    more: [
      pairing,
      createCaseCommands(cases),
      createAgentCommands({ voice, directory, drivers, profiles, audit, notices, ...sanctions }),
      createAdminCommands({
        access,
        limits,
        cases,
        profiles,
        notices,
        invitesAsk,
        botUsername: me.username,
        notify,
        welcome: firstPin.welcome,
        ...sanctions,
      }),
    ],
  });

  async function handleOnce(update: Update): Promise<Result<void, HandleFailure>> {
    const { chatId, userId } = classify(update);
    if (chatId === null || userId === null) return ok(undefined);
    const role = await admission(update, userId);
    if (!role.ok) return role;
    const rank = role.value;
    if (rank === null) return ok(undefined);
    const handled = await orBusy(() =>
      engine.handleUpdate(chatId, update, (seen, controls) => commands(seen, rank, controls)),
    );
    return handled.ok ? ok(undefined) : handled;
  }

  return {
    admit(update) {
      const { userId, kind } = classify(update);
      if (!isPrivate(update) || userId === null || kind === 'membership') return 'out';
      if (limits.waitSeconds(userId) === 0) return 'in';
      return limits.shouldTell(userId) ? 'too-fast' : 'out';
    },

    arrived(update) {
      const { chatId } = classify(update);
      if (chatId !== null) photos.arrived(chatId, update);
    },

    async handle(update) {
      const handled = await handleOnce(update);
      if (!handled.ok && handled.failure === 'store-unavailable') outage.noticed(update);
      return handled;
    },

    unstored: outage.noticed,

    async tellOfUpdates(chatId, word) {
      const role = await access.roleOf(chatId);
      if (!role.ok) return false;
      // A stranger hears one sentence a day, and this is not it.
      if (role.value === null) return true;
      const t = textsFor(await profiles.language(chatId));
      const told = await telegram.tell(chatId, t(`bot:intake.${word}`));
      return told.ok || !isPassing(told.failure);
    },

    agentEvent: jobs.take,
    pairingRequested: pairing.requested,
    agentOnline: delivery.agentOnline,
    raise: notices.raise,

    async start() {
      await publishMenu(client, MENU, log);
      await voice.start();
      await notices.start();
      await firstPin.noticeMissing();
      const loaded = await alarms.start();
      return loaded.ok ? ok(undefined) : fail('store-unavailable');
    },

    async stop() {
      alarms.stop();
      await queue.idle();
      await voice.stop();
      await notices.stop();
      await outage.stop();
    },
  };
}
