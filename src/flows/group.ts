/** A group in the chat: the case that is worked on in it, how a member ends there, and what is said of it. */
import type { CaseOther, CaseRecord } from '../cases/case.ts';
import {
  type GroupAction,
  type GroupRecord,
  isOpen,
  type Member,
  type NewMember,
  nextMember,
} from '../groups/group.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Button } from './engine/buttons.ts';
import type { Ask, Dialogue } from './engine/dialogue.ts';
import type { Next } from './stages.ts';

/** Back to the group: to its next member, or to what has to be decided about it. */
export const TO_GROUP: Next = { go: 'site', caseId: '' };

/** The running group in which this case (or the one of this id) has its turn; null: it is worked on by itself. */
export async function groupAtWork(
  dialogue: Dialogue,
  about: Pick<CaseRecord, 'id' | 'group'> | string,
): Promise<GroupRecord | null> {
  if (about === '') return null;
  const record = typeof about === 'string' ? await dialogue.house((house) => house.cases.get(about)) : about;
  const id = record?.group ?? null;
  if (record === null || id === null) return null;
  const found = await dialogue.house((house) => house.groups.get(id));
  return found !== null && nextMember(found)?.caseId === record.id ? found : null;
}

/** The group of the chat, where this case is of it, in whatever state; null: it is over, or the case is of none. */
export async function groupOf(
  dialogue: Dialogue,
  { group }: Pick<CaseRecord, 'group'>,
): Promise<GroupRecord | null> {
  if (group === null) return null;
  const found = await dialogue.house((house) => house.groups.get(group));
  return found === null || found.state === 'over' ? null : found;
}

/** Changes a group, and gives it as it is then: one that does not take the action has changed since. */
export async function changeGroup(
  dialogue: Dialogue,
  group: GroupRecord,
  action: GroupAction,
): Promise<GroupRecord> {
  const done = await dialogue.house((house) => house.groups.apply(group.id, action));
  return done?.group ?? group;
}

/** Plans a group of these; the order that was stated before in this visit holds for it, too. What else holds is asked next. */
export async function planGroup(
  dialogue: Dialogue,
  agentId: string,
  members: readonly NewMember[],
): Promise<Next> {
  const { chatId } = dialogue;
  const opened = await dialogue.house((house) => house.groups.open(chatId, { agentId, members }));
  const order = await dialogue.house((house) => house.cases.orderOfVisit(chatId));
  if (opened?.refused === null && order !== null)
    await changeGroup(dialogue, opened.group, { type: 'said', order });
  return { go: 'site' };
}

/** Its member of this case. */
export function memberOf({ members }: GroupRecord, caseId: string): Member | undefined {
  return members.find((member) => member.caseId === caseId);
}

/** Which of how many a member is, from 1. */
export function numberOf({ members }: Pick<GroupRecord, 'members'>, shortSerial: string): number {
  return members.findIndex((member) => member.shortSerial === shortSerial) + 1;
}

/** A member leaves the group with a line on the card, and the next one has its turn. */
export async function leaveGroup(
  dialogue: Dialogue,
  record: CaseRecord,
  group: GroupRecord,
  end: { readonly end: 'own-way' | 'left-out'; readonly word: string },
): Promise<Next> {
  const member = memberOf(group, record.id);
  if (!member) return TO_GROUP;
  const { shortSerial } = member;
  const after = await changeGroup(dialogue, group, { type: 'member-ended', shortSerial, ...end });
  await sayMember(dialogue, after, shortSerial);
  return TO_GROUP;
}

/** How a member has ended, as a line of the card; the end of the group itself says it of the last one. */
export async function sayMember(dialogue: Dialogue, group: GroupRecord, shortSerial: string): Promise<void> {
  if (nextMember(group) !== null) await dialogue.say(memberLine(dialogue.t, group, shortSerial));
}

/** Lets the group rest: nothing more is sent until somebody says that it goes on. */
export async function pauseGroup(dialogue: Dialogue, caseId: string, group: GroupRecord): Promise<Next> {
  await dialogue.house((house) => house.agents.cancel(caseId));
  await changeGroup(dialogue, group, { type: 'paused' });
  return TO_GROUP;
}

