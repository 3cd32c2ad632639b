import { ulid } from 'ulid';
import { type DeviceLock, lockDevice } from '../device-lock.ts';
import { isNotActivated } from '../isapi/activation.ts';
import { type IsapiRefusal, wholeMinutes } from '../isapi/answer.ts';
import { askWithLogin, type Told } from '../isapi/ask.ts';
import { EZVIZ_PATH } from '../isapi/documents.ts';
import type { HttpFailure } from '../isapi/http.ts';
import { openPins } from '../isapi/pins.ts';
import type { IsapiElement } from '../isapi/read-document.ts';
import { type Site, siteOf } from '../isapi/site.ts';
import { type Journal, type JournalEntry, openJournal } from '../journal.ts';
import { type LastRefused, openLastRefused } from '../last-refused.ts';
import { type Allowed, type Ledger, openLedger } from '../ledger.ts';
import { limit } from '../limit.ts';
import { hindrances, oddWay } from '../network/hindrances.ts';
import { type Lan, openLan } from '../network/lan.ts';
import { chooseInterfaces, type Network } from '../network/network.ts';
import { findOne, isStillOne } from '../network/one-device.ts';
import { announcedElsewhere } from '../network/route.ts';
import type { FoundDevice } from '../network/search.ts';
import { clean } from '../network/sighting.ts';
import { type Watch, watchFor } from '../network/watch.ts';
import { checkPassword } from '../sadp/envelope.ts';
import type { UnbindAnswer } from '../sadp/reply.ts';
import { FIND_MS } from '../times.ts';
import type { PromptAnswer } from '../unbind/contract.ts';
import { attemptsOf, ledgerRefusal, locked } from '../unbind/end.ts';
import {
  DOCUMENTS,
  type DocumentName,
  type DocumentState,
  type InspectEnd,
  type InspectPlan,
  type InspectReason,
  type InspectReport,
  type InspectRequest,
} from './contract.ts';
import { isDocument } from './facts.ts';
import { reportOf } from './report.ts';

/** Longest time all documents together take, ms. */
const READING_MS = 30_000;

const PATHS: Readonly<Record<DocumentName, string>> = {
  userCheck: '/ISAPI/Security/userCheck',
  deviceInfo: '/ISAPI/System/deviceInfo',
  capabilities: '/ISAPI/System/capabilities',
  networkCapabilities: '/ISAPI/System/Network/capabilities',
  ezviz: EZVIZ_PATH,
  loginLock: '/ISAPI/Security/illegalLoginLock',
};

/** What an inspection works with. */
interface Tools {
  readonly network: Network;
  readonly home: string;
}

/**
 * Reads what a device says of itself and of its cloud state, with its admin password; only GET requests. The password
 * is an attempt like any other (protocol/isapi.md 11): the ledger permits it, one document tests it, and the first 401
 * to a login ends everything, so that a wrong one costs exactly one attempt.
 */
export async function performInspect(tools: Tools, request: InspectRequest): Promise<InspectReport> {
  const lock = await lockDevice(tools.home, request.shortSerial);
  const inspection = new Inspection(tools, request);
  if (!lock.ok) {
    return inspection.report(refused(lock.failure.reason === 'busy' ? 'busy' : 'journal-unwritable'));
  }
  try {
    return inspection.report(await inspection.run(lock.value));
  } finally {
    inspection.close();
    await lock.value.release();
  }
}

/** One inspection of one device, from the search to its report. */
class Inspection {
  readonly #tools: Tools;
  readonly #request: InspectRequest;
  readonly #journal: Journal;
  readonly #ledger: Ledger;
  readonly #lastRefused: LastRefused;
  readonly #id = ulid();
  readonly #states = new Map<DocumentName, DocumentState>();
  readonly #documents: Partial<Record<DocumentName, IsapiElement>> = {};
  #device: FoundDevice | null = null;
  #lan: Lan | null = null;
  /** On the device from before the first inquiry to the last login. */
  #watch: Watch | null = null;
  /** What had been lost when it was last seen that the device is the only one of its name. */
  #lostBefore = 0;
  #password: InspectReport['password'] = 'not-sent';
  /** Of the password, should it be refused. */
  #mark: number | null = null;
  /** Why the login was held back at the last moment. */
  #heldBack: InspectReason = 'journal-unwritable';

