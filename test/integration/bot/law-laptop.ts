/** A laptop as an honest agent behaves, its network and its device included: every step is chosen from outside. */
import { ulid } from 'ulid';
import type { JobDeskWithPermits } from '../../../src/hub/desk.ts';
import { COMMANDS } from '../../../src/hub/polls.ts';
import { encodePng } from '../../../src/lan-agent/picture/png.ts';
import {
  type AgentCommand,
  type AgentEvent,
  agentCommand,
  type PermitRequest,
  type UnbindReport,
} from '../../../src/link/messages.ts';
import type { Store } from '../../../src/store/store.ts';
import { DEVICE } from '../../security/walk.ts';

type JobCommand = Extract<AgentCommand, { type: 'discover' | 'status' | 'unbind' }>;
type UnbindCommand = Extract<JobCommand, { type: 'unbind' }>;

/** One unbind, as it really went. */
export interface Truth {
  readonly jobId: string;
  readonly serial: string;
  /** Stands in its report as the attempts that are left, so that a message can be told to be about it. */
  readonly mark: number;
  /** The one datagram has left. */
  sent: boolean;
  /** How it ended: the report, or the reason of a job that failed; null: it goes on. */
  end: { report: UnbindReport } | { failed: string } | null;
}

interface Running {
  readonly command: JobCommand;
  step: 'taken' | 'picture' | 'prompt' | 'armed';
  picture: string;
}

const image = encodePng({ width: 60, height: 20, pixels: new Uint8Array(1200) }, [255, 255, 255], [0, 0, 0]);
const FIRST_MARK = 100;

export interface Devices {
  /** Short serials of those that are bound. */
  readonly bound: Set<string>;
}

export class Laptop {
  readonly id: string;
  /** Events on disk until the hub has them, oldest first. */
  readonly outbox: AgentEvent[] = [];
  /** Events the hub has taken. */
  readonly taken: AgentEvent[] = [];
  /** Permits it has asked for. */
  readonly asked: PermitRequest[] = [];
  readonly #store: Store;
  readonly #devices: Devices;
  readonly #truths: Truth[];
  readonly #seen = new Set<string>();
  readonly #open: Running[] = [];
  readonly #heard: AgentCommand[] = [];
  #cursor: string | null = null;

  constructor(id: string, store: Store, devices: Devices, truths: Truth[]) {
    this.id = id;
    this.#store = store;
    this.#devices = devices;
    this.#truths = truths;
  }

  get isBusy(): boolean {
    return this.#open.length > 0;
  }

  /** Fetches commands, each job once, and carries the running job one step on. */
  async step(choice: number, desk: Pick<JobDeskWithPermits, 'spendPermit'>): Promise<void> {
    await this.#fetch();
    const [job] = this.#open;
    if (!job) return;
    const { command } = job;
    switch (command.type) {
      case 'discover': {
        const device = { ...DEVICE, shortSerial: command.until };
        return this.#end(job, { type: 'discovered', devices: [device], omitted: 0, interfaces: [] });
      }
      case 'status': {
        const { shortSerial } = command;
        const status = this.#devices.bound.has(shortSerial) ? 'can-unbind' : 'not-bound';
        return this.#end(job, { type: 'status', shortSerial, status, device: { ...DEVICE, shortSerial } });
      }
      case 'unbind':
        return this.#unbind(job, command, choice, desk);
    }
  }

  async #fetch(): Promise<void> {
    const read = await this.#store.mailboxes(COMMANDS).read(this.id, this.#cursor, 100);
    if (!read.ok) throw new Error(read.failure.reason);
    for (const { id, message } of read.value) {
      this.#cursor = id;
      const command = agentCommand.parse({ ...Object(message), id });
      if (command.type === 'cancel') this.#cancel(command.jobId);
      else if (command.type === 'challenge-answer' || command.type === 'challenge-refresh')
        this.#heard.push(command);
      else if (command.type !== 'survey' && !this.#seen.has(command.jobId)) this.#take(command);
    }
  }

  #take(command: JobCommand): void {
    this.#seen.add(command.jobId);
    const job: Running = { command, step: 'taken', picture: '' };
    if (command.type === 'unbind') {
      const mark = FIRST_MARK + this.#truths.length;
      const { jobId, shortSerial: serial } = command;
      this.#truths.push({ jobId, serial, mark, sent: false, end: null });
    }
    if (this.#open.some((other) => other.command.type === 'unbind')) this.#fail(job, 'busy');
    else this.#open.push(job);
  }