/** Leaves this device out, whatever is done about it, and goes on with the next one. */
export async function skipMember(dialogue: Dialogue, record: CaseRecord, group: GroupRecord): Promise<Next> {
  await dialogue.house((house) => house.agents.cancel(record.id));
  return leaveGroup(dialogue, record, group, { end: 'left-out', word: 'skipped' });
}

/** What a question about a member has in place of Back and Cancel. */
export function exitsIn(dialogue: Dialogue, group: GroupRecord | null): Pick<Ask, 'back' | 'cancel'> {
  return group === null ? {} : { back: false, cancel: dialogue.t('site:button.pause') };
}

/** The button that leaves a member out; none outside a group. */
export function skipButton(dialogue: Dialogue, group: GroupRecord | null): Button[][] {
  return group === null ? [] : [[{ id: 'skip', text: dialogue.t('site:button.skip') }]];
}

/**
 * The button that makes a group of devices that were named together, where a laptop is at hand; those that somebody has to look at
 * first are not among them.
 */
export async function allButton(
  dialogue: Dialogue,
  named: readonly Pick<CaseOther, 'doubt'>[],
): Promise<Button[][]> {
  const count = named.filter(({ doubt }) => doubt === null).length;
  if (count < 2) return [];
  const agents = await dialogue.house((house) => house.agents.list(dialogue.chatId));
  return agents.length === 0
    ? []
    : [[{ id: 'all', text: dialogue.t('site:offer.button.all', { count }), style: 'primary' }]];
}

const MARKS: Readonly<Record<Member['state'], string>> = {
  waiting: '·',
  doing: '▸',
  verified: '✅',
  'nothing-to-do': '✓',
  'own-way': '↪',
  refused: '⚠',
  stopped: '🛑',
  'left-out': '–',
};

/** How a member ended, in a line. HTML. */
export function memberLine(t: Texts, group: GroupRecord, shortSerial: string): string {
  const member = group.members.find((one) => one.shortSerial === shortSerial);
  if (!member) return '';
  const { state, model, word } = member;
  const line = t('site:member.line', {
    mark: MARKS[state],
    number: numberOf(group, shortSerial),
    model: model ?? '',
    serial: shortSerial,
    end: t(`site:member.${state}`),
  });
  const why = word === null ? '' : whyText(t, state, word);
  return why === '' ? line : `${line}: ${why}`;
}

/** Why a member has left the group, in a few words; empty where its state says it all. */
function whyText(t: Texts, state: Member['state'], word: string): string {
  const stop = `site:stop.${word}` as const;
  if (state === 'stopped') return t(hasText(stop) ? stop : 'site:stop.unknown');
  if (state !== 'own-way' && state !== 'refused') return '';
  const own = `site:why.${word}` as const;
  if (hasText(own)) return t(own);
  const rule = `policy:when.${word}` as const;
  return hasText(rule) ? t(rule) : '';
}

/** States a group is counted by, in the order they are told. */
const COUNTED = ['verified', 'nothing-to-do', 'own-way', 'refused', 'stopped', 'left-out'] as const;

function counted({ members }: Pick<GroupRecord, 'members'>) {
  return COUNTED.flatMap((state) => {
    const count = members.filter((member) => member.state === state).length;
    return count === 0 ? [] : [{ state, count }];
  });
}

/** The same by marks alone, for the first line of a card: `✅ 7 · ↪ 3`. */
export function marksText(group: Pick<GroupRecord, 'members'>): string {
  return counted(group)
    .map(({ state, count }) => `${MARKS[state]} ${count}`)
    .join(' · ');
}

/** How many ended how, and how many are left: `✅ unbound: 7 · ↪ own way: 3 …`. */
export function tallyText(t: Texts, group: Pick<GroupRecord, 'members'>): string {
  const { members } = group;
  const counts = counted(group).map(
    ({ state, count }) => `${MARKS[state]} ${t(`site:member.${state}`)}: ${count}`,
  );
  const left = members.filter(isOpen).length;
  return [...counts, ...(left === 0 ? [] : [t('site:left', { left })])].join(' · ');
}
