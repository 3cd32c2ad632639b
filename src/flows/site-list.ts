/** The list of a site's devices: allowed at the laptop, shown by pages, picked from. */

import type { ListedDevice, Which } from '../groups/listed.ts';
import { MOST_MEMBERS } from '../groups/record.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Button } from './engine/buttons.ts';
import type { Answer, Dialogue } from './engine/dialogue.ts';
import { planGroup } from './group.ts';
import { hindranceText } from './hindrances.ts';
import { lateText, sayBack } from './laptop.ts';
import { inTwos, PAGE, rangeOf, toggled, turnsOf } from './others.ts';
import type { AgentView, ListedPart } from './ports.ts';
import type { Next, Stages } from './stages.ts';

/** Where the list stands, handed from step to step so that no conversation grows. */
type Standing = Stages['site'];

/** Longest piece that is looked for, characters: a full serial number has some 35. */
const LONGEST_TYPED = 40;

/** Leads to a list: which laptop makes it, then its list, then those that were picked. */
export async function siteList(dialogue: Dialogue, standing: Standing): Promise<Next> {
  const { agent, survey, show = 'bound', typed: sought = '', from = 0 } = standing;
  if (agent === undefined) return chooseLaptop(dialogue);
  if (survey === undefined) return askForList(dialogue, agent);
  const which = { show, sought, from, most: PAGE };
  const part = await dialogue.house((house) => house.surveys.part(dialogue.chatId, survey, which));
  // It is kept for an hour: what the network of a stranger holds is nobody's to keep.
  if (part === null) return { go: 'site', with: { agent } };
  const answer = await askList(dialogue, standing, part);
  return afterList(dialogue, { ...standing, agent, survey }, answer);
}

/** Which laptop it shall be; `on`: what else is handed on. */
export async function chooseLaptop(dialogue: Dialogue, on: Standing = {}): Promise<Next> {
  const agents = await dialogue.house((house) => house.agents.list(dialogue.chatId));
  const [first] = agents;
  if (!first) {
    await dialogue.say(dialogue.t(on.named ? 'site:offer.noLaptop' : 'site:noLaptop'));
    return { end: true };
  }
  const online = agents.filter((agent) => agent.online);
  const [only, ...others] = online;
  if (!only) return awaitLaptop(dialogue, agents, on);
  if (others.length === 0) return { go: 'site', with: { ...on, agent: only.id } };
  const answer = await dialogue.ask(dialogue.t('site:whichLaptop'), {
    buttons: online.slice(0, 8).map((agent) => [{ id: agent.id, text: agent.name }]),
    back: false,
  });
  const chosen = online.find((agent) => answer.kind === 'button' && agent.id === answer.id);
  return chosen ? { go: 'site', with: { ...on, agent: chosen.id } } : left(dialogue);
}

/** None of them is there: what comes back is used. */
async function awaitLaptop(dialogue: Dialogue, agents: readonly AgentView[], on: Standing): Promise<Next> {
  const names = new Intl.ListFormat(dialogue.language, { type: 'conjunction' });
  const text = dialogue.t('bot:laptop.off', { agent: names.format(agents.map(({ name }) => name)) });
  const answer = await dialogue.ask(text, {
    buttons: [[{ id: 'again', text: dialogue.t('bot:button.again'), said: ['again'] }]],
    events: ['agent-online'],
    back: false,
  });
  if (answer.kind === 'event') await sayBack(dialogue, answer);
  return answer.kind === 'button' && answer.id === 'cancel' ? left(dialogue) : { go: 'site', with: on };
}

async function askForList(dialogue: Dialogue, agentId: string): Promise<Next> {
  const agents = await dialogue.house((house) => house.agents.list(dialogue.chatId));
  const agent = agents.find(({ id }) => id === agentId)?.name ?? '';
  const job = await dialogue.house((house) => house.surveys.begin(dialogue.chatId, agentId));
  if (!job.started) return noList(dialogue, dialogue.t(`bot:job.refused.${job.reason}`));
  return hearSurvey(dialogue, { agentId, agent, jobId: job.jobId });
}

interface Survey {
  readonly agentId: string;
  /** Name of the laptop. */
  readonly agent: string;
  readonly jobId: string;
}

