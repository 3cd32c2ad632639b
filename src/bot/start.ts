/** Starts everything the operator's server runs, in the order of what needs what, and stops it in the reverse one. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UserFromGetMe } from 'grammy/types';
import { createAudit } from '../audit/trail.ts';
import { cardPicture } from '../cards/pictures.ts';
import { replaying } from '../flows/engine/replaying.ts';
import { createHub, type ListenFailure } from '../hub/hub.ts';
import { createKeyring } from '../hub/keys.ts';
import { openPackages, type Packages, type PackagesFailure } from '../hub/packages.ts';
import type { Log } from '../kernel/log.ts';
import { about } from '../kernel/log-subject.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { createLabelReader } from '../label/reader.ts';
import type { LocatedFault } from '../policy/operator-file.ts';
import { createDuty } from '../store/duty.ts';
import { createHolds } from '../store/holds.ts';
import { directoryOf, openStore } from '../store/open.ts';
import type { OpenFailure, Store } from '../store/store.ts';
import { type Bot, createBot } from './bot.ts';
import { MENU } from './commands/everyday.ts';
import { createAccess } from './door/access.ts';
import { addressPicture } from './house/address-picture.ts';
import { BLOBS } from './house/blobs.ts';
import type { Notice } from './house/notice.ts';
import { packageNamed } from './house/package-files.ts';
import { KEPT_WORDS } from './house/voice.ts';
import { watchRetention } from './keep/retention.ts';
import { bringUpToDate, type StampFailure } from './keep/stamp.ts';
import { keyFor, sealFor } from './keys.ts';
import { KINDS } from './kinds.ts';
import { type LoadedData, loadOperatorData } from './operator-data.ts';
import { createAgentPage } from './page/agent-page.ts';
import { watchAudit } from './server/audit-watch.ts';
import { createEnding, type Ending, within } from './server/ending.ts';
import { watchNewerVersion } from './server/newer-version.ts';
import { type PlaceFailure, takePlace } from './server/one-bot.ts';
import { createReadiness, type Readying } from './server/readiness.ts';
import { createRoll, type Roll } from './server/roll.ts';
import { createRunMark } from './server/run-mark.ts';
import { createStoreHealth, type StoreHealth } from './server/store-health.ts';
import { type TermWatch, watchTerms } from './server/term-watch.ts';
import { readTlsFiles, watchTlsFiles } from './server/tls-files.ts';
import type { Settings } from './settings.ts';
import { kindAt } from './store-command.ts';
import { TelegramClient } from './telegram/client.ts';
import { createIntake } from './telegram/intake.ts';
import { publishMenu } from './telegram/menu.ts';
import { createSealedUnclear } from './telegram/sealed-unclear.ts';
import { BOT_VERSION } from './version.ts';
import { watchedAudit } from './watch/case-watch.ts';
import { measuredReader, measuredStore } from './watch/measured.ts';
import { createMetrics, type Metrics } from './watch/metrics.ts';
import { watchServer } from './watch/server.ts';
import { countUpdates } from './watch/update-count.ts';

/** Why the bot did not start; `startup.<reason>` is the sentence, `detail` what it is about. */
export type StartFailure =
  /** The store was not opened; `startup.store.<problem>` says why. */
  | { reason: 'store'; detail: string; store: OpenFailure }
  /** `faults`: what is wrong in the file `detail`. */
  | { reason: 'region-pack-invalid'; detail: string; faults: readonly LocatedFault[] }
  | {
      reason:
        | 'store-failed'
        /** Another bot works with it; `detail` says which. */
        | 'store-taken'
        /** Whether another one does cannot be found out; `detail` is the system's code. */
        | 'store-no-socket'
        /** A newer program has worked with it; `detail` is its version. */
        | 'store-newer'
        /** It is of an older program and could not be backed up first; `detail` says why. */
        | 'store-not-backed-up'
        | 'store-url'
        | 'region-pack-unreadable'
        | 'tls-files'
        | `packages-${PackagesFailure['reason']}`
        | 'packages-other-hub'
        /** `detail` is the address of HUB_LISTEN. */
        | `hub-${ListenFailure}`
        | 'watch-address'
        | 'token-refused'
        | 'webhook-refused'
        | 'telegram-unreachable';
      detail: string;
    };

