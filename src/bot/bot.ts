/**
 * The bot, put together from its parts: who may speak, commands, conversations, jobs for agents, and what agents
 * report. Nothing here listens on a port or reads a setting; `main.ts` does, tests and the sandbox build their own.
 */
import type { UserFromGetMe } from 'grammy/types';
import type { Audit } from '../audit/trail.ts';
import { createCaseDesk } from '../cases/desk.ts';
import { createEngine } from '../flows/engine/engine.ts';
import type { Unclear } from '../flows/engine/unclear.ts';
import { heading, sharesCard } from '../flows/heading.ts';
import { type Conversations, FLOWS, newDevice } from '../flows/index.ts';
import type { JobRefusal } from '../flows/ports.ts';
import { createGroupDesk } from '../groups/desk.ts';
import type { JobDesk } from '../hub/desk.ts';
import type { AgentDirectory, PairingRequest } from '../hub/directory.ts';
import type { Packages } from '../hub/packages.ts';
import type { SupportTaker } from '../hub/routes.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Secret } from '../kernel/secret.ts';
import type { LabelReader } from '../label/reader.ts';
import type { AgentEvent } from '../link/messages.ts';
import type { FirmwareCatalogue } from '../policy/catalogue.ts';
import type { RegionPack } from '../policy/region.ts';
import { createDuty, type Duty } from '../store/duty.ts';
import { createEpochs } from '../store/epoch.ts';
import { createHolds, type Holds } from '../store/holds.ts';
import type { Store } from '../store/store.ts';
import { createAllCommands } from './commands/index.ts';
import { PIN_WAITS } from './commands/pin.ts';
import { createRestored } from './commands/restored.ts';
import type { Access } from './door/access.ts';
import { createAdmission } from './door/admission.ts';
import { createFirstPin } from './door/first-pin.ts';
import { createLimitPort } from './door/limit-port.ts';
import { createLimits } from './door/limits.ts';
import { createPinRule } from './door/pin-rule.ts';
import { createPins } from './door/pins.ts';
import { ALARMS, createAlarms, type Ring } from './house/alarms.ts';
import { createAnnouncements } from './house/announcements.ts';
import { createChatQueue, exclusiveIn } from './house/chat-queue.ts';
import { openChatStates } from './house/chats.ts';
import { CONTACTS, createContacts } from './house/contacts.ts';
import { createHouse } from './house/house.ts';
import { createMisunderstood, MISUNDERSTOOD } from './house/misunderstood.ts';
import { createNotices, NOTICE_DEFAULTS, type NoticeSettings, type Notices } from './house/notices.ts';
import { createNotify } from './house/notify.ts';
import { createOutage } from './house/outage.ts';
import type { Newer } from './house/overview.ts';
import { createPackageFiles } from './house/package-files.ts';
import { createProfiles, PROFILES } from './house/profiles.ts';
import { createReminders } from './house/reminders.ts';
import { createSharedAlarms } from './house/shared-alarms.ts';
import { createSharedCalls } from './house/shared-calls.ts';
import { createTelegram } from './house/telegram.ts';
import { createVoice } from './house/voice.ts';
import { createDelivery } from './jobs/delivery.ts';
import { createDrivers, leavingLaptops, leavingWithGroups } from './jobs/drivers.ts';
import { tellingLaptops } from './jobs/ended-runs.ts';
import { createHandOvers } from './jobs/hand-overs.ts';
import { keepingGroups } from './jobs/in-groups.ts';
import { createJobs } from './jobs/jobs.ts';
import { createLaptopSupport } from './jobs/laptop-support.ts';
import { createLaptopVersions, type LaptopVersions } from './jobs/laptop-versions.ts';
import { createListEnds } from './jobs/list-ends.ts';
import { createDriveRule, createJobRules } from './jobs/may-start.ts';
import { createSanctions } from './jobs/sanctions.ts';
import { createStolenWatch } from './jobs/stolen.ts';
import type { UnderWay } from './jobs/under-way.ts';
import { pageAddress } from './page/address.ts';
import type { StoreState } from './server/store-health.ts';
import type { TelegramClient } from './telegram/client.ts';
import { writtenFirst } from './telegram/written-first.ts';
import { createUpdateTaking, type UpdateTaking } from './updates.ts';
import { BOT_VERSION } from './version.ts';
import { tellingCases } from './watch/case-watch.ts';

