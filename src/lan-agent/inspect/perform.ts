import { type DeviceTask, type Doubt, onDevice, type TaskTools } from '../device-task.ts';
import { isNotActivated } from '../isapi/activation.ts';
import { type IsapiRefusal, wholeMinutes } from '../isapi/answer.ts';
import { askWithLogin, type Told } from '../isapi/ask.ts';
import { EZVIZ_PATH } from '../isapi/documents.ts';
import type { HttpFailure } from '../isapi/http.ts';
import { openPins } from '../isapi/pins.ts';
import type { IsapiElement } from '../isapi/read-document.ts';
import { type Site, siteOf } from '../isapi/site.ts';
import type { JournalEntry } from '../journal.ts';
import type { Allowed } from '../ledger.ts';
import { limit } from '../limit.ts';
import type { FoundDevice } from '../network/search.ts';
import { clean } from '../network/sighting.ts';
import { checkPassword } from '../sadp/envelope.ts';
import { FIND_MS } from '../times.ts';
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

/**
 * Reads what a device says of itself and of its cloud state, with its admin password; only GET requests. The password
 * is an attempt like any other (protocol/isapi.md 11): the ledger permits it, one document tests it, and the first 401
 * to a login ends everything, so that a wrong one costs exactly one attempt.
 */
export async function performInspect(tools: TaskTools, request: InspectRequest): Promise<InspectReport> {
  const report = await onDevice(tools, request, async (task) => {
    const inspection = new Inspection(tools, request, task);
    return inspection.report(await inspection.run());
  });
  return report.ok ? report.value : reportOf(request.shortSerial, refused(report.failure));
}

/** One inspection of one device, from the search to its report. */
class Inspection {
  readonly #tools: TaskTools;
  readonly #request: InspectRequest;
  readonly #task: DeviceTask;
  readonly #states = new Map<DocumentName, DocumentState>();
  readonly #documents: Partial<Record<DocumentName, IsapiElement>> = {};
  #device: FoundDevice | null = null;
  #password: InspectReport['password'] = 'not-sent';
  /** Of the password, should it be refused. */
  #mark: number | null = null;
  /** Why the login was held back at the last moment. */
  #heldBack: InspectReason = 'journal-unwritable';

  constructor(tools: TaskTools, request: InspectRequest, task: DeviceTask) {
    this.#tools = tools;
    this.#request = request;
    this.#task = task;
  }