/** Waits for the word of whoever sits at the laptop, then for the list. */
async function hearSurvey(dialogue: Dialogue, survey: Survey): Promise<Next> {
  const { agentId, agent, jobId } = survey;
  const first = { text: dialogue.t('site:allow', { agent }), isLate: false };
  const answer = await dialogue.repeat<typeof first, Answer>(first, async (waiting) => {
    const heard = await dialogue.ask(waiting.text, {
      quiet: true,
      jobId,
      events: ['surveyed', 'survey-failed', 'typed', 'job-overdue', 'agent-online'],
      buttons: waiting.isLate
        ? [[{ id: 'again', text: dialogue.t('bot:button.again'), said: ['again'] }]]
        : [],
      help: 'site:allowHelp',
      back: false,
    });
    if (heard.kind !== 'event') return { done: heard };
    switch (heard.event.type) {
      case 'surveyed':
      case 'survey-failed':
        return { done: heard };
      case 'typed':
        return { again: { text: dialogue.t('site:searching', { agent }), isLate: false } };
      case 'job-overdue':
        return { again: { text: lateText(dialogue, heard.event.late), isLate: true } };
      default:
        await sayBack(dialogue, heard);
        return { again: waiting };
    }
  });
  if (answer.kind === 'button' && answer.id === 'again') return { go: 'site', with: { agent: agentId } };
  if (answer.kind !== 'event') {
    await dialogue.house((house) => house.surveys.cancel(dialogue.chatId));
    return left(dialogue);
  }
  const { event } = answer;
  switch (event.type) {
    case 'surveyed': {
      const hindered = event.devices === 0 ? hindranceText(dialogue.t, event.hindrances, '') : null;
      if (hindered !== null) await dialogue.say(hindered);
      if (event.omitted > 0) await dialogue.say(dialogue.t('site:list.omitted', { count: event.omitted }));
      return { go: 'site', with: { agent: agentId, survey: jobId } };
    }
    case 'survey-failed':
      return noList(dialogue, failedText(dialogue.t, event.reason), agentId);
    default:
      return { go: 'site', with: { agent: agentId } };
  }
}

const FAILURES = ['survey-refused', 'survey-abandoned', 'no-terminal'] as const;

function failedText(t: Texts, reason: string): string {
  return t(`site:failed.${FAILURES.find((word) => word === reason) ?? 'plain'}`);
}

/** There is no list: once more, or not at all. */
async function noList(dialogue: Dialogue, text: string, agentId?: string): Promise<Next> {
  const answer = await dialogue.ask(text, {
    buttons: [[{ id: 'again', text: dialogue.t('bot:button.again'), said: ['again'] }]],
    events: ['agent-online'],
    back: false,
  });
  if (answer.kind === 'event') await sayBack(dialogue, answer);
  if (answer.kind === 'button' && answer.id === 'cancel') return left(dialogue);
  return { go: 'site', with: agentId === undefined ? {} : { agent: agentId } };
}

/** Shows a part of the list, and what may be done with it. */
async function askList(dialogue: Dialogue, standing: Standing, part: ListedPart): Promise<Answer> {
  const { typed = '', picked = [] } = standing;
  const { devices, from, wanted, along } = part;
  const { t } = dialogue;
  const turns = turnsOf(t, from, wanted);
  const text = [
    t('site:list.title', { count: part.all, bound: part.bound }),
    devices.map((device, at) => rowText(t, device, from + at + 1, picked)).join('\n'),
    devices.length > 0 ? '' : emptyText(t, part, typed),
    [
      rangeOf(t, from, devices.length, wanted),
      typed === '' ? '' : t('site:list.typed', { typed, count: wanted }),
      ...notesOf(t, devices),
    ]
      .filter(Boolean)
      .join('\n'),
    picked.length > 0 ? t('site:list.picked', { count: picked.length }) : along > 0 ? t('site:list.ask') : '',
  ];
  return dialogue.ask(text.filter(Boolean).join('\n\n'), {
    buttons: [
      ...inTwos(devices.flatMap((device, at) => pickButton(t, device, from + at + 1, picked))),
      ...(turns.length === 0 ? [] : [turns.map((turn) => ({ id: `from.${turn.from}`, text: turn.text }))]),
      ...listButtons(t, standing, part),
    ],
    wants: ['note'],
    things: { note: 'filter' },
    back: false,
  });
}

async function afterList(
  dialogue: Dialogue,
  standing: Standing & { agent: string; survey: string },
  answer: Answer,
): Promise<Next> {
  const { picked = [], show = 'bound', typed = '', agent } = standing;
  const on = (changes: Standing): Next => ({ go: 'site', with: { ...standing, ...changes } });
  if (answer.kind === 'note') return on({ typed: answer.text.trim().slice(0, LONGEST_TYPED), from: 0 });
  if (answer.kind !== 'button') return on({});
  const [word, value = ''] = answer.id.split('.');
  switch (word) {
    case 'pick':
      return on({ picked: toggled(picked, value) });
    case 'from':
      return on({ from: Number(value) });
    case 'all':
      return plan(dialogue, standing, { show, sought: typed, along: true });
    case 'shown':
      return plan(dialogue, standing, { show, sought: typed, along: false });
    case 'chosen':
      return plan(dialogue, standing, picked);
    case 'none':
      return on({ picked: [] });
    case 'show':
      return on({ show: show === 'bound' ? 'all' : 'bound', from: 0 });
    case 'whole':
      return on({ typed: '', from: 0 });
    case 'list':
      return { go: 'site', with: { agent } };
    default:
      return left(dialogue);
  }
}

