import { type DeviceTask, onDevice, type TaskTools } from '../device-task.ts';
import { type Site, siteOf } from '../isapi/site.ts';
import type { JournalEntry } from '../journal.ts';
import type { Allowed, Begun } from '../ledger.ts';
import type { FoundDevice } from '../network/search.ts';
import { clean } from '../network/sighting.ts';
import type { StatusAnswer } from '../sadp/reply.ts';
import { FIND_MS, PROOF_MS, VERIFY_MS } from '../times.ts';
import type { Report, UnbindPlan, UnbindReason, UnbindRequest } from './contract.ts';
import type { UnbindDriver, Way } from './driver.ts';
import { isAccepted, settleEarlier } from './earlier.ts';
import { concluded, type End, ledgerRefusal, locked, refused, toReport } from './end.ts';
import type { PendingAnswer } from './send-once.ts';
import { type SettleOptions, settle } from './settle.ts';

/** What an unbind works with. */
interface Tools extends TaskTools {
  readonly drivers: readonly UnbindDriver[];
}

/**
 * Unbinds one device: search, status, ledger, picture, password, permit, key exchange, ONE datagram, verification.
 * Whatever can be refused is refused before the password is asked for, and the password before anything is sent.
 */
export async function performUnbind(tools: Tools, request: UnbindRequest): Promise<Report> {
  const end = await onDevice(tools, request, (task) => new Attempt(tools, request, task).run());
  return toReport(request.shortSerial, end.ok ? end.value : refused(end.failure));
}

/** One unbind of one device, from the search to its end. */
class Attempt {
  readonly #tools: Tools;
  readonly #request: UnbindRequest;
  readonly #task: DeviceTask;
  /** The attempt on the ledger, before its datagram has left. */
  #begun: Begun | null = null;

  constructor(tools: Tools, request: UnbindRequest, task: DeviceTask) {
    this.#tools = tools;
    this.#request = request;
    this.#task = task;
  }

