/**
 * What an admin says to everybody (docs/decisions/0058). Whom it goes to is fixed when it begins; each is claimed before they are told,
 * so that no restart tells anybody twice, and what became of each is noted, so that nobody is left out without a word.
 */
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import type { Audit } from '../../audit/trail.ts';
import { isPassing } from '../../flows/engine/bot-api.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { AnnouncePort, HouseFailure } from '../../flows/ports.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Duty } from '../../store/duty.ts';
import type { Holds } from '../../store/holds.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';
import { atBorder, must } from './must.ts';
import type { Profiles } from './profiles.ts';
import { aloneIn, createRounds } from './rounds.ts';
import type { Telegram } from './telegram.ts';
import type { Voice } from './voice.ts';

/** By id. */
export const ANNOUNCEMENTS = kind({
  name: 'announcements',
  version: 1,
  schema: z.object({
    by: z.number(),
    text: z.string(),
    people: z.array(z.number()),
    isStopped: z.boolean(),
  }),
});
type Announcement = DataOf<typeof ANNOUNCEMENTS>;

/** By announcement and person: `told`; `refused`: Telegram does not take it; `unsure`: nobody knows, and it is not said again. */
export const ANNOUNCED = kind({
  name: 'announced',
  version: 1,
  schema: z.enum(['told', 'refused', 'unsure']),
});
type Became = DataOf<typeof ANNOUNCED>;

/** So long nobody is told the same again, ms: an announcement is over long before. */
const CLAIM_MS = 30 * 24 * 60 * 60_000;
/** People who were not told, by name. */
const MOST_NAMED = 20;

export interface Announcements extends AnnouncePort {
  /** Stops one that is on its way; false: it is over. Who is being told at the moment still is. */
  stopOne(id: string): Promise<Result<boolean, HouseFailure>>;
  /** Goes on with what the last run has left. */
  start(): Promise<void>;
  /** Resolves when nothing can be said at the moment. */
  idle(): Promise<void>;
  /** Ends waits. What is left is said by the next run. */
  stop(): Promise<void>;
}

/** How often announcements are looked for that a process has left which is gone, ms. */
const LEFT_MS = 10_000;

