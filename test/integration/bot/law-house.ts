/**
 * The bot's conversations, jobs and cases on a real store, as they are wired in the product, in a process that may be
 * killed after any write and any call; and the chat, which stays.
 */
import type { Update } from 'grammy/types';
import { ulid } from 'ulid';
import { createAudit } from '../../../src/audit/trail.ts';
import { createAccess } from '../../../src/bot/door/access.ts';
import { createLimitPort } from '../../../src/bot/door/limit-port.ts';
import { createLimits } from '../../../src/bot/door/limits.ts';
import { ALARMS, type Alarms, createAlarms, type Ring } from '../../../src/bot/house/alarms.ts';
import { BLOBS } from '../../../src/bot/house/blobs.ts';
import { createChatQueue, exclusiveIn } from '../../../src/bot/house/chat-queue.ts';
import { CHATS, openChatStates } from '../../../src/bot/house/chats.ts';
import { CONTACTS, createContacts } from '../../../src/bot/house/contacts.ts';
import { createGroupPort } from '../../../src/bot/house/groups.ts';
import { createProfiles, PROFILES } from '../../../src/bot/house/profiles.ts';
import { createReports } from '../../../src/bot/house/reports.ts';
import { createTelegram } from '../../../src/bot/house/telegram.ts';
import { createDelivery } from '../../../src/bot/jobs/delivery.ts';
import { createDrivers } from '../../../src/bot/jobs/drivers.ts';
import { keepingGroups } from '../../../src/bot/jobs/in-groups.ts';
import { createJobs, type Jobs } from '../../../src/bot/jobs/jobs.ts';
import { createDriveRule, createJobRules } from '../../../src/bot/jobs/may-start.ts';

import { type Prepare, writtenFirst } from '../../../src/bot/telegram/written-first.ts';
import { type CaseRecord, wasTold } from '../../../src/cases/case.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { createEngine } from '../../../src/flows/engine/engine.ts';
import type { ChatState } from '../../../src/flows/engine/state.ts';
import { type Controls, type Conversations, FLOWS, newDevice } from '../../../src/flows/index.ts';
import type { House } from '../../../src/flows/ports.ts';
import { createGroupDesk } from '../../../src/groups/desk.ts';
import { AGENTS, createAgents } from '../../../src/hub/agents.ts';
import { createJobDesk, type JobDeskWithPermits } from '../../../src/hub/desk.ts';
import { createHub } from '../../../src/hub/hub.ts';
import { createPresence, SIGHTS } from '../../../src/hub/presence.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { LINK_VERSION } from '../../../src/link/messages.ts';
import { regionPack } from '../../../src/policy/region.ts';
import { createEpochs } from '../../../src/store/epoch.ts';
import { createHolds } from '../../../src/store/holds.ts';
import type { Store } from '../../../src/store/store.ts';
import { DEVICE } from '../../security/walk.ts';
import { createLife, type Life, storeOf } from '../../support/mortal.ts';
import { type Devices, Laptop, type Truth } from './law-laptop.ts';

export const SERIALS = ['J50000062', 'J50000063'] as const;

type Outside = NonNullable<Parameters<Conversations['handleUpdate']>[2]>;

/** What stands in the chat: a message of the bot's, and whether its buttons still do. */
interface Said {
  readonly id: number;
  readonly text: string;
  buttons: { text: string; data: string }[];
  /** A card that came anew takes its words along, and the old one goes. */
  isDeleted: boolean;
}

interface Process {
  readonly life: Life;
  readonly engine: Conversations;
  readonly jobs: Jobs;
  readonly desk: JobDeskWithPermits;
  readonly alarms: Alarms;
}

const log = createLog('silent', 'test');
let nextChat = 1_000;

export class LawHouse {
  readonly chatId = nextChat++;
  readonly said: Said[] = [];
  readonly truths: Truth[] = [];
  readonly devices: Devices = { bound: new Set(SERIALS) };
  readonly laptops: Laptop[];
  /** How often a death came between a word in the chat and the note of it, by mark; null: a word without a mark. */
  readonly mayRepeat = new Map<number | null, number>();
  unproven = 0;
  /** Unbinds that the word of another job has ended, by their jobs. */
  readonly endedByOthers: string[] = [];
  deaths = 0;
  readonly #store: Store;
  #now: Process;
  #nextUpdate = 1;
  #nextMessage = 1;
  /** Words about ends in this life. */
  #words: { mark: number | null }[] = [];

