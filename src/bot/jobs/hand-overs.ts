/**
 * A case goes from one technician to another, who has to accept it (docs/decisions/0057). Until then it is the first one's;
 * it moves in the first one's chat, whose order it is in, and whose it is only its record says.
 */
import * as z from 'zod';
import { type CaseRecord, caseNumber } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { Controls } from '../../flows/index.ts';
import type { HandOverPort, HouseFailure } from '../../flows/ports.ts';
import { standingOf } from '../../flows/telling.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import { isOpen } from '../../groups/group.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Duty } from '../../store/duty.ts';
import type { Holds } from '../../store/holds.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';
import type { Access } from '../door/access.ts';
import { atBorder, must } from '../house/must.ts';
import type { Notify } from '../house/notify.ts';
import type { Profiles } from '../house/profiles.ts';
import { aloneIn, createRounds } from '../house/rounds.ts';
import type { PlainButton } from '../house/telegram.ts';
import type { Voice } from '../house/voice.ts';
import type { Drivers } from './drivers.ts';

/** By case: to whom it is offered, by Telegram ids; `accepted`: they have said yes, and it is on its way. */
export const HAND_OVERS = kind({
  name: 'hand-overs',
  version: 1,
  schema: z.object({
    from: z.number(),
    to: z.number(),
    /** Milliseconds. */
    at: z.number(),
    accepted: z.boolean(),
  }),
});
type HandOver = DataOf<typeof HAND_OVERS>;

/** So long a colleague may accept, ms. */
export const OFFER_MS = 24 * 60 * 60_000;
/** How often offers that nobody took are looked for, ms. */
const LOOK_MS = 10 * 60_000;
/** How often hand-overs are looked for that a process has left which is gone, ms. */
const LEFT_MS = 10_000;

export interface HandOvers extends HandOverPort {
  /** What a colleague says to an offer. `gone`: it is not offered to them, or not any more. */
  answer(
    caseId: string,
    by: number,
    accepts: boolean,
  ): Promise<Result<'accepted' | 'declined' | 'gone', HouseFailure>>;
  /** Ends offers that nobody took within a day; those who made them are told. */
  look(): Promise<Result<void, HouseFailure>>;
  /** Goes on with what was accepted in the last run. */
  start(): Promise<void>;
  /** Resolves when nothing can be done at the moment. */
  idle(): Promise<void>;
  /** Ends waits. What is left is done by the next run. */
  stop(): Promise<void>;
}

