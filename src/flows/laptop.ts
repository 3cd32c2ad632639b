/** The laptop in the chat: away or back, at work, and silent for longer than it should be. */
import type { CaseRecord } from '../cases/case.ts';
import type { GroupRecord } from '../groups/group.ts';
import type { Button } from './engine/buttons.ts';
import type { Answer, Dialogue } from './engine/dialogue.ts';
import type { HouseEvent, Late } from './engine/events.ts';
import type { Want } from './engine/heard.ts';
import { exitsIn, skipButton } from './group.ts';
import { CHOICE_MS } from './times.ts';
import { takeWords } from './words.ts';

/** What a question that the laptop would help with says of it, offers, and hears. */
export interface LaptopBeside {
  readonly isThere: boolean;
  /** That it is away; empty when it is not, or there is none. */
  readonly line: string;
  /** Has it look; none when it is away, or has looked already. */
  readonly buttons: Button[][];
  readonly events: HouseEvent['type'][];
}

const NONE: LaptopBeside = { isThere: false, line: '', buttons: [], events: [] };

/** The laptop beside a question about a case: the one that saw the device, else any of the technician's. */
export async function laptopBeside(dialogue: Dialogue, record: CaseRecord): Promise<LaptopBeside> {
  if (record.device === null) return NONE;
  const all = await dialogue.house((house) => house.agents.list(record.chatId));
  const agents = record.sighting ? all.filter(({ id }) => id === record.sighting?.agentId) : all;
  const isThere = agents.some(({ online }) => online);
  const names = agents.map(({ name }) => name);
  const isAway = agents.length > 0 && !isThere;
  return {
    isThere,
    line: isAway ? dialogue.t('bot:laptop.off', { agent: listOf(dialogue, names) }) : '',
    buttons:
      isThere && record.lookedBy === null
        ? [[{ id: 'laptop', text: dialogue.t('bot:laptop.button.look') }]]
        : [],
    events: ['agent-online'],
  };
}

/** Asks what the laptop would help with, and again when it comes back: `ask` gets what stands beside the question. */
export async function askBesideLaptop(
  dialogue: Dialogue,
  record: CaseRecord,
  ask: (laptop: LaptopBeside) => Promise<Answer>,
): Promise<Answer> {
  return dialogue.repeat<null, Answer>(null, async () => {
    const answer = await ask(await laptopBeside(dialogue, record));
    if (answer.kind !== 'event') return { done: answer };
    await sayBack(dialogue, answer);
    return { again: null };
  });
}

function listOf({ language }: Dialogue, names: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
}

/** Says that a laptop has come back, where that is what was heard. */
export async function sayBack(
  dialogue: Dialogue,
  { event }: Extract<Answer, { kind: 'event' }>,
): Promise<void> {
  if (event.type === 'agent-online') await dialogue.say(dialogue.t('bot:laptop.back', { agent: event.name }));
}

/** "No word from the laptop": what is waited for, since when, and what to look at. */
export function lateText(dialogue: Dialogue, late: Late | undefined): string {
  if (late === undefined) return dialogue.t('bot:wait.check');
  const { waiting, seconds, agent, online } = late;
  if (waiting === 'picture' || waiting === 'password' || waiting === 'leave')
    return dialogue.t(`bot:wait.over.${waiting}`, { agent });
  const what = dialogue.t(`bot:wait.what.${waiting}`);
  return [
    dialogue.t('bot:wait.choice', { agent, seconds, what }),
    online ? dialogue.t('bot:wait.check') : dialogue.t('bot:wait.away'),
  ].join('\n\n');
}

/** What the laptop is at, and how long that is waited for at most. */
export function waitText(dialogue: Dialogue, text: string): string {
  return [text, dialogue.t('bot:wait.most', { minutes: CHOICE_MS / 60_000 })].join('\n');
}

/** What came of waiting for a reading job. `on`: the stage waits on for the same job, which it makes sure of. */
export type HeardLaptop =
  | { readonly kind: 'event'; readonly event: HouseEvent }
  | { readonly kind: 'on' | 'again' | 'without' | 'skip' | 'back' | 'cancel' };

/**
 * Waits for what a job that only reads ends in. A wait that gets long becomes a choice, under which the laptop's word is
 * still heard. `group`: the one in which the case has its turn.
 */
export async function hearLaptop(
  dialogue: Dialogue,
  text: string,
  {
    jobId,
    caseId,
    wanted,
    group = null,
  }: { jobId: string; caseId: string; wanted: 'discovered' | 'status'; group?: GroupRecord | null },
): Promise<HeardLaptop> {
  // A group is nothing without its laptop.
  const without: Button[][] = group
    ? skipButton(dialogue, group)
    : [[{ id: 'without', text: dialogue.t('bot:assess.button.withoutLaptop') }]];
  const wants: Want[] = ['words'];
  const common = { jobId, wants, ...exitsIn(dialogue, group) };
  const first = await dialogue.ask(waitText(dialogue, text), {
    ...common,
    quiet: true,
    buttons: without,
    events: [wanted, 'job-failed', 'job-overdue', 'agent-online'],
  });
  if (first.kind !== 'event' || first.event.type !== 'job-overdue') return heardIn(dialogue, caseId, first);
  const { late } = first.event;
  const second = await dialogue.ask(lateText(dialogue, late), {
    ...common,
    buttons: [
      [{ id: 'on', text: dialogue.t('bot:wait.button.on') }],
      [{ id: 'again', text: dialogue.t('bot:assess.button.lookAgain'), said: ['again'] }],
      ...without,
    ],
    events: [wanted, 'job-failed', 'agent-online'],
  });
  if (second.kind === 'button' && second.id === 'on')
    await dialogue.house((house) =>
      house.agents.waitOn(caseId, wanted === 'discovered' ? 'search' : 'status'),
    );
  return heardIn(dialogue, caseId, second);
}

const PRESSED = ['on', 'again', 'without', 'skip', 'cancel'] as const;

async function heardIn(dialogue: Dialogue, caseId: string, answer: Answer): Promise<HeardLaptop> {
  if (answer.kind === 'words') {
    await takeWords(dialogue, caseId, answer);
    return { kind: 'on' };
  }
  if (answer.kind === 'event') {
    if (answer.event.type !== 'agent-online') return answer;
    await sayBack(dialogue, answer);
    return { kind: 'on' };
  }
  const id = answer.kind === 'button' ? answer.id : 'back';
  return { kind: PRESSED.find((kind) => kind === id) ?? 'back' };
}