  async run(): Promise<InspectEnd> {
    const { shortSerial, afterLock, signal, onStage } = this.#request;
    onStage?.('discovering');
    const found = await this.#task.find(FIND_MS);
    if (!found.ok) return found.failure === 'not-found' ? { outcome: 'not-found' } : refused(found.failure);
    const device = found.value;
    this.#device = device;
    const site = siteOf(device, this.#tools.network.loopback);
    if (!site.ok) return site.failure === 'no-http' ? failed('no-http') : refused(site.failure);
    if (await isNotActivated(device, site.value, signal)) return refused('not-activated');

    const permission = await this.#task.ledger.permission(shortSerial, afterLock);
    if (!permission.ok) return refused('ledger-unreadable');
    if (permission.value.kind !== 'allowed') return ledgerRefusal(permission.value);
    const plan = this.#plan(device, permission.value);
    if (!(await this.#write(device, { event: 'begun' }))) return refused('journal-unwritable');
    const end = await this.#withPassword(device, site.value, plan);
    const { offered: _, ...entry } = end;
    if (!(await this.#write(device, { event: 'inspected', ...entry }))) {
      this.#request.onNote?.({ kind: 'journal-not-saved' });
    }
    return end;
  }

  report(end: InspectEnd): InspectReport {
    return reportOf(this.#request.shortSerial, end, {
      device: this.#device,
      password: this.#password,
      states: this.#states,
      documents: this.#documents,
    });
  }

  /** Whether the device is still the only one of its name. @returns what speaks against it */
  async #lookAgain(): Promise<InspectReason | null> {
    return asReason(await this.#task.lookAgain());
  }

  #plan(device: FoundDevice, allowed: Allowed): InspectPlan {
    return {
      ...this.#task.plan(device, allowed, { technician: null, origin: 'local' }),
      mac: clean(device.announcement.mac, 17),
      wireMac: null,
      askCable: false,
      driver: null,
    };
  }

  /** The password is zeroed on every path out of here. */
  async #withPassword(device: FoundDevice, site: Site, plan: InspectPlan): Promise<InspectEnd> {
    const { onStage, onNote } = this.#request;
    const { shortSerial } = plan;
    const { signal } = this.#task.watch;
    const answer = await this.#task.askPassword(plan, this.#request.prompt);
    if (answer.kind === 'unavailable') return refused('no-terminal');
    if (answer.kind === 'refused-before') return refused(answer.kind);
    if (answer.kind !== 'typed') return refused(asReason(this.#task.halted()) ?? 'abandoned');
    const { password } = answer;
    const over = limit(READING_MS, signal);
    try {
      const checked = checkPassword(password);
      if (!checked.ok) return refused(checked.failure);
      if (password.some((byte) => byte > 0x7e)) onNote?.({ kind: 'password-not-ascii' });
      const doubtful = await this.#lookAgain();
      if (doubtful) return refused(doubtful);
      onStage?.('reading');
      this.#mark = await this.#task.lastRefused.markOf(shortSerial, password);
      const login = { userName: device.announcement.digestUser, password };
      const ask = askWithLogin(site, openPins(this.#tools.home), login, {
        signal: over.signal,
        beforeLogin: () => this.#begin(device),
      });
      return await this.#readAll(ask);
    } finally {
      over.end();
      password.fill(0);
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
  async #begin(device: FoundDevice): Promise<boolean> {
    if (!(await this.#task.stillHeld())) {
      this.#heldBack = 'busy';
      return false;
    }
    const doubtful = await this.#lookAgain();
    if (doubtful) {
      this.#heldBack = doubtful;
      return false;
    }
    if (this.#password !== 'not-sent') return true;
    if (!(await this.#write(device, { event: 'login' }))) return false;
    const counted = await this.#task.ledger.begin(this.#request.shortSerial, device.announcement.mac ?? '');
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
        await this.#task.learn(
          { ...told, lockMinutes: null },
          this.#password === 'accepted' ? null : this.#mark,
        );
        if (this.#password === 'accepted') {
          return { outcome: 'incomplete', reason: 'refused-later', ...attemptsOf(told.attemptsLeft) };
        }
        this.#password = 'refused';
        return { outcome: 'wrong-password', ...attemptsOf(told.attemptsLeft) };
      case 'locked': {
        const lockMinutes = wholeMinutes(told.lockSeconds);
        await this.#task.learn({ kind: 'locked', lockMinutes });
        return { outcome: 'locked', ...locked(lockMinutes) };
      }
      case 'not-activated':
        if (this.#password === 'not-sent') return refused('not-activated');
        await this.#task.learn(told);
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
    await this.#task.learn({ kind: 'success' });
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

  #write(device: FoundDevice, what: Partial<JournalEntry> & Pick<JournalEntry, 'event'>): Promise<boolean> {
    return this.#task.write(device, { origin: 'local', ...what });
  }
}

/** There is no key exchange in an inspection: whoever disputes, disputes the name. */
function asReason(doubt: Doubt | null): InspectReason | null {
  return doubt === 'spoofed-exchange' ? 'ambiguous-device' : doubt;
}

/** States of a document that leave nothing to be done about it. */
const COMPLETE: ReadonlySet<DocumentState> = new Set(['read', 'not-supported', 'no-permission']);

function refused(reason: InspectReason): InspectEnd {
  return { outcome: 'refused', reason };
}

function failed(reason: InspectReason): InspectEnd {
  return { outcome: 'failed', reason };
}