export interface BotParts {
  store: Store;
  /** Where other processes have the store open: what this one holds, and whether it does what one does for all; alone where left out. */
  holds?: Holds;
  duty?: Duty;
  client: TelegramClient;
  me: UserFromGetMe;
  access: Access;
  audit: Audit;
  directory: AgentDirectory;
  desk: JobDesk;
  labels: LabelReader;
  region: RegionPack;
  /** False: the operator has named no region, not even the one without an address; admins hear of it at /start. */
  regionNamed?: boolean;
  /** What is known of recorders' firmware; what comes with the product where left out. */
  catalogue?: FirmwareCatalogue;
  /** Key of the tags on buttons. */
  buttonKey: Secret<Uint8Array>;
  /** The operator's firm, as it stands in letters and reports; none where left out. */
  firm?: string | null;
  /** Address agents dial, as /pair shows it. */
  hubUrl: string;
  /** The agent's packages; none are handed out where left out. */
  packages?: Packages | null;
  /** How the store is, asked anew. */
  storeState(): Promise<StoreState>;
  /** What the operator decides about notices; the house's own choice where left out. */
  notices?: NoticeSettings;
  /** Every invitation asks for approval. */
  invitesAsk?: boolean;
  /** PINs: whether new laptops and unbinds ask for one, and the key their hashes are made with. */
  pins: { asked: boolean; key: Secret<Uint8Array> };
  /** The newer version of the bot that is known; null, and where left out: none. */
  newerVersion?: () => Newer | null;
  /** Where texts are kept that were not understood; this process's memory where left out. */
  unclear?: Unclear;
  /** Hears that a conversation enters a stage. */
  onEnter?: (stage: string) => void;
  /** Hears why a job was not given to a laptop. */
  onJobRefused?: (reason: JobRefusal) => void;
  log: Log;
  /** Milliseconds. */
  clock?: () => number;
}

export interface Bot extends UpdateTaking {
  /** Takes an agent's event; true when the agent may forget it. */
  agentEvent(agentId: string, event: AgentEvent): Promise<boolean>;
  /** A laptop with a good code asks to be confirmed. */
  pairingRequested(request: PairingRequest): Promise<void>;
  /** What a laptop is told when it begins to work; null: not known now. */
  laptopAbout: LaptopVersions['about'];
  /** A laptop was turned away for what it speaks. */
  laptopUnspoken: LaptopVersions['unspoken'];
  /** A laptop's file for support. */
  laptopSupport: SupportTaker;
  /** An agent has come online. */
  agentOnline(agentId: string): Promise<void>;
  /** An agent that was online is away. */
  agentOffline(agentId: string): Promise<void>;
  /** Takes the worst for granted of every unbind under way (jobs/under-way.ts). */
  assumeTraded: UnderWay['assumeTraded'];
  /** Gives notice of a thing that happened outside the chat. */
  raise: Notices['raise'];
  /** Loads alarms of the last run. */
  start(): Promise<Result<void, 'store-unavailable'>>;
  /** Lets what is running end. */
  stop(): Promise<void>;
}