  #cancel(jobId: string): void {
    const job = this.#open.find(({ command }) => command.jobId === jobId);
    // Once the permit is traded, what becomes of it is for the device to say.
    if (job && job.step !== 'armed') this.#fail(job, 'cancelled');
  }

  async #unbind(
    job: Running,
    command: UnbindCommand,
    choice: number,
    desk: Pick<JobDeskWithPermits, 'spendPermit'>,
  ): Promise<void> {
    const { jobId, shortSerial, permit } = command;
    const isBound = this.#devices.bound.has(shortSerial);
    switch (job.step) {
      case 'taken':
        if (!isBound) return this.#report(job, { outcome: 'not-bound', verified: true });
        if (choice % 8 === 0) return this.#report(job, { outcome: 'refused', reason: 'flooded' });
        if (choice % 8 === 1) return this.#report(job, { outcome: 'not-found' });
        return this.#show(job);
      case 'picture': {
        const said = this.#heard.findLast((one) => 'challengeId' in one && one.challengeId === job.picture);
        if (said?.type === 'challenge-refresh') return this.#show(job);
        if (said === undefined) return choice % 6 === 0 ? this.#fail(job, 'challenge-expired') : undefined;
        this.#emit({
          type: 'challenge-result',
          jobId,
          challengeId: job.picture,
          result: 'passed',
          triesLeft: 2,
        });
        this.#emit({ type: 'prompt', jobId, state: 'shown', attemptsLeft: 5 });
        job.step = 'prompt';
        return;
      }
      case 'prompt': {
        if (choice % 6 === 0) return this.#report(job, { outcome: 'refused', reason: 'abandoned' });
        const asked = { version: 2, permit, jobId, shortSerial } as const;
        this.asked.push(asked);
        const traded = await desk.spendPermit(this.id, asked);
        if (!traded.ok) throw new Error(traded.failure.reason);
        if (!traded.value) return this.#report(job, { outcome: 'refused', reason: 'permit-refused' });
        job.step = 'armed';
        return;
      }
      case 'armed': {
        // Cut off before the datagram, or after: the agent of before says the same in both cases.
        const isSent = choice % 8 !== 0;
        const isDone = isSent && isBound && choice % 8 > 2;
        if (isSent) this.#truthOf(jobId).sent = true;
        if (isDone) this.#devices.bound.delete(shortSerial);
        switch (choice % 8) {
          case 0:
          case 3:
            return this.#report(job, { outcome: 'unknown', reason: 'no-reply' });
          case 1:
          case 4:
            return this.#fail(job, 'internal');
          case 2:
            return this.#report(job, { outcome: 'wrong-password' });
          case 5:
            return this.#report(job, { outcome: 'accepted-unconfirmed' });
          default:
            return this.#report(job, { outcome: 'unbound', verified: true });
        }
      }
    }
  }

  #show(job: Running): void {
    job.picture = ulid();
    job.step = 'picture';
    this.#emit({
      type: 'challenge',
      jobId: job.command.jobId,
      challengeId: job.picture,
      image: image.toString('base64'),
      nonce: 'A'.repeat(22),
      expiresAt: Date.now() + 60_000,
      triesLeft: 2,
    });
  }

  #truthOf(jobId: string): Truth {
    const truth = this.#truths.find((one) => one.jobId === jobId);
    if (!truth) throw new Error('an unbind nobody has asked for');
    return truth;
  }

  #report(job: Running, how: Pick<UnbindReport, 'outcome'> & Partial<UnbindReport>): void {
    const { jobId } = job.command;
    const truth = this.#truthOf(jobId);
    const report = { verified: false, ...how, shortSerial: truth.serial, attemptsLeft: truth.mark };
    truth.end = { report };
    this.#end(job, { type: 'outcome', report });
  }

  #fail(job: Running, reason: string): void {
    const { jobId, type } = job.command;
    if (type === 'unbind') this.#truthOf(jobId).end = { failed: reason };
    this.#end(job, { type: 'job-failed', reason });
  }

  #end(job: Running, last: object): void {
    this.#open.splice(0, this.#open.length, ...this.#open.filter((other) => other !== job));
    this.#emit({ ...last, jobId: job.command.jobId });
  }

  #emit(event: object): void {
    this.outbox.push({ ...event, id: ulid(), at: Date.now() } as AgentEvent);
  }
}