export function createHandOvers({
  store,
  access,
  cases,
  groups,
  directory,
  drivers,
  profiles,
  voice,
  notify,
  inTurn,
  holds,
  duty,
  clock,
  log,
}: {
  store: Pick<Store, 'values' | 'isShared'>;
  access: Pick<Access, 'list' | 'admins' | 'roleOf'>;
  cases: Pick<CaseDesk, 'get' | 'handOver'>;
  groups: Pick<GroupDesk, 'get'>;
  directory: Pick<AgentDirectory, 'get'>;
  drivers: Pick<Drivers, 'leaveAll'>;
  profiles: Pick<Profiles, 'language' | 'name'>;
  voice: Pick<Voice, 'say'>;
  notify: Notify;
  /** Runs a task of the house's own in a chat's order. */
  inTurn(
    chatId: number,
    task: (controls: Pick<Controls, 'active' | 'stop'>) => Promise<void>,
  ): Promise<Result<void, unknown>>;
  holds: Holds;
  duty: Pick<Duty, 'every'>;
  /** Milliseconds. */
  clock: () => number;
  log: Log;
}): HandOvers {
  const offers = store.values(HAND_OVERS);
  const rounds = createRounds(moveAllOf, log, aloneIn(holds, 'hand-overs'));

  const nameOf = async (person: number) => (await profiles.name(person)) || String(person);
  const isOver = ({ at, accepted }: HandOver) => !accepted && clock() - at >= OFFER_MS;

  /** Whether a group still has it to do. One that cannot be read has nothing to do any more. */
  async function isInGroup({ id, group }: CaseRecord): Promise<boolean> {
    if (group === null) return false;
    const found = await groups.get(group);
    if (!found.ok && found.failure.reason === 'unreadable') return false;
    return must(found)?.members.some((member) => member.caseId === id && isOpen(member)) ?? false;
  }

  /** What is offered, by case: as much as was offered within a day. */
  async function all(): Promise<Map<string, HandOver>> {
    const found = new Map<string, HandOver>();
    for (const caseId of must(await offers.keys())) {
      const offer = must(orNone(await offers.get(caseId)));
      if (offer) found.set(caseId, offer);
    }
    return found;
  }

  /** Asks the colleague; `again`: he has accepted, and it could not be done yet. */
  async function ask(record: CaseRecord, { from, to }: HandOver, again: boolean): Promise<void> {
    const t = htmlTextsFor(await profiles.language(to));
    const about = t('bot:handOver.ask', {
      name: await nameOf(from),
      case: caseNumber(record),
      serial: record.device?.shortSerial ?? '',
      model: record.sighting?.model ?? record.device?.model ?? '',
      standing: t(standingOf(record)),
    });
    const rows: PlainButton[][] = [
      [{ text: t('bot:handOver.button.accept'), data: `hand:yes:${record.id}` }],
      [{ text: t('bot:handOver.button.decline'), data: `hand:no:${record.id}` }],
    ];
    await voice.say(to, [again ? t('bot:handOver.atWork') : '', about].filter(Boolean).join('\n\n'), {
      rows,
    });
  }

  /** Does what was accepted of a technician's cases. False: not now. */
  async function moveAllOf(from: number): Promise<boolean> {
    const done = await atBorder(async () => {
      for (const [caseId, offer] of await all())
        if (offer.from === from && offer.accepted && !(await move(caseId, offer))) return false;
      return true;
    });
    return done.ok && done.value;
  }

  async function move(caseId: string, offer: HandOver): Promise<boolean> {
    const { from, to } = offer;
    let moved: { record: CaseRecord; refused: string | null } | undefined;
    const turn = await inTurn(from, async (controls) => {
      const before = must(await cases.get(caseId));
      const agentId = before?.sighting?.agentId ?? before?.lookedBy ?? null;
      const agent = agentId === null ? null : must(await directory.get(agentId));
      const keepsLaptop = agentId === null || agent?.technicians.includes(to) === true;
      const applied = must(await cases.handOver(caseId, { from, to, keepsLaptop }));
      moved = { record: applied.case, refused: applied.refused };
      if (applied.refused !== null || controls.active()?.caseId !== caseId) return;
      controls.stop();
      must(await drivers.leaveAll(from));
    });
    if (!turn.ok || moved === undefined) return false;
    await tell(offer, moved.record, moved.refused);
    if (moved.refused === 'at-work') must(await offers.set(caseId, { ...offer, accepted: false }));
    else must(await offers.delete(caseId));
    return true;
  }

  /** Tells both how it ended. */
  async function tell(offer: HandOver, record: CaseRecord, refused: string | null): Promise<void> {
    const { from, to } = offer;
    if (refused === 'at-work') return ask(record, offer, true);
    if (refused !== null) return void (await notify(to, 'bot:handOver.gone'));
    const about = { case: caseNumber(record), serial: record.device?.shortSerial ?? '' };
    const t = htmlTextsFor(await profiles.language(to));
    await voice.say(to, t('bot:handOver.yours', { ...about, name: await nameOf(from) }), {
      rows: [[{ text: t('bot:handOver.button.open'), data: `c:${record.id}` }]],
    });
    await notify(from, 'bot:handOver.taken', { ...about, name: await nameOf(to) });
  }

  /** Goes on with what was accepted, and not done by who took it. */
  async function goOn(): Promise<void> {
    const left = await atBorder(all);
    if (!left.ok) log.error({ failure: left.failure }, 'hand-overs that were accepted are not read');
    else for (const { from, accepted } of left.value.values()) if (accepted) rounds.run(from);
  }

  const look: HandOvers['look'] = () =>
    atBorder(async () => {
      for (const [caseId, offer] of await all()) {
        if (!isOver(offer)) continue;
        const record = must(await cases.get(caseId));
        const values = { case: record ? caseNumber(record) : '', name: await nameOf(offer.to) };
        await notify(offer.from, 'bot:handOver.expired', values);
        must(await offers.delete(caseId));
      }
    });

  return {
    look,

    colleagues: (chatId) =>
      atBorder(async () => {
        const technicians = must(await access.list()).map(({ userId }) => userId);
        const ids = new Set([...technicians, ...access.admins]);
        ids.delete(chatId);
        const named = await Promise.all([...ids].map(async (id) => ({ id, name: await nameOf(id) })));
        return named.toSorted((one, other) => one.name.localeCompare(other.name));
      }),

    offer: (caseId, to) =>
      atBorder(async () => {
        const record = must(await cases.get(caseId));
        if (record === null || record.closedAt !== null) return 'closed';
        if (record.job !== null) return 'at-work';
        if (await isInGroup(record)) return 'in-group';
        if (to === record.chatId || must(await access.roleOf(to)) === null) return 'nobody';
        const offer = { from: record.chatId, to, at: clock(), accepted: false };
        must(await offers.set(caseId, offer));
        await ask(record, offer, false);
        return 'offered';
      }),

    answer: (caseId, by, accepts) =>
      atBorder(async () => {
        const offer = must(orNone(await offers.get(caseId)));
        if (offer?.to !== by || isOver(offer)) return 'gone';
        if (accepts) {
          must(await offers.set(caseId, { ...offer, accepted: true }));
          rounds.run(offer.from);
          return 'accepted';
        }
        // Said yes already: it is on its way.
        if (offer.accepted) return 'gone';
        const record = must(await cases.get(caseId));
        const values = { case: record ? caseNumber(record) : '', name: await nameOf(by) };
        await notify(offer.from, 'bot:handOver.declined', values);
        must(await offers.delete(caseId));
        return 'declined';
      }),

    async start() {
      if (store.isShared) duty.every(LEFT_MS, goOn);
      else await goOn();
      duty.every(LOOK_MS, look, 'later');
    },

    idle: rounds.idle,

    stop: rounds.stop,
  };
}