/** Plans a group of these; what holds for all of them is asked next. */
async function plan(
  dialogue: Dialogue,
  { agent: agentId, survey }: Standing & { agent: string; survey: string },
  which: Which,
): Promise<Next> {
  const { chatId } = dialogue;
  const members = await dialogue.house((house) => house.surveys.members(chatId, survey, which));
  if (members === null) return { go: 'site', with: { agent: agentId } };
  if (members.length === 0) return { go: 'site', with: { agent: agentId, survey } };
  if (members.length > MOST_MEMBERS) await dialogue.say(dialogue.t('site:list.most', { most: MOST_MEMBERS }));
  return planGroup(dialogue, agentId, members);
}

function listButtons(
  t: Texts,
  { typed = '', picked = [], show = 'bound' }: Standing,
  { all, along, named }: ListedPart,
): Button[][] {
  const count = picked.length;
  const begin: Button[] =
    count > 0
      ? [
          { id: 'chosen', text: t('site:list.button.chosen', { count }), style: 'primary' },
          { id: 'none', text: t('site:list.button.none') },
        ]
      : along > 0
        ? [{ id: 'all', text: t('site:list.button.all', { count: along }), style: 'primary' }]
        : [];
  // Those that leave a group with another way have a case each by that.
  const shown: Button[] =
    count === 0 && named > along
      ? [{ id: 'shown', text: t('site:list.button.shown', { count: named }) }]
      : [];
  const other: Button =
    typed !== ''
      ? { id: 'whole', text: t('site:list.button.whole') }
      : show === 'bound'
        ? { id: 'show', text: t('site:list.button.showAll', { count: all }) }
        : { id: 'show', text: t('site:list.button.showBound') };
  return [
    ...[begin, shown].filter((row) => row.length > 0),
    [other, { id: 'list', text: t('site:list.button.again') }],
  ];
}

function rowText(t: Texts, device: ListedDevice, number: number, picked: readonly string[]): string {
  const { shortSerial, model, address, bindStatus, way, reachability, isTwice } = device;
  const isPicked = shortSerial !== null && picked.includes(shortSerial);
  const doubt = isTwice ? '⚠⚠ ' : reachability === 'other-subnet' ? '⚠ ' : '';
  const key = `site:list.way.${way}` as const;
  return t('site:list.row', {
    mark: `${isPicked ? '☑ ' : ''}${doubt}`,
    number,
    model: model ?? t('site:list.noModel'),
    address,
    bound: t(`site:list.bound.${bindStatus}`),
    way: t(hasText(key) ? key : 'site:list.way.look'),
  });
}

/** What has no serial number cannot be picked. */
function pickButton(
  t: Texts,
  { shortSerial: serial }: ListedDevice,
  number: number,
  picked: readonly string[],
): Button[] {
  if (serial === null) return [];
  const key = picked.includes(serial) ? 'site:list.button.leave' : 'site:list.button.take';
  return [{ id: `pick.${serial}`, text: t(key, { number, serial }) }];
}

/** What the marks of a page mean, where it has any. */
function notesOf(t: Texts, devices: readonly ListedDevice[]): string[] {
  return [
    (['bound', 'unknown', 'not-bound'] as const)
      .filter((status) => devices.some(({ bindStatus }) => bindStatus === status))
      .map((status) => `${t(`site:list.bound.${status}`)} ${t(`site:list.means.${status}`)}`)
      .join(' · '),
    devices.some(({ reachability }) => reachability === 'other-subnet') ? t('site:list.elsewhere') : '',
    devices.some(({ shortSerial }) => shortSerial === null) ? t('site:list.unnamed') : '',
    devices.some(({ isTwice }) => isTwice) ? t('site:list.twice') : '',
    devices.some(({ way }) => way === 'sadp') ? t('site:list.supposed') : '',
  ];
}

/** Why nothing is shown. */
function emptyText(t: Texts, { all }: ListedPart, typed: string): string {
  if (all === 0) return t('site:list.empty');
  return t(typed === '' ? 'site:list.noneLeft' : 'site:list.noneNamed');
}

/** A list that stood in the chat is kept no more. */
export async function listGone(dialogue: Dialogue): Promise<Next> {
  await dialogue.send(dialogue.t('site:list.gone'));
  await dialogue.dropCard();
  return { end: true };
}

/** Nothing was begun; what the network of a stranger holds goes from the chat. */
async function left(dialogue: Dialogue): Promise<Next> {
  await dialogue.send(dialogue.t('site:dropped'));
  await dialogue.dropCard();
  return { end: true };
}