  async run(): Promise<End> {
    const device = await this.#find();
    if ('outcome' in device) return device;
    const fitting = this.#tools.drivers.find((one) => one.fits(device));
    // The status question is the same for all: "not bound" is worth knowing even where no driver fits.
    const driver = fitting ?? this.#tools.drivers[0];
    if (!driver) return refused('no-driver');
    const objection = driver.objectsTo(device);
    if (objection) return refused(objection);
    const way = await this.#checkStatus(driver);
    if ('outcome' in way) return way;
    if (!fitting) return refused('no-driver');
    const second = await this.#refuseSecond();
    if (second) return second;

    this.#request.onStage?.('ledger');
    const permission = await this.#task.ledger.permission(this.#request.shortSerial, this.#request.afterLock);
    if (!permission.ok) return refused('ledger-unreadable');
    const allowed = permission.value;
    if (allowed.kind !== 'allowed') return ledgerRefusal(allowed);

    const plan = this.#plan(way, driver, allowed);
    if (!(await this.#write(way, { event: 'begun' }))) return refused('journal-unwritable');
    const end = await this.#withPassword(way, driver, plan);
    const written = await this.#write(way, { event: 'result', ...end });
    if (!written) this.#request.onNote?.({ kind: 'journal-not-saved' });
    return end;
  }

  async #find(): Promise<FoundDevice | End> {
    const { signal, discoverMs = FIND_MS, onStage } = this.#request;
    onStage?.('discovering');
    const found = await this.#task.find(discoverMs);
    if (!found.ok) return found.failure === 'not-found' ? { outcome: 'not-found' } : refused(found.failure);
    const device = found.value;
    const site = siteOf(device, this.#tools.network.loopback, this.#tools.tap?.http);
    const { isNotActivated } = await import('../isapi/activation.ts');
    if (await isNotActivated(device, site.ok ? site.value : null, signal)) return refused('not-activated');
    return device;
  }

  /** Reads the status, settles what an earlier crash left open, and finds the way the device answers. */
  async #checkStatus(driver: UnbindDriver): Promise<Way | End> {
    const { onStage, onNote } = this.#request;
    onStage?.('status');
    const { answer, way } = await driver.approach(this.#task.watch);
    const halted = this.#task.halted();
    if (halted) return refused(halted);
    // That a device is silent, or hears everybody's questions alone, is not known where its answers may be lost.
    if (!way.isDirect && this.#task.hasLost()) return refused('flooded');
    if (way.wireMac) onNote?.({ kind: 'wire-mac', mac: way.wireMac });

    const earlier = await this.#takeUpEarlier(way, answer);
    if (typeof earlier === 'object') return earlier;
    const haltedLater = this.#task.halted();
    if (haltedLater) return refused(haltedLater);
    if (earlier) return { outcome: 'unbound', reason: 'earlier-attempt', verified: true };
    const end = this.#stopAt(answer);
    if (end) return end;
    return way.isTooSlow() ? refused('slow-device') : way;
  }

  /**
   * A job of the bot's sends once, whatever permits the bot gives out for it: a house that has forgotten the first one (its
   * store fell back to a copy) gives a second. The device is held, so nothing is sent between this look and our own intent.
   */
  async #refuseSecond(): Promise<End | null> {
    const { origin, caseId } = this.#request;
    if (origin !== 'bot' || caseId === undefined) return null;
    const sent = await this.#task.journal.hasIntent(caseId);
    if (!sent.ok) return refused('journal-unwritable');
    return sent.value ? refused('permit-refused') : null;
  }

  #stopAt(answer: StatusAnswer | null): End | null {
    switch (answer?.kind) {
      case undefined:
        return refused('unanswered');
      case 'can-unbind':
        return null;
      case 'not-bound':
        return { outcome: 'not-bound', verified: true };
      case 'cloud-disabled':
      case 'cloud-offline':
        return refused(answer.kind);
      case 'refused':
        return refused('status-refused');
      case 'unexpected':
        this.#request.onNote?.({ kind: 'unexpected-word', word: clean(answer.word, 64) ?? '' });
        return refused('status-unexpected');
    }
  }

  /** True when an attempt that a crash cut off turns out to have worked. */
  async #takeUpEarlier(way: Way, answer: StatusAnswer | null): Promise<boolean | End> {
    const { shortSerial, onNote } = this.#request;
    const earlier = await this.#task.journal.unsettled(shortSerial);
    if (!earlier.ok) return refused('journal-unwritable');
    if (earlier.value.length === 0) return false;
    const settled = await settleEarlier(way, earlier.value, answer, this.#settleOptions());
    if (settled !== 'unbound' && answer?.kind === 'can-unbind' && earlier.value.some(isAccepted)) {
      return { outcome: 'accepted-unconfirmed', reason: 'earlier-accepted' };
    }
    onNote?.({ kind: 'earlier-attempt', settled });
    if (settled === 'unsettled') return false;
    const worked = settled === 'unbound';
    if (worked) {
      await this.#task.learn({ kind: 'success' });
    } else {
      // An answer that says nothing may have been a refusal; one that said "accepted" is no failure anyway.
      const unheard = earlier.value.filter(
        ({ outcome, reason }) => outcome !== 'accepted-unconfirmed' && reason !== 'unreadable-reply',
      );
      const saved = await this.#task.ledger.notCarriedOut(shortSerial, unheard.length);
      if (!saved.ok) return refused('ledger-unreadable');
    }
    for (const { attempt } of earlier.value) await this.#settled(way, attempt, worked);
    return worked;
  }

  /** Notes for later runs that the end of an attempt is known. */
  #settled(way: Way, attempt: string, worked: boolean): Promise<boolean> {
    const outcome = worked ? 'unbound' : 'unknown';
    return this.#write(way, { event: 'settled', attempt, outcome, verified: worked });
  }