  constructor(tools: Tools, request: InspectRequest) {
    this.#tools = tools;
    this.#request = request;
    this.#journal = openJournal(tools.home);
    this.#ledger = openLedger(tools.home);
    this.#lastRefused = openLastRefused(tools.home);
  }

  async run(lock: DeviceLock): Promise<InspectEnd> {
    await this.#lastRefused.sweep();
    const { shortSerial, afterLock, signal } = this.#request;
    const device = await this.#find();
    if ('outcome' in device) return device;
    this.#device = device;
    const site = siteOf(device, this.#tools.network.loopback);
    if (!site.ok) return site.failure === 'no-http' ? failed('no-http') : refused(site.failure);
    if (await isNotActivated(device, site.value, signal)) return refused('not-activated');

    const permission = await this.#ledger.permission(shortSerial, afterLock);
    if (!permission.ok) return refused('ledger-unreadable');
    if (permission.value.kind !== 'allowed') return ledgerRefusal(permission.value);
    const plan = this.#plan(device, permission.value);
    if (!(await this.#write(device, { event: 'begun' }))) return refused('journal-unwritable');
    const end = await this.#withPassword(device, site.value, plan, lock);
    const { offered: _, ...entry } = end;
    if (!(await this.#write(device, { event: 'inspected', ...entry }))) {
      this.#request.onNote?.({ kind: 'journal-not-saved' });
    }
    return end;
  }

  close(): void {
    this.#watch?.stop();
    this.#lan?.close();
  }

  report(end: InspectEnd): InspectReport {
    return reportOf(this.#request.shortSerial, end, {
      device: this.#device,
      password: this.#password,
      states: this.#states,
      documents: this.#documents,
    });
  }

  async #find(): Promise<FoundDevice | InspectEnd> {
    const { shortSerial, signal, onStage, onNote } = this.#request;
    onStage?.('discovering');
    const { network } = this.#tools;
    const all = network.survey();
    const chosen = chooseInterfaces(all, this.#request.interfaces);
    const survey = chosen.ok ? chosen.value : { used: [], skipped: all.skipped };
    const lan = await openLan(network, survey.used);
    this.#lan = lan;
    if (lan.notes.some(({ kind }) => kind === 'port-fallback')) onNote?.({ kind: 'port-fallback' });
    const watch = watchFor(lan, shortSerial, signal, (from) => onNote?.({ kind: 'foreign-reply', from }));
    this.#watch = watch;
    const found = await findOne(lan, watch, shortSerial, FIND_MS, signal);
    this.#lostBefore = watch.lost();
    if (found.ok) {
      for (const note of oddWay(found.value)) onNote?.(note);
      return found.value;
    }
    const { reason } = found.failure;
    if (reason !== 'not-found') return refused(reason);
    for (const note of hindrances(lan, survey)) if (note.kind !== 'port-fallback') onNote?.(note);
    return { outcome: 'not-found' };
  }

  /** Whether the device is still the only one of its name. @returns what speaks against it */
  async #lookAgain(): Promise<InspectReason | null> {
    const watch = this.#watch;
    if (!watch) return 'internal';
    if (watch.disputed() !== null) return 'ambiguous-device';
    if (watch.lost() === this.#lostBefore) return null;
    const not = await isStillOne(watch, watch.signal);
    this.#lostBefore = watch.lost();
    return not === 'not-found' ? 'flooded' : not;
  }

  #plan(device: FoundDevice, { attemptsLeft, assumed }: Allowed): InspectPlan {
    return {
      shortSerial: this.#request.shortSerial,
      fullSerial: clean(device.announcement.fullSerial, 64),
      model: clean(device.announcement.model, 64),
      // Where the password goes: not what the device merely announces.
      address: device.source,
      announcedAddress: announcedElsewhere(device),
      mac: clean(device.announcement.mac, 17),
      wireMac: null,
      askCable: false,
      interface: device.via.name,
      driver: null,
      attemptsLeft,
      attemptsAssumed: assumed,
      technician: null,
      origin: 'local',
    };
  }

  /** The password is zeroed on every path out of here. */
  async #withPassword(
    device: FoundDevice,
    site: Site,
    plan: InspectPlan,
    lock: DeviceLock,
  ): Promise<InspectEnd> {
    const { onStage, onNote } = this.#request;
    const { shortSerial } = plan;
    const signal = this.#watch?.signal ?? this.#request.signal;
    const answer = await this.#askPassword(plan, signal);
    if (answer.kind === 'unavailable') return refused('no-terminal');
    if (answer.kind === 'refused-before') return refused(answer.kind);
    if (answer.kind !== 'typed') {
      const halted = this.#watch?.disputed() ? 'ambiguous-device' : signal.aborted ? 'cancelled' : null;
      return refused(halted ?? 'abandoned');
    }
    const { password } = answer;
    const over = limit(READING_MS, signal);
    try {
      const checked = checkPassword(password);
      if (!checked.ok) return refused(checked.failure);
      if (password.some((byte) => byte > 0x7e)) onNote?.({ kind: 'password-not-ascii' });
      const doubtful = await this.#lookAgain();
      if (doubtful) return refused(doubtful);
      if (signal.aborted) return refused('cancelled');
      onStage?.('reading');
      this.#mark = await this.#lastRefused.markOf(shortSerial, password);
      const login = { userName: device.announcement.digestUser, password };
      const ask = askWithLogin(site, openPins(this.#tools.home), login, {
        signal: over.signal,
        beforeLogin: () => this.#begin(device, lock),
      });
      return await this.#readAll(ask);
    } finally {
      over.end();
      password.fill(0);
    }
  }

  /** Asks the person, and meanwhile everybody who is there: who was silent before may have found his voice. */
  async #askPassword(plan: InspectPlan, signal: AbortSignal): Promise<PromptAnswer> {
    const asking = new AbortController();
    this.#watch?.keepAsking(asking.signal);
    try {
      return await this.#request.prompt(plan, signal, (typed) =>
        this.#lastRefused.isLike(plan.shortSerial, typed),
      );
    } finally {
      asking.abort();
    }
  }

  async #readAll(ask: (path: string) => Promise<Told>): Promise<InspectEnd> {
    for (const name of DOCUMENTS) {
      const end = await this.#take(name, await ask(PATHS[name]));
      if (end) return end;
    }
    if (this.#password === 'unknown') return { outcome: 'unknown', reason: 'device-refused' };
    if (Object.keys(this.#documents).length === 0) return failed('device-refused');
    const isComplete = [...this.#states.values()].every((state) => COMPLETE.has(state));
    return { outcome: isComplete ? 'read' : 'incomplete' };
  }

  /**
   * The last step before a login. The first one is put on disk, so that a crash cannot hide that an attempt was made;
   * the others are made with a password that the device has accepted.
   */
  async #begin({ announcement }: FoundDevice, lock: DeviceLock): Promise<boolean> {
    if (!(await lock.held())) {
      this.#heldBack = 'busy';
      return false;
    }
    const doubtful = await this.#lookAgain();
    if (doubtful) {
      this.#heldBack = doubtful;
      return false;
    }
    if (this.#password !== 'not-sent') return true;
    if (!(await this.#write(this.#device, { event: 'login' }))) return false;
    const counted = await this.#ledger.begin(this.#request.shortSerial, announcement.mac ?? '');
    if (!counted.ok) return false;
    this.#password = 'unknown';
    return true;
  }

  /** Takes in what was told about one document. @returns the end, where nothing more may be asked */
  async #take(name: DocumentName, told: Told): Promise<InspectEnd | null> {
    switch (told.kind) {
      case 'ok': {
        await this.#accept();
        const { root } = told;
        const isRead = root !== null && isDocument(name, root);
        if (isRead) this.#documents[name] = root;
        this.#states.set(name, isRead || name === 'userCheck' ? 'read' : 'unreadable');
        return null;
      }
      case 'wrong-password':
        await this.#learn({ ...told, lockMinutes: null });
        if (this.#password === 'accepted') {
          return { outcome: 'incomplete', reason: 'refused-later', ...attemptsOf(told.attemptsLeft) };
        }
        this.#password = 'refused';
        if (this.#mark !== null) await this.#lastRefused.keep(this.#request.shortSerial, this.#mark);
        return { outcome: 'wrong-password', ...attemptsOf(told.attemptsLeft) };
      case 'locked': {
        const lockMinutes = wholeMinutes(told.lockSeconds);
        await this.#learn({ kind: 'locked', lockMinutes });
        return { outcome: 'locked', ...locked(lockMinutes) };
      }
      case 'not-activated':
        if (this.#password === 'not-sent') return refused('not-activated');
        await this.#learn(told);
        return failed('not-activated');
      case 'few-attempts':
        return this.#stop({ ...refused('few-attempts'), attemptsLeft: told.attemptsLeft });
      case 'no-digest':
        return this.#stop({
          ...refused('no-digest'),
          offered: told.offered.flatMap((scheme) => clean(scheme, 32) ?? []),
        });
      case 'not-permitted':
        return this.#stop(refused(this.#heldBack));
      case 'refused':
        return this.#pass(name, told.why);
      case 'no-answer':
        return this.#lose(name, told.why);
    }
  }

  /** Let in: the password is right, if one was sent at all. */
  async #accept(): Promise<void> {
    if (this.#password !== 'unknown') return;
    this.#password = 'accepted';
    await this.#lastRefused.forget(this.#request.shortSerial);
    await this.#learn({ kind: 'success' });
  }

  /** A refusal that is not about the login. The others are only asked when the password is not in doubt. */
  #pass(name: DocumentName, why: IsapiRefusal): InspectEnd | null {
    this.#states.set(name, why);
    if (this.#password !== 'unknown' || why === 'not-supported') return null;
    const reason = why === 'busy' ? 'device-busy' : why === 'no-permission' ? why : 'device-refused';
    return { outcome: 'unknown', reason };
  }

  #lose(name: DocumentName, failure: HttpFailure): InspectEnd | null {
    // The end of our own time looks like a cancellation.
    const why = failure === 'cancelled' && !this.#request.signal.aborted ? 'timeout' : failure;
    this.#states.set(name, why);
    if (this.#password === 'accepted' && why !== 'cancelled') return null;
    const isSafety = ['certificate-changed', 'certificates-unreadable', 'redirected', 'cancelled'].includes(
      why,
    );
    return this.#stop(isSafety ? refused(why) : failed(why));
  }

  /** An end before the login to a document; with the password out already it is no refusal any more. */
  #stop(end: InspectEnd): InspectEnd {
    if (this.#password === 'not-sent') return end;
    return { ...end, outcome: this.#password === 'accepted' ? 'incomplete' : 'unknown' };
  }

  async #learn(answer: UnbindAnswer): Promise<void> {
    const saved = await this.#ledger.answered(this.#request.shortSerial, answer);
    if (!saved.ok) this.#request.onNote?.({ kind: 'ledger-not-saved' });
  }

  async #write(
    device: FoundDevice | null,
    what: Partial<JournalEntry> & Pick<JournalEntry, 'event'>,
  ): Promise<boolean> {
    const written = await this.#journal.write({
      attempt: this.#id,
      origin: 'local',
      shortSerial: this.#request.shortSerial,
      fullSerial: clean(device?.announcement.fullSerial ?? null, 64),
      mac: device?.announcement.mac ?? null,
      ...(device ? { address: device.source, interface: device.via.name } : {}),
      ...what,
    });
    return written.ok;
  }
}

/** States of a document that leave nothing to be done about it. */
const COMPLETE: ReadonlySet<DocumentState> = new Set(['read', 'not-supported', 'no-permission']);

function refused(reason: InspectReason): InspectEnd {
  return { outcome: 'refused', reason };
}

function failed(reason: InspectReason): InspectEnd {
  return { outcome: 'failed', reason };
}
