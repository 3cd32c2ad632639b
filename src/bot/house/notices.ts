/**
 * What the people responsible hear of by themselves: admins, and the owners of a laptop. A notice that was raised is on
 * disk before it is told and is told after a crash, then perhaps twice; one thing is one message, and what is no
 * message of its own comes in a digest (docs/decisions/0026).
 */
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import * as z from 'zod';
import type { Language } from '../../../locales/language.ts';
import { isPassing } from '../../flows/engine/bot-api.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import { type BucketRules, createBuckets } from '../../hub/limits.ts';
import { hasText, textsFor } from '../../kernel/all-texts.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Texts, TextValues, WordAfter } from '../../kernel/texts.ts';
import type { Duty } from '../../store/duty.ts';
import type { Holds } from '../../store/holds.ts';
import { type DataOf, kind, step } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { type Notice, type NoticeKind, noticeSchema, noticeSchema2 } from './notice.ts';
import { createPile } from './pile.ts';
import type { Profiles } from './profiles.ts';
import { aloneIn, createRounds } from './rounds.ts';
import type { PlainButton, Telegram } from './telegram.ts';

/** What the sentences of all notices name. */
type NoticeValues = TextValues<`notice:what.${NoticeKind}`>[0];

/** How a notice is told: with a sound, without one, or with others in a digest. */
export const WAYS = ['sound', 'quiet', 'digest'] as const;
export type NoticeWay = (typeof WAYS)[number];