export function createBot(parts: BotParts): Bot {
  const { store, client, me, access, audit, directory, log, clock = Date.now } = parts;
  const { asked } = parts.pins;

  const { holds = createHolds(store) } = parts;
  const { duty = createDuty(holds, log) } = parts;
  const call = writtenFirst(client.prepare.bind(client), store);
  const own = client.newest.bind(client);
  const { callApi, ...cardsKnow } = store.isShared
    ? { ...createSharedCalls(store, holds, call, own), newestSince: 0 }
    : { callApi: call, newest: async (chatId: number) => own(chatId) };
  const telegram = createTelegram(callApi, log);
  const voice = createVoice({ telegram, store, holds, duty, log });
  const { admins } = access;
  const outage = createOutage({ telegram, admins, storeState: parts.storeState, log });
  const profiles = createProfiles(store.values(PROFILES));
  const contacts = createContacts(store.values(CONTACTS), profiles, parts.firm ?? null);
  const notify = createNotify(voice, profiles);
  const settings = parts.notices ?? NOTICE_DEFAULTS;
  const notices = createNotices({
    store,
    holds,
    duty,
    admins,
    telegram,
    profiles,
    directory,
    access,
    settings,
    log,
    clock,
  });

  const limits = createLimits(store, audit, clock);
  const pins = createPins({ store, audit, notices, key: parts.pins.key, clock });
  const firstPin = createFirstPin({ asked, pins, access, notices, notify, log });
  const admission = createAdmission({ access, profiles, notices, voice, firstPin });

  const drivers = createDrivers(store, audit, clock);
  const groupDesk = tellingLaptops(createGroupDesk(store, audit, clock), parts.desk, clock);
  const groups = leavingWithGroups(groupDesk, drivers);
  const toldDesk = tellingCases(createCaseDesk(store, audit, clock, parts.catalogue), log);
  const caseDesk = keepingGroups(toldDesk, groups);
  const cases = leavingLaptops(caseDesk, drivers, groups);
  /** What several parts work with; each takes of it what it names. */
  const common = {
    ...parts,
    holds,
    duty,
    clock,
    telegram,
    voice,
    profiles,
    contacts,
    notify,
    notices,
    limits,
    pins,
    drivers,
    cases,
    misunderstood: createMisunderstood(store.values(MISUNDERSTOOD), clock),
    groups,
  };

  /** Nobody is told of work that may not go on yet: the alarm rings again. */
  const rang = async (ring: Ring) => {
    const paused = await access.isPaused(ring.chatId);
    return paused.ok && !paused.value && jobs.rang(ring);
  };
  const alarms = store.isShared
    ? createSharedAlarms(store, duty, rang, clock, log)
    : createAlarms(store.values(ALARMS), rang, clock, log);
  const epochs = createEpochs(store);
  const jobs = createJobs({
    ...common,
    epochs,
    alarms,
    mayStart: createJobRules({ ...common, pinOpen: createPinRule({ asked, pins }) }),
    mayDrive: createDriveRule(common),
    onRefused: parts.onJobRefused ?? (() => undefined),
    onUnproven: ({ agentId, shortSerial, chatId }) =>
      notices.raise({ kind: 'laptop.unproven', agent: agentId, serial: shortSerial, person: chatId }),
    onLost: ({ agentId, shortSerial }) =>
      notices.raise({ kind: 'laptop.unknown-job', agent: agentId, serial: shortSerial }),
    onFlooding: (agentId) => notices.raise({ kind: 'laptop.flooding', agent: agentId }),
    technicianName: profiles.name,
    language: profiles.language,
    deliver: (chatId, event, record) => delivery.deliver(chatId, event, record),
    inTurn: (chatId, task) => engine.control(chatId, task),
  });

  const newestAgent = {
    version: parts.packages?.list.agentVersion ?? BOT_VERSION,
    address: pageAddress(parts.hubUrl),
  };
  const versions = createLaptopVersions({ ...common, botUsername: me.username, newestAgent });
  const listEnds = createListEnds({
    store,
    duty,
    inTurn: (chatId, task) => engine.control(chatId, task),
    log,
  });
  const handOvers = createHandOvers({
    ...common,
    inTurn: (chatId, task) => engine.control(chatId, task),
  });
  const announcements = createAnnouncements(common);
  const reminders = createReminders({ ...common, access });
  const { house, photos } = createHouse({
    ...common,
    announcements,
    handOvers,
    watched: createStolenWatch({ ...common, cancel: jobs.cancel }),
    agents: jobs,
    surveys: jobs.surveys,
    limits: createLimitPort(limits, notices),
    download: client.downloadFile.bind(client),
  });
  const queue = createChatQueue();
  const engine: Conversations = createEngine({
    ...common,
    flows: FLOWS,
    house,
    states: openChatStates(store),
    callApi,
    heading,
    sharesCard,
    ...cardsKnow,
    ...(parts.unclear ? { unclear: parts.unclear } : {}),
    exclusive: exclusiveIn(queue, holds, store),
    onLeave: store.begin,
    newDevice,
    first: 'identify',
  });
  const delivery = createDelivery({ ...common, cases: caseDesk, engine });

  const packages = parts.packages ?? null;
  const packageFiles = createPackageFiles({
    ...common,
    packages,
    callApi,
    pageAddress: pageAddress(parts.hubUrl),
  });
  const restored = createRestored({ ...common, epochs });
  const { commands, pairingRequested } = createAllCommands({
    ...common,
    packages,
    packageFiles,
    restored: restored.commands,
    newestAgent,
    announcements,
    handOvers,
    reminders,
    ...createSanctions({ ...common, engine, jobs, house }),
    agents: jobs,
    askPin: asked,
    pinWaits: store.values(PIN_WAITS),
    botUsername: me.username,
    invitesAsk: parts.invitesAsk ?? false,
    welcome: firstPin.welcome,
  });

  return {
    ...createUpdateTaking({ ...common, outage, admission, photos, engine, commands }),
    agentEvent: jobs.take,
    pairingRequested,
    laptopAbout: versions.about,
    laptopUnspoken: versions.unspoken,
    laptopSupport: createLaptopSupport(common),
    agentOnline: jobs.online,
    agentOffline: jobs.offline,
    assumeTraded: jobs.assumeTraded,
    raise: notices.raise,

    async start() {
      await voice.start();
      await notices.start();
      await packageFiles.start();
      await handOvers.start();
      listEnds.start();
      await announcements.start();
      reminders.start();
      const ask = async () => {
        await firstPin.noticeMissing();
        await restored.ask();
      };
      if (store.isShared) duty.during(ask);
      else await ask();
      const loaded = await alarms.start();
      return loaded.ok ? ok(undefined) : fail('store-unavailable');
    },

    async stop() {
      alarms.stop();
      if (!parts.duty) await duty.stop();
      await queue.idle();
      await announcements.stop();
      await handOvers.stop();
      await packageFiles.stop();
      await voice.stop();
      await notices.stop();
      await outage.stop();
    },
  };
}