  #settleOptions(): SettleOptions {
    const { deadline = Number.POSITIVE_INFINITY } = this.#request;
    return { signal: this.#task.watch.signal, deadline };
  }

  /** Picture, password, permit, exchange, datagram. The password is zeroed on every path out of here. */
  async #withPassword(way: Way, driver: UnbindDriver, plan: UnbindPlan): Promise<End> {
    const { onStage, onNote, challenge, permit } = this.#request;
    const { signal } = this.#task.watch;
    if (challenge) {
      onStage?.('challenge');
      const end = await challenge(plan, signal);
      const halted = this.#task.halted();
      if (halted) return refused(halted);
      if (end !== 'passed') return refused(`challenge-${end}`);
    }
    onStage?.('password');
    const answer = await this.#task.askPassword(plan, this.#request.prompt);
    if (answer.kind === 'unavailable') return refused('no-terminal');
    if (answer.kind === 'no-cable') return refused('no-direct-cable');
    if (answer.kind === 'refused-before') return refused(answer.kind);
    if (answer.kind === 'abandoned') return refused(this.#task.halted() ?? 'abandoned');
    const { password } = answer;
    try {
      if (plan.askCable && !answer.directCable) return refused('no-direct-cable');
      const checked = driver.check(way.watch.device, password);
      if (!checked.ok) return refused(checked.failure);
      checked.value.fill(0);
      if (password.some((byte) => byte > 0x7e)) onNote?.({ kind: 'password-not-ascii' });
      const doubtful = await this.#task.lookAgain();
      if (doubtful) return refused(doubtful);
      if (permit) {
        onStage?.('permit');
        if (!(await permit(plan, signal))) return refused(this.#task.halted() ?? 'permit-refused');
      }
      const doubtfulLater = await this.#task.lookAgain();
      if (doubtfulLater) return refused(doubtfulLater);
      onStage?.('exchange');
      return await this.#send(way, driver, password);
    } finally {
      password.fill(0);
    }
  }

  async #send(way: Way, driver: UnbindDriver, password: Buffer): Promise<End> {
    const mark = await this.#task.lastRefused.markOf(this.#request.shortSerial, password);
    const sent = await way.unbind(password, {
      signal: this.#task.watch.signal,
      lostBefore: () => this.#task.lostBefore,
      lookAgain: () => this.#task.lookAgain(),
      beforeSending: () => this.#intend(way, driver),
    });
    if (!sent.ok) {
      const takenBack = await this.#begun?.takeBack();
      if (takenBack?.ok === false) this.#request.onNote?.({ kind: 'ledger-not-saved' });
      const { failure } = sent;
      if (failure.reason !== 'locked') return refused(failure.reason);
      await this.#task.learn({ kind: 'locked', lockMinutes: failure.lockMinutes });
      return { outcome: 'locked', ...locked(failure.lockMinutes) };
    }
    return this.#verify(way, driver, sent.value, password, mark);
  }