  constructor(store: Store) {
    this.#store = store;
    this.laptops = [0, 1].map(() => new Laptop(ulid(), store, this.devices, this.truths));
    this.#now = this.#begin();
  }

  /**
   * A case at which an unbind can be asked for, with a laptop that has seen its device. `seen` false: nobody has yet, and one
   * laptop is there to look.
   */
  async open(flow: 'lan-unbind' | 'assess' | null = 'lan-unbind', seen = true): Promise<string> {
    const [first, second] = this.laptops;
    if (!first || !second) throw new Error('no laptop');
    for (const { id } of this.laptops) {
      const host = { name: 'laptop', system: 'linux', agentVersion: '1' };
      const technicians = [this.chatId];
      const agent = {
        id,
        name: 'laptop',
        host,
        publicKey: id,
        technicians,
        createdAt: 1,
        revoked: false,
        pairedBy: 'typed' as const,
      };
      await createAgents(this.#store).change(id, () => agent);
      if (!seen && id !== first.id) continue;
      await this.#store
        .values(SIGHTS)
        .set(id, { lastSeen: Date.now() + 600_000, address: '192.0.2.1', host, speaks: LINK_VERSION });
    }
    const cases = createCaseDesk(this.#store, createAudit(this.#store, Date.now), Date.now);
    const opened = await cases.open(this.chatId);
    if (!opened.ok) throw new Error(opened.failure.reason);
    const { id } = opened.value;
    const job = { id: ulid(), kind: 'discover' as const, agentId: first.id, startedAt: 1 };
    const sighting = { ...DEVICE, agentId: first.id };
    const device = { shortSerial: SERIALS[0], fullSerial: null, model: null, manufactured: null };
    for (const action of [
      { type: 'identified', device },
      ...(seen
        ? ([
            { type: 'job-started', job },
            { type: 'seen', jobId: job.id, agentId: first.id, sighting },
          ] as const)
        : []),
      { type: 'ordered', by: 'owner', statedAt: null },
    ] as const)
      await cases.apply(id, action);
    if (flow !== null) await this.begin(flow, id);
    return id;
  }

  async close(): Promise<void> {
    this.#now.alarms.stop();
    for (const { id } of this.laptops) await this.#store.values(AGENTS).delete(id);
  }

  dieAfter(acts: number): void {
    this.#now.life.dieAfter(acts);
  }

  /** A press on one of the buttons that stand in the chat, the latest first. */
  async press(nth: number): Promise<void> {
    // What was told is told again to whoever asks for it: that is no word of the house's own.
    const worth = this.#buttons().filter(({ data }) => !data.endsWith(':repeat'));
    const pressed = worth[nth % Math.max(1, worth.length)];
    if (pressed) await this.#press(pressed);
  }

  /** A press on the latest button whose data is this. */
  async pressOn(data: RegExp): Promise<void> {
    const pressed = this.#buttons().find((button) => data.test(button.data));
    if (!pressed) throw new Error(`no button ${data} stands in the chat`);
    await this.#press(pressed);
  }

  /** Those that stand in the chat, with the message they are under, the latest first. */
  #buttons() {
    return this.said.toReversed().flatMap(({ id, buttons }) => buttons.map((button) => ({ id, ...button })));
  }

  #press({ id, data }: { id: number; data: string }): Promise<void> {
    return this.#update({
      callback_query: {
        id: String(this.#nextUpdate),
        from: this.#person(),
        chat_instance: '1',
        data,
        message: { message_id: id, date: 0, chat: this.#chat() },
      },
    } as unknown as Partial<Update>);
  }