export interface Running {
  /** Where the hub listens: `http(s)://host:port`. */
  hubUrl: string;
  /** Where `/health`, `/ready` and `/metrics` are; null: nowhere. */
  watchUrl: string | null;
  /** How the bot is, without calling anybody. */
  glance: Readying['glance'];
  /** Resolves when the bot can not go on by itself: Telegram refuses the token. */
  ended: Promise<'token-refused'>;
  /** Resolves when no update of Telegram waits to be handled. */
  idle(): Promise<void>;
  /** Ends everything within a few seconds; nothing is armed afterwards. */
  stop(): Promise<void>;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** How often the bots are looked for that have ended without a word, ms. */
const TELL_GONE_MS = 5_000;
/** Words that wait for Telegram, of which more are not counted. */
const MOST_WORDS_COUNTED = 10_000;
/** Longest time laptops, and all that nobody waits for, wait at a start for those to be answered who have written meanwhile, ms. */
const OTHERS_WAIT_MS = 200;
/** Pauses between tries to reach Telegram at start, ms. */
const GREET_AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

/**
 * @param keepAuditDays days the audit trail is kept; null keeps it for good
 * @param stopping ends waits for a Telegram that does not answer; what was started is stopped by `stop` all the same
 * @param clock milliseconds since 1970
 */
export async function startBot(
  settings: Settings,
  log: Log,
  keepAuditDays: number | null = null,
  stopping: AbortSignal = new AbortController().signal,
  clock: () => number = Date.now,
): Promise<Result<Running, StartFailure>> {
  const ending = createEnding(log);
  const started = await bringUp(settings, log, keepAuditDays, ending, stopping, clock);
  if (started.ok) return ok({ ...started.value, stop: ending.end });
  await ending.end();
  return started;
}

async function bringUp(
  settings: Settings,
  log: Log,
  keepAuditDays: number | null,
  ending: Ending,
  stopping: AbortSignal,
  clock: () => number,
): Promise<Result<Omit<Running, 'stop'>, StartFailure>> {
  const own = await loadOperatorData(settings.regionPack, clock());
  if (!own.ok) return own;
  tellOfData(settings.regionPack, own.value, log);
  const metrics = createMetrics(BOT_VERSION);
  let readying: Readying | undefined;
  const watching =
    settings.watch === null
      ? ok(null)
      : await watchServer({
          ...settings.watch,
          version: BOT_VERSION,
          readiness: async () => readying?.ask() ?? null,
          metrics,
          log,
        });
  if (!watching.ok) return fail({ reason: 'watch-address', detail: watching.failure });
  const watch = watching.value;
  if (watch) ending.cut(() => watch.close());
  const { tls: files } = settings.hub;
  const tls = files ? await readTlsFiles(files) : ok(null);
  if (!tls.ok) return fail({ reason: 'tls-files', detail: tls.failure });
  const packages = settings.packages
    ? await openPackages(settings.packages.folder, settings.packages.key)
    : ok(null);
  if (!packages.ok) {
    const { reason, file } = packages.failure;
    return fail({ reason: `packages-${reason}`, detail: file });
  }
  let health: StoreHealth | undefined;
  let bot: Bot | undefined;
  let terms: TermWatch | undefined;
  /** What happened before there was a bot to give notice of it. */
  const early: Notice[] = [];
  const opened = await openStore(settings.storeUrl, {
    onUnreadable: (unreadable) =>
      log.error(
        { unreadable },
        'newest records of the store cannot be read: unbind-bot store check reads all',
      ),
    onSetAside: (record) => {
      log.error({ record }, 'a stored record cannot be read; a copy of it is set aside');
      const notice = { kind: 'store.aside', record: kindAt(record.key) } as const;
      if (bot) beside(bot.raise(notice));
      else early.push(notice);
    },
    onDamage: ({ detail }) => {
      log.error({ failure: detail }, 'the store is damaged: stop the bot, then unbind-bot store check');
      health?.isDamaged();
    },
    onReach: ({ isReached, detail }) => {
      if (isReached) log.warn({ store: detail }, 'the store is reached again');
      else
        log.error(
          { failure: detail },
          'the store cannot be reached: Telegram hands updates in again, laptops keep what they report, and no permit is granted',
        );
    },
    onNewTerm: () => void terms?.look(),
  });
  if (!opened.ok) {
    const { failure } = opened;
    if (failure.reason === 'unsupported') return fail({ reason: 'store-url', detail: failure.scheme });
    return fail({ reason: 'store', detail: failure.detail, store: failure });
  }
  const store = measuredStore(opened.value, metrics);
  ending.putAway(() => store.close());
  health = createStoreHealth(store, () => performance.now());
  const storeState = health.state;

  const holds = createHolds(store);
  const roll = store.isShared ? createRoll(store, clock) : null;
  const begun = await beginWork(store, roll, settings.storeUrl, clock);
  if (!begun.ok) return begun;
  ending.putAway(begun.value.leave);
  const seal = sealFor(settings.token);
  // Of several that start together one does it, and the others find it done.
  const brought = await holds.within('store-stamp', () =>
    bringUpToDate(store, {
      storeUrl: settings.storeUrl,
      kinds: KINDS,
      seal,
      recipients: settings.backupRecipients,
      program: BOT_VERSION,
      ...(roll ? { others: roll.others } : {}),
      clock,
    }),
  );
  const upToDate = brought.ok ? brought.value : brought;
  if (!upToDate.ok) return fail(notUpToDate(upToDate.failure));
  if (upToDate.value?.backup)
    log.warn(upToDate.value, 'the store is of an earlier version: it was backed up, and is used from now on');
  if (packages.value) {
    const keys = await createKeyring(store)();
    if (!keys.ok) return fail({ reason: 'store-failed', detail: keys.failure.detail });
    if (keys.value.publicKey !== packages.value.list.hubKey)
      return fail({ reason: 'packages-other-hub', detail: settings.packages?.folder ?? '' });
  }

  const audit = watchedAudit(createAudit(store, clock, seal), metrics, log);
  const mark = createRunMark(store, clock);
  // With others it is told by one of them, for each.
  const lastLife = roll ? ok(null) : await mark.begin();
  if (!lastLife.ok) return fail({ reason: 'store-failed', detail: lastLife.failure.detail });
  if (!roll) ending.putAway(() => mark.end());
  const duty = createDuty(holds, log);
  ending.settle(() => duty.stop());
  const client = clientFor(settings, store, packages.value, metrics);
  ending.cut(() => client.disconnect());
  const giveUp = () => void client.disconnect();
  stopping.addEventListener('abort', giveUp);
  const me = await greet(client, log, stopping);
  if (!me.ok) return me;

  const { reader: labels, waiting: photosWaiting } = measuredReader(
    createLabelReader({ text: settings.readPrint, answerMs: settings.photoMs, log }),
    metrics,
  );
  ending.cut(() => labels.close());
  const counted = countUpdates(metrics, () => performance.now());
  let finish: (reason: 'token-refused') => void = () => undefined;
  const ended = new Promise<'token-refused'>((resolve) => {
    finish = resolve;
  });
  const intake = createIntake({
    client,
    me: me.value,
    settings,
    store,
    key: keyFor(settings.token, 'updates'),
    shared: roll && { process: roll.process, lives: roll.lives, holds, duty },
    afterCrash: lastLife.value !== null,
    log,
    admit: (update) => {
      const how = bot?.admit(update) ?? 'out';
      counted.admitted(update, how);
      return how;
    },
    arrived: (update) => {
      counted.arrived(update);
      bot?.arrived(update);
    },
    unstored: (update) => bot?.unstored(update),
    handle: (update, erase) =>
      about({ update: update.update_id }, async () =>
        bot ? counted.handling(update, bot.handle(update, erase)) : fail('starting'),
      ),
    tell: async (chatId, word) => (bot ? bot.tellOfUpdates(chatId, word) : false),
    onEnd: finish,
  });
  /** What people and agents are told to call; where nothing is set, known as soon as the hub listens. */
  let address = settings.hub.publicUrl ?? '';
  readying = createReadiness({
    health: { state: storeState },
    telegramHeardAt: () => client.heardAt,
    callTelegram: () => client.tryCall('getMe', {}),
    updates: intake.state,
    clock: () => performance.now(),
  });
  const { glance } = readying;
  const hub = createHub({
    store,
    holds,
    audit,
    log,
    clock,
    onEvent: (agentId, event) =>
      about({ agent: agentId, job: event.jobId }, async () => {
        const end = event.type === 'challenge' ? metrics.pictures.startTimer() : undefined;
        const taken = (await bot?.agentEvent(agentId, event)) ?? false;
        if (taken) end?.();
        // What a failover could forget, the laptop keeps, and says again.
        const settled = taken ? await store.primary.settled() : ok(false);
        return settled.ok && settled.value;
      }),
    onRefused: (reason) => metrics.refusals.inc({ by: 'hub', reason }),
    onFetched: (command, waitedMs) => metrics.commands.observe({ command }, waitedMs / 1000),
    onPairing: async (request) => bot?.pairingRequested(request),
    onOnline: (agentId) => beside(bot?.agentOnline(agentId)),
    onOffline: (agentId) => beside(bot?.agentOffline(agentId)),
    onNewAddress: (agent, address) => beside(bot?.raise({ kind: 'laptop.new-address', agent, address })),
    onTakenOver: (agent, address) => beside(bot?.raise({ kind: 'laptop.taken-over', agent, address })),
    onKeyRequest: async ({ agentId: agent, mark, address }) =>
      bot?.raise({ kind: 'laptop.new-key', agent, mark, address }),
    about: async (agentId) => (await bot?.laptopAbout(agentId)) ?? null,
    onUnspoken: (laptop) => beside(bot?.laptopUnspoken(laptop)),
    onSupport: async (agentId, bundle) => (await bot?.laptopSupport(agentId, bundle)) ?? false,
    onGuessing: (prefix) => beside(bot?.raise({ kind: 'pairing.guessing', prefix })),
    proxies: settings.hub.proxies,
    agentPage: { packages: packages.value, page: createAgentPage(() => address) },
    ...(tls.value ? { tls: tls.value } : {}),
    ...(intake.webhook ? { plugins: [intake.webhook] } : {}),
  });
  /** What nobody waits for must not end the process when it fails. */
  function beside(telling: Promise<void> | undefined): void {
    telling?.catch((error: unknown) => log.error({ err: error }, 'news of the hub could not be told'));
  }
  const listening = await hub.bind(settings.hub.listen);
  if (!listening.ok) {
    const { host, port } = settings.hub.listen;
    return fail({ reason: `hub-${listening.failure}`, detail: `${host}:${port}` });
  }
  ending.settle(() => hub.close());
  if (store.isShared) duty.during(() => hub.adopt());
  let certificate = tls.value;
  const useCertificate: typeof hub.useCertificate = (another) => {
    const used = hub.useCertificate(another);
    if (used.ok) certificate = another;
    return used;
  };
  if (files && tls.value) ending.settle(watchTlsFiles(files, tls.value, useCertificate, log));
  const words = store.values(KEPT_WORDS);
  metrics.look({
    async agents() {
      const counted = await hub.directory.count();
      return counted.ok ? counted.value : null;
    },
    async waiting() {
      // More of them are an outage of Telegram, whatever their number.
      const kept = await words.page({ most: MOST_WORDS_COUNTED });
      return {
        updates: intake.waiting(),
        photos: photosWaiting(),
        words: kept.ok ? kept.value.length : null,
      };
    },
    async works() {
      const { reasons } = await glance();
      const works = (part: string) => !reasons.some((reason) => reason.startsWith(part));
      return { store: works('store'), telegram: works('telegram'), updates: works('updates') };
    },
    certificateEnds: () => (certificate ? Date.parse(new X509Certificate(certificate.cert).validTo) : null),
  });
  const hubUrl = addressOf(listening.value, tls.value !== null);
  if (address === '') address = hubUrl;

  const newer = watchNewerVersion(settings.updateUrl, BOT_VERSION, log);
  ending.settle(newer.stop);
  bot = createBot({
    store,
    holds,
    duty,
    ...(roll ? { unclear: createSealedUnclear(store, keyFor(settings.token, 'updates'), log) } : {}),
    storeState: () => storeState(0),
    client,
    me: me.value,
    audit,
    access: createAccess({
      store,
      audit,
      adminIds: settings.adminIds,
      key: keyFor(settings.token, 'invitations'),
    }),
    directory: hub.directory,
    desk: hub.desk,
    labels,
    region: own.value.pack,
    regionNamed: settings.regionPack !== null,
    firm: settings.firm,
    catalogue: own.value.catalogue,
    buttonKey: keyFor(settings.token, 'buttons'),
    hubUrl: address,
    packages: packages.value,
    notices: settings.notices,
    invitesAsk: settings.invitesAsk,
    pins: { asked: settings.askPin, key: keyFor(settings.token, 'pins') },
    newerVersion: newer.seen,
    onEnter: (stage) => metrics.stages.inc({ stage }),
    onJobRefused: (reason) => metrics.refusals.inc({ by: 'job', reason }),
    log,
    clock,
  });
  const running = bot;
  ending.settle(() => running.stop());
  terms = watchTerms({ store, holds, doubt: running.assumeTraded, clock, log });
  ending.settle(terms.stop);
  await terms.look();
  if (lastLife.value !== null) early.push({ kind: 'house.crashed', at: lastLife.value });
  for (const notice of early) await running.raise(notice);
  duty.during((over) =>
    untilOver(
      over,
      watchAudit({
        audit,
        primary: store.primary,
        keepDays: keepAuditDays,
        ...settings.auditHead,
        raise: running.raise,
        log,
        clock,
      }),
    ),
  );
  duty.during((over) =>
    untilOver(over, watchRetention({ store, audit }, settings.retention, { log, clock })),
  );
  if (roll)
    duty.every(TELL_GONE_MS, () =>
      roll.tellGone(({ seenAt }) => running.raise({ kind: 'house.crashed', at: seenAt })),
    );
  const ready = await bot.start();
  if (!ready.ok) return fail({ reason: 'store-failed', detail: ready.failure });
  ending.settle(() => intake.stop());
  // Telegram calls where it was told to.
  if (intake.webhook) await hub.serve();
  const polling = await intake.start();
  if (!polling.ok) {
    const { failure } = polling;
    if (failure === 'token-refused') return fail({ reason: 'token-refused', detail: '' });
    if (failure.kind === 'store') return fail({ reason: 'store-failed', detail: failure.detail });
    const reason = failure.kind === 'refused' ? 'webhook-refused' : 'telegram-unreachable';
    return fail({ reason, detail: failure.description });
  }
  // Who has written is answered before what laptops talk to is read, unless Telegram takes its time.
  const answered: Promise<unknown> = intake.webhook
    ? Promise.resolve()
    : within(OTHERS_WAIT_MS, intake.caughtUp());
  const serving = answered.then(() => (intake.webhook ? undefined : hub.serve()));
  ending.settle(() => serving);
  // So do things wait that nobody does: commands work without their menu.
  const rest = answered.then(async () => {
    metrics.watchProcess();
    await Promise.all([replaying(), publishMenu(client, MENU, log)]);
  });
  ending.settle(() => rest);
  stopping.removeEventListener('abort', giveUp);
  return ok({ hubUrl, watchUrl: watch?.url ?? null, glance, ended, idle: intake.idle });
}

/** Takes the place of the one bot of a store, or a place among those that share it. */
async function beginWork(
  store: Store,
  roll: Roll | null,
  storeUrl: string,
  clock: () => number,
): Promise<Result<{ leave(): Promise<void> }, StartFailure>> {
  if (roll) {
    const entered = await roll.enter();
    return entered.ok ? ok(roll) : fail({ reason: 'store-failed', detail: entered.failure.detail });
  }
  const folder = directoryOf(storeUrl);
  if (!folder.ok) return fail({ reason: 'store-url', detail: folder.failure.scheme });
  const place = await takePlace(store, folder.value, clock);
  return place.ok ? place : fail(notAlone(folder.value, place.failure));
}

/** Lets what was started go on until the signal, and ends it. */
async function untilOver(over: AbortSignal, stop: () => Promise<void>): Promise<void> {
  if (!over.aborted) await once(over, 'abort');
  await stop();
}

/** Says which region counts, and what in the operator's file cannot be right. */
function tellOfData(setting: string | null, { pack, doubts }: LoadedData, log: Log): void {
  if (setting === null)
    log.warn(
      'REGION_PACK is not set: no service centre is named, technicians are sent to their distributor. Russia: REGION_PACK=ru',
    );
  else log.info({ region: pack.region, checkedAt: pack.checkedAt, confidence: pack.confidence }, 'region');
  for (const { line, path, problem } of doubts)
    log.warn({ file: setting, line, field: path, problem }, 'this cannot be right: unbind-bot data check');
}

/** Why this bot is not the one that works with the store. */
export function notAlone(
  place: string,
  failure: PlaceFailure,
): { reason: 'store-taken' | 'store-no-socket' | 'store-failed'; detail: string } {
  switch (failure.reason) {
    case 'taken': {
      const { by } = failure;
      const who = by && `: ${by.host}, ${by.pid}, ${new Date(by.since).toISOString()}`;
      return { reason: 'store-taken', detail: `${place}${who ?? ''}` };
    }
    case 'no-socket':
      return { reason: 'store-no-socket', detail: `${place}: ${failure.detail}` };
    default:
      return { reason: 'store-failed', detail: failure.detail };
  }
}

/** Why this version may not work with the store. */
function notUpToDate(failure: StampFailure): StartFailure {
  switch (failure.reason) {
    case 'newer':
      return { reason: 'store-newer', detail: failure.program };
    case 'others-run': {
      const [one] = failure.others;
      const who = one ? `${one.host}, ${one.pid}, ${new Date(one.since).toISOString()}` : '';
      return { reason: 'store-taken', detail: who };
    }
    case 'not-backed-up': {
      const { reason, detail = '' } = { detail: '', ...failure.why };
      return { reason: 'store-not-backed-up', detail: [reason, detail].filter(Boolean).join(', ') };
    }
    default:
      return { reason: 'store-failed', detail: failure.detail };
  }
}

/** Where the hub listens, as an address to call. */
function addressOf({ host, port }: { host: string; port: number }, tls: boolean): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function clientFor(
  settings: Settings,
  store: Store,
  packages: Packages | null,
  { botApi }: Metrics,
): TelegramClient {
  const blobs = store.values(BLOBS);
  return new TelegramClient({
    token: settings.token,
    apiRoot: settings.apiRoot,
    onCall: (method, end, ms) => botApi.observe({ method, end }, ms / 1000),
    // A Bot API on this machine is the sandbox's or the operator's own: it says itself when it is too much (429).
    ...(LOOPBACK.test(new URL(settings.apiRoot).hostname) ? { pace: null } : {}),
    blobs: {
      get: async (key) => {
        const drawn = (await cardPicture(key)) ?? (await addressPicture(key));
        if (drawn) return ok(drawn);
        const wanted = packageNamed(packages, key);
        if (packages && wanted) return ok(packages.bytesOf(wanted));
        const found = await blobs.get(key);
        return found.ok
          ? ok(found.value === undefined ? undefined : Buffer.from(found.value, 'base64'))
          : found;
      },
    },
  });
}

/** Asks Telegram who we are; a server that starts before its network does is given some time. */
async function greet(
  client: TelegramClient,
  log: Log,
  stopping: AbortSignal,
): Promise<Result<UserFromGetMe, StartFailure>> {
  for (const pause of [...GREET_AGAIN_MS, null]) {
    const me = await client.tryCall('getMe', {});
    if (me.ok) return me;
    if (me.failure.kind === 'refused')
      return fail({ reason: 'token-refused', detail: me.failure.description });
    if (pause === null || stopping.aborted)
      return fail({ reason: 'telegram-unreachable', detail: me.failure.description });
    log.warn({ failure: me.failure.description }, 'Telegram does not answer yet');
    await sleep(pause, undefined, { signal: stopping }).catch(() => undefined);
  }
  return fail({ reason: 'telegram-unreachable', detail: '' });
}