  /** The last step before the datagram: on disk first, so that a crash cannot hide that it may have left. */
  async #intend(way: Way, driver: UnbindDriver): Promise<UnbindReason | null> {
    if (!(await this.#task.stillHeld())) return 'busy';
    const { bindStatus } = way.watch.device.announcement;
    const written = await this.#write(way, { event: 'intent', driver: driver.name, bindStatus });
    if (!written) return 'journal-unwritable';
    const counted = await this.#task.ledger.begin(this.#request.shortSerial, way.mac);
    if (!counted.ok) return 'journal-unwritable';
    this.#begun = counted.value;
    return null;
  }

  /** The password lives on only where it can serve a second proof (docs/decisions/0006). */
  async #verify(
    way: Way,
    _driver: UnbindDriver,
    pending: PendingAnswer,
    password: Buffer,
    mark: number | null,
  ): Promise<End> {
    const { onStage, onNote } = this.#request;
    const { device } = way.watch;
    const site = siteOf(device, this.#tools.network.loopback, this.#tools.tap?.http);
    if (!site.ok) password.fill(0);
    onStage?.('sent');
    onStage?.('verifying');
    const options = this.#settleOptions();
    const latest = performance.now() + (this.#request.verifyMs ?? VERIFY_MS);
    const deadline = Math.min(latest, options.deadline - (site.ok ? PROOF_MS : 0));
    const settlement = await settle(way, pending, { ...options, deadline });
    // Whose words these are nobody can say: neither an outcome nor the attempts rest on them.
    if (this.#task.watch.disputed() !== null) return this.#disputed(way);
    const learnt = settlement.answer ?? (settlement.notBound ? ({ kind: 'success' } as const) : null);
    if (learnt) await this.#task.learn(learnt, mark);
    else if (settlement.notCarriedOut) await this.#letGo(way);
    if (learnt?.kind === 'unexpected') {
      onNote?.({ kind: 'unexpected-word', word: clean(learnt.word, 64) ?? '' });
    }
    // As with its announcement: a device that called itself "not bound" before would prove nothing by it.
    const settled = settlement.notBound || settlement.saysBound;
    const isOpen = !settled && device.announcement.bindStatus !== 'not-bound';
    const wanted = isOpen && settlement.answer?.kind === 'success';
    const proven = wanted && site.ok && (await this.#isProven(site.value, way, password));
    if (this.#task.watch.disputed() !== null) return this.#disputed(way);
    return concluded(proven ? { ...settlement, notBound: true } : settlement, pending);
  }

  /** No answer, and nothing has changed, as the device said twice: it is no failure, and there is nothing to settle. */
  async #letGo(way: Way): Promise<void> {
    const saved = await this.#task.ledger.notCarriedOut(this.#request.shortSerial, 1);
    if (!saved.ok) return this.#request.onNote?.({ kind: 'ledger-not-saved' });
    this.#request.onNote?.({ kind: 'not-carried-out' });
    await this.#settled(way, this.#task.attempt, false);
  }

  /** Somebody else answered when the datagram was out: too late to stop, not too late to tell. */
  async #disputed(way: Way): Promise<End> {
    this.#request.onNote?.({ kind: 'late-answer' });
    const written = await this.#write(way, { event: 'late-answer' });
    if (!written) this.#request.onNote?.({ kind: 'journal-not-saved' });
    return { outcome: 'unknown', reason: 'late-answer' };
  }

  /** One login to the web server of a device that has accepted this password; what it costs goes to the ledger. */
  async #isProven(site: Site, { watch: { device } }: Way, password: Buffer): Promise<boolean> {
    const { signal } = this.#task.watch;
    if (signal.aborted) return false;
    const [{ readProof }, { openPins }] = await Promise.all([
      import('../isapi/proof.ts'),
      import('../isapi/pins.ts'),
    ]);
    const login = { userName: device.announcement.digestUser, password };
    const proof = await readProof(site, openPins(this.#tools.home), login, signal);
    if (proof.kind === 'wrong-password' || proof.kind === 'locked') await this.#task.learn(proof);
    return proof.kind === 'not-bound';
  }

  #plan(way: Way, driver: UnbindDriver, allowed: Allowed): UnbindPlan {
    const { technician = null, origin, directCable = false } = this.#request;
    const { watch, mac, wireMac, isToEverybody } = way;
    return {
      ...this.#task.plan(watch.device, allowed, { technician, origin }),
      mac,
      driver: driver.name,
      wireMac,
      askCable: isToEverybody && !directCable,
    };
  }

  #write(
    { watch: { device } }: Way,
    what: Partial<JournalEntry> & Pick<JournalEntry, 'event'>,
  ): Promise<boolean> {
    const { origin, technician, caseId } = this.#request;
    return this.#task.write(device, {
      origin,
      ...(technician === undefined ? {} : { technician }),
      ...(caseId === undefined ? {} : { caseId }),
      ...what,
    });
  }
}