interface Rule {
  /** `both`: admins and the laptop's owners. */
  readonly to: 'admins' | 'both';
  /** Unless the operator says otherwise (NOTICES). */
  readonly way: NoticeWay;
  /** Equal notices within this time are one thing: those that follow are counted in the digest, ms. */
  readonly oneThingMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A sound is for what somebody has to do something about now. */
const RULES: Readonly<Record<NoticeKind, Rule>> = {
  'access.joined': { to: 'admins', way: 'quiet', oneThingMs: HOUR },
  'access.asks': { to: 'admins', way: 'sound', oneThingMs: MINUTE },
  'access.approved': { to: 'admins', way: 'digest', oneThingMs: MINUTE },
  'access.declined': { to: 'admins', way: 'digest', oneThingMs: MINUTE },
  'access.revoked': { to: 'admins', way: 'quiet', oneThingMs: MINUTE },
  'access.locked': { to: 'admins', way: 'sound', oneThingMs: MINUTE },
  'access.unlocked': { to: 'admins', way: 'quiet', oneThingMs: MINUTE },
  'laptop.paired': { to: 'both', way: 'digest', oneThingMs: HOUR },
  'laptop.refused': { to: 'admins', way: 'quiet', oneThingMs: HOUR },
  'laptop.wrong-number': { to: 'admins', way: 'quiet', oneThingMs: HOUR },
  'laptop.new-key': { to: 'both', way: 'quiet', oneThingMs: DAY },
  'laptop.rotated': { to: 'both', way: 'digest', oneThingMs: HOUR },
  'laptop.taken-over': { to: 'both', way: 'sound', oneThingMs: HOUR },
  'laptop.new-address': { to: 'both', way: 'digest', oneThingMs: DAY },
  'laptop.revoked': { to: 'both', way: 'quiet', oneThingMs: MINUTE },
  'laptop.unproven': { to: 'both', way: 'sound', oneThingMs: HOUR },
  'laptop.unknown-job': { to: 'both', way: 'sound', oneThingMs: DAY },
  'laptop.flooding': { to: 'both', way: 'quiet', oneThingMs: DAY },
  'pairing.guessing': { to: 'admins', way: 'sound', oneThingMs: HOUR },
  'limit.reached': { to: 'admins', way: 'quiet', oneThingMs: DAY },
  'limit.asked': { to: 'admins', way: 'sound', oneThingMs: HOUR },
  'stolen.tried': { to: 'admins', way: 'sound', oneThingMs: HOUR },
  'stolen.unbound': { to: 'admins', way: 'sound', oneThingMs: MINUTE },
  'pin.blocked': { to: 'admins', way: 'sound', oneThingMs: MINUTE },
  'pin.set': { to: 'admins', way: 'digest', oneThingMs: MINUTE },
  'pin.reset': { to: 'admins', way: 'quiet', oneThingMs: MINUTE },
  'pin.missing': { to: 'admins', way: 'quiet', oneThingMs: DAY },
  'audit.damaged': { to: 'admins', way: 'sound', oneThingMs: DAY },
  'audit.head': { to: 'admins', way: 'quiet', oneThingMs: MINUTE },
  'audit.unkept': { to: 'admins', way: 'quiet', oneThingMs: DAY },
  'house.crashed': { to: 'admins', way: 'quiet', oneThingMs: MINUTE },
  'house.unheard': { to: 'admins', way: 'quiet', oneThingMs: DAY },
  'store.aside': { to: 'admins', way: 'quiet', oneThingMs: DAY },
  'house.more': { to: 'admins', way: 'digest', oneThingMs: DAY },
};

export const NOTICE_KINDS = Object.keys(RULES) as NoticeKind[];

/** How a notice is told unless the operator says otherwise. */
export const usualWay = (kind: NoticeKind): NoticeWay => RULES[kind].way;

/** Kinds that are not for `person`: the chat tells it as the answer to what they have just done, or cannot tell it. */
const NOT_FOR_PERSON: readonly NoticeKind[] = [
  'access.locked',
  'laptop.wrong-number',
  'limit.reached',
  'limit.asked',
  'stolen.tried',
  'pin.blocked',
  'pin.set',
  'house.unheard',
];

/** Kinds that nothing goes on without an answer to; what others offer by a button is a command, too. */
const QUESTIONS: readonly NoticeKind[] = ['access.asks', 'laptop.new-key'];

/** What the operator decides about notices (settings). */
export interface NoticeSettings {
  /** Ways that differ from the house's own. */
  readonly ways: Partial<Readonly<Record<NoticeKind, NoticeWay>>>;
  /** Longest time a thing waits for its digest, ms. */
  readonly digestMs: number;
}

export const NOTICE_DEFAULTS: NoticeSettings = { ways: {}, digestMs: 12 * HOUR };

export interface Notices {
  /**
   * Gives notice of a thing. When it resolves the notice is on disk, or, with a store that is out of order, told from
   * memory; never throws. Raise it before the thing is done, as an audit entry is written: what is done again after a
   * crash is raised again, and is still one thing.
   */
  raise(notice: Notice): Promise<void>;
  /** Tells what the last run left, and digests when they are due. */
  start(): Promise<void>;
  /** Resolves when nothing can be told at the moment. */
  idle(): Promise<void>;
  /** Ends waits; what is being told is finished. What was not told stays for the next start. */
  stop(): Promise<void>;
}

export interface NoticesOptions {
  store: Pick<Store, 'values' | 'claims' | 'isShared'>;
  holds: Holds;
  duty: Pick<Duty, 'every'>;
  admins: readonly number[];
  telegram: Pick<Telegram, 'tell'>;
  profiles: Pick<Profiles, 'language' | 'name'>;
  directory: Pick<AgentDirectory, 'get'>;
  /** Whoever is locked out hears nothing: the phone is in somebody else's hands. */
  access: { isLocked(userId: number): Promise<Result<boolean, StoreFailure>> };
  settings: NoticeSettings;
  log: Log;
  /** Milliseconds since 1970. */
  clock: () => number;
}

const waitingSchema = z
  .object({
    notice: noticeSchema,
    /** Who is to hear it, a Telegram id, and how. */
    person: z.number(),
    way: z.enum(WAYS),
    /** When it was raised first, ms since 1970. */
    at: z.number(),
    /** How often the same thing was raised since; 1 for a message of its own. */
    times: z.number(),
  })
  .readonly();
const waiting2 = waitingSchema.unwrap().extend({ notice: noticeSchema2 });

/** A notice that somebody has not heard yet. */
export const NOTICES = kind({
  name: 'notices',
  version: 3,
  schema: waitingSchema,
  steps: [
    step('none is about a record, or an admin who hears nothing', waiting2, (old) => old),
    step('none is about a lock, or a job of before a restore', waiting2, (old) => old),
  ],
});
type Waiting = DataOf<typeof NOTICES>;

/** What another process on the store has left for the bot to tell. */
export const NOTICES_LEFT = kind({
  name: 'notices-left',
  version: 2,
  schema: noticeSchema,
  steps: [step('none is about a lock, or a job of before a restore', noticeSchema2, (old) => old)],
});

/** People named in one notice; the rest is a number. */
const MOST_NAMED = 20;
/** Things of one kind that wait, each kept apart; what comes on top is only counted. */
const MOST_WAITING = 50;
/** Messages of one kind that a person gets at once, and then by and by; the rest is for the digest. */
const PERSON_PACE: BucketRules = { burst: 10, perSecond: 1 / 360 };
/** How often digests, and what other processes left, are looked at, ms. */
const LOOK_MS = MINUTE;
/** Characters of a digest that are sent as one message, which has 4096. */
const DIGEST_LENGTH = 3_500;

/**
 * Gives notice from another process on the bot's store, which may run beside the bot or while there is none. The bot
 * takes it within a minute, or at its next start.
 * @param at milliseconds since 1970
 */
export function leaveNotice(
  store: Pick<Store, 'values'>,
  notice: Notice,
  at: number,
): Promise<Result<void, StoreFailure>> {
  return store.values(NOTICES_LEFT).set(ulid(at), notice);
}

export function createNotices(options: NoticesOptions): Notices {
  const { store, holds, duty, admins, telegram, profiles, directory, access, settings, log, clock } = options;
  const letters = store.values(NOTICES_LEFT);
  const pace = createBuckets(PERSON_PACE, clock);
  const waiting = createPile(store, NOTICES, clock);
  let loading: Promise<void> | null = null;
  /** One change of what waits at a time: in this process, and of one person among those that share the store. */
  let turn: Promise<unknown> = Promise.resolve();
  const rounds = createRounds(
    async (person) => {
      const locked = await access.isLocked(person);
      // What there is to say waits. A store that is out of order keeps no notice back: it may be about just that.
      if (locked.ok && locked.value) return true;
      return (await tellSingles(person)) && (await tellDigests(person));
    },
    log,
    aloneIn(holds, 'notices-told'),
  );
  let looked: Promise<void> = Promise.resolve();
  let stopped = false;

  function alone<T>(task: () => Promise<T>): Promise<T> {
    const done = turn.then(task);
    turn = done.catch(() => undefined);
    return done;
  }

  const load = () => {
    loading ??= (async () => {
      const loaded = await waiting.load();
      if (!loaded.ok) log.error({ failure: loaded.failure.reason }, 'notices of the last run are not read');
    })();
    return loading;
  };

  /** Takes what other processes gave notice of. */
  async function takeLetters(): Promise<void> {
    const keys = await letters.keys();
    if (!keys.ok) return log.error({ failure: keys.failure.reason }, 'notices left for the bot are not read');
    for (const key of keys.value) {
      const found = orNone(await letters.get(key));
      if (found.ok && found.value) await add(found.value);
      // Only now: twice is better than never.
      const gone = found.ok ? await letters.delete(key) : found;
      if (!gone.ok) log.error({ failure: gone.failure.reason }, 'a notice left for the bot is not read');
    }
  }

  /** Hears how writing a notice ended. */
  function noted(saved: Result<unknown, StoreFailure>): void {
    if (!saved.ok) log.error({ failure: saved.failure.reason }, 'a notice could not be written');
  }

  /** Everybody who should hear of it but who did it or has heard, and how. */
  async function audienceOf(notice: Notice): Promise<Map<number, NoticeWay>> {
    const { kind } = notice;
    const usual = settings.ways[kind] ?? usualWay(kind);
    // A question is answered by its buttons, which a digest has not; and whose laptop it is hears of it at once, and alone can answer.
    const atOnce = usual === 'digest' ? 'quiet' : usual;
    const asks = QUESTIONS.includes(kind);
    const ways = new Map(admins.map((admin) => [admin, asks ? atOnce : usual]));
    if (RULES[kind].to === 'both' && 'agent' in notice) {
      const agent = await directory.get(notice.agent);
      if (agent.ok) for (const owner of agent.value?.technicians ?? []) ways.set(owner, atOnce);
    }
    if ('by' in notice && notice.by !== null) ways.delete(notice.by);
    if ('person' in notice && NOT_FOR_PERSON.includes(kind)) ways.delete(notice.person);
    for (const [person, way] of ways) {
      // One kind's flood must not push another kind out of sight.
      if (!asks && way !== 'digest' && pace.take(`${person}:${kind}`) > 0) ways.set(person, 'digest');
    }
    return ways;
  }

  async function add(notice: Notice): Promise<void> {
    await load();
    const thing = createHash('sha256').update(JSON.stringify(notice)).digest('base64url');
    const first = await store.claims.once(`notice:${thing}`, RULES[notice.kind].oneThingMs);
    // Twice is better than never.
    const isFirst = !first.ok || first.value;
    for (const [person, way] of await audienceOf(notice)) {
      const adding = () => addFor(person, isFirst ? way : 'digest', notice);
      const added = await holds.within(`notices:${person}`, adding);
      // A store that does not say whose turn it is keeps no notice back.
      if (!added.ok) await adding();
      rounds.run(person);
    }
  }

  async function addFor(person: number, way: NoticeWay, notice: Notice): Promise<void> {
    const thing = JSON.stringify(notice);
    const theirs = await waitingFor(person);
    const [key, same] =
      theirs.find(([, other]) => other.way === 'digest' && JSON.stringify(other.notice) === thing) ?? [];
    if (way === 'digest' && key !== undefined && same)
      return noted(await waiting.replace(key, { ...same, times: same.times + 1 }));
    const alike = theirs.filter(([, other]) => other.notice.kind === notice.kind);
    if (alike.length >= MOST_WAITING && notice.kind !== 'house.more')
      return addFor(person, 'digest', { kind: 'house.more', of: notice.kind });
    noted(await waiting.add({ notice, person, way, at: clock(), times: 1 }, { anyway: true }));
  }

  /** The buttons a person gets: a laptop's key is its owners' to decide about, nobody else's. */
  async function buttonsFor(notice: Notice, person: number): Promise<NoticeButton[][]> {
    if (notice.kind !== 'laptop.new-key') return buttonsOf(notice);
    const agent = await directory.get(notice.agent);
    // A button that leads nowhere is told when it is pressed; one that is missing is not.
    const mayDecide = !agent.ok || (agent.value?.technicians.includes(person) ?? false);
    return mayDecide ? buttonsOf(notice) : [];
  }

  /** Says one message and forgets what it told. False: Telegram cannot be reached now. */
  async function say(
    person: number,
    text: string,
    rows: readonly (readonly PlainButton[])[],
    quiet: boolean,
    keys: readonly string[],
  ): Promise<boolean> {
    const told = await telegram.tell(person, text, { rows, quiet });
    if (!told.ok) {
      if (isPassing(told.failure)) return false;
      log.warn({ chat: person, failure: told.failure.description }, 'a notice was refused by Telegram');
      if (admins.includes(person)) await raise({ kind: 'house.unheard', person });
    }
    await alone(async () => noted(await waiting.drop(keys)));
    return true;
  }

  /** What waits for a person, as far as that can be read. */
  async function waitingFor(person: number): Promise<(readonly [key: string, thing: Waiting])[]> {
    const theirs = await waiting.of(person);
    noted(theirs);
    return theirs.ok ? theirs.value : [];
  }

  async function tellSingles(person: number): Promise<boolean> {
    for (const [key, { notice, way }] of await waitingFor(person)) {
      if (stopped) return true;
      if (way === 'digest') continue;
      const language = await profiles.language(person);
      const label = textsFor(language);
      const rows = (await buttonsFor(notice, person)).map((row) =>
        row.map(({ word, data }) => ({ text: label(`notice:button.${word}`), data })),
      );
      const what = await textOf(notice, language);
      const ask = `notice:ask.${notice.kind}` as const;
      const text = rows.length > 0 && hasText(ask) ? `${what} ${label(ask)}` : what;
      if (!(await say(person, text, rows, way === 'quiet', [key]))) return false;
    }
    return true;
  }

  async function tellDigests(person: number): Promise<boolean> {
    const theirs = (await waitingFor(person)).filter(([, { way }]) => way === 'digest');
    if (!theirs.some(([, { at }]) => at <= clock() - settings.digestMs)) return true;
    const language = await profiles.language(person);
    const title = textsFor(language)('notice:digest.title');
    for (let at = 0; at < theirs.length && !stopped; ) {
      const lines: string[] = [];
      const keys: string[] = [];
      for (const [key, thing] of theirs.slice(at)) {
        const line = await lineOf(thing, language);
        if (keys.length > 0 && [...lines, line].join('\n').length > DIGEST_LENGTH) break;
        lines.push(line);
        keys.push(key);
      }
      if (!(await say(person, [title, ...lines].join('\n'), [], true, keys))) return false;
      at += keys.length;
    }
    return true;
  }

  /** Tells everybody all that can be told. */
  async function run(): Promise<void> {
    const people = await waiting.people();
    noted(people);
    if (people.ok) for (const person of people.value) rounds.run(person);
  }

  async function look(): Promise<void> {
    await alone(takeLetters).catch((error: unknown) =>
      log.error({ err: error }, 'notices left for the bot could not be taken'),
    );
    await run();
  }

  /** A line of a digest. */
  async function lineOf({ notice, times, at }: Waiting, language: Language): Promise<string> {
    const t = textsFor(language);
    const what = await textOf(notice, language);
    const line = t('notice:digest.line', { time: momentOf(at, language), what });
    return times === 1 ? line : t('notice:digest.times', { line, times });
  }

  async function textOf(notice: Notice, language: Language): Promise<string> {
    const values = await valuesOf(notice, language);
    return htmlTextsFor(language)(`notice:what.${notice.kind}`, values);
  }

  /**
   * The fields of a notice as people read them; what it has not is in none of its sentences (test/types/texts.ts).
   */
  async function valuesOf(notice: Notice, language: Language): Promise<NoticeValues> {
    const t = textsFor(language);
    const named = async (person: number | null) => {
      if (person === null) return t('notice:none.by');
      const name = await profiles.name(person);
      return name === '' ? String(person) : t('notice:someone', { name, id: String(person) });
    };
    const { laptop, system, address } = await laptopOf(notice);
    return {
      laptop,
      system,
      address,
      person: 'person' in notice ? await named(notice.person) : '',
      by: 'by' in notice ? await named(notice.by) : '',
      inviter: 'inviter' in notice ? await named(notice.inviter) : '',
      people: 'people' in notice ? await listed(notice.people, named, t) : '',
      at: 'at' in notice ? momentOf(notice.at, language) : '',
      invitation: 'invitation' in notice ? notice.invitation : '',
      mark: 'mark' in notice ? notice.mark : '',
      serial: 'serial' in notice ? notice.serial : '',
      prefix: 'prefix' in notice ? notice.prefix : '',
      most: 'most' in notice ? notice.most : '',
      devices: 'devices' in notice ? notice.devices : '',
      minutes: 'minutes' in notice ? notice.minutes : '',
      seq: 'seq' in notice ? notice.seq : '',
      faults: 'faults' in notice ? notice.faults : '',
      place: 'place' in notice ? notice.place : '',
      to: 'to' in notice ? notice.to : '',
      of: 'of' in notice ? notice.of : '',
      record: 'record' in notice ? notice.record : '',
    };
  }

  /** The laptop a notice is about: one of the house, or a stranger as it calls itself. */
  async function laptopOf(notice: Notice): Promise<{ laptop: string; system: string; address: string }> {
    if ('laptop' in notice) return { ...notice.laptop, laptop: notice.laptop.name };
    const address = 'address' in notice ? notice.address : '';
    if (!('agent' in notice)) return { laptop: '', system: '', address };
    const agent = await directory.get(notice.agent);
    const found = agent.ok ? agent.value : null;
    return { laptop: found?.name ?? notice.agent, system: found?.host.system ?? '', address };
  }

  async function raise(notice: Notice): Promise<void> {
    log.info({ notice: notice.kind }, 'notice');
    await alone(() => add(notice)).catch((error: unknown) =>
      log.error({ err: error, notice: notice.kind }, 'a notice was lost'),
    );
  }

  return {
    raise,

    async start() {
      await alone(load);
      if (!store.isShared) await look();
      duty.every(LOOK_MS, () => (looked = look()), store.isShared ? 'now' : 'later');
    },

    async idle() {
      await looked;
      await turn;
      await rounds.idle();
    },

    async stop() {
      stopped = true;
      await looked;
      await turn;
      await rounds.stop();
    },
  };
}

/** The buttons of a notice that asks or offers something: the word of the label, and what pressing it says to the commands. */
type NoticeButton = { word: WordAfter<'notice:button.'>; data: string };

function buttonsOf(notice: Notice): NoticeButton[][] {
  if (notice.kind === 'laptop.new-key') {
    const { agent, mark } = notice;
    return [
      [
        { word: 'newKey', data: `a:newkey:${agent}:${mark}` },
        { word: 'oldKey', data: `a:oldkey:${agent}:${mark}` },
      ],
    ];
  }
  if (notice.kind === 'limit.reached' || notice.kind === 'limit.asked')
    return [[{ word: 'lift', data: `x:lift:${notice.person}` }]];
  if (notice.kind !== 'access.asks') return [];
  return [
    [
      { word: 'approve', data: `j:yes:${notice.person}` },
      { word: 'decline', data: `j:no:${notice.person}` },
    ],
  ];
}

/** People by name, those that are too many as a number. */
async function listed(
  people: readonly number[],
  named: (person: number) => Promise<string>,
  t: Texts,
): Promise<string> {
  const names = await Promise.all(people.slice(0, MOST_NAMED).map(named));
  const more = people.length - names.length;
  return [...names, ...(more > 0 ? [t('notice:andMore', { more })] : [])].join(', ');
}

function momentOf(time: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' }).format(time);
}