  type(text: string): Promise<void> {
    return this.#update({
      message: { message_id: this.#nextMessage++, date: 0, text, chat: this.#chat(), from: this.#person() },
    } as Partial<Update>);
  }

  /** /new: another device, in a case of its own. */
  another(): Promise<void> {
    return this.#command(async (controls) => {
      const caseId = controls.active()?.caseId ?? '';
      if (caseId !== '' && !(await this.#now.jobs.cancel(caseId)).ok) return;
      await controls.start('identify', { caseId: '' });
    });
  }

  begin(flow: 'lan-unbind' | 'assess', caseId: string): Promise<void> {
    return this.#command((controls) => controls.start(flow, { caseId }));
  }

  /** Back, and the same once more: what the first unbind was may still come. */
  onceMore(): Promise<void> {
    return this.#command(async (controls) => {
      const caseId = controls.active()?.caseId ?? '';
      if (caseId === '' || !(await this.#now.jobs.cancel(caseId)).ok) return;
      await controls.start('lan-unbind', { caseId });
    });
  }

  /** /cases: one of them is taken up. */
  takeUp(nth: number): Promise<void> {
    return this.#command(async (controls) => {
      const cases = await this.cases();
      const record = cases[nth % Math.max(1, cases.length)];
      if (record) await controls.start('case', { caseId: record.id });
    });
  }

  /** A step of a laptop, and the hub's answer to it. */
  async work(which: number, choice: number): Promise<void> {
    const laptop = this.laptops[which % this.laptops.length];
    await this.#do(({ desk }) => laptop?.step(choice, desk));
  }

  /** Another primary of the store answers. */
  async doubt(): ReturnType<Jobs['assumeTraded']> {
    return (await this.#do(({ jobs }) => jobs.assumeTraded())) ?? fail('store-unavailable');
  }

  /** Whether a permit that a laptop has asked for before is granted once more, as one without a memory would ask for it. */
  async isGrantedAgain(which = 0): Promise<boolean> {
    const laptop = this.laptops[which];
    const again = await this.#do(({ desk }) =>
      Promise.all((laptop?.asked ?? []).map((asked) => desk.spendPermit(laptop?.id ?? '', asked))),
    );
    return (again ?? []).some((answer) => must(answer));
  }

  /** A laptop brings its oldest event, or once more one that was taken long ago. */
  async bring(which: number, again: number | null): Promise<void> {
    const laptop = this.laptops[which % this.laptops.length];
    const old = again === null ? undefined : laptop?.taken[again % Math.max(1, laptop.taken.length)];
    const event = again === null ? laptop?.outbox[0] : old;
    if (!laptop || !event) return;
    const before = await this.cases();
    const taken = await this.#do(({ jobs }) => jobs.take(laptop.id, event));
    for (const record of await this.cases()) {
      const was = before.find(({ id }) => id === record.id)?.job;
      const isOver = was?.kind === 'unbind' && record.job?.id !== was.id;
      if (isOver && was.id !== event.jobId) this.endedByOthers.push(was.id);
    }
    if (taken !== true || event !== laptop.outbox[0]) return;
    laptop.outbox.shift();
    laptop.taken.push(event);
  }

  /** The straight way on: the laptop works, what it says arrives, and its picture is answered. */
  async goOn(choice: number): Promise<void> {
    await this.work(0, choice);
    await this.#bringAll(0);
    if (this.said.at(-1)?.text.includes('characters')) await this.type('ABCDE');
  }

  /** An alarm that is set rings before its time. */
  async ring(nth: number): Promise<void> {
    const alarms = await this.alarms();
    const jobId = alarms[nth % Math.max(1, alarms.length)];
    if (jobId === undefined) return;
    const alarm = must(await this.#store.values(ALARMS).get(jobId));
    const waiting = alarm?.wait?.waiting ?? null;
    const ring: Ring = { chatId: this.chatId, jobId, kind: 'choice', waiting, waitedMs: 60_000 };
    const rung = await this.#do(({ jobs }) => jobs.rang(ring));
    if (rung) await this.#do(({ alarms }) => alarms.clear(jobId));
  }

  /** Jobs of this chat that have an alarm. */
  async alarms(): Promise<string[]> {
    const alarms = this.#store.values(ALARMS);
    const found: string[] = [];
    for (const jobId of must(await alarms.keys()))
      if (must(await alarms.get(jobId))?.chatId === this.chatId) found.push(jobId);
    return found;
  }

  async cases(): Promise<CaseRecord[]> {
    const desk = createCaseDesk(this.#store, createAudit(this.#store, Date.now), Date.now);
    return must(await desk.listFor(this.chatId, 50));
  }

  async chat(): Promise<ChatState | undefined> {
    return must(await this.#store.values(CHATS).get(String(this.chatId)));
  }

  /** Lets everything come to its end: laptops work off what they have, and everything arrives. */
  async settle(): Promise<void> {
    this.dieAfter(Number.POSITIVE_INFINITY);
    for (let round = 0; round < 100; round++) {
      for (const which of this.laptops.keys()) {
        await this.work(which, 0);
        await this.#bringAll(which);
      }
      if (!this.laptops.some(({ isBusy }) => isBusy)) return;
    }
    throw new Error('the laptops do not come to an end');
  }

  async #bringAll(which: number): Promise<void> {
    const { outbox = [] } = this.laptops[which] ?? {};
    for (let tries = 0; outbox.length > 0; tries++) {
      if (tries > 200) throw new Error(`an event is brought for ever: ${JSON.stringify(outbox[0])}`);
      await this.bring(which, null);
    }
  }

  #begin(): Process {
    const life = createLife();
    const store = storeOf(this.#store, life);
    const audit = createAudit(store, Date.now);
    const groups = createGroupDesk(store, audit, Date.now);
    const cases = keepingGroups(createCaseDesk(store, audit, Date.now), groups);
    const queue = createChatQueue();
    const key = new Secret<Uint8Array>(new Uint8Array(32));
    const access = createAccess({ store, audit, adminIds: [this.chatId], key });
    const limits = createLimits(store, audit, Date.now);
    const drivers = createDrivers(store, audit, Date.now);
    const profiles = createProfiles(store.values(PROFILES));
    const { directory } = createHub({
      store,
      log,
      onEvent: async () => false,
      onPairing: async () => undefined,
    });
    const presence = createPresence(store, Date.now, {
      onOnline: () => undefined,
      onNewAddress: () => undefined,
      onTakenOver: () => undefined,
      onOffline: () => undefined,
    });
    const desk = createJobDesk({
      store,
      agents: createAgents(store),
      presence,
      epochs: createEpochs(store),
      audit,
      clock: Date.now,
      log,
    });
    const callApi = writtenFirst(this.#telegram(life), store);
    const telegram = createTelegram(callApi, log);
    const alarms = createAlarms(store.values(ALARMS), (ring) => jobs.rang(ring), Date.now, log);
    const jobs: Jobs = createJobs({
      store,
      cases,
      mayStart: createJobRules({
        access,
        limits,
        drivers,
        groups,
        notices: { raise: async () => undefined },
        pinOpen: async () => ok(true),
      }),
      mayDrive: createDriveRule({ access, drivers }),
      onRefused: () => undefined,
      groups,
      directory,
      desk,
      alarms,
      audit,
      clock: Date.now,
      log,
      onUnproven: async () => {
        this.unproven += 1;
      },
      onFlooding: async () => undefined,
      onLost: async () => undefined,
      epochs: createEpochs(store),
      technicianName: profiles.name,
      language: profiles.language,
      deliver: (...event) => delivery.deliver(...event),
      access,
      profiles,
      voice: { say: async () => 'told' },
      inTurn: (chatId, task) => engine.control(chatId, task),
    });
    const orFail = <T>(result: { ok: true; value: T } | { ok: false }) =>
      result.ok ? result : fail('store-unavailable' as const);
    const contacts = createContacts(store.values(CONTACTS), profiles, null);
    const house: House = {
      contacts,
      misunderstood: { count: async () => ok(null) },
      announcements: { audience: async () => ok(0), begin: async () => ok(null) },
      handOvers: { colleagues: async () => ok([]), offer: async () => ok('nobody') },
      reports: createReports({
        blobs: store.values(BLOBS),
        cases,
        audit,
        contacts,
        profiles,
        log,
        clock: Date.now,
      }),
      language: profiles.language,
      cases: {
        open: async (chatId) => orFail(await cases.open(chatId)),
        get: async (id) => orFail(await cases.get(id)),
        untouched: async () => ok([]),
        namedBeside: async () => ok([]),
        openAbout: async () => ok(null),
        orderOfVisit: async () => ok({ by: 'owner', statedAt: Date.now() }),
        apply: async (id, action) => orFail(await cases.apply(id, action)),
      },
      agents: jobs,
      surveys: jobs.surveys,
      groups: createGroupPort(groups),
      limits: createLimitPort(limits, { raise: async () => undefined }),
      region: { pack: async () => ok(must(regionPack('ru'))) },
      firmware: { of: async () => ok(null) },
      labels: {
        read: async () => ok({ kind: 'unreadable', tip: null }),
        forget: async () => ok(undefined),
      },
      notes: {
        photo: async () => ok('not-now'),
        text: async () => ok('not-now'),
        file: async () => ok(null),
      },
    };
    const engine: Conversations = createEngine({
      flows: FLOWS,
      house,
      states: openChatStates(store),
      callApi,
      log,
      exclusive: exclusiveIn(queue, createHolds(store), store),
      buttonKey: key,
      newDevice,
      first: 'identify',
      newest: async () => this.#nextMessage - 1,
    });
    const delivery = createDelivery({
      engine,
      access,
      cases,
      profiles,
      telegram,
    });
    return { life, engine, jobs, desk, alarms };
  }

  /** Telegram, as far as a chat shows it. */
  #telegram(life: Life): Prepare {
    const call = async (method: string, payload: Record<string, unknown>) =>
      life.act(async () => {
        const buttons = (
          (payload.reply_markup as { inline_keyboard?: { text: string; callback_data: string }[][] })
            ?.inline_keyboard ?? []
        )
          .flat()
          .map(({ text, callback_data: data }) => ({ text, data }));
        if (method === 'sendMessage' || method === 'sendPhoto') {
          const text = String(payload.text ?? payload.caption ?? '');
          const message: Said = { id: this.#nextMessage++, text, buttons, isDeleted: false };
          this.said.push(message);
          const mark = markOf(text);
          if (mark !== null || isWordOfFailure(text)) this.#words.push({ mark });
          return ok({ message_id: message.id });
        }
        const meant = this.said.find(({ id }) => id === payload.message_id);
        if (meant && method.startsWith('edit')) meant.buttons = buttons;
        if (meant && method === 'deleteMessage') meant.isDeleted = true;
        return ok(true);
      });
    return (async (method: string, payload: Record<string, unknown>) => () =>
      call(method, payload)) as unknown as Prepare;
  }

  /** Telegram hands an update in until it was handled. */
  async #update(update: Partial<Update>, outside?: Outside): Promise<void> {
    const whole = { update_id: this.#nextUpdate++, ...update } as Update;
    for (let tries = 0; tries < 50; tries++) {
      const handled = await this.#do(({ engine }) => engine.handleUpdate(this.chatId, whole, outside));
      if (handled?.ok) return;
    }
    throw new Error('an update is handed in for ever');
  }

  #command(task: (controls: Controls) => Promise<void>): Promise<void> {
    return this.#update(
      {
        message: { message_id: this.#nextMessage++, date: 0, text: '/x', chat: this.#chat() },
      } as Partial<Update>,
      async (_update, controls) => {
        await task(controls);
        return 'done';
      },
    );
  }

  /** Has the process do something; should it die of it, another one takes its place, and nothing comes of this. */
  async #do<T>(task: (process: Process) => T | Promise<T>): Promise<T | undefined> {
    const { life, alarms } = this.#now;
    const done = await Promise.race([
      Promise.resolve(task(this.#now)).then((value) => ({ value })),
      life.died.then(() => null),
    ]);
    if (done !== null && !life.isDead) return done.value;
    await life.died;
    alarms.stop();
    this.deaths += 1;
    await this.#countRepeats();
    this.#words = [];
    this.#now = this.#begin();
    return undefined;
  }

  /** What was said and is not noted may be said once more; and a card that had just come anew still stands twice. */
  async #countRepeats(): Promise<void> {
    const cases = await this.cases();
    const card = (await this.chat())?.card?.messageId;
    for (const { mark } of this.#words) {
      const truth = this.truths.find((one) => one.mark === mark);
      const standing = this.said.filter(({ text, isDeleted }) => !isDeleted && markOf(text) === mark);
      const isNoted = truth && cases.some((record) => wasTold(record, truth.jobId));
      // Sent, and the one before is gone already: the next life does not know of it.
      const isForgotten = standing.some(
        ({ id, buttons }) => id !== card && buttons.some(({ data }) => data.startsWith('f:')),
      );
      if (isNoted && standing.length < 2 && !isForgotten) continue;
      this.mayRepeat.set(mark, (this.mayRepeat.get(mark) ?? 0) + 1);
    }
  }

  #person() {
    return { id: this.chatId, is_bot: false, first_name: 'T' };
  }

  #chat() {
    return { id: this.chatId, type: 'private' as const, first_name: 'T' };
  }
}

/** The mark of the unbind a message is about; null: it names none. */
export function markOf(text: string): number | null {
  const found = /\b(1\d\d) attempts left/.exec(text);
  return found ? Number(found[1]) : null;
}

/** Words about jobs that failed carry no mark. */
export function isWordOfFailure(text: string): boolean {
  return FAILURES.some(({ word }) => word.test(text));
}

/** What is said when a job failed, by its reason. */
export const FAILURES: readonly { reason: string; word: RegExp }[] = [
  { reason: 'challenge-expired', word: /The picture’s time ran out\. Nothing was sent/ },
  { reason: 'internal', word: /outcome is not known(?![\s\S]*attempts left)/ },
];

function must<T>(result: { ok: true; value: T } | { ok: false; failure: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}