export function createAnnouncements({
  store,
  access,
  audit,
  profiles,
  telegram,
  voice,
  holds,
  duty,
  clock,
  log,
}: {
  store: Pick<Store, 'values' | 'claims' | 'isShared'>;
  /** Who is in (door/access.ts). */
  access: {
    readonly admins: readonly number[];
    list(): Promise<Result<readonly { userId: number }[], unknown>>;
    roleOf(person: number): Promise<Result<string | null, unknown>>;
  };
  audit: Pick<Audit, 'append'>;
  profiles: Pick<Profiles, 'language' | 'name'>;
  telegram: Pick<Telegram, 'tell'>;
  voice: Pick<Voice, 'say'>;
  holds: Holds;
  duty: Pick<Duty, 'every'>;
  /** Milliseconds. */
  clock: () => number;
  log: Log;
}): Announcements {
  const announcements = store.values(ANNOUNCEMENTS);
  const announced = store.values(ANNOUNCED);
  const nextId = monotonicFactory();
  const rounds = createRounds(sayAllOf, log, aloneIn(holds, 'announcements'));
  let isClosing = false;

  const load = async (id: string) => must(orNone(await announcements.get(id)));

  async function peopleFor(by: number): Promise<number[]> {
    const technicians = must(await access.list()).map(({ userId }) => userId);
    return [...new Set([...technicians, ...access.admins])].filter((person) => person !== by);
  }

  /** Says what an admin has on its way. False: Telegram does not take it now. */
  async function sayAllOf(by: number): Promise<boolean> {
    const done = await atBorder(async () => {
      for (const id of must(await announcements.keys())) {
        const announcement = await load(id);
        if (announcement?.by !== by) continue;
        if (!(await sayOne(id, announcement))) return false;
      }
      return true;
    });
    return done.ok && done.value;
  }

  async function sayOne(id: string, { by, people }: Announcement): Promise<boolean> {
    for (const person of people) {
      if (isClosing) return true;
      const now = await load(id);
      if (now === undefined) return true;
      if (now.isStopped) break;
      if (must(await announced.get(`${id}:${person}`)) !== undefined) continue;
      const became = await tell(id, person, now.text);
      if (became === null) return false;
      must(await announced.set(`${id}:${person}`, became));
      // Whether it arrived nobody knows: the next one is not told before Telegram answers again.
      if (became === 'unsure' && !isClosing) return false;
    }
    await report(id, by, people);
    // In this order: without its results it would be nobody's any more.
    must(await announcements.delete(id));
    must(await announced.deleteMany(people.map((person) => `${id}:${person}`)));
    return true;
  }

  /** Tells one person, who is claimed first. Null: Telegram did not take it, and may later. */
  async function tell(id: string, person: number, text: string): Promise<Became | null> {
    // Turned away since: nothing of this house is for them any more.
    if (must(await access.roleOf(person)) === null) return 'refused';
    const claim = `announcement:${id}:${person}`;
    // Claimed by a run that was killed before it knew what became of it.
    if (!must(await store.claims.once(claim, CLAIM_MS)) && !waiting.has(claim)) return 'unsure';
    const t = htmlTextsFor(await profiles.language(person));
    const told = await telegram.tell(person, t('bot:announce.message', { text }));
    if (told.ok) return 'told';
    const { failure } = told;
    if (!isPassing(failure)) return 'refused';
    if (failure.kind === 'unreachable') return 'unsure';
    // Telegram has said that it did not take it: this run, and no other, tries again.
    waiting.add(claim);
    return null;
  }

  /** Claims of people Telegram has refused for the moment. */
  const waiting = new Set<string>();

  async function report(id: string, by: number, people: readonly number[]): Promise<void> {
    const t = htmlTextsFor(await profiles.language(by));
    const names: Record<'refused' | 'unsure', string[]> = { refused: [], unsure: [] };
    let [told, left] = [0, 0];
    for (const person of people) {
      const became = must(await announced.get(`${id}:${person}`));
      if (became === 'told') told += 1;
      else if (became === undefined) left += 1;
      else names[became].push((await profiles.name(person)) || String(person));
    }
    const named = (list: readonly string[]) => list.slice(0, MOST_NAMED).join(', ');
    const lines = [
      t('bot:announce.over', { told, all: people.length }),
      names.refused.length === 0
        ? ''
        : t('bot:announce.refused', { people: names.refused.length, names: named(names.refused) }),
      names.unsure.length === 0
        ? ''
        : t('bot:announce.unsure', { people: names.unsure.length, names: named(names.unsure) }),
      left === 0 ? '' : t('bot:announce.left', { people: left }),
    ];
    await voice.say(by, lines.filter(Boolean).join('\n'));
  }

  /** Goes on with what is not over, and was begun by whoever is gone. */
  async function goOn(): Promise<void> {
    const left = await atBorder(async () => {
      for (const id of must(await announcements.keys())) {
        const announcement = await load(id);
        if (announcement) rounds.run(announcement.by);
      }
    });
    if (!left.ok) log.error({ failure: left.failure }, 'announcements under way are not read');
  }

  return {
    audience: (by) => atBorder(async () => (await peopleFor(by)).length),

    begin: (by, text) =>
      atBorder(async () => {
        if (must(await access.roleOf(by)) !== 'admin') return null;
        const people = await peopleFor(by);
        const id = nextId(clock());
        const detail = { people: people.length };
        must(await audit.append({ what: 'access.announced', case: null, by, detail }));
        must(await announcements.set(id, { by, text, people, isStopped: false }));
        rounds.run(by);
        return id;
      }),

    stopOne: (id) =>
      atBorder(async () => {
        // One that is over in this moment is not there again by that.
        const isStopped = must(
          await announcements.change(id, (current) =>
            current === undefined ? null : { value: { ...current, isStopped: true } },
          ),
        );
        const announcement = await load(id);
        if (announcement) rounds.run(announcement.by);
        return isStopped;
      }),

    async start() {
      if (store.isShared) duty.every(LEFT_MS, goOn);
      else await goOn();
    },

    idle: rounds.idle,

    async stop() {
      isClosing = true;
      await rounds.stop();
    },
  };
}
