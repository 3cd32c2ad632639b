/**
 * One polite word about cases that were left in the middle (docs/decisions/0057): by day, once a case, never to somebody who
 * is at work or wants none. Looked for once an hour; what was said of is on disk before it is said.
 */
import * as z from 'zod';
import { type CaseRecord, caseNumber } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { isAtWork, isLeft } from '../../cases/reminder.ts';
import { dateIn } from '../../flows/dates.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import { standingOf } from '../../flows/telling.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Duty } from '../../store/duty.ts';
import { kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';
import { atBorder, must } from './must.ts';
import type { Profiles } from './profiles.ts';
import type { Voice } from './voice.ts';

/** By person: that they want no reminders. */
export const REMINDERS_OFF = kind({ name: 'reminders-off', version: 1, schema: z.literal(true) });

/** Latest cases that are looked at: as many as /admin counts. */
const MOST_CASES = 2000;
const HOUR = 60 * 60_000;
/** A case is not left any more after this, ms (cases/reminder.ts); so long it is remembered that it was said. */
const SAID_MS = 40 * 24 * HOUR;
/** Hours of the machine's own time within which a phone may ring: the first, and the one after the last. */
const BY_DAY = { from: 9, to: 20 };

export interface Reminders {
  /** Reminds everybody of what they have left. Nothing happens at night. */
  look(): Promise<Result<void, HouseFailure>>;
  /** Whether somebody is to be reminded. */
  want(person: number, wanted: boolean): Promise<Result<void, HouseFailure>>;
  /** Looks once an hour from now on. */
  start(): void;
}

export function createReminders({
  store,
  access,
  cases,
  profiles,
  voice,
  duty,
  clock,
  log,
}: {
  store: Pick<Store, 'values' | 'claims'>;
  /** Null: a stranger. */
  access: { roleOf(person: number): Promise<Result<unknown, unknown>> };
  cases: Pick<CaseDesk, 'latest'>;
  profiles: Pick<Profiles, 'language'>;
  voice: Pick<Voice, 'say'>;
  duty: Pick<Duty, 'every'>;
  /** Milliseconds. */
  clock: () => number;
  log: Log;
}): Reminders {
  const off = store.values(REMINDERS_OFF);

  /** Whether a person may be reminded of something now. */
  async function isWelcome(person: number): Promise<boolean> {
    if (must(await access.roleOf(person)) === null) return false;
    return must(orNone(await off.get(String(person)))) === undefined;
  }

  async function remind(person: number, left: readonly CaseRecord[]): Promise<void> {
    const fresh: CaseRecord[] = [];
    // Claimed before it is said: a bot that is killed in between says nothing rather than the same again.
    for (const record of left)
      if (must(await store.claims.once(`reminder:${record.id}`, SAID_MS))) fresh.push(record);
    const [latest, ...more] = fresh;
    if (latest === undefined) return;
    const language = await profiles.language(person);
    const t = htmlTextsFor(language);
    const text = [
      t('bot:reminder.left', {
        serial: latest.device?.shortSerial ?? '',
        model: latest.sighting?.model ?? latest.device?.model ?? '',
        case: caseNumber(latest),
        standing: t(standingOf(latest)),
        date: dateIn(language, new Date(latest.updatedAt).toISOString()),
      }),
      more.length === 0 ? '' : t('bot:reminder.more', { count: more.length }),
    ];
    await voice.say(person, text.filter(Boolean).join('\n\n'), {
      rows: [
        [{ text: t('bot:cases.button.goOn'), data: `left:on:${latest.id}` }],
        [{ text: t('bot:reminder.button.off'), data: 'left:off' }],
      ],
    });
  }

  const look: Reminders['look'] = () =>
    atBorder(async () => {
      const now = clock();
      const hour = new Date(now).getHours();
      if (hour < BY_DAY.from || hour >= BY_DAY.to) return;
      const people = new Map<number, CaseRecord[]>();
      for (const record of must(await cases.latest(MOST_CASES)))
        people.set(record.chatId, [...(people.get(record.chatId) ?? []), record]);
      for (const [person, all] of people) {
        const left = all.filter((record) => isLeft(record, now));
        if (left.length === 0 || isAtWork(all, now) || !(await isWelcome(person))) continue;
        await remind(person, left);
      }
    });

  return {
    look,

    want: (person, wanted) =>
      atBorder(async () => {
        must(await (wanted ? off.delete(String(person)) : off.set(String(person), true)));
      }),

    start() {
      const lookOrSay = async () => {
        const done = await look();
        if (!done.ok) log.warn({ failure: done.failure }, 'nobody could be reminded');
      };
      duty.every(HOUR, lookOrSay, 'later');
    },
  };
}
