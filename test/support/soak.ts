/**
 * Technicians and laptops who work with one bot for long: each technician walks a case after another and closes it, each laptop
 * holds its polls, reports what it was asked for, and now and then leaves and comes back. Everything over real sockets; Telegram and the
 * laptops are in this process, the bot in its own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
import { Agent, type Dispatcher } from 'undici';
import { type AgentCommand, LINK_VERSION, type PollAnswer } from '../../src/link/messages.ts';
import { manyCameras } from '../../src/sandbox/device/profiles.ts';
import { PAIRING_CODE } from '../../src/sandbox/pairing.ts';
import { startLocalBotApi } from '../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type Answer, TestAgent } from '../integration/hub/house.ts';
import type { Held } from './soak-verdict.ts';
import { offering, pressId, STEP } from './stage.ts';
import { temporaryFolder } from './store.ts';

/** Invitations a person makes at once without being asked to slow down, with room to spare. */
const INVITED_BY_ONE = 40;
const HELD_MS = 20_000;
const CLOSED = /Case closed/;
/** How often a laptop is looked at that is to hold its poll. */
const LOOK_MS = 10;
/** Every so many rounds a laptop leaves and comes back. */
const LEAVES_EVERY = 5;

export interface Soak {
  /** Everybody walks one case. @returns how many that were */
  round(): Promise<number>;
  /** What the bot holds once nothing waits and every laptop holds its poll. */
  held(): Promise<Held>;
  close(): Promise<void>;
}

/** @param program of the bot: soak-process.ts, or its bundle */
export async function openSoak(program: string, technicians: number, laptops: number): Promise<Soak> {
  const folder = await temporaryFolder();
  const api = await startLocalBotApi();
  const admins = Array.from({ length: Math.ceil(technicians / INVITED_BY_ONE) }, (_, n) =>
    api.user({ firstName: `Admin ${n}`, languageCode: 'en' }),
  );
  const ids = admins.map(({ id }) => id).join(',');
  const bot = fork(program, [api.token, api.url, `lmdb:${folder.path}`, ids], {
    execArgv: ['--expose-gc', ...(program.endsWith('.ts') ? ['--import', 'tsx'] : [])],
    env: { PATH: process.env.PATH },
  });
  const [{ hubUrl }] = (await once(bot, 'message')) as [{ hubUrl: string }];
  const dispatcher = new Agent({ connections: laptops + 10 });
  const serials = manyCameras(technicians).map(({ profile }) => profile.shortSerial);
  const people: SimUser[] = [];
  for (let n = 0; n < technicians; n++) {
    const person = api.user({ firstName: `P${n}`, languageCode: 'en' });
    await letIn(admins[n % admins.length] as SimUser, person);
    people.push(person);
  }
  const agents: Laptop[] = [];
  for (let n = 0; n < laptops; n++) {
    const laptop = new Laptop(hubUrl, dispatcher, n);
    await laptop.pair(people[n % people.length] as SimUser);
    agents.push(laptop);
  }
  let rounds = 0;
  return {
    async round() {
      rounds += 1;
      await Promise.all([
        ...people.map((person, n) => walk(person, serials[n] ?? '')),
        ...agents
          .filter((_, n) => (n + rounds) % LEAVES_EVERY === 0)
          .map((laptop) => laptop.leaveAndReturn()),
      ]);
      return people.length;
    },
    async held() {
      await Promise.all(agents.map((laptop) => laptop.holds()));
      return ask(bot);
    },
    async close() {
      await Promise.all(agents.map((laptop) => laptop.stop()));
      const ended = once(bot, 'exit');
      bot.disconnect();
      await ended;
      await dispatcher.destroy();
      await api.close();
      await folder.remove();
    },
  };
}

async function ask(bot: ChildProcess): Promise<Held> {
  bot.send('held');
  const [held] = (await once(bot, 'message')) as [Held];
  return held;
}

async function letIn(admin: SimUser, person: SimUser): Promise<void> {
  await admin.send('/invite');
  const link = await admin.waitFor(/start=/, STEP);
  await person.send(`/start ${/start=([\w-]+)/.exec(link.text)?.[1]}`);
  await person.waitFor(/Welcome/, STEP);
}

/** One case: a number is typed, and the case closed, whether the laptop still looks for the device or has not found it. */
async function walk(person: SimUser, serial: string): Promise<void> {
  await person.send(serial);
  for (;;) {
    const { text } = await person.waitFor((one) => CLOSED.test(one.text) || offering('cancel')(one), STEP);
    if (CLOSED.test(text)) return;
    // Where the question changes meanwhile, the press is one of an earlier step, and the next question comes.
    await pressId(person, 'cancel');
  }
}

/** One laptop that polls, as an agent does. */
class Laptop {
  readonly #agent: TestAgent;
  /** Of the run of its agent. */
  #epoch = ulid();
  #stop = new AbortController();
  #polling: Promise<void> = Promise.resolve();
  #isHolding = false;

  constructor(url: string, dispatcher: Dispatcher, n: number) {
    // Each in a network of its own: from one of them no more than thirty ask to be paired at once.
    const address = `10.${n >> 8}.${n & 255}.1`;
    this.#agent = new TestAgent({
      url,
      now: Date.now,
      dispatcher: dispatcher.compose(
        (dispatch) => (options, handler) =>
          dispatch({ ...options, headers: { ...options.headers, 'x-forwarded-for': address } }, handler),
      ),
    });
  }

  async pair(technician: SimUser): Promise<void> {
    await technician.send('/pair');
    const { text } = await technician.waitFor(PAIRING_CODE, STEP);
    const { status } = await this.#agent.askToPair(PAIRING_CODE.exec(text)?.[0] ?? '');
    if (status !== 200) throw new Error(`a laptop that asked to be paired was answered ${status}`);
    await technician.waitFor(/six digits it shows/, STEP);
    await technician.send(this.#agent.number);
    await technician.waitFor(/is paired/, STEP);
    this.#polling = this.#poll();
  }

  /** A laptop that is closed, and opened again: another run of its agent. */
  async leaveAndReturn(): Promise<void> {
    await this.stop();
    await this.#agent.goodbye(this.#epoch);
    this.#epoch = ulid();
    this.#stop = new AbortController();
    this.#polling = this.#poll();
  }

  /** Resolves while its poll is on its way or held, and nothing waits to be reported. */
  async holds(): Promise<void> {
    while (!this.#isHolding) await Promise.race([pause(LOOK_MS), this.#polling]);
  }

  /** Resolves when it polls no more. @throws Error whatever has ended its polling */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    let cursor: string | null = null;
    const { signal } = this.#stop;
    const epoch = this.#epoch;
    while (!signal.aborted) {
      this.#isHolding = true;
      const answer: Answer | null = await this.#agent
        .poll({ cursor, waitMs: HELD_MS, epoch, signal })
        .catch(() => null);
      this.#isHolding = false;
      if (answer === null) continue;
      if (answer.status !== 200) throw new Error(`a poll was answered ${answer.status}`);
      for (const command of (answer.body as PollAnswer).commands) {
        cursor = command.id;
        await this.#report(command, epoch);
      }
    }
  }

  /** Nothing it is asked for is to be had where this laptop stands. */
  async #report({ type, jobId }: AgentCommand, epoch: string): Promise<void> {
    if (type === 'cancel') return;
    const event = { type: 'job-failed', id: ulid(), jobId, at: Date.now(), reason: 'not-found' } as const;
    await this.#agent.send('POST', '/v1/events', { version: LINK_VERSION, epoch, events: [event] });
  }
}
